"""One module out of a graph of ES modules: where a browser cannot load them side by side, they come as one text.

A module becomes a function that gives what it exports, called once, in the order of the imports. It reads the plain
forms that ours are written in: ``import { a, b } from "./other.js";`` and ``export`` before a declaration.
"""

from __future__ import annotations

import re
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import NamedTuple

_PLAYER = Path(__file__).resolve().parent

_IMPORT = re.compile(r'^import \{([\w$,\s]+)\} from "(\.{1,2}/[\w./-]+\.js)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:const|class|(?:async )?function) ([\w$]+))", re.MULTILINE)
_DEFAULT = re.compile(r"^export default function \(", re.MULTILINE)
_LEFT = re.compile(r"^(?:import|export)\b.*$", re.MULTILINE)


class ModuleError(ValueError):
    """A module that cannot be put together with the others."""


class Module(NamedTuple):
    body: str
    imports: tuple[tuple[Path, tuple[str, ...]], ...]
    """Which names it takes from which file."""
    exports: tuple[str, ...]
    default: bool


def bundled(entry: Path) -> str:
    """The text of one module that does what ``entry`` does, with everything that it imports.

    Only ``entry`` may have a default export, which stays one; nobody else gets what it exports by name. Raises
    ModuleError for circles and for forms of import and export that are not read here, and OSError for a missing file.
    """
    entry = entry.resolve()
    modules = _with_imports(entry)
    for path, module in modules.items():
        _check_form(path, module, entry)
    for path, module in modules.items():
        _check_names(path, module, modules)
    order = [path for path in _in_order(modules) if path != entry]
    names = {path: f"$module{number}" for number, path in enumerate(order)}
    own = modules[entry]
    return "\n".join([*(_wrapped(modules[path], path, names) for path in order), _bindings(own, names), own.body])


def _with_imports(entry: Path) -> dict[Path, Module]:
    found: dict[Path, Module] = {}
    waiting = [entry]
    while waiting:
        path = waiting.pop()
        if path not in found:
            found[path] = _read(path)
            waiting += [other for other, _ in found[path].imports]
    return found


def _in_order(modules: dict[Path, Module]) -> list[Path]:
    try:
        graph = {path: [other for other, _ in module.imports] for path, module in modules.items()}
        return list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        circle = " → ".join(path.name for path in error.args[1])
        raise ModuleError(f"These modules import each other in a circle: {circle}.") from error


def _read(path: Path) -> Module:
    text = path.read_text(encoding="utf-8")
    imports = tuple(
        (_place(path.parent / found[2]), tuple(name.strip() for name in found[1].split(",") if name.strip()))
        for found in _IMPORT.finditer(text)
    )
    exports = tuple(found[1] for found in _EXPORT.finditer(text))
    body = _EXPORT.sub("", _IMPORT.sub("", text))
    return Module(body, imports, exports, default=_DEFAULT.search(body) is not None)


def _place(path: Path) -> Path:
    """Where a module is. The player's stand in the library, wherever the page is installed that imports them."""
    path = path.resolve()
    return _PLAYER / path.name if path.parts[-3:-1] == ("gradwalk", "player") else path


def _check_form(path: Path, module: Module, entry: Path) -> None:
    for found in _LEFT.finditer(module.body):
        if not _DEFAULT.match(found[0]):
            raise ModuleError(f'{path.name}: "{found[0]}" is a form of import or export that is not read here.')
    if module.default and path != entry:
        raise ModuleError(f"{path.name} has a default export; only the module that imports all others may have one.")


def _check_names(path: Path, module: Module, modules: dict[Path, Module]) -> None:
    for other, wanted in module.imports:
        missing = [name for name in wanted if name not in modules[other].exports]
        if missing:
            raise ModuleError(
                f"{path.name} imports {', '.join(missing)} from {other.name}, which exports no such name."
            )


def _wrapped(module: Module, path: Path, names: dict[Path, str]) -> str:
    inside = "\n".join(part for part in (_bindings(module, names), module.body) if part)
    return f"const {names[path]} = (() => {{\n{inside}\nreturn {{ {', '.join(module.exports)} }};\n}})();"


def _bindings(module: Module, names: dict[Path, str]) -> str:
    return "\n".join(f"const {{ {', '.join(wanted)} }} = {names[path]};" for path, wanted in module.imports)
