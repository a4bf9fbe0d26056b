"""The story of whole programs: names, outputs, saved tensors, updates, failures, folded loops; and its size."""

from __future__ import annotations

import json
from typing import Any

import pytest
import torch

from gradwalk import record
from gradwalk.address.perceptron import from_query
from gradwalk.analysis import analyse
from gradwalk.export.pictures import computation_svg
from gradwalk.graph.album import MOST_GRAPHS
from gradwalk.graph.player import player_graphs
from gradwalk.lessons import LESSONS
from gradwalk.perceptron.programs.program import program
from gradwalk.perceptron.settings.reading import read
from gradwalk.story.player_data import player_data
from gradwalk.story.timeline import timeline

W = "import torch\nw = torch.tensor(1.0, requires_grad=True)\n"
NETWORK = """\
import torch
import torch.nn as nn
torch.manual_seed(0)
X = torch.tensor([[0., 0.], [0., 1.], [1., 0.], [1., 1.]])
y = torch.tensor([[0.], [1.], [1.], [0.]])
net = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 1))
opt = torch.optim.SGD(net.parameters(), lr=0.1)
for epoch in range({turns}):
    opt.zero_grad()
    loss = ((net(X) - y)**2).mean()
    loss.backward()
    opt.step()
    print(loss.item())
"""
LOOP = W + (
    "x = torch.tensor(2.0)\nfor i in range({turns}):\n    loss = (w * x - 6)**2\n    loss.backward()\n"
    "    with torch.no_grad():\n        w -= 0.1 * w.grad\n    w.grad.zero_()\n"
)

Story = dict[str, Any]


def story(source: str, **options: Any) -> Story:
    return timeline(record(source), **options)


def cell(told: Story, name: str, step: int) -> dict[str, Any] | None:
    """What the table of names says at a step."""
    found = [content for since, content in told["names"]["cells"].get(name, []) if since <= step]
    return found[-1] if found else None


def shown(told: Story, slot: str, step: int) -> list[str] | None:
    entries = [lines for since, lines in told["slots"].get(slot, []) if since <= step]
    return entries[-1] if entries else None


def steps(told: Story, kind: str) -> list[int]:
    return [number for number, step in enumerate(told["steps"]) if step["kind"] == kind]


def sentence(told: Story, kind: str, which: int = 0) -> str:
    return str(told["steps"][steps(told, kind)[which]]["sentence"])


def formulas(told: Story, step: int) -> list[list[Any]]:
    return [[part for part in line[1:] if part not in ("=", "≈")] for line in told["steps"][step]["formula"]]


def _slots(tree: Any) -> list[tuple[str, int]]:
    """The slots of a template, each with the tag that it stands in."""
    inside = [(tree[0], part) for part in tree[1:] if isinstance(part, int)]
    return inside + [slot for part in tree[1:] if isinstance(part, list) for slot in _slots(part)]


@pytest.mark.parametrize("preset", ["lesson", "xor"])
def test_the_sign_of_each_line_stands_in_the_slot_that_is_kept_for_it(preset: str) -> None:
    told = story(program(read(from_query({"preset": preset})[0].perceptron)))
    for step in told["steps"]:
        for number, *arguments in step["formula"]:
            signs = [("mo", place) for place, argument in enumerate(arguments) if argument in ("=", "≈")]
            slots = _slots(told["formulas"][number])
            assert set(signs) == {slot for slot in slots if slot[0] == "mo"}
            assert all(place < len(arguments) for _, place in slots)


def test_a_name_has_a_step_unless_the_operation_before_it_made_its_value() -> None:
    told = story(W + "y = w * 3\nn = 5\ny.backward()\n", statements=True)
    titles = [told["steps"][number]["title"] for number in steps(told, "statement")]
    assert titles == ["w = 1", "n = 5"]
    forward = steps(told, "forward")[0]
    assert cell(told, "y", forward - 1) is None
    assert (cell(told, "y", forward) or {})["kind"] == "MulBackward0"


