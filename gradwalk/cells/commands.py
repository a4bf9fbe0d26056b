"""Lines and magics that ask for another program (``!pip``, ``%pip``, ``%%bash``) where a locked process can start none.

A command that fails does not end a cell of Jupyter's: it says why, and the cell goes on. So do all of these here.
"""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, version
from itertools import takewhile
from typing import Any

from IPython.utils.text import LSString, SList

INSTALLERS = frozenset(("pip", "conda", "mamba", "micromamba", "uv"))
SCRIPTS = frozenset(("script", "bash", "sh", "perl", "ruby", "python", "python2", "python3", "pypy"))
FAILED = 127
"""What a shell gives for a command that it cannot run."""

_INSTALL = re.compile(r"(?:^|[\s/;&|])(?:pip[\d.]*|conda|mamba|micromamba)\s+install\s+([^;&|#\n]*)")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(?=$|[\[=<>!~@;])")
_ELSEWHERE = re.compile(r"\d*[<>]")
_WITH_A_VALUE = frozenset("-r -c -i -f -e -t -n -p --index-url --extra-index-url --find-links --target --name".split())
_MOST = 80
"""Characters of a command in a sentence."""


def not_run(command: str, *, said: str = "") -> None:
    """Say that nothing of this came to run, and what of the packages in it is there. ``said`` is how it is called."""
    lines = (said or command).strip().split("\n")
    first = lines[0] if len(lines[0]) <= _MOST else f"{lines[0][: _MOST - 1]}…"
    packages = list(dict.fromkeys(_packages(command)))
    told = f"{first} was not run: a program here starts no other programs, and has no network."
    print(" ".join([told, *_installed(packages)]), file=sys.stderr)


def not_drawn() -> None:
    """Say that a graph of Graphviz's is no picture here: its own ``dot`` is another program."""
    where = "torchviz's picture of what each backward() walks through is in the player, under PyTorch."
    print(f"Not drawn: Graphviz's dot draws it, and a program here starts no other programs. {where}", file=sys.stderr)


def _packages(command: str) -> Iterator[str]:
    for install in _INSTALL.finditer(command):
        try:
            words = shlex.split(install[1])
        except ValueError:  # quotes that do not close
            words = install[1].split()
        words = list(takewhile(lambda word: not _ELSEWHERE.match(word), words))
        words = [word for before, word in zip(["", *words], words, strict=False) if before not in _WITH_A_VALUE]
        yield from (name[0] for word in words if (name := _NAME.match(word)) and "://" not in word)


def _installed(packages: list[str]) -> Iterator[str]:
    there, missing = [], []
    for name in packages:
        try:
            there.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            missing.append(name)
    if there:
        yield f"{_listed(there)} {'is' if len(there) == 1 else 'are'} installed already."
    if missing:
        yield f"{_listed(missing)} {'is' if len(missing) == 1 else 'are'} not installed here, and cannot be."


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def instead_of(name: str) -> Callable[..., None]:
    """What stands in for the magic of this name."""

    def run(line: str, cell: str = "") -> None:
        command = f"{name} {line}"
        not_run(f"{command}\n{cell}", said=f"%%{command}" if cell else f"%{command}")

    return run


def take_over(shell: Any) -> None:
    """Have a shell answer what asks for a command, as one answers that cannot be run."""

    def system(command: str) -> None:
        not_run(shell.var_expand(command, depth=1), said=f"!{shell.var_expand(command, depth=1)}")
        shell.user_ns["_exit_code"] = FAILED

    def getoutput(command: str, split: bool = True, depth: int = 0) -> SList | LSString:
        said = shell.var_expand(command, depth=depth + 1)
        not_run(said, said=f"!{said}")
        return SList() if split else LSString()

    shell.system = shell.system_piped = shell.system_raw = system
    shell.getoutput = getoutput
