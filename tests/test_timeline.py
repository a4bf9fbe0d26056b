"""The steps that the player plays: their order, what stands where at each, and that all of it is PyTorch's."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradwalk import record
from gradwalk.graph.computation import computation_graph
from gradwalk.notation import array_text
from gradwalk.recording import Accumulate, Backward, LocalGradient, Recording
from gradwalk.story.timeline import timeline
from tests.plain_torch import run

SIN = "import torch\nx = torch.tensor(4.0, requires_grad=True)\nz = torch.sin(x**2)\nz.backward()\nx.grad\n"
TWICE = "import torch\nx = torch.tensor(3.0, requires_grad=True)\nz = x**2 + x\nz.backward()\n"
AGAIN = "import torch\nx = torch.tensor(2.0, requires_grad=True)\ny = x**2\ny.backward()\nw = x**2 + 1\nw.backward()\n"

Story = dict[str, Any]


def story(source: str) -> Story:
    return timeline(record(source))


def shown(told: Story, slot: str, step: int) -> list[str] | None:
    """The lines that a slot shows at a step."""
    entries = [lines for first, lines in told["slots"].get(slot, []) if first <= step]
    return entries[-1] if entries else None


def history(told: Story, slot: str) -> list[Any]:
    return [tuple(entry) for entry in told["slots"][slot]]


def titles(told: Story) -> list[str]:
    return [step["title"] for step in told["steps"]]


def test_the_steps_of_sin_x_squared() -> None:
    told = story(SIN)
    assert titles(told) == [
        "Start",
        "Forward through the square",
        "Forward through sin",
        "Local gradient ∂v₁/∂x",
        "Local gradient ∂z/∂v₁",
        "Backward starts at z",
        "Backward through sin",
        "Backward through the square",
        "Into x.grad",
        "Saved tensors are released",
    ]
    assert told["phases"] == [
        {"kind": "forward", "title": "Forward", "first": 1, "count": 2},
        {"kind": "local", "title": "Local gradients", "first": 3, "count": 2},
        {"kind": "backward", "title": "Backward", "first": 5, "count": 5},
    ]
    assert told["code"] == SIN


def test_numbers_appear_when_they_become_known_and_stay() -> None:
    told = story(SIN)
    assert {slot: history(told, slot) for slot in told["slots"]} == {
        "v0.value": [(0, ["4"])],
        "o0.value": [(1, ["16"])],
        "o1.value": [(2, ["−0.2879"])],
        "e0.0.local": [(3, ["8"])],
        "e1.0.local": [(4, ["−0.9577"])],
        "o1.grad": [(5, ["1"])],
        "e1.0.flow": [(6, ["−0.9577"])],
        "o0.grad": [(6, ["−0.9577"])],
        "e0.0.flow": [(7, ["−7.6613"])],
        "v0.grad": [(7, ["−7.6613"]), (8, ["−7.6613"])],
        "v0.total": [(8, ["−7.6613"])],
    }


def test_each_step_lights_up_its_box_its_arrows_and_its_node() -> None:
    told = story(SIN)
    assert [step["now"] for step in told["steps"]] == [
        [],
        ["o0", "e0.0", "n0"],
        ["o1", "e1.0", "n2"],
        ["e0.0", "o0", "n0"],
        ["e1.0", "o1", "n2"],
        ["o1", "n2"],
        ["o1", "e1.0", "n2"],
        ["o0", "e0.0", "n0"],
        ["v0", "n1"],
        ["o0", "o1", "n0", "n2"],
    ]
    assert [step["focus"] for step in told["steps"][1:]] == ["o0", "o1", "o0", "o1", "o1", "o1", "o0", "v0", None]


def test_each_step_marks_its_piece_of_the_source() -> None:
    lines = SIN.splitlines()
    marked = []
    for step in story(SIN)["steps"][1:]:
        line, column, _, end = step["span"]
        marked.append(lines[line - 1][column - 1 : end - 1])
    power, sin, call = "x**2", "torch.sin(x**2)", "z.backward()"
    assert marked == [power, sin, power, sin, call, sin, power, call, call]


def test_the_gradient_of_a_value_used_twice_waits_for_the_second_contribution() -> None:
    told = story(TWICE)
    assert history(told, "v0.grad") == [(7, ["1 + …"]), (8, ["7"]), (9, ["7"])]
    assert history(told, "e0.0.flow") == [(8, ["6"])]
    assert history(told, "e1.1.flow") == [(7, ["1"])]


def test_of_three_contributions_the_second_is_counted() -> None:
    told = story("import torch\nx = torch.tensor(3.0, requires_grad=True)\nz = x**2 + x.sin() + x\nz.backward()\n")
    assert [lines for _, lines in history(told, "v0.grad")][:2] == [["1 + …"], ["2 of 3 + …"]]


def test_a_further_backward_empties_all_but_the_leafs_grad() -> None:
    told = story(AGAIN)
    assert [(phase["title"], phase["first"]) for phase in told["phases"]] == [
        ("Forward", 1),
        ("Local gradients", 3),
        ("Backward", 4),
        ("Forward", 8),
        ("Local gradients", 10),
        ("Backward", 12),
    ]
    begins = 8
    for slot in ("o0.grad", "e0.0.local", "e0.0.flow"):
        assert shown(told, slot, begins - 1) is not None
        assert shown(told, slot, begins) is None
    assert [shown(told, "v0.total", step) for step in (5, 6, begins, len(told["steps"]) - 1)] == [
        None,
        ["4"],
        ["4"],
        ["8"],
    ]
    assert shown(told, "v0.grad", begins) == ["4"]
    assert told["steps"][-2]["formula"][-1][1:] == [["mn", "4"], ["mn", "4"], ["mn", "8"], "="]


def test_a_backward_that_never_starts_leaves_only_its_failure() -> None:
    told = story("import torch\nx = torch.ones(2, requires_grad=True)\ny = x * 2\ny.backward()\n")
    assert titles(told) == ["Start", "Forward through multiplication", "backward() needs one number"]
    assert [(phase["kind"], phase["title"]) for phase in told["phases"]] == [
        ("forward", "Forward"),
        ("failure", "Error"),
    ]
    assert [phase["count"] for phase in told["phases"]] == [1, 1]


def test_a_failure_in_the_middle_keeps_the_steps_before_it() -> None:
    source = (
        "import torch\nx = torch.tensor(2.0, requires_grad=True)\ny = x * x\nz = y * 3\nz.backward()\nz.backward()\n"
    )
    assert titles(story(source))[-2:] == ["Saved tensors are released", "backward() a second time"]


def test_a_leaf_as_the_root() -> None:
    told = story("import torch\nx = torch.tensor(3.0, requires_grad=True)\nx.backward()\n")
    assert titles(told) == ["Start", "Backward starts at x", "Into x.grad"]
    assert shown(told, "v0.grad", 2) == ["1"]


def test_a_program_without_tensors() -> None:
    told = story("a = 1 + 1\n")
    assert titles(told) == ["Start"]
    assert told["phases"] == []


def test_a_grad_that_the_program_reads_is_not_known_at_the_start() -> None:
    told = story(
        "import torch\nw = torch.tensor(1.0, requires_grad=True)\nloss = (w * 3)**2\nloss.backward()\nw.grad * 2\n"
    )
    [slot] = [slot for slot in told["slots"] if slot.endswith(".value") and shown(told, slot, 99) == ["18"]]
    assert shown(told, slot, 0) is None
    assert "So far only w = 1 is known." in told["steps"][0]["sentence"]


def test_the_seed_of_a_vector_gives_the_number_that_is_differentiated_a_name() -> None:
    source = "import torch\nL = torch.ones(2, requires_grad=True)\nz = L * 2\nz.backward(torch.tensor([1.0, 2.0]))\n"
    seed = next(step for step in story(source)["steps"] if step["title"] == "Backward starts at z")
    assert seed["formula"][1][1:] == [["mi", "ell"], ["mi", "z"], ["mi", "v"], ["mn", "[1, 2]"], "="]


NAMES = ("x", "y", "v", "m")
UNARY = (
    "{}.sin()",
    "torch.exp({})",
    "torch.tanh({})",
    "torch.relu({})",
    "{} * 2",
    "1 - {}",
    "{}**2",
    "torch.sigmoid({})",
)
BINARY = ("{} + {}", "{} * {}", "{} - {}", "torch.maximum({}, {})")
NUMBERS = st.floats(-2, 2, width=32).map(lambda number: round(number, 2))


@st.composite
def programs(draw: st.DrawFn) -> str:
    """Random programs on scalars, a vector and a matrix that broadcast, with values used several times."""
    vector, matrix = draw(st.lists(NUMBERS, min_size=3, max_size=3)), draw(st.lists(NUMBERS, min_size=6, max_size=6))
    lines = [
        "import torch",
        f"x = torch.tensor({draw(NUMBERS)}, requires_grad=True)",
        f"y = torch.tensor({draw(NUMBERS)}, requires_grad=True)",
        f"v = torch.tensor({vector}, requires_grad=True)",
        f"m = torch.tensor([{matrix[:3]}, {matrix[3:]}])",
    ]
    names = list(NAMES)
    for number in range(draw(st.integers(1, 6))):
        form = draw(st.sampled_from(UNARY + BINARY))
        operands = [draw(st.sampled_from(names)) for _ in range(form.count("{}"))]
        names.append(f"h{number}")
        lines.append(f"h{number} = {form.format(*operands)}")
    used = " + ".join(f"{name}.sum()" for name in dict.fromkeys([*names[4:], "x"]))
    return "\n".join([*lines, f"z = ({used}).mean()", "z.backward()", "[x.grad, y.grad, v.grad]"])


def slots_of(tree: Any) -> Iterator[int]:
    if isinstance(tree, int):
        yield tree
    for child in tree[1:] if isinstance(tree, list) else ():
        yield from slots_of(child)


@settings(max_examples=40, deadline=None)
@given(programs())
def test_any_program_has_a_whole_story(source: str) -> None:
    recording = record(source)
    told = timeline(recording)
    assert json.loads(json.dumps(told)) == told
    _check_steps(told)
    _check_formulas(told)
    _check_slots(told, recording)
    _check_gradients(told, recording, source)


def _check_steps(told: Story) -> None:
    steps = told["steps"]
    assert steps[0]["phase"] is None
    covered = [number for phase in told["phases"] for number in range(phase["first"], phase["first"] + phase["count"])]
    assert covered == list(range(1, len(steps)))
    for number, phase in enumerate(told["phases"]):
        assert {steps[k]["phase"] for k in range(phase["first"], phase["first"] + phase["count"])} == {number}
    for step in steps:
        assert step["title"]
        assert "{" not in step["sentence"]
        assert step["sentence"].endswith((".", "”"))


def _check_formulas(told: Story) -> None:
    """Every slot of a template has its argument, and every line that goes on begins with an equals sign."""
    for step in told["steps"]:
        for template, *arguments in step["formula"]:
            assert set(slots_of(told["formulas"][template])) <= set(range(len(arguments)))


def _check_slots(told: Story, recording: Recording) -> None:
    """Slots are those of the picture, and their entries are in order."""
    graph = computation_graph(recording)
    boxes, arrows = {box.id for box in graph.boxes}, {arrow.id for arrow in graph.arrows}
    for slot, entries in told["slots"].items():
        thing, _, kind = slot.removesuffix(".heat").rpartition(".")
        assert thing in (arrows if kind in ("local", "flow") else boxes)
        assert [step for step, _ in entries] == sorted({step for step, _ in entries})
    last = len(told["steps"]) - 1
    assert all(shown(told, f"{box}.value", last) for box in boxes)
    locals_ = {f"e{e.operation}.{e.edge}" for e in recording.events if isinstance(e, LocalGradient)}
    assert {arrow for arrow in arrows if shown(told, f"{arrow}.local", last)} == locals_


def _check_gradients(told: Story, recording: Recording, source: str) -> None:
    """What the leaves' boxes show at the end is what PyTorch holds in their .grad."""
    _, grads = run(source)
    last = len(told["steps"]) - 1
    leaves = {value.names[0]: value.id for value in recording.values if value.is_leaf and value.names}
    for name, grad in zip(("x", "y", "v"), grads, strict=True):
        if name in leaves and grad is not None:
            text = array_text(tuple(grad.shape), grad.flatten().tolist())
            assert shown(told, f"v{leaves[name]}.total", last) == shown(told, f"v{leaves[name]}.grad", last) == text
    reached = {event.leaf for event in recording.events if isinstance(event, Accumulate)}
    assert reached == {leaves[name] for name, grad in zip(("x", "y", "v"), grads, strict=True) if grad is not None}


