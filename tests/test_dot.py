"""The process that runs `dot`: its refusals, its time limit, and that nothing of it stays behind."""

from __future__ import annotations

import contextlib
import os
import random
import re
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradwalk import record
from gradwalk.analysis import analyse
from gradwalk.graph import dot, dot_process, layout
from gradwalk.graph.dot import MAX_LABEL, STAYS, LayoutError, Unavailable, asked, faults, quoted, run
from gradwalk.graph.layout import place
from gradwalk.lessons import BY_SLUG
from gradwalk.story.player_data import player_data
from tests.process import wait_until_gone

PROGRAMS = [
    BY_SLUG["4d_training_loop"].source,
    "import torch\nx = torch.tensor([1.0, 2.0, -3.0], requires_grad=True)\nw = torch.randn(2, 3, requires_grad=True)\n"
    "y = torch.relu(w @ x) * torch.sigmoid(x[:2]) + x.sum()\n(y * y + y).mean().backward()",
]


def dense(nodes: int, edges: int) -> str:
    """A random graph on which `dot` works for minutes."""
    draw = random.Random(0)
    lines = (f"{draw.randrange(nodes)} -> {draw.randrange(nodes)}" for _ in range(edges))
    return "digraph {" + "; ".join(lines) + "}"


def children() -> list[str]:
    """The programs that this process has started and that still run."""
    listed = subprocess.run(["ps", "-A", "-o", "ppid=,comm="], capture_output=True, text=True, check=True).stdout
    rows = [line.split(None, 1) for line in listed.splitlines()]
    return [name for parent, name in rows if int(parent) == os.getpid() and "dot" in name]


def test_a_dense_graph_ends_at_the_limit_and_leaves_no_process() -> None:
    busy = "could not be placed within 0.5 seconds beside all else that runs here"
    with pytest.raises(LayoutError, match=rf"too dense to be drawn within 0\.5 seconds\. A shorter|{re.escape(busy)}"):
        run(dense(500, 4000), 0.5)
    assert children() == []


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="the system cannot limit another process")
def test_the_system_ends_dot_when_its_parent_dies() -> None:
    """Killed in the middle of a layout, a server leaves a `dot` behind that the system itself stops."""
    program = "\n".join(
        [
            "import os, resource, subprocess",
            "from gradwalk.graph import dot",
            "started = subprocess.Popen",
            "def start(*args, **kwargs):",
            "    process = started(*args, **kwargs)",
            "    print(process.pid, flush=True)",
            "    return process",
            "subprocess.Popen = start",
            "limit = resource.prlimit",
            "def bound(pid, kind, limits=None):",
            "    was = limit(pid, kind, *([limits] if limits else []))",
            "    if kind == resource.RLIMIT_CPU and limits:",
            "        os._exit(0)",
            "    return was",
            "resource.prlimit = bound",
            f"dot.run({dense(500, 4000)!r})",
        ]
    )
    environment = os.environ | {"GRADWALK_LAYOUT_SECONDS": "0.5"}
    ended = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True, timeout=60
    )
    pid = int(ended.stdout)
    with contextlib.suppress(ProcessLookupError):
        assert resource.prlimit(pid, resource.RLIMIT_CPU)[0] <= 3
        os.kill(pid, signal.SIGKILL)


@pytest.fixture
def afresh() -> Iterator[None]:
    """No `dot` of another test is there, and none stays."""
    dot._end_those_that_wait()
    yield
    dot._end_those_that_wait()


@pytest.mark.usefixtures("afresh")
def test_dot_starts_once() -> None:
    before = asked()
    for _ in range(3):
        run("digraph { a -> b }")
    assert (asked() - before, children()) == (3, ["dot"])


@pytest.mark.usefixtures("afresh")
def test_it_makes_room_for_a_fresh_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dot_process, "MOST_SOURCES", 2)
    pids = []
    for _ in range(4):
        run("digraph { a -> b }")
        pids.append([process.pid for process in dot._idle])
    assert pids[1] == pids[3] == []
    assert pids[0] != pids[2]
    run("digraph { a [label=" + quoted("x" * MAX_LABEL) + "]" + ";b" * STAYS + " }")
    assert dot._idle == []


