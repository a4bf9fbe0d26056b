"""The rules of the tree: imports run one way, few modules touch torch, and views need none of it."""

from __future__ import annotations

import ast
import graphlib
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# pages → components → serving → gradwalk: what each may import of ours.
MAY_IMPORT = {
    "app": {"gradwalk", "components", "serving"},
    "pages": {"components", "gradwalk"},
    "components": {"components", "gradwalk", "serving"},
    "serving": {"gradwalk", "serving"},
    "gradwalk": {"gradwalk"},
}
WEB = {"streamlit", "starlette", "uvicorn"}
TORCH = {"torch", "torchviz"}

# What runs PyTorch: the doors for live code and for text, and the recorder that listens.
IMPORT_TORCH = {"live", "cells", "recorder"}
TRAINING = {
    f"gradwalk.training.{name}" for name in ("datasets", "fit", "history", "surface", "pictures", "running", "trials")
}
# These stand on them. Everything else in the library is a view, which reads text and recordings.
STAND_ON_TORCH = IMPORT_TORCH | {"__main__", "doors", "magic"}
FOUNDATIONS = {
    "gradwalk.program": set(),
    "gradwalk.settings": set(),
    "gradwalk.program.limits": {"gradwalk.program", "gradwalk.settings"},
    "gradwalk.recording.compact": set(),
    "gradwalk.recording.codec": {"gradwalk.recording.compact"},
    "gradwalk.recording.encoder": {"gradwalk.recording.compact"},
    "gradwalk.recording.checks": {"gradwalk.program"},
    "gradwalk.recording.beginning": {"gradwalk.recording.checks"},
    "gradwalk.recording.parts": {"gradwalk.program"},
    "gradwalk.recording.gradients": {"gradwalk.program", "gradwalk.recording.parts"},
    "gradwalk.recording.events": {"gradwalk.program", "gradwalk.recording.gradients", "gradwalk.recording.parts"},
    "gradwalk.recording": {
        f"gradwalk.recording.{name}" for name in "beginning checks codec encoder events gradients parts".split()
    },
}


def files() -> list[Path]:
    folders = (sorted((ROOT / name).rglob("*.py")) for name in ("pages", "components", "serving", "gradwalk"))
    programs = ROOT / "gradwalk" / "lessons" / "programs"  # data: what a learner would write
    return [ROOT / "app.py", *(path for folder in folders for path in folder if path.parent != programs)]


def module(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)


MODULES = {module(path): path for path in files()}
LIBRARY = {name: path for name, path in MODULES.items() if name.startswith("gradwalk.")}


def imported(path: Path, *, at_once: bool = False) -> set[str]:
    """Full names of the modules that a file imports, or only of those that it imports as soon as it is imported."""
    found: set[str] = set()
    waiting: list[ast.AST] = [ast.parse(path.read_text(encoding="utf-8"))]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            members = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= members & set(MODULES) or {node.module or ""}
        if not (at_once and is_later(node)):
            waiting += ast.iter_child_nodes(node)
    return found


def is_later(node: ast.AST) -> bool:
    """Code that importing a module does not run."""
    only_types = isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
    return only_types or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)


def top(name: str) -> str:
    return name.split(".")[0]


@pytest.mark.parametrize("name", MODULES)
def test_imports_run_one_way(name: str) -> None:
    ours = {top(other) for other in imported(MODULES[name])} & set(MAY_IMPORT)
    assert ours <= MAY_IMPORT[top(name)]


@pytest.mark.parametrize("name", LIBRARY)
def test_the_library_knows_nothing_of_the_web(name: str) -> None:
    assert not {top(other) for other in imported(LIBRARY[name])} & WEB


@pytest.mark.parametrize("name", [name for name in MODULES if name != "app"])
def test_only_the_modules_that_run_it_import_torch(name: str) -> None:
    allowed = name in LIBRARY and (name.split(".")[1] in IMPORT_TORCH or name in TRAINING)
    assert allowed or not {top(other) for other in imported(MODULES[name])} & TORCH


@pytest.mark.parametrize("name", FOUNDATIONS)
def test_the_foundations_stand_alone(name: str) -> None:
    ours = {other for other in imported(MODULES[name], at_once=True) if top(other) in MAY_IMPORT}
    assert ours <= FOUNDATIONS[name]


def test_the_library_is_imported_without_circles() -> None:
    graph = {name: imported(path, at_once=True) & set(LIBRARY) for name, path in LIBRARY.items()}
    list(graphlib.TopologicalSorter(graph).static_order())


def room(name: str) -> str:
    """The folder of a module; one that stands beside the folders is a room of its own."""
    inside = MODULES[name].parent.relative_to(ROOT).parts
    return ".".join(inside) if len(inside) > 1 else name


@pytest.mark.parametrize("of", [str, room], ids=["modules", "rooms"])
def test_nothing_is_hidden_in_a_circle(of: Callable[[str], str]) -> None:
    """Of modules or of rooms, with what functions import and what only types need."""
    graph: dict[str, set[str]] = {}
    for name, path in LIBRARY.items():
        others = {of(other) for other in imported(path) & set(LIBRARY)}
        graph.setdefault(of(name), set()).update(others - {of(name)})
    list(graphlib.TopologicalSorter(graph).static_order())


def test_views_are_imported_without_torch() -> None:
    """In a process that cannot find torch, as on a machine that never installed it."""
    views = [name for name in LIBRARY if name.split(".")[1] not in STAND_ON_TORCH and name not in TRAINING]
    program = f"""
import importlib, importlib.abc, sys

class NoTorch(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {TORCH!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
        return None

sys.meta_path.insert(0, NoTorch())
for name in {views!r}:
    importlib.import_module(name)
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
