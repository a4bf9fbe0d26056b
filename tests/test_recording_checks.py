"""A recording that somebody forged is refused with a sentence, or points at nothing that is not there."""

from __future__ import annotations

import copy
import json
from typing import Any, get_type_hints

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gradwalk import Recording, record
from gradwalk import recording as r
from gradwalk.lessons import LESSONS, Lesson
from gradwalk.recording import checks

SOURCE = """\
import torch
x = torch.tensor([1.0, 2.0], requires_grad=True)
y = x * x + torch.sin(x)
print("here")
y.sum().backward()
x.grad
# %%
y.backward()
"""
WHOLE: dict[str, Any] = json.loads(record(SOURCE, pictures=True).to_json())
CLASSES = [
    kind for kind in vars(r).values() if hasattr(kind, "_fields") and kind.__name__ not in {"Span", "Summary", "Array"}
]


def refusal(whole: dict[str, Any]) -> str:
    with pytest.raises(ValueError, match=r"^This is no recording: .*\.$") as caught:
        Recording.from_json(json.dumps(whole))
    return str(caught.value).removeprefix("This is no recording: ").removesuffix(".")


def change(*path: Any, to: Any) -> dict[str, Any]:
    whole = copy.deepcopy(WHOLE)
    inner: Any = whole
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = to
    return whole


def span(line: int, column: int, end_line: int, end_column: int) -> dict[str, int]:
    return {"line": line, "column": column, "end_line": end_line, "end_column": end_column}


def at(kind: str) -> int:
    """The place of the first event of a kind."""
    return next(place for place, event in enumerate(WHOLE["events"]) if event["event"] == kind)


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.slug)
def test_every_lesson_makes_sense(lesson: Lesson) -> None:
    recording = record(lesson.source, pictures=True)
    assert repr(Recording.from_json(recording.to_json())) == repr(recording)


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_every_whole_number_of_every_kind_is_looked_at(kind: Any) -> None:
    """A field that is new names something, or it counts something."""
    for field, hint in get_type_hints(kind).items():
        if int in checks.kinds(hint) and float not in checks.kinds(hint) and field not in {"cell", "shape"}:
            assert f"{kind.__name__} {field}" in checks._REFERENCES or f"{kind.__name__}.{field}" in checks._COUNTS


@pytest.mark.parametrize(
    ("path", "to", "said"),
    [
        (("values", 0, "id"), 1, "its values are not numbered from 0"),
        (("values", 1, "operation"), 99, "Value operation is 99, and there are "),
        (("values", 1, "operation"), -1, "Value operation is -1, and there are "),
        (("values", 0, "version"), -1, "Value version is -1"),
        (("values", 0, "numbers"), [1.0], "Value of the shape (2,) has 1 numbers"),
        (("values", 0, "shape"), [-2], "Value has the shape (-2,)"),
        (("values", 0, "shape"), [2**80], "TypeError('a number is too large')"),
        (("values", 0, "numbers", 0), 10**30, "TypeError('a number is too large')"),
        (("operations", 0, "edges", 0, "value"), 99, "Edge value is 99, and there are "),
        (("operations", 0, "edges", 0, "route"), 2, "operation 0 has an edge along a route that is not there"),
        (("operations", 0, "results", 0), 99, "Operation results is 99, and there are "),
        (("operations", 0, "kernel"), "k" * 1001, "Operation kernel has more than 1,000 characters"),
        (("values", 0, "names"), ["n", "n" * 1001], "Value names has more than 1,000 characters"),
        (("operations", 0, "module"), 0, "Operation module is 0, and there are "),
        (("operations", 0, "edges", 0, "value"), 3, "its operations go in a circle"),
        (("nodes", 0, "next", 0, "node"), 0, "its nodes go in a circle"),
        (("nodes", 0, "next", 0, "output"), -1, "Route output is -1"),
        (("events", 0, "cell"), 2, "Statement cell is 2, and there are "),
        (("events", 0, "span"), span(10, 1, 10, 2), "its text has no place from 10:1 to 10:2"),
        (("events", 0, "span"), span(2, 1, 1, 2), "its text has no place from 2:1 to 1:2"),
        (("events", 0, "span"), span(2, 0, 2, 2), "its text has no place from 2:0 to 2:2"),
        (("events", at("forward"), "operation"), 99, "Forward operation is 99, and there are "),
        (("events", at("backward call"), "call"), 1, "its backward calls are not counted from 0"),
        (("events", at("local gradient"), "call"), 1, "LocalGradient call is 1, and there are "),
        (("events", at("local gradient"), "edge"), 7, "operation 0 has no such edge or result"),
        (("events", at("local gradient"), "rows"), 7, "a local gradient of the form 'diagonal' has other numbers"),
        (("events", at("local gradient"), "form"), "round", "a local gradient of the form 'round' has other numbers"),
        (("events", at("backward"), "upstream", 0), {"event": "forward"}, "KeyError('shape')"),
        (("events", 0), {"event": "never"}, "KeyError('never')"),
        (("pictures", 0, "call"), 1, "a picture belongs to call 1"),
        (("source",), "\ud800", "surrogates not allowed"),
        (("torch",), 2, "TypeError('a int should be str')"),
        (("format",), 2, "its format is 2, and this version reads 3"),
    ],
)  # fmt: skip
def test_a_forgery_is_refused(path: tuple[Any, ...], to: Any, said: str) -> None:
    assert said in refusal(change(*path, to=to))


@pytest.mark.parametrize(
    "line",
    [
        '"n1" [image="/etc/passwd"]', '"n1" [label=<<b>x</b>>]', '"n1" [URL="javascript:alert(1)"]',
        "graph [imagepath=x]", '"n1" [label="a", shapefile="/etc/passwd"]', "subgraph x {", 'node [fontpath="/"]',
        "}", "digraph {", "layout=neato", '"n1" -> "n2" -> "n3" [id="t"]', '"n1:port" [label="a"]',
        '"n1" [label="a\\"]', "include", "splines=ortho",
    ],
)  # fmt: skip
def test_a_picture_has_nothing_that_we_would_not_write(line: str) -> None:
    lines = WHOLE["pictures"][0]["plain"].split("\n")
    forged = "\n".join([*lines[:-1], line, lines[-1]])
    assert "a picture" in refusal(change("pictures", 0, "plain", to=forged))


def places(item: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path to every piece of JSON data."""
    inner = item.items() if isinstance(item, dict) else enumerate(item) if isinstance(item, list) else ()
    return [path, *(found for key, part in inner for found in places(part, (*path, key)))]


PLACES = places(WHOLE)[1:]
DAMAGES: list[Any] = [
    *(-1, 0, 1, 3, 99, 2**63, 1e300, True, None),
    *("", "x" * 999, "nan", "\x00", [], [[]], [0] * 99, {}),
]


@given(st.lists(st.tuples(st.sampled_from(PLACES), st.sampled_from(DAMAGES)), min_size=1, max_size=4))
@example([(("values",), [])])
@example([(("cells",), [])])
def test_whatever_is_damaged_the_answer_is_a_sentence_or_a_recording(damages: list[tuple[Any, Any]]) -> None:
    whole = copy.deepcopy(WHOLE)
    for path, damage in damages:
        inner: Any = whole
        try:
            for key in path[:-1]:
                inner = inner[key]
            inner[path[-1]] = damage
        except (KeyError, IndexError, TypeError):
            continue  # an earlier damage took it away
    try:
        recording = Recording.from_json(json.dumps(whole))
    except ValueError:
        assert len(refusal(whole)) < 400
        return
    assert repr(Recording.from_json(recording.to_json())) == repr(recording)
