"""The command line, as a shell uses it: what it prints, what it writes, and its exit status."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname
from xml.etree import ElementTree

import pytest
import torch

from gradwalk.__main__ import main

ROOT = Path(__file__).resolve().parent.parent

CELLS = """\
# %%
import torch
x = torch.tensor(4.0, requires_grad=True)
z = torch.sin(x ** 2)
z.backward()
x.grad
# %%
print("z:", z.item())
z.backward()
print("never")
# %%
"∇"
"""


def shell(
    *arguments: str, stdin: bytes = b"", environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "gradwalk", *arguments]
    return subprocess.run(command, cwd=ROOT, input=stdin, capture_output=True, check=False, env=environment)


@pytest.fixture
def cells(tmp_path: Path) -> Path:
    path = tmp_path / "cells.py"
    path.write_text(CELLS, encoding="utf-8")
    return path


def test_a_program_gets_the_arguments_behind_two_dashes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, before = tmp_path / "train.py", list(sys.argv)
    path.write_text(
        "import argparse\nparser = argparse.ArgumentParser()\nparser.add_argument('--epochs', type=int, default=9)\n"
        "print(parser.parse_args().epochs)\n",
        encoding="utf-8",
    )
    assert main(["run", str(path), "--", "--epochs", "2"]) == 0
    assert main(["run", str(path)]) == 0
    assert capsys.readouterr().out == "2\n9\n"
    assert sys.argv == before
    with pytest.raises(SystemExit):
        main(["run", "--locked", str(path), "--", "--epochs", "2"])


def test_run_prints_what_each_cell_shows_and_how_it_failed(cells: Path) -> None:
    done = shell("run", str(cells))
    assert done.returncode == 1
    assert done.stderr == b""
    first, second, failure, why, last = done.stdout.decode().splitlines()
    assert (first, second, last) == ("tensor(-7.6613)", f"z: {torch.tensor(16.0).sin().item()}", "'∇'")
    assert failure.startswith("line 9, column 1: RuntimeError: Trying to backward through the graph a second time")
    assert "released" in why
    assert "retain_graph=True" in why


def test_run_json_prints_the_recording(cells: Path) -> None:
    done = shell("run", str(cells), "--json", environment={"LC_ALL": "C", "PYTHONIOENCODING": "ascii"})
    assert done.returncode == 1
    data = json.loads(done.stdout.decode("utf-8"))
    assert {"cells", "values", "operations", "events"} <= set(data)
    assert [set(cell) >= {"source", "shown", "failure"} for cell in data["cells"]] == [True] * 3
    assert [cell["failure"] for cell in data["cells"]][::2] == [None, None]
    assert data["cells"][1]["failure"].keys() == {"type", "message", "line", "column"}
    assert (data["cells"][1]["failure"]["line"], data["cells"][1]["failure"]["column"]) == (9, 1)
    assert [cell["shown"] for cell in data["cells"]][::2] == ["tensor(-7.6613)", "'∇'"]
    assert {event["event"] for event in data["events"]} >= {"statement", "forward", "backward", "accumulate", "failure"}


BESIDE = """\
import atexit, os, sys, beside
os.system("echo from a command")
print(beside.NAME, sys.argv, sys.path[0], __file__)
atexit.register(print, "at the end")
# %%
import subprocess, threading, time
def late():
    time.sleep(0.2)
    print("late")
