"""The wheel holds the library with its player and, for ``gradwalk[site]``, the page, which serves from there."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from urllib.request import urlopen

import pytest

import gradwalk.serve
from gradwalk.__main__ import main
from tests.browser import ROOT, _wait_until_healthy, free_port

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
OURS = {"app", "components", "gradwalk", "pages", "serving"}


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder into which a wheel of this tree was unpacked, which is all that an installation does with ours."""
    folder = tmp_path_factory.mktemp("wheel")
    tree = folder / "tree"
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True).stdout
    for name in filter(None, tracked.decode().split("\0")):
        if name.split("/")[0] in OURS | {".streamlit", "app.py", "setup.py", "pyproject.toml", "README.md", "LICENSE"}:
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            (tree / name).write_bytes((ROOT / name).read_bytes())
    command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-build-isolation", "--no-deps", "--no-index", "-w"]
    subprocess.run([*command, str(folder), str(tree)], check=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(folder / "installed")
    return folder / "installed"


def test_the_wheel_holds_the_library_and_the_page(installed: Path) -> None:
    names = {path.relative_to(installed).as_posix() for path in installed.rglob("*") if path.is_file()}
    player = {f"gradwalk/player/{name}" for name in ("player.js", "picture.css", "sans.woff2", "sans-licence.txt")}
    page = {f"gradwalk/page/{name}" for name in ("app.py", ".streamlit/config.toml", "components/player/player.js")}
    assert player | page <= names
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == {"gradwalk"}
    assert not [name for name in names if "/tests/" in name or "program/libraries/" in name]


@pytest.mark.browser
def test_the_page_serves_from_there(installed: Path, tmp_path: Path) -> None:
    port, log = free_port(), tmp_path / "log"
    environment = {**os.environ, "PYTHONPATH": str(installed), "STREAMLIT_SERVER_HEADLESS": "true"}
    with log.open("wb") as out:
        command = [sys.executable, "-m", "gradwalk", "serve", f"--port={port}"]
        server = subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=out, stderr=out)
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_until_healthy(server, url, log)
        with urlopen(f"{url}/code") as answer:  # noqa: S310  our own server on loopback
            assert "Gradwalk needs JavaScript" in answer.read().decode()
    finally:
        server.terminate()
        server.wait(60)


def test_without_what_the_page_needs_one_sentence_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(gradwalk.serve, "NEEDED", ("no_such_package",))
    assert main(["serve"]) == 2
    assert capsys.readouterr().err == 'The page needs no_such_package. pip install "gradwalk[site]" brings it.\n'


def test_the_extra_names_what_the_page_imports() -> None:
    folders = [ROOT / name for name in ("pages", "components", "serving")]
    files = [ROOT / "app.py", *(path for folder in folders for path in folder.rglob("*.py"))]
    imported = {name for path in files for name in _imported(path)} - set(sys.stdlib_module_names) - OURS
    given = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["site"]]
    named = {each.partition(">=")[0].partition(";")[0].strip().lower().replace("-", "_") for each in given}
    assert {name.lower() for name in imported} <= named


def _imported(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])
    return found
