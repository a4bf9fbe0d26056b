"""``gradwalk run --locked``, as a shell uses it: several files, each in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from gradwalk.__main__ import main

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAMS = {
    "well.py": "import torch\nx = torch.tensor(4.0, requires_grad=True)\nz = torch.sin(x ** 2)\nz.backward()\nx.grad\n",
    "fails.py": "# %%\nx = 1\n# %%\n1 / 0\n# %%\nx\n",
    "none.py": None,
    "long.py": "x = 1\n# %%\nx\n# %%\nprint('before')\nwhile True:\n    try:\n        while x: pass\n"
    "    except Exception: pass\n# %%\nx\n",
    "gone.py": "print(1)\n# %%\nimport ctypes\n\nctypes.string_at(0)\n# %%\n3",
    "after.py": "'∇'",
}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("programs")
    for name, text in PROGRAMS.items():
        if text is not None:
            (folder / name).write_text(text, encoding="utf-8")
    return [str(folder / name) for name in PROGRAMS]


def shell(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "gradwalk", "run", *arguments]
    return subprocess.run(
        command,
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=False,
        env={"GRADWALK_SECONDS": "2", "PATH": "/usr/bin"},
    )


def test_each_file_has_a_line_of_json_in_their_order(files: list[str]) -> None:
    done = shell("--locked", "--json", *files)
    assert done.returncode == 2
    lines: list[Any] = [json.loads(line) for line in done.stdout.splitlines()]
    well, fails, none, long, gone, after = lines
    assert [cell["shown"] for cell in well["cells"]] == ["tensor(-7.6613)"]
    assert {"cells", "values", "operations", "events"} <= set(well)
    assert len(well["operations"]) == 2
    assert [cell["failure"] and cell["failure"]["type"] for cell in fails["cells"]] == [None, "ZeroDivisionError", None]
    assert none["error"] == f"{files[2]}: It cannot be read: No such file or directory."
    assert [cell["shown"] for cell in long["cells"]] == ["", "1", "before", ""]
    failures = [cell["failure"] for cell in long["cells"]]
    assert failures[:2] + failures[3:] == [None, None, None]
    assert (failures[2]["type"], failures[2]["line"]) == ("TimeUp", 8)
    assert failures[2]["message"].startswith("The program ran for 2 seconds and was stopped.")
    assert [cell["shown"] for cell in gone["cells"]] == ["1", "", ""]
    assert [cell["failure"] and cell["failure"]["type"] for cell in gone["cells"]] == [None, "ProcessEnded", None]
    assert (gone["cells"][1]["failure"]["line"], gone["complete"]) == (5, False)
    assert [cell["shown"] for cell in after["cells"]] == ["'∇'"]
    assert files[2] in done.stderr


def test_without_json_each_file_is_named(files: list[str]) -> None:
    done = shell("--locked", files[1], files[5])
    assert (done.returncode, done.stderr) == (1, "")
    name, failure, why, shown, other, last = done.stdout.splitlines()
    assert (name, shown, other, last) == (f"# {files[1]}", "1", f"# {files[5]}", "'∇'")
    assert failure == "line 4, column 1: ZeroDivisionError: division by zero"
    assert "Change the divisor" in why


def test_several_files_are_run_locked_only(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["run", "a.py", "b.py"])
    assert caught.value.code == 2
    assert "several files are run with --locked" in capsys.readouterr().err


def test_where_nothing_can_be_locked_nothing_is_run(files: list[str]) -> None:
    command = [sys.executable, "-m", "gradwalk", "run", "--locked", files[0]]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, env={"GRADWALK_LOCK": "off", "PATH": "/usr/bin"}
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "Programs are not locked. The lock was turned off.\n"