threading.Thread(target=late).start()
print("held back", file=sys.__stdout__)
process = subprocess.Popen("sleep 0.1; echo much later", shell=True)
"""


def test_json_is_alone_on_standard_output(tmp_path: Path) -> None:
    """Whatever a program starts, holds back, or leaves behind it; and it finds what lies beside it."""
    (tmp_path / "beside.py").write_text("NAME = 'beside'")
    path = tmp_path / "program.py"
    path.write_text(BESIDE)
    done = shell("run", str(path), "--json")
    cells = json.loads(done.stdout)["cells"]
    assert [cell["failure"] for cell in cells] == [None, None]
    assert cells[0]["shown"].splitlines()[:2] == [
        "from a command",
        f"beside ['{path}'] {tmp_path} {path}",
    ]
    assert cells[1]["shown"] == "held back"
    assert done.stderr.splitlines() == [b"late", b"at the end"]


def test_a_notebook_runs_in_its_folder(tmp_path: Path) -> None:
    (tmp_path / "data.txt").write_text("found")
    cells = [{"cell_type": "code", "source": text} for text in ("print(open('data.txt').read())", "__file__")]
    path = tmp_path / "program.ipynb"
    path.write_text(json.dumps({"cells": cells, "nbformat": 4}))
    done = shell("run", str(path))
    assert done.stdout.decode().splitlines()[:2] == [
        "found",
        "cell 2, line 1, column 1: NameError: name '__file__' is not defined",
    ]


def test_standard_input() -> None:
    done = shell("run", "-", stdin="# %%\n'é' + '∇'".encode())
    assert (done.returncode, done.stdout.decode(), done.stderr) == (0, "'é∇'\n", b"")


def test_a_reader_that_stops_early_is_no_error(tmp_path: Path) -> None:
    path = tmp_path / "long.py"
    path.write_text("for i in range(9000):\n    print(i)\n")
    with subprocess.Popen(
        [sys.executable, "-m", "gradwalk", "run", str(path), "--json"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.read(10) == b'{"format":'
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 1


# The rest in this process, where torch is already there


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    status = main(arguments)
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def test_all_is_well(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "well.py"
    path.write_text("x = 3\n# %%\nprint(x)\n# %%\nx")
    assert run(capsys, "run", str(path)) == (0, "3\n3\n", "")


def test_what_cannot_be_read_is_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for path, why in ((tmp_path / "none.py", "No such file or directory"), (tmp_path, "Is a directory")):
        assert main(["check", str(path)]) == 2
        assert capsys.readouterr().err == f"{path}: It cannot be read: {why}.\n"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xff\xfe", "'utf-8' codec can't decode byte 0xff"),
        ("x = 'é'".encode("latin-1"), "'utf-8' codec can't decode byte 0xe9"),
        (b"x = 1\n" * 50_000, "characters; at most 200,000 fit here"),
        (b"x = 1\0", "null character"),
    ],
)
def test_what_is_refused_or_cannot_be_read(
    content: bytes, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "program.py"
    path.write_bytes(content)
    status, out, err = run(capsys, "run", str(path))
    assert (status, out) == (2, "")
    assert err.startswith(str(path))
    assert words in err
    assert err.count("\n") == 1


def test_what_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for path in (tmp_path / "nothing.py", tmp_path):
        status, out, err = run(capsys, "run", str(path))
        assert (status, out) == (2, "")
        assert str(path) in err


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["run"],
        ["walk", "a.py"],
        ["draw", "a.py"],
        ["draw", "a.py", "--svg", "--dot"],
        ["draw", "a.py", "-o", "a.gif"],
        ["draw", "a.py", "--svg", "-o", "a.pdf"],
        ["draw", "a.py", "--dot", "--step", "2"],
        ["draw", "a.py", "--svg", "--theme", "blue"],
    ],
)
def test_a_wrong_command_is_explained(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert capsys.readouterr().err.startswith("usage: gradwalk")


def test_a_file_of_another_system(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With a byte order mark and carriage returns."""
    path = tmp_path / "windows.py"
    path.write_bytes(b"\xef\xbb\xbf# %%\r\nx = 1\r\n# %%\r\nx\r\n")
    assert run(capsys, "run", str(path)) == (0, "1\n", "")


# draw


