"""PyTorch's own derivative formulas, as text, from the table that its code generator ships inside the wheel.

``torchgen/packaged/autograd/derivatives.yaml`` is what PyTorch's backward nodes are generated from. It is found without
importing torch and read once.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import yaml

TABLE = Path("packaged", "autograd", "derivatives.yaml")

_ARGUMENT = re.compile(r"(\w+)(?:=[^,()]*)?(?=[,)])")
_ELEMENT = re.compile(r"\[\d+\]\Z")


def rule(kernel: str, argument: str) -> str | None:
    """PyTorch's formula for the gradient of one argument of a kernel, exactly as PyTorch ships it.

    ``kernel`` is a name and overload such as ``sin`` or ``pow.Tensor_Scalar``; in place (``mul_.Tensor``) the formula
    is the plain kernel's. ``argument`` is PyTorch's name for it; an element of a list (``tensors[1]``) has the list's.
    ``grad`` in the formula is the upstream gradient, ``result`` what the kernel gave. None where the table has no
    entry, as for operations that are made of others, or where torchgen is not installed.
    """
    entry = load().get(kernel)
    if entry is None:
        name, dot, overload = kernel.partition(".")
        entry = load().get(name.removesuffix("_") + dot + overload, {})
    return entry.get(_ELEMENT.sub("", argument))


@cache
def load() -> dict[str, dict[str, str]]:
    """The whole table: kernel → argument → formula. Call it at start; afterwards it costs nothing."""
    spec = find_spec("torchgen")
    if spec is None or not spec.submodule_search_locations:
        return {}
    path = Path(spec.submodule_search_locations[0]) / TABLE
    if not path.is_file():
        return {}
    entries = yaml.load(path.read_text(encoding="utf-8"), Loader=_loader())  # noqa: S506 - one of the safe loaders
    return {kernel: formulas for entry in entries for kernel, formulas in [_formulas(entry)]}


def _loader() -> type[yaml.SafeLoader] | type[yaml.CSafeLoader]:
    """libyaml's parser is ten times as fast as the one in Python, which is there everywhere."""
    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _formulas(entry: dict[str, Any]) -> tuple[str, dict[str, str]]:
    """One entry's kernel and its formulas; a key may name several arguments, and forward derivatives are left out."""
    schema: str = entry["name"]
    kernel, _, rest = schema.partition("(")
    arguments = set(_ARGUMENT.findall(rest.rpartition("->")[0]))
    formulas = entry.get("dispatch", {}).get("Default", entry)
    return kernel, {
        name: text
        for key, text in formulas.items()
        for name in re.split(r",\s*", key)
        if name in arguments and isinstance(text, str)
    }
