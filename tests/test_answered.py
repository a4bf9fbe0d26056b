"""Pages and the desk: what a page shows when too many ask, when something newer was asked for, when work breaks."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from components.expression.record import recorded
from components.shared import work
from components.shared.mistakes import SENTENCE
from gradwalk.address.expression import DEFAULT
from gradwalk.expression.expression import read
from serving.desk import Desk
from serving.jobs import Busy, Dropped, Job, Runner, Stopped
from serving.kept import Kept
from serving.pool import Here
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
def at() -> Iterator[Callable[[Runner], list[str]]]:
    """Pages ask this runner, for whatever it is. Gives a list that fills with the mistakes that pages tell of."""
    before = work.server()

    def use(runner: Runner) -> list[str]:
        mistakes: list[str] = []
        desk = Desk(runner, Kept(1), programs=None if type(runner) is Here else runner)
        work.use(work.Server(desk, None, lambda page, error: mistakes.append(f"{page}: {type(error).__name__}")))
        return mistakes

    yield use
    work.use(before)


def visit(page: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "pages" / "main.py"), default_timeout=60)
    return app.switch_page(page).run()


def sent(app: AppTest) -> list[dict[str, Any]]:
    """What the page sent to its components."""
    return [json.loads(one.proto.json or one.proto.bytes) for one in app.get("bidi_component")]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("kind", [Busy, Stopped])
def test_a_sentence_says_that_nothing_was_done_and_the_fields_stay(
    at: Callable[[Runner], list[str]], page: str, kind: type[Exception]
) -> None:
    at(Closed(lambda: kind("Come back in a moment.")))
    app = visit(page)
    assert not app.exception
    assert "Come back in a moment." in str(sent(app))


@pytest.mark.parametrize("page", PAGES)
def test_a_run_for_something_older_ends_without_a_word(at: Callable[[Runner], list[str]], page: str) -> None:
    at(Closed(Dropped))
    app = visit(page)
    assert not app.exception
    assert not app.error


@pytest.mark.parametrize("page", PAGES)
def test_when_work_breaks_the_fields_stay(at: Callable[[Runner], list[str]], page: str) -> None:
    class Broken(Here):
        def run(self, job: Job) -> Reply:
            return Reply("failed", b"", "KeyError somewhere:1")

    mistakes = at(Broken())
    app = visit(page)
    assert not app.exception
    assert SENTENCE in str(sent(app))
    assert mistakes == [f"{page.removesuffix('.py')}: Failed"]


@pytest.mark.parametrize("page", PAGES)
def test_whatever_else_breaks_a_page_is_told_in_a_sentence_too(
    at: Callable[[Runner], list[str]], page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**_: object) -> None:
        raise KeyError("secret")

    mistakes = at(Here())
    monkeypatch.setattr("components.player.player", broken)
    app = visit(page)
    assert not app.exception
    assert [error.value for error in app.error] == [SENTENCE]
    assert mistakes == [f"{page.removesuffix('.py')}: KeyError"]
    assert any("refusal" in data for data in sent(app))  # the form


@pytest.mark.parametrize(
    ("page", "part", "typed"),
    [
        ("expression.py", "components.expression.form_data.hint_of", "z = sin(x**2)"),
        ("code.py", "components.program.form_data.to_query", "import torch"),
    ],
)
def test_a_form_that_breaks_is_there_with_what_was_typed(
    at: Callable[[Runner], list[str]], page: str, part: str, typed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise KeyError("secret")

    mistakes = at(Here())
    monkeypatch.setattr(part, broken)
    app = visit(page)
    assert not app.exception
    assert SENTENCE in str(sent(app))
    assert typed in str(sent(app))
    assert mistakes == [f"{page.removesuffix('.py')}: KeyError"]


@pytest.mark.parametrize("page", PAGES)
def test_what_a_host_has_to_mend_is_not_a_visitors_to_mend(
    at: Callable[[Runner], list[str]], page: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    at(Here())
    monkeypatch.setattr("gradwalk.graph.layout._kept", OrderedDict())
    monkeypatch.setenv("PATH", str(tmp_path))
    app = visit(page)
    assert "No graph can be drawn on this server" in str(sent(app))
    assert "apt install" not in str(sent(app))


def test_the_last_good_answer_is_had_where_it_can_be(at: Callable[[Runner], list[str]]) -> None:
    expression = read(DEFAULT.text, DEFAULT.given, DEFAULT.constants, DEFAULT.dtype, DEFAULT.seed)
    assert work.still(recorded, None) is None
    assert work.still(recorded, expression) is not None
    at(Closed(lambda: Busy("Full.")))
    assert work.still(recorded, expression) is None


def test_work_is_named_by_where_it_stands_and_equal_work_is_equal() -> None:
    one, other = (described(recorded, (read("z = sin(x**2)", {"x": value}),)) for value in ("4", "5"))
    again = described(recorded, (read("z = sin(x**2)", {"x": "4"}),))
    assert one.key == again.key != other.key
    assert one.name == "recorded"


def test_arguments_are_given_by_position() -> None:
    with pytest.raises(TypeError, match="by position"):
        recorded(expression=read("z = x", {}))