@pytest.mark.usefixtures("afresh")
def test_one_that_died_while_it_waited_is_replaced() -> None:
    run("digraph { a }")
    os.kill(dot._idle[0].pid, signal.SIGKILL)
    os.waitid(os.P_PID, dot._idle[0].pid, os.WEXITED | os.WNOWAIT)
    assert b'"name": "b"' in run("digraph { b }")


@pytest.mark.parametrize("program", PROGRAMS)
def test_what_was_placed_before_changes_nothing(program: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each graph stands where a `dot` that has seen no other one puts it."""
    sources: list[str] = []

    def kept(source: str) -> bytes:
        sources.append(source)
        return run(source)

    monkeypatch.setattr(layout, "run", kept)
    monkeypatch.setattr(layout, "_kept", type(layout._kept)())
    player_data(analyse(record(program, pictures=True)), statements=True)
    assert sources
    for source in sources:
        alone = subprocess.run(["dot", "-Tjson0"], input=source.encode(), capture_output=True, check=True).stdout
        found = [[layout.read(each) for each in layout._documents(output)] for output in (run(source), alone)]
        assert found[0] == found[1]


def test_a_fork_starts_its_own() -> None:
    program = """
import os
from gradwalk.graph import dot
dot.run("digraph { a }")
if child := os.fork():
    _, status = os.waitpid(child, 0)
    assert b'"name": "c"' in dot.run("digraph { c }")
    raise SystemExit(os.waitstatus_to_exitcode(status))
assert not dot._idle
assert b'"name": "b"' in dot.run("digraph { b }")
"""
    subprocess.run([sys.executable, "-W", "error", "-c", program], check=True, timeout=60)


def test_source_beyond_the_bound_is_refused_before_any_work() -> None:
    with pytest.raises(LayoutError, match="too large to be drawn"):
        run("digraph {" + "a -> b;" * 400_000 + "}")


def test_a_missing_dot_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(LayoutError, match=r"apt install graphviz.*brew install graphviz"):
        run("digraph {}")


def test_bad_source_is_told_in_graphvizs_words() -> None:
    with pytest.raises(LayoutError, match="syntax error"):
        run("digraph { a -> ")


def test_what_dot_started_ends_with_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A `dot` that is a script: it ends at once, and what it started holds on to the pipe."""
    started = tmp_path / "started"
    program = tmp_path / "dot"
    program.write_text(f'#!/bin/sh\nsleep 1000 &\necho $! > "{started}"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with pytest.raises(LayoutError, match=r"within 0\.5 seconds"):
        run("digraph {}", 0.5)
    wait_until_gone(int(started.read_text()))


@pytest.mark.parametrize("text", ["\\", 'a"b', "<b>bold</b>", "\\N", "a\nb", "ends with \\", '\\"', "é ∂ŷ", "x" * 3000])
def test_a_quoted_label_comes_back_as_it_was(text: str) -> None:
    assert place(f"digraph {{ a [label={quoted(text)}] }}").boxes["a"].label == text


@given(st.text(max_size=40))
def test_quoted_text_cannot_leave_its_quotes(text: str) -> None:
    inside = quoted(text)[1:-1].replace("\\\\", "").replace('\\"', "")
    assert '"' not in inside
    assert inside.replace("\\n", "").isprintable()


def halted_dot(folder: Path) -> None:
    """A `dot` that gets nothing of the machine."""
    program = folder / "dot"
    program.write_text("#!/bin/sh\nkill -STOP $$\n")
    program.chmod(0o755)


def test_a_busy_machine_is_not_the_graphs_fault(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    halted_dot(tmp_path)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    before = faults()
    with pytest.raises(Unavailable, match="beside all else that runs here"):
        run("digraph {}", 0.2)
    assert faults() == before + 1
