"""A recording survives JSON exactly, nothing else is read as one, and docs/recording.md says what is in it."""

from __future__ import annotations

import copy
import json
import math
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradwalk import Recording, record
from gradwalk import recording as r
from gradwalk.program.limits import Limits
from gradwalk.recording import EVENTS, FORMAT
from tests.programs import notebooks, programs

SOURCE = """\
import torch
x = torch.tensor([0.0, -1.0, 1.0], requires_grad=True)
n = torch.tensor([1, 2])
b = torch.tensor(True)
y = torch.log(x) / 0.0
y.sum().backward()
print("∇", x.grad)
x.backward()
"""


def numbers(recording: Recording) -> list[Any]:
    return [number for value in recording.values for number in value.numbers or ()]


def test_what_is_not_finite_survives() -> None:
    recording = record(SOURCE)
    again = Recording.from_json(recording.to_json())
    assert any(isinstance(number, float) and math.isnan(number) for number in numbers(again))
    assert {math.inf, -math.inf} <= {number for number in numbers(again) if not isinstance(number, bool)}
    assert repr(again) == repr(recording)  # nan is not equal to itself; its repr is


@given(programs() | notebooks())
def test_a_recording_survives_json(source: str) -> None:
    recording = record(source, pictures=True)
    text = recording.to_json()
    again = Recording.from_json(text)
    assert repr(again) == repr(recording)
    assert again.to_json() == text


@given(st.floats() | st.integers(-(2**63), 2**63 - 1) | st.booleans())
def test_a_number_keeps_its_kind_and_all_its_digits(number: float | int | bool) -> None:
    value = r.Value(0, 0, 0, 0, (), "float64", (number,), (), True, False, None)
    whole = Recording("", "", (), (value,), (), (), ())
    (found,) = Recording.from_json(whole.to_json()).values[0].numbers or ()
    assert type(found) is type(number)
    assert repr(found) == repr(number)


def test_the_json_is_json() -> None:
    """Strictly: no NaN, no Infinity; text as it is."""
    text = record(SOURCE).to_json()
    assert "∇" in text

    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    json.loads(text, parse_constant=refuse)


@pytest.mark.parametrize(
    "text",
    [
        "", "{}", "[]", "null", "5", '"recording"', "{", "[" * 100_000, '{"format": 3}', '{"format": 2, "source": ""}',
        '{"format": 3, "source": "", "torch": "", "cells": 5,"values": [], "operations": [], "nodes": [], "events": 0}',
    ],
)  # fmt: skip
def test_nothing_else_is_read(text: str) -> None:
    with pytest.raises(ValueError, match=r"^This is no recording: .*\.$"):
        Recording.from_json(text)


WHOLE = json.loads(record(SOURCE, pictures=True).to_json())


