"""Each hostile text is refused in a sentence or ends in a harmless failure, and nothing of it remains."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from gradwalk import ProgramError, record
from gradwalk.export.pictures import computation_svg, torchviz_svg
from tests.hostile.corpus import CORPUS, Hostile

ROOT = Path(__file__).resolve().parent.parent.parent
MEMORY = 256 << 20
"""What one text may make the process grow by: some tensors that are allowed, and the recording."""


@pytest.fixture(scope="session")
def outcomes() -> dict[tuple[str, str], dict[str, Any]]:
    """What became of each text, in one process of their own."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "tests.hostile.runner"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    found = {(line["kind"], line["title"]): line for line in lines if "outcome" in line}
    assert done.returncode == 0, f"the process died of {lines[-1]}: {done.stderr}"
    return found


def identity(hostile: Hostile) -> str:
    return f"{hostile.kind}: {hostile.title}"


def test_the_texts_are_some_hundreds_and_each_has_a_title_of_its_own() -> None:
    assert len(CORPUS) > 500
    assert len({(hostile.kind, hostile.title) for hostile in CORPUS}) == len(CORPUS)


@pytest.mark.parametrize("hostile", CORPUS, ids=identity)
def test_a_hostile_text(hostile: Hostile, outcomes: dict[tuple[str, str], dict[str, Any]]) -> None:
    found = outcomes[hostile.kind, hostile.title]
    assert found["outcome"] in (("refused", "failed", "ended") if hostile.harmless else ("refused", "failed")), found
    assert found["outcome"] != "refused" or found["message"].endswith((".", "?")), found
    assert found["placed"] or found["stage"] == "read", "a refusal marks its place"
    assert found["changed"] == []
    assert found["ordinary"], "the next program gives something else"
    assert found["memory"] is None or found["memory"] < MEMORY, found


@pytest.mark.parametrize("hostile", [text for text in CORPUS if text.kind == "rendering"], ids=identity)
def test_a_picture_holds_nothing_foreign(hostile: Hostile) -> None:
    try:
        recording = record(hostile.source, pictures=True)
    except ProgramError:
        return
    pictures = [computation_svg(recording)] if recording.operations else []
    pictures += [
        torchviz_svg(picture, recording, saved=saved) for picture in recording.pictures for saved in (True, False)
    ]
    for picture in pictures:
        assert "<script" not in picture
        assert "javascript:" not in picture
        assert "<a" not in picture.replace("<animate", "")
