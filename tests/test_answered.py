"""Pages and the desk: what a page shows when too many ask, when something newer was asked for, when work breaks."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from components.expression.record import recorded
from components.shared import work
from gradwalk.address.expression import DEFAULT
from gradwalk.expression.expression import read
from serving.desk import Desk
from serving.kept import Kept
from serving.pool import Busy, Dropped, Here, Job, Stopped
from serving.work import Reply, described
from tests.browser import ROOT

PAGES = ["expression.py", "code.py", "perceptron.py"]


class Closed(Here):
    """A runner that raises instead of working."""

    def __init__(self, raises: Callable[[], Exception]) -> None:
        self.raises = raises

    def run(self, job: Job) -> Reply:
        raise self.raises()


@pytest.fixture
def at_desk() -> Iterator[Callable[[Desk], None]]:
    before = work.desk()
    yield work.use
    work.use(before)


def visit(page: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "pages" / "main.py"), default_timeout=60)
    return app.switch_page(page).run()


def sent(app: AppTest) -> list[dict[str, Any]]:
    """What the page sent to its components."""
    return [json.loads(one.proto.json) for one in app.get("bidi_component")]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("kind", [Busy, Stopped])
def test_a_sentence_says_that_nothing_was_done_and_the_fields_stay(
    at_desk: Callable[[Desk], None], page: str, kind: type[Exception]
) -> None:
    at_desk(Desk(Closed(lambda: kind("Come back in a moment.")), Kept(1)))
    app = visit(page)
    assert not app.exception
    assert "Come back in a moment." in str(sent(app))


@pytest.mark.parametrize("page", PAGES)
def test_a_run_for_something_older_ends_without_a_word(at_desk: Callable[[Desk], None], page: str) -> None:
    at_desk(Desk(Closed(Dropped), Kept(1)))
    app = visit(page)
    assert not app.exception
    assert not app.error


@pytest.mark.parametrize("page", PAGES)
def test_when_work_breaks_the_fields_stay(at_desk: Callable[[Desk], None], page: str) -> None:
    class Broken(Here):
        def run(self, job: Job) -> Reply:
            return Reply("failed", b"", "KeyError somewhere:1")

    at_desk(Desk(Broken(), Kept(1)))
    app = visit(page)
    assert len(app.exception) == 1
    assert sent(app)


def test_the_last_good_answer_is_had_where_it_can_be(at_desk: Callable[[Desk], None]) -> None:
    expression = read(DEFAULT.text, DEFAULT.given, DEFAULT.constants, DEFAULT.dtype, DEFAULT.seed)
    assert work.still(recorded, None) is None
    assert work.still(recorded, expression) is not None
    at_desk(Desk(Closed(lambda: Busy("Full.")), Kept(1)))
    assert work.still(recorded, expression) is None


def test_work_is_named_by_where_it_stands_and_equal_work_is_equal() -> None:
    one, other = (described(recorded, (read("z = sin(x**2)", {"x": value}),)) for value in ("4", "5"))
    again = described(recorded, (read("z = sin(x**2)", {"x": "4"}),))
    assert one.key == again.key != other.key
    assert one.name == "recorded"


def test_arguments_are_given_by_position() -> None:
    with pytest.raises(TypeError, match="by position"):
        recorded(expression=read("z = x", {}))