def test_at_the_start_no_name_is_bound_yet_though_the_program_has_run() -> None:
    told = story("def slope(x):\n    return 2 * x\n\nslope(3)\n# %%\n" + W + "y = w * 3\n", statements=True)
    said = told["steps"][0]["sentence"]
    assert said.startswith("The program has run. Each box of the computation graph will hold a value")
    assert said.endswith("Press → to walk through what it did, line by line, from its beginning.")
    plain = story("n = 2\nn * 3\n", statements=True)["steps"][0]["sentence"]
    assert plain == "The program has run. Press → to walk through what it did, line by line, from its beginning."
    assert [name for name in told["names"]["cells"] if cell(told, name, 0)] == []
    assert (cell(told, "w", 2) or {})["value"] == ["1"]
    for lesson in LESSONS:
        told = story(lesson.source, statements=True)
        assert [name for name in told["names"]["cells"] if cell(told, name, 0)] == []


def test_the_table_follows_a_leaf_through_backward_and_update() -> None:
    told = story(LOOP.format(turns=1), statements=True)
    grad, update = steps(told, "accumulate")[0], steps(told, "update")
    known = cell(told, "w", 1)
    assert known == {"value": ["1"], "grad": None, "requires_grad": True, "kind": "leaf", "shares": None}
    assert (cell(told, "w", grad) or {})["grad"] == ["−16"]
    after = cell(told, "w", update[1]) or {}
    assert (after["value"], after["version"], after["requires_grad"]) == (["2.6"], 1, True)
    assert (cell(told, "w", update[2]) or {})["grad"] == ["0"]


def test_a_name_in_the_same_memory_says_so() -> None:
    told = story(W + "d = w.detach()\nd += 1\nw\n", statements=True)
    last = len(told["steps"]) - 1
    assert (cell(told, "d", last) or {})["shares"] == "w"
    assert (cell(told, "w", last) or {})["value"] == ["2"]


def test_what_is_shown_stands_under_its_cell_from_its_step_on() -> None:
    told = story("a = 1\nprint(a)\n# %%\na + 1\n# %%\n1 / 0\n", statements=True)
    assert [entry[1:] for entry in told["outputs"]] == [
        [0, "print", "1\n"],
        [1, "result", "2"],
        [2, "failure", "ZeroDivisionError: division by zero"],
    ]
    assert [told["steps"][entry[0]]["kind"] for entry in told["outputs"]] == ["output", "output", "failure"]
    assert told["cells"][0]["line"] == 1


def test_chips_hold_what_a_node_saved_until_the_engine_is_done_with_it() -> None:
    told = story(W + "y = w**2\ny.backward()\n")
    (node,) = told["saved"]
    (kept, text), (gone, nothing) = told["saved"][node]
    assert (told["steps"][kept]["kind"], text) == ("forward", ["self = 1"])
    assert [told["steps"][step]["kind"] for step in (gone - 1, gone)] == ["backward", "accumulate"]
    assert nothing is None


def test_an_episode_begins_with_an_empty_picture_but_for_what_is_there() -> None:
    told = story(LOOP.format(turns=2))
    first = told["episodes"][1]["first"]
    assert shown(told, "v0.value", first) == ["2.6"]
    assert shown(told, "o2.value", first) is None
    assert shown(told, "e0.0.local", first) is None
    assert shown(told, "v0.grad", first) == ["0"]
    assert [episode["title"] for episode in told["episodes"]] == ["backward() 1 of 2", "backward() 2 of 2"]
    assert [episode["root"] for episode in told["episodes"]] == ["loss = 16", "loss = 0.64"]


@pytest.mark.parametrize("turns", [3, 20])
def test_what_a_function_is_given_in_each_turn_stands_in_the_picture_from_the_turns_start(turns: int) -> None:
    network = NETWORK.replace("net(X)", "forward(X)").replace("for ", "def forward(x):\n    return net(x)\nfor ", 1)
    recording = record(network.format(turns=turns))
    told = timeline(recording)
    last, episode = analyse(recording).episodes[turns - 1], told["episodes"][turns - 1]
    given = next(value for value in last.recording.values if value.shape == (4, 2))
    box = last.index.box(given.id)
    assert shown(told, f"{box}.value", episode["first"]) == shown(
        told, f"{box}.value", episode["first"] + episode["count"] - 1
    )
    assert shown(told, f"{box}.value", episode["first"]) is not None