@pytest.mark.parametrize("options", [["--svg"], ["--svg", "--torchviz"], ["--svg", "--torchviz", "--saved"]])
def test_draw_an_svg(options: list[str], cells: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = run(capsys, "draw", str(cells), *options)
    assert (status, err) == (1, "")  # its second cell fails
    root = ElementTree.fromstring(out)  # noqa: S314 - our own
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert "SinBackward0" in out


@pytest.mark.parametrize("options", [["--dot"], ["--dot", "--torchviz"], ["--dot", "--torchviz", "--saved"]])
def test_draw_graphviz_source(options: list[str], cells: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = run(capsys, "draw", str(cells), *options)
    assert (status, err) == (1, "")
    assert out.startswith("digraph")
    done = subprocess.run(["dot", "-Tplain"], input=out.encode(), capture_output=True, check=True)
    assert done.stdout.startswith(b"graph ")


def test_draw_into_a_file(cells: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "picture.svg"
    assert run(capsys, "draw", str(cells), "--svg", "--output", str(path)) == (1, "", "")
    ElementTree.parse(path)  # noqa: S314 - our own
    status, _, err = run(capsys, "draw", str(cells), "--svg", "--output", str(tmp_path / "no" / "where.svg"))
    assert status == 2
    assert "where.svg" in err


@pytest.mark.parametrize(
    ("source", "options", "words"),
    [("x = 3", ["--svg"], "nothing to draw"), ("x = 3", ["--dot", "--torchviz"], "requires_grad=True")],
)
def test_nothing_to_draw(
    source: str, options: list[str], words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "program.py"
    path.write_text(source)
    status, out, err = run(capsys, "draw", str(path), *options)
    assert (status, out) == (2, "")
    assert words in err


# html, open


@pytest.fixture
def sine(tmp_path: Path) -> Path:
    path = tmp_path / "sine.py"
    path.write_text(CELLS.partition("# %%\nprint")[0], encoding="utf-8")
    return path


def test_html_writes_a_page(sine: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "lesson.html"
    assert run(capsys, "html", str(sine), "-o", str(page), "--step", "2") == (0, "", "")
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")


@pytest.mark.parametrize(
    ("arguments", "begins"),
    [
        (["html", "-o", "-"], b"<!doctype html>"),
        (["draw", "-o", "-"], b"<svg "),
        (["draw", "--dot", "-o", "-"], b"digraph "),
    ],
)
def test_a_dash_is_standard_output_and_nothing_else_goes_there(
    arguments: list[str], begins: bytes, tmp_path: Path
) -> None:
    command, *rest = arguments
    program = CELLS.partition("# %%\nprint")[0] + "import atexit\natexit.register(print, 'past the cells')\n"
    made = subprocess.run(
        [sys.executable, "-m", "gradwalk", command, "-", *rest], cwd=tmp_path, input=program.encode(),
        capture_output=True, check=False, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    assert made.stdout.startswith(begins)
    assert b"past the cells" in made.stderr
    assert not list(tmp_path.iterdir())


def test_open_hands_a_page_to_the_browser(sine: Path) -> None:
    done = shell("open", str(sine), environment=dict(os.environ) | {"BROWSER": "echo %s"})
    assert (done.returncode, done.stderr) == (0, b"")
    page = Path(url2pathname(urlsplit(done.stdout.decode().strip()).path))
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_a_page_that_cannot_be_written(sine: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = run(capsys, "html", str(sine), "-o", str(tmp_path / "nowhere" / "lesson.html"))
    assert (status, out) == (2, "")
    assert err.endswith("lesson.html cannot be written: No such file or directory.\n")


def test_without_graphviz(
    sine: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    sine.write_text(sine.read_text(encoding="utf-8").replace("sin", "tanh"), encoding="utf-8")  # not drawn before
    for command in (["draw", str(sine), "--svg"], ["html", str(sine), "-o", str(tmp_path / "lesson.html")]):
        status, out, err = run(capsys, *command)
        assert (status, out) == (2, "")
        assert err.startswith(f"{sine}: Graphviz's program `dot` was not found.")
        assert err.count("\n") == 1


def test_draw_a_step(sine: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is drawn is said by how the output's name ends."""
    whole, early = run(capsys, "draw", str(sine), "--svg")[1], tmp_path / "step.svg"
    assert run(capsys, "draw", str(sine), "--step", "2", "-o", str(early)) == (0, "", "")
    assert "−7.6613" in whole
    assert "−7.6613" not in early.read_text(encoding="utf-8")
    for ending, start in ((".png", b"\x89PNG"), (".pdf", b"%PDF")):
        made = tmp_path / f"step{ending}"
        options = ["--torchviz", "--saved", "--theme", "dark", "-o", str(made)]
        assert run(capsys, "draw", str(sine), "--step", "2", *options) == (0, "", "")
        assert made.read_bytes().startswith(start)
    for command in (["draw", str(sine), "-o", str(early)], ["html", str(sine), "-o", str(tmp_path / "page.html")]):
        status, out, err = run(capsys, *command, "--step", "99")
        assert (status, out) == (2, "")
        assert re.fullmatch(
            rf"{re.escape(str(sine))}: There is no step 99: this recording has the steps 0 to \d+\.\n", err
        )


def test_the_version_is_that_of_the_package(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["--version"])
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert (caught.value.code, capsys.readouterr().out) == (0, f"Gradwalk {project['version']}\n")
    assert project["scripts"] == {"gradwalk": "gradwalk.__main__:main"}
