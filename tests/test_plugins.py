"""What `dot` is started with on a server: fewer plug-ins, and every graph stands where it stood."""

from __future__ import annotations

from pathlib import Path

import pytest

from gradwalk import record
from gradwalk.analysis import analyse
from gradwalk.graph import dot, layout, plugins
from gradwalk.lessons import BY_SLUG
from gradwalk.story.player_data import player_data

PROGRAMS = [
    BY_SLUG["4d_training_loop"].source,
    "import torch\nx = torch.tensor([1.0, 2.0, -3.0], requires_grad=True)\nw = torch.randn(2, 3, requires_grad=True)\n"
    "y = torch.relu(w @ x) * torch.sigmoid(x[:2]) + x.sum()\n(y * y + y).mean().backward()",
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("plugins")
    assert plugins.put_into(made)
    return made


@pytest.mark.parametrize("program", PROGRAMS)
def test_every_graph_is_placed_as_with_all_plugins(program: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sources: list[str] = []

    def run(source: str) -> bytes:
        sources.append(source)
        return dot.run(source)

    monkeypatch.setattr(layout, "run", run)
    monkeypatch.setattr(layout, "_kept", type(layout._kept)())
    player_data(analyse(record(program, pictures=True)), statements=True)
    with_all = [dot.run(source) for source in sources]
    monkeypatch.setenv(plugins.VARIABLE, str(folder))
    assert sources
    assert [dot.run(source) for source in sources] == with_all


def test_what_measures_text_is_left_out(folder: Path) -> None:
    (listed,) = folder.iterdir()
    assert "libgvplugin_dot_layout" in listed.read_text()
    assert "pango" not in listed.read_text()


@pytest.mark.parametrize("script", [None, "exit 1", "echo something else >&2", 'echo "libdir = \\"/nowhere\\"" >&2'])
def test_a_graphviz_that_we_do_not_know_stays_as_it_is(
    script: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if script is not None:
        program = tmp_path / "dot"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}")
    assert not plugins.put_into(tmp_path)