def test_what_is_only_printed_after_a_pass_or_an_update_is_no_step_of_it() -> None:
    told = story(NETWORK.format(turns=1))
    titles = [(phase["title"], phase["kind"]) for phase in told["phases"]]
    assert titles[-2:] == [("Update", "forward"), ("Output", "other")]
    assert [step["phase"] for step in told["steps"] if step["kind"] == "output"] == [len(titles) - 1]
    told = story(W + "z = w * w\nz.register_hook(print)\nz.backward()\nprint(w.grad)\n")
    outputs = [told["phases"][step["phase"]]["title"] for step in told["steps"] if step["kind"] == "output"]
    assert outputs == ["Backward", "Output"]


def test_every_step_belongs_to_the_phase_and_the_episode_around_it() -> None:
    told = story(NETWORK.format(turns=20))
    number = 1
    for index, phase in enumerate(told["phases"]):
        assert phase["first"] == number
        assert all(told["steps"][k]["phase"] == index for k in range(number, number + phase["count"]))
        number += phase["count"]
    assert number == len(told["steps"])
    for index, episode in enumerate(told["episodes"]):
        inside = range(episode["first"], episode["first"] + episode["count"])
        assert all(told["steps"][k]["episode"] == index for k in inside)


def test_long_loops_are_folded_but_for_their_first_turns_and_the_last() -> None:
    told = story(LOOP.format(turns=20))
    assert [episode["folded"] for episode in told["episodes"]] == [False] * 3 + [True] * 16 + [False]
    assert [told["steps"][k]["folded"] for k in steps(told, "folded")] == list(range(3, 19))
    assert not any(episode["folded"] for episode in story(LOOP.format(turns=12))["episodes"])


def test_a_folded_turn_still_shows_its_values_and_names() -> None:
    told = story(LOOP.format(turns=20))
    opened = story(LOOP.format(turns=20), unfold=frozenset({7}))
    fold = next(k for k in steps(told, "folded") if told["steps"][k]["folded"] == 7)
    episode = opened["episodes"][7]
    last = episode["first"] + episode["count"] - 1
    assert episode["count"] > 10
    assert shown(told, "o2.value", fold) == shown(opened, "o2.value", last)
    assert shown(told, "v0.value", fold) == shown(opened, "v0.value", last)
    assert cell(told, "w", fold) == cell(opened, "w", last)


def test_a_hundred_turns_of_a_network_are_a_small_message() -> None:
    recording = record(NETWORK.format(turns=100), pictures=True)
    told, graphs = timeline(recording), player_graphs(recording)
    assert len(json.dumps(told)) + len(json.dumps(graphs)) < 1_000_000
    assert len(graphs["list"]) == 1
    assert {episode["graph"] for episode in told["episodes"]} == {0}
    assert len(told["outputs"]) == 100


def test_the_ids_of_the_story_are_those_of_its_pictures() -> None:
    recording = record(NETWORK.format(turns=2), pictures=True)
    told, (graphs,) = timeline(recording), player_graphs(recording)["list"]
    placed = graphs["computation"]["wide"]
    ids = {thing["id"] for thing in placed["boxes"] + placed["arrows"]}
    nodes = {box["id"] for box in graphs["grad_fn"]["plain"]["boxes"]}
    lit = {thing for step in told["steps"] for thing in step["now"]}
    assert {thing for thing in lit if thing[0] in "ove"} <= ids
    assert {thing for thing in lit if thing[0] == "n"} <= nodes
    assert {slot.removesuffix(".heat").rpartition(".")[0] for slot in told["slots"]} <= ids


def test_a_graph_that_grows_is_left_out_when_there_are_too_many() -> None:
    source = W + "for i in range(40):\n    w = w * 2\n    w.backward(retain_graph=True)\n"
    recording = record(source)
    graphs, told = player_graphs(recording), timeline(recording)
    assert len(graphs["list"]) <= MOST_GRAPHS + 1
    assert max(episode["graph"] for episode in told["episodes"]) < len(graphs["list"])
    missing = next(n for n, one in enumerate(told["episodes"]) if "left_out" in graphs["list"][one["graph"]])
    asked = player_data(analyse(recording), wanted=(missing,))
    there = asked.graphs["list"][asked.story["episodes"][missing]["graph"]]
    assert len(there["computation"]["wide"]["boxes"]) > missing