def chain(length: int) -> str:
    forms = ["h = torch.sin(h) * w", "h = h + x", "h = torch.tanh(h)", "h = h**2"]
    start = [
        "import torch",
        "x = torch.tensor(0.5, requires_grad=True)",
        "w = torch.tensor(1.1, requires_grad=True)",
        "h = x",
    ]
    return "\n".join([*start, *(forms * (length // 5)), "h.backward()"])


def test_five_hundred_operations_share_few_formulas_and_stay_small() -> None:
    recording = record(chain(500))
    told = timeline(recording)
    assert len(recording.operations) == 500
    assert len(told["formulas"]) < 40
    assert len(json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()) < 2_000_000
    events = [event for event in recording.events if isinstance(event, Backward | LocalGradient)]
    assert len(told["steps"]) > len(events)


@pytest.mark.parametrize("number", [2.0, 5.0])
def test_other_numbers_need_no_new_template(number: float) -> None:
    """A move of a slider changes numbers alone, so nothing is converted again."""
    assert story(SIN.replace("4.0", str(number)))["formulas"] == story(SIN)["formulas"]


def test_a_story_is_told_without_torch() -> None:
    code = "import sys, gradwalk.story.timeline; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_an_operand_of_several_results_shows_how_many_jacobians_it_has() -> None:
    told = story(
        "import torch\nx = torch.tensor([1.0, 2.0], requires_grad=True)\na, b = x.unbind()\nz = a * b\nz.backward()\n"
    )
    shown = [lines for _, lines in told["slots"]["e0.0.local"]]
    assert shown == [["[1, 0]"], ["2 Jacobians"]]


def test_what_only_a_container_holds_has_a_row_of_its_own() -> None:
    source = (
        "import torch\ntorch.manual_seed(0)\n"
        "params = {'w': torch.tensor(2.0, requires_grad=True)}\nnet = torch.nn.Linear(1, 1)\n"
        "loss = (params['w'] * 3 + net(torch.ones(1)).sum())**2\nloss.backward()\n"
        "with torch.no_grad():\n    params['w'] -= 0.01 * params['w'].grad\nparams = {}\n"
    )
    names, _ = run(source.removesuffix("params = {}\n"))
    weight = names["params"]["w"]
    table = timeline(record(source))["names"]
    members = [row["name"] for row in table["rows"] if row.get("member")]
    assert members == ["params['w']", "net.weight", "net.bias"]
    *_, (_, last), (_, gone) = table["cells"]["params['w']"]
    assert (last["value"], last["grad"]) == (array_text((), (weight.item(),)), array_text((), (weight.grad.item(),)))
    assert gone is None  # the variable stands for something else
    cell = table["cells"]["net.weight"][-1][1]
    assert cell["grad"] == array_text((1, 1), tuple(names["net"].weight.grad.flatten().tolist()))
