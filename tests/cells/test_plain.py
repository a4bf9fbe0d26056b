"""Programs that come from a form: recorded without IPython's shell, they are what they would be with it."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from components.player.packed import WITHOUT_CELLS
from gradwalk.address.perceptron import from_query
from gradwalk.analysis import analyse
from gradwalk.cells import record, record_plain
from gradwalk.expression.expression import program, read
from gradwalk.lessons.gallery import EXAMPLES
from gradwalk.perceptron.programs.program import program as of_perceptron
from gradwalk.perceptron.settings.reading import read as read_perceptron
from gradwalk.recording import Failure, Output, Recording
from gradwalk.story.player_data import player_data

VALUES = {"x": "[1, 2]", "w": "[[1, 2, 3], [4, 5, 6]]"}
REFUSED = ("z = log(x) + w @ w", "z = x + [1, 2, 3]", "z = softmax(x)")
PROGRAMS = {
    **{one.title: program(read(one.text, one.given, one.constants, one.dtype, one.seed)) for one in EXAMPLES},
    **{text: program(read(text, VALUES)) for text in REFUSED},
    "neuron": of_perceptron(read_perceptron(from_query({})[0].perceptron)),
}


def _rest(recording: Recording) -> dict[str, Any]:
    """All but what its cell shows."""
    fields = dict(vars(recording))
    events = [event for event in fields.pop("events") if not isinstance(event, Output)]
    cells = [cell._replace(shown="") for cell in fields.pop("cells")]
    return fields | {
        "events": [event._replace(traceback="") if isinstance(event, Failure) else event for event in events],
        "cells": cells,
    }


@pytest.mark.parametrize("name", PROGRAMS)
def test_it_is_recorded_as_in_a_cell(name: str) -> None:
    shell, plain = record(PROGRAMS[name], pictures=True), record_plain(PROGRAMS[name], pictures=True)
    assert repr(_rest(plain)) == repr(_rest(shell))
    (graphs, story), (graphs_too, story_too) = (player_data(analyse(one), statements=False) for one in (shell, plain))
    assert graphs == graphs_too
    assert [story[part] for part in WITHOUT_CELLS] == [story_too[part] for part in WITHOUT_CELLS]


def test_it_leaves_nothing_behind() -> None:
    main = sys.modules["__main__"]
    record_plain("import torch\nx = torch.ones(2)\n")
    assert sys.modules["__main__"] is main