def test_a_program_without_tensors_has_a_friendly_step_and_an_empty_picture() -> None:
    recording = record("def f():\n    pass\n")
    assert timeline(recording)["steps"][0]["sentence"].startswith("The program ran no operation on a tensor")
    assert player_graphs(recording)["computation"]["wide"]["boxes"] == []


def test_an_svg_of_a_loop_shows_its_last_turn() -> None:
    drawing = computation_svg(record(LOOP.format(turns=3)))
    assert "0.02560" in drawing  # ((1 + 1.6 + 0.32) · 2 − 6)²


# Lessons


def test_gradients_add_up() -> None:
    told = story(W.replace("1.0", "2.0") + "\n".join(["y = w**2\ny.backward()"] * 3))
    assert [shown(told, "v0.total", k) for k in steps(told, "accumulate")] == [["4"], ["8"], ["12"]]
    assert formulas(told, steps(told, "accumulate")[2])[-1] == [["mn", "8"], ["mn", "4"], ["mn", "12"]]


def test_a_second_backward_points_at_the_step_that_freed() -> None:
    told = story(W + "y = w * w\ny.backward()\ny.backward()\n")
    failure = told["steps"][steps(told, "failure")[0]]
    assert failure["cause"] == steps(told, "free")[0]
    assert f"See step {failure['cause']}." in failure["sentence"]


def test_a_second_backward_without_saved_values_works() -> None:
    assert "need no saved tensors" in sentence(story(W + "y = w + w\ny.backward()\ny.backward()\n"), "seed", 1)


def test_retain_graph_keeps_and_still_adds() -> None:
    told = story(W + "y = w**2\ny.backward(retain_graph=True)\ny.backward()\n")
    assert "what its nodes saved was kept" in sentence(told, "seed", 1)
    assert "it adds: now it holds 4" in sentence(told, "accumulate", 1)


def test_a_saved_value_that_changed_points_at_the_change() -> None:
    told = story(W + "a = w * 2\nb = a**2\na += 1\nb.backward()\n")
    failure = told["steps"][steps(told, "failure")[0]]
    assert told["steps"][failure["cause"]]["title"] == "Forward through addition"
    assert "PowBackward0 had saved a for the way back, and line 5 changed it in place" in failure["sentence"]


def test_in_place_is_fine_where_nothing_was_saved() -> None:
    told = story(W + "a = w + 2\na += 1\na.backward()\n")
    assert steps(told, "failure") == []


def test_detach_and_no_grad_are_named_as_the_cut() -> None:
    cut = story(W + "d = w.detach()\ny = d**2\ny.backward()\n")
    assert "detach() in line 3 cuts the way" in sentence(cut, "failure")
    quiet = story(W + "with torch.no_grad():\n    q = w * 2\nq.backward()\n")
    assert "Line 4 ran while gradients were off, as under torch.no_grad(), and so q has no graph" in sentence(
        quiet, "failure"
    )


def test_argmax_has_no_edge() -> None:
    told = story("import torch\nx = torch.tensor([1.0, 5.0], requires_grad=True)\ni = x.argmax()\n")
    assert "argmax has no derivative: no edge leads back from i" in sentence(told, "forward")


def test_a_name_that_leaves_its_leaf_is_told() -> None:
    told = story(W + "y = w * w\ny.backward()\nw = w - 0.1 * w.grad\ny = w * w\ny.backward()\n")
    assert "w is no leaf any more" in [told["steps"][k]["title"] for k in steps(told, "statement")]


def test_none_is_not_zero() -> None:
    told = story(W + "b = torch.tensor(2.0, requires_grad=True)\ny = w * 3\ny.backward()\nprint(b.grad)\n")
    assert "nothing is added to b.grad" in sentence(told, "accumulate")


def test_retain_grad_keeps_the_gradient_of_a_result() -> None:
    told = story(W + "y = w * 3\ny.retain_grad()\nz = y**2\nz.backward()\ny.grad\n")
    assert "because the program called retain_grad()" in sentence(told, "accumulate")


