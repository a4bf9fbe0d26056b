"""The step and the picture in an address."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradwalk.address.position import MAX_STEP, PICTURES, check_picture, step_of
from gradwalk.player import FOLDER


@given(st.integers(0, MAX_STEP))
def test_a_step_is_read(step: int) -> None:
    notices: list[str] = []
    assert step_of({"step": str(step)}, notices) == step
    assert notices == []


@pytest.mark.parametrize("text", ["-1", "two", "100001", "9" * 5000, "٣", "1.5", ""])
def test_anything_else_starts_at_the_beginning_and_is_said(text: str) -> None:
    notices: list[str] = []
    assert step_of({"step": text}, notices) == 0
    assert len(notices) == 1


@pytest.mark.parametrize(("picture", "count"), [("both", 0), ("grad_fn-saved", 0), ("", 1), ("<svg>", 1), ("x", 1)])
def test_a_picture_that_does_not_exist_is_said(picture: str, count: int) -> None:
    notices: list[str] = []
    check_picture({"picture": picture}, notices)
    assert len(notices) == count
    check_picture({}, notices)
    check_picture({"density": "pytorch"}, notices)
    assert len(notices) == count


def test_the_player_knows_the_same_pictures() -> None:
    source = (FOLDER / "address.js").read_text(encoding="utf-8")
    names = source[source.index("const PICTURES = {") : source.index("export const pictureName")]
    assert all(f"{name}: {{" in names.replace('"', "") for name in PICTURES)
    assert names.count("view:") == len(PICTURES)


@pytest.mark.parametrize(
    ("groups", "count"), [("g1.g5", 0), ("g0", 0), ("g1,3:g2.g4", 0), ("", 1), ("1.5", 1), ("g1,", 1)]
)
def test_groups_that_no_graph_can_have_are_said(groups: str, count: int) -> None:
    notices: list[str] = []
    check_picture({"groups": groups}, notices)
    assert len(notices) == count
