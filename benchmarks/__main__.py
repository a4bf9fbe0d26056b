"""All benchmarks, one after another: `python -m benchmarks`, or some of them: `python -m benchmarks recording step`.

Each module of this folder is one and has a ``main``. They print ratios of two things measured in the same run. Those
that take many minutes run only where they are named: `python -m benchmarks load`.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys

import benchmarks

LONG = frozenset(("failover", "fuzz", "hostile_server", "load", "others", "soak"))


def names() -> list[str]:
    """The benchmarks there are."""
    modules = pkgutil.iter_modules(benchmarks.__path__)
    return sorted(module.name for module in modules if module.name != "__main__" and not module.ispkg)


def main(chosen: list[str]) -> int:
    """Run the chosen benchmarks, or all."""
    unknown = [name for name in chosen if name not in names()]
    if unknown:
        print(f"There is no benchmark {', '.join(unknown)}; there are {', '.join(names())}.", file=sys.stderr)
        return 2
    for name in chosen or [name for name in names() if name not in LONG]:
        module = importlib.import_module(f"benchmarks.{name}")
        print(f"\n{name}: {(module.__doc__ or '').partition(chr(10))[0]}\n", flush=True)
        module.main()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