def test_a_function_of_the_programs_own_is_called_so() -> None:
    source = (
        "import torch\nclass Square(torch.autograd.Function):\n    @staticmethod\n    def forward(ctx, x):\n"
        "        ctx.save_for_backward(x)\n        return x * x\n    @staticmethod\n    def backward(ctx, g):\n"
        "        x, = ctx.saved_tensors\n        return g * 2 * x\n"
        "x = torch.tensor(3.0, requires_grad=True)\ny = Square.apply(x)\ny.backward()\n"
    )
    told = story(source)
    assert "will call the backward() that the program wrote" in sentence(told, "forward")
    assert "The program's own backward() gives x 6." in sentence(told, "backward")


OPTIMIZERS = [
    ("SGD", "lr=0.1"), ("SGD", "lr=0.1, momentum=0.9"), ("SGD", "lr=0.1, momentum=0.9, nesterov=True"),
    ("SGD", "lr=0.1, weight_decay=0.5"), ("SGD", "lr=0.1, maximize=True"), ("Adam", "lr=0.1"), ("AdamW", "lr=0.1"),
    ("RMSprop", "lr=0.1"), ("Adagrad", "lr=0.1"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "settings"), OPTIMIZERS)
def test_an_optimizers_formula_ends_in_what_pytorch_computed(name: str, settings: str) -> None:
    body = f"o = torch.optim.{name}([w], {settings})\n" + "o.zero_grad()\n((w * w - 3)**2).backward()\no.step()\n" * 2
    told = story(W + body)
    w = torch.tensor(1.0, requires_grad=True)
    keywords = dict(item.split("=") for item in settings.split(", "))
    given: dict[str, Any] = {
        key: value == "True" if value == "True" else float(value) for key, value in keywords.items()
    }
    optimizer = getattr(torch.optim, name)([w], **given)
    titled = [k for k in steps(told, "update") if told["steps"][k]["title"] == f"{name} updates w"]
    assert len(titled) == 2
    for step in titled:
        optimizer.zero_grad()
        torch.autograd.backward([(w * w - 3) ** 2])
        optimizer.step()
        last = formulas(told, step)[-1][-1]
        number = float(str(last[1]).strip("()").replace("−", "-"))
        assert number == pytest.approx(w.item(), abs=6e-5)
        assert shown(told, "v0.value", step) == [last[1].strip("()")]


def test_the_moments_of_adam_are_put_together_from_what_was_there_before() -> None:
    body = "o = torch.optim.Adam([w], lr=0.1)\n" + "o.zero_grad()\n((w * w - 3)**2).backward()\no.step()\n" * 2
    told = story(W + body)
    step = [k for k in steps(told, "update") if told["steps"][k]["title"] == "Adam updates w"][1]
    first = formulas(told, step)[1]
    decay, before, rest, grad, after = (float(str(tree[1]).strip("()").replace("−", "-")) for tree in first)
    assert (decay, rest) == (0.9, 0.1)
    assert decay * before + rest * grad == pytest.approx(after, abs=1e-3)


def test_a_switched_off_leaf_is_told_where_it_happens() -> None:
    told = story(W + "w.requires_grad_(False)\ny = w**2\ny.backward()\n", statements=True)
    off = steps(told, "statement")[1]
    assert told["steps"][off]["sentence"].startswith("w requires no gradient")
    assert [(cell(told, "w", step) or {})["requires_grad"] for step in (off - 1, off)] == [True, False]


def test_a_large_program_is_folded_further() -> None:
    turns = "for i in range(6):\n    y = w\n    for j in range(300):\n        y = y * w\n    y.backward()\n"
    assert [episode["folded"] for episode in story(W + turns)["episodes"]] == [False, True, True, True, True, False]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("x = torch.ones(2).requires_grad_()", False),
        ("x = torch.ones(2); x.requires_grad_()", True),
        ("x = torch.ones(2)\nx = x.requires_grad_()", True),
        ("x = torch.ones(2)\nx.requires_grad = True", True),
    ],
)
def test_a_flag_is_a_step_unless_the_tensor_is_only_being_made(line: str, told: bool) -> None:
    titles = [step["title"] for step in story(f"import torch\n{line}\n(x * 2).sum().backward()\n")["steps"]]
    assert ("A flag of x" in titles) == told
