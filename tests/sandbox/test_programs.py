"""What a process sends of its program: the whole recording, or as much as fits."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import gradwalk
from gradwalk.recording import Failure, Output, Recording, Stopped
from gradwalk.sandbox.frames import TooLarge
from gradwalk.sandbox.outcome import Said, recording, said
from gradwalk.sandbox.processes import Nursery
from gradwalk.sandbox.programs import configuration, payload, send
from gradwalk.sandbox.wire import packed
from gradwalk.settings import SETTINGS

MIXED = "''.join(hex(n * 2654435761 % 2**32)[2:] for n in range({}))"  # does not become smaller by much
SOURCE = (
    "import torch\nx = torch.ones(2)\nfor n in range(99): x = x * 2\n# %%\n"
    f"print({MIXED.format(9_000)})\n# %%\n1 / 0\n# %%\nx = [n for n in range(100)]"
)
WHOLE = gradwalk.record(SOURCE)


def sent(most: int, source: str = SOURCE, whole: Recording = WHOLE) -> Recording:
    """What arrives where so many characters fit."""
    said: list[object] = []

    def say(message: object) -> None:
        if len(str(message)) > most:
            raise TooLarge("It is too large.")
        said.append(message)

    send(whole, say)
    return recording(source, Said(tuple(said), "done", "", ""))


def test_what_fits_is_sent_as_it_is() -> None:
    assert sent(10**7).to_json() == WHOLE.to_json()


def test_of_what_does_not_fit_the_outputs_and_failures_are_sent() -> None:
    found = sent(len(packed(WHOLE.to_json(small=True))) - 6_000)
    first, *outputs, failure = found.events
    assert isinstance(first, Stopped)
    assert first.reason == "size"
    assert "It is too large. Fewer turns or smaller pictures would work." in first.text
    assert outputs == [event for event in WHOLE.events if isinstance(event, Output)]
    assert failure in WHOLE.events
    assert found.cells == WHOLE.cells
    assert not found.complete


def test_of_what_does_not_even_fit_then_the_cells_are_sent() -> None:
    found = sent(70_000)
    assert [type(event) for event in found.events] == [Stopped]
    assert not any(isinstance(event, Output) for event in found.events)
    assert found.cells == WHOLE.cells


def test_pictures_are_left_out_first() -> None:
    source = (
        "import torch\nx = torch.tensor(2.0, requires_grad=True)\nx * x\n# %%\nclass Drawn:\n"
        "    def _repr_svg_(self): return '<svg>' + " + MIXED.format(9_000) + " + '</svg>'\n"
        "    def __repr__(self): return 'drawn'\nDrawn()"
    )
    whole = gradwalk.record(source)
    found = sent(30_000, source, whole)
    assert found.operations == whole.operations
    assert [cell.shown for cell in found.cells] == [whole.cells[0].shown, "drawn"]
    assert [event.text for event in found.events if isinstance(event, Output)][-1] == "drawn"


LOADED = """
import sys
from gradwalk.cells.warm_up import warm_up
from gradwalk.sandbox import programs, warm
warm.load()
warm_up()
before = set(sys.modules)
programs.work(programs.payload("1 + 1", pictures=True), lambda message: None)
print([name for name in set(sys.modules) - before if name.partition(".")[0] in ("gradwalk", "sympy", "torch")])
"""


ENDLESS = """\
import torch
x = torch.tensor(1.0, requires_grad=True)
print("begun")
while True:
    x = x * 1.0001
"""


def test_of_what_has_used_up_its_memory_all_is_told() -> None:
    """There are no small pieces of memory left either, with which to say so."""
    nursery = Nursery(configuration(replace(SETTINGS, process_megabytes=200)))
    nursery.start()
    try:
        answer = nursery.run(payload(ENDLESS))
    finally:
        nursery.stop()
    found = recording(ENDLESS, said(answer))
    assert found.cells[0].shown == "begun"
    assert len(found.operations) > 100
    [failure] = [event for event in found.events if isinstance(event, Failure)]
    assert (failure.cause, failure.span.line) == ("no-memory", 5)
    assert "site-packages" not in failure.traceback


def test_a_process_loads_nothing_that_its_nursery_could_have_loaded() -> None:
    """What is loaded there is loaded anew for each program, which took ten times as long."""
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", LOADED], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