def places(item: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path to every piece of JSON data."""
    inner = item.items() if isinstance(item, dict) else enumerate(item) if isinstance(item, list) else ()
    return [path, *(found for key, part in inner for found in places(part, (*path, key)))]


PLACES = places(WHOLE)[1:]


@given(st.sampled_from(PLACES), st.sampled_from([None, 5, "x", [], {}, [{}], True, 1.5, {"event": "x"}, "nan"]))
def test_damage_is_found_or_harmless(path: tuple[Any, ...], damage: Any) -> None:
    """Wrong data in any one place is refused, or still makes a recording of right types."""
    data = copy.deepcopy(WHOLE)
    parent = data
    for key in path[:-1]:
        parent = parent[key]
    parent[path[-1]] = damage
    try:
        recording = Recording.from_json(json.dumps(data))
    except ValueError:
        return
    assert Recording.from_json(recording.to_json()).to_json() == recording.to_json()


# The page

DOCS = (Path(__file__).resolve().parent.parent / "docs" / "recording.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^##+ ([a-z ]+)\n(.*?)(?=^##+ |\Z)", DOCS, re.DOTALL | re.MULTILINE))
PARTS: dict[str, Any] = {
    "cells": r.Cell, "values": r.Value, "operations": r.Operation, "nodes": r.Node, "pictures": r.Picture,
    "modules": r.Module, **EVENTS
}  # fmt: skip


def fields_in_table(section: str) -> set[str]:
    return {
        field for row in re.findall(r"^\| (`.*?) \|", section, re.MULTILINE) for field in re.findall(r"`(\w+)`", row)
    }


@pytest.mark.parametrize("part", PARTS)
def test_the_page_lists_every_field(part: str) -> None:
    everywhere = {"cell", "span"} if part in EVENTS else set()
    assert fields_in_table(SECTIONS[part]) == set(PARTS[part]._fields) - everywhere


@pytest.mark.parametrize(
    ("kind", "section"),
    [
        (r.Edge, "operations"), (r.Constant, "operations"), (r.Route, "nodes"), (r.Saved, "nodes"),
        (r.Binding, "statement"), (r.Root, "backward call"), (r.CellFailure, "cells"), (r.State, "update"),
        (r.Parameter, "modules"),
    ],
)  # fmt: skip
def test_the_page_names_the_fields_inside(kind: Any, section: str) -> None:
    assert all(f"`{field}`" in SECTIONS[section] for field in kind._fields)


def test_the_page_lists_the_parts_of_the_whole() -> None:
    whole = DOCS.split("## The whole")[1].split("\n## ")[0]
    assert fields_in_table(whole) == set(WHOLE)
    assert f"| `format` | {FORMAT}." in whole


def test_each_example_on_the_page_is_real() -> None:
    first, second = re.findall(r"```python\n(.*?)```", DOCS, re.DOTALL)
    recordings = record(first), record(second, limits=Limits(watched_operations=9))
    both = [json.loads(recording.to_json()) for recording in recordings]
    for event in both[0]["events"]:
        event.pop("traceback", None)  # it names files of this machine
    examples = {name: re.findall(r"```json\n(.*?)\n```", text, re.DOTALL) for name, text in SECTIONS.items()}
    for name in PARTS:
        there = [item for data in both for item in data["events" if name in EVENTS else name]]
        for example in examples[name]:
            assert json.loads(example) in there, name
    assert [name for name in PARTS if not examples[name]] == ["pictures"]  # which are long


def test_numbers_as_short_texts_are_the_same_numbers() -> None:
    source = (
        "import torch\na = torch.linspace(-1, 1, 99, requires_grad=True)\nb = a.detach().double() / 3\n"
        "c = torch.tensor([0.0, -0.0, float('inf'), 1e30])\nd = torch.tensor([1.0, 2.0, float('nan'), 3.0])\n"
        "e = torch.arange(9)\nf = torch.ones(9, dtype=torch.bool)\ng = a.half()\n(a * a).sum().backward()"
    )
    recording = record(source)
    small = recording.to_json(small=True)
    again = Recording.from_json(small)
    assert again.to_json() == recording.to_json()
    assert math.copysign(1, (next(value for value in again.values if value.names == ("c",)).numbers or ())[1]) == -1
    assert len(small) < len(recording.to_json())
    kinds = {value["names"][0]: type(value["numbers"]) for value in json.loads(small)["values"] if value["names"]}
    assert kinds == {"a": str, "a.grad": str, "b": str, "c": str, "d": list, "e": list, "f": list, "g": str}


@pytest.mark.parametrize("text", ["", "x", "f", "fAAA", "f!!!!", "fAAAAAA=", "d" + "A" * 8, "nan", "1"])
def test_a_text_that_is_no_numbers_is_refused(text: str) -> None:
    whole = json.loads(record(SOURCE).to_json())
    whole["values"][0]["numbers"] = text
    with pytest.raises(ValueError, match="This is no recording"):
        Recording.from_json(json.dumps(whole))
