"""Large graphs: how they are folded, that each level is whole, and that the player opens and steps over groups."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from playwright.sync_api import Browser, Page, expect
from torch import nn

from gradwalk import Recording, record, watch
from gradwalk.analysis import analyse
from gradwalk.analysis.groups import MODELS, Group, Item, operations_in
from gradwalk.analysis.stretches import MOST
from gradwalk.analysis.titles import from_to
from gradwalk.export.pictures import computation_svg
from gradwalk.graph.boxes import Graph
from gradwalk.graph.computation import computation_graph, drawn
from gradwalk.graph.homes import AT_FIRST, TOP
from gradwalk.graph.levels import levels_of
from gradwalk.graph.opened import opened
from gradwalk.graph.player import player_graphs
from gradwalk.story.timeline import timeline


def chain(length: int) -> Recording:
    x = torch.tensor(0.5, requires_grad=True)
    with watch() as walk:
        y = x
        for _ in range(length):
            y = torch.sin(y)
        y.backward()  # type: ignore[no-untyped-call]
    return walk.recording


def unrolled() -> Recording:
    cell, steps = nn.GRUCell(3, 4), torch.ones(20, 2, 3)
    with watch() as walk:
        state = torch.zeros(2, 4)
        for step in steps:
            state = cell(step, state)
            state = state * 0.9
        state.sum().backward()  # type: ignore[no-untyped-call]
    return walk.recording


@pytest.fixture(scope="module")
def encoder() -> Recording:
    torch.manual_seed(0)
    layer = nn.TransformerEncoderLayer(8, 2, 16, dropout=0.0, batch_first=True)
    model, head = nn.TransformerEncoder(layer, 3), nn.Linear(8, 4)
    x, target = torch.randn(2, 3, 8), torch.tensor([1, 2])
    with watch() as walk:
        scores = head(model(x).mean(1))
        loss = nn.functional.cross_entropy(scores, target)
        loss.backward()  # type: ignore[no-untyped-call]
    return walk.recording


def titles(items: tuple[Item, ...]) -> list[str]:
    return [item.title for item in items if isinstance(item, Group)]


def group(items: tuple[Item, ...], title: str) -> Group:
    return next(item for item in items if isinstance(item, Group) and item.title == title)


def test_modules_are_groups_by_their_paths(encoder: Recording) -> None:
    items = computation_graph(encoder).items
    assert titles(items) == ["model", "head", "nn.functional.cross_entropy(scores, target)"]
    layers = group(items, "model").items
    assert titles(layers) == ["model.layers.0", "model.layers.1", "model.layers.2"]
    inside = group(layers, "model.layers.1")
    assert inside.detail == "TransformerEncoderLayer"
    assert titles(inside.items)[0] == "model.layers.1.self_attn"
    paths = {encoder.modules[m].path for n in operations_in(inside) if (m := encoder.operations[n].module) is not None}
    assert all(path.startswith("model.layers.1") for path in paths)


def test_turns_of_a_loop_are_groups() -> None:
    items = computation_graph(unrolled()).items
    turns = [one for item in items if isinstance(item, Group) for one in (item, *item.items) if isinstance(one, Group)]
    assert {f"turn {number} of 20" for number in range(1, 21)} <= {turn.title for turn in turns}


def test_a_loss_by_hand_is_a_group_where_the_record_shows_that_it_is_one() -> None:
    torch.manual_seed(0)
    net = nn.Sequential(*[layer for _ in range(20) for layer in (nn.Linear(4, 4), nn.Tanh())])
    x, y, mse = torch.randn(8, 4), torch.randn(8, 4), nn.MSELoss()

    def with_a_penalty() -> Any:
        error = net(x) - y
        return (error**2).mean() + 0.01 * sum((weight**2).sum() for weight in net.parameters())

    def with_a_measure() -> Any:
        error = net(x) - y
        error.abs().mean()  # leads to no loss
        return (error**2).mean()

    losses: dict[str, Callable[[], Any]] = {
        "by hand": lambda: ((net(x) - y) ** 2).mean(),
        "with a penalty": with_a_penalty,
        "of a module": lambda: mse(net(x), y) * 2 + 1,
        "of one call": lambda: nn.functional.mse_loss(net(x), y),
        "with a measure": with_a_measure,
    }
    found = {}
    for name, compute in losses.items():
        with watch() as walk:
            loss = compute()
            loss.backward()
        found[name] = [
            item.title
            for item in computation_graph(walk.recording).items
            if isinstance(item, Group) and item.kind == "loss"
        ]
    assert found == {name: ["loss"] if name in ("by hand", "with a penalty") else [] for name in losses}


OWN_LOSS = """\
import torch
def bce(p, t):
    p = torch.clamp(p, 1e-8, 1 - 1e-8)
    return -(t * torch.log(p) + (1 - t) * torch.log(1 - p))
w, x = torch.tensor(1.0, requires_grad=True), torch.tensor(0.5)
p = torch.sigmoid(w * x)
"""


def items_of(source: str) -> tuple[Item, ...]:
    return computation_graph(record(source)).items


def test_a_loss_that_is_a_function_of_the_programs_own_is_one_box_in_a_small_graph_too() -> None:
    *before, loss = items_of(OWN_LOSS + "loss = bce(p, 0.0)\nloss.backward()\n")
    assert before == [0, 1]
    assert isinstance(loss, Group)
    assert (loss.kind, loss.title, loss.detail) == ("loss", "loss", "lines 3–4")
    assert list(operations_in(loss)) == list(range(2, 2 + len(loss.items)))


@pytest.mark.parametrize(
    "rest",
    [
        "loss = bce(p, 0.0) * 2\nloss.backward()\n",  # more than the call
        "bce(p, 0.0)\n",  # no pass starts there
        "loss = -torch.log(1 - p)\nloss.backward()\n",  # written in its place
    ],
)
def test_what_is_no_call_of_a_function_alone_is_no_box(rest: str) -> None:
    assert not items_of(OWN_LOSS + rest)


@pytest.mark.parametrize("length", [49, 150, 1000])
def test_whatever_is_long_has_parts_and_nothing_is_lost(length: int) -> None:
    graph = computation_graph(chain(length))
    assert [number for item in graph.items for number in operations_in(item)] == list(range(length))
    levels = levels_of(graph)
    assert all(len(one.items) <= MOST for one in levels.groups.values())
    assert len(levels.graphs[TOP].boxes) <= AT_FIRST


def test_a_small_graph_is_whole() -> None:
    assert computation_graph(chain(48)).items == ()
    assert "inside" not in player_graphs(chain(48))["computation"]


def flat(levels: dict[str, Graph], level: str = TOP) -> set[str]:
    own = {box.id for box in levels[level].boxes if box.kind not in ("in", "out", "group")}
    return own.union(*(flat(levels, box.id) for box in levels[level].boxes if box.kind == "group"))


@pytest.fixture(scope="module")
def used_twice() -> Recording:
    """One model in training and, before the next pass, in an evaluation: both use its 16 parameters."""
    torch.manual_seed(0)
    model = nn.Sequential(*[layer for _ in range(8) for layer in (nn.Linear(4, 4), nn.Tanh())])
    x = torch.randn(2, 4)
    with watch() as walk:
        model(x).sum().backward()
        with torch.no_grad():
            model(x)
    return walk.recording


def test_what_several_groups_use_is_a_group_where_there_is_much_of_it(used_twice: Recording) -> None:
    levels = levels_of(computation_graph(used_twice))
    (leaves,) = (box for box in levels.graphs[TOP].boxes if box.title == "16 leaves")
    assert (leaves.kind, leaves.shows) == ("group", "")
    assert sum(box.kind == "leaf" for box in levels.graphs[leaves.id].boxes) == 16
    assert [arrow.tail for arrow in levels.graphs[TOP].arrows].count(leaves.id) == 2  # to the model, each time it runs
    assert len(levels.graphs[TOP].boxes) <= AT_FIRST
    doors = [box.title for graph in levels.graphs.values() for box in graph.boxes if box.kind == "in"]
    assert "16 leaves" in doors  # of the whole model, which uses all of them; its parts use some
    assert {title for title in doors if "leaves" in title} > {"16 leaves"}
    assert all(re.fullmatch(r"(\d+ of )?16 leaves|x|v\d+|v.*", title) for title in doors)


@pytest.mark.parametrize("name", ["encoder", "used_twice"])
def test_all_boxes_and_edges_are_in_some_level(name: str, request: pytest.FixtureRequest) -> None:
    graph = computation_graph(request.getfixturevalue(name))
    levels = levels_of(graph)
    assert flat(dict(levels.graphs)) == {box.id for box in graph.boxes}
    drawn = {arrow.id: arrow for level in levels.graphs.values() for arrow in level.arrows if not arrow.edges}
    assert drawn.keys() == {arrow.id for arrow in graph.arrows}
    assert all((drawn[a.id].source or drawn[a.id].tail, drawn[a.id].head) == (a.tail, a.head) for a in graph.arrows)
    shown = sum(box.kind not in ("in", "out") for level in (TOP, *levels.open) for box in levels.graphs[level].boxes)
    assert shown - len(levels.open) <= AT_FIRST


def test_a_closed_group_shows_what_comes_out_of_it(encoder: Recording) -> None:
    index = analyse(encoder).episodes[0].index
    box = next(box for box in levels_of(computation_graph(encoder)).graphs[TOP].boxes if box.title == "head")
    scores = next(value for value in encoder.values if "scores" in value.names)
    assert box.shows == index.box(scores.id)


def test_the_picture_of_a_very_large_graph_is_folded() -> None:
    picture = computation_svg(chain(1000))
    assert picture.count('class="box group') == 8


SMALL_MODELS = {
    "an LSTM": """\
model = nn.LSTM(3, 4)
out, (h, c) = model(torch.randn(5, 2, 3))
head = nn.Linear(4, 3)
loss = F.cross_entropy(head(out).reshape(-1, 3), torch.randint(0, 3, (10,)))
loss.backward()
""",
    "a cell of one's own in a loop": """\
class Cell(nn.Module):
    def __init__(self):
        super().__init__()
        self.x2h, self.h2h = nn.Linear(3, 16), nn.Linear(4, 16)

    def forward(self, x, h, c):
        i, f, g, o = (self.x2h(x) + self.h2h(h)).chunk(4, dim=1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        return torch.sigmoid(o) * torch.tanh(c), c


cell, h, c = Cell(), torch.zeros(2, 4), torch.zeros(2, 4)
for x in torch.randn(20, 2, 3):
    h, c = cell(x, h, c)
h.pow(2).mean().backward()
""",
    "two players": """\
G = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 2))
D = nn.Sequential(nn.Linear(2, 16), nn.LeakyReLU(0.2), nn.Linear(16, 1))
bce, real = nn.BCEWithLogitsLoss(), torch.randn(8, 2) + 3
for _ in range(2):
    z = torch.randn(8, 4)
    fake = G(z)
    loss_d = bce(D(real), torch.ones(8, 1)) + bce(D(fake.detach()), torch.zeros(8, 1))
    loss_d.backward()
    bce(D(fake), torch.ones(8, 1)).backward()
""",
    "a step through a step": """\
params = [torch.randn(1, 8, requires_grad=True), torch.zeros(8, requires_grad=True),
          torch.randn(8, 1, requires_grad=True), torch.zeros(1, requires_grad=True)]


def model(x, p):
    return torch.tanh(x @ p[0] + p[1]) @ p[2] + p[3]


x, y = torch.randn(6, 1), torch.randn(6, 1)
inner = ((model(x, params) - y) ** 2).mean()
grads = torch.autograd.grad(inner, params, create_graph=True)
fast = [p - 0.1 * g for p, g in zip(params, grads)]
((model(x, fast) - y) ** 2).mean().backward()
""",
    "checkpoints": """\
from torch.utils.checkpoint import checkpoint

blocks = nn.ModuleList([nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 4)) for _ in range(4)])
head, h = nn.Linear(4, 1), torch.randn(2, 4)
for block in blocks:
    h = h + checkpoint(block, h, use_reentrant=False)
head(h).pow(2).mean().backward()
""",
    "an evaluation between": """\
net = nn.Sequential(nn.Linear(4, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Dropout(0.5), nn.Linear(16, 3))
X, y = torch.randn(20, 4), torch.randint(0, 3, (20,))
for _ in range(2):
    net.train()
    F.cross_entropy(net(X), y).backward()
    net.eval()
    with torch.no_grad():
        accuracy = (net(X).argmax(1) == y).float().mean().item()
""",
    "bfloat16": """\
net = nn.Sequential(nn.Linear(16, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 4))
with torch.autocast("cpu", dtype=torch.bfloat16):
    loss = F.cross_entropy(net(torch.randn(8, 16)), torch.randint(0, 4, (8,)))
loss.backward()
""",
}
"""Of 15 to 250 operations."""
IMPORTS = "import torch\nfrom torch import nn\nimport torch.nn.functional as F\ntorch.manual_seed(0)\n"


@pytest.mark.parametrize("name", SMALL_MODELS)
def test_a_model_opens_as_at_most_a_dozen_boxes_however_small_it_is(name: str) -> None:
    for episode in analyse(record(IMPORTS + SMALL_MODELS[name])).episodes:
        graph = drawn(episode.index)
        if graph.items:
            levels = levels_of(graph)
            shown = sum(box.kind not in ("in", "out") for at in (TOP, *levels.open) for box in levels.graphs[at].boxes)
            assert shown - len(levels.open) <= AT_FIRST
            assert flat(dict(levels.graphs)) == {box.id for box in graph.boxes}
        else:
            assert len(graph.boxes) <= MODELS


RESIDUAL = """\
class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.conv, self.norm = nn.Conv2d(width, width, 3, 1, 1), nn.BatchNorm2d(width)

    def forward(self, x):
        return torch.relu(x + self.norm(self.conv(x)))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4)
        self.layer1 = nn.Sequential(Block(4), Block(4))
        self.layer2 = nn.Sequential(Block(4), Block(4))
        self.fc = nn.Linear(4, 2)

    def forward(self, x):
        x = self.layer2(self.layer1(torch.relu(self.bn1(self.conv1(x)))))
        return self.fc(x.mean((2, 3)))


loss = F.cross_entropy(Net()(torch.randn(2, 3, 8, 8)), torch.tensor([0, 1]))
loss.backward()
"""


@pytest.fixture(scope="module")
def residual() -> Graph:
    return drawn(analyse(record(IMPORTS + RESIDUAL)).episodes[0].index)


def test_a_module_of_one_operation_holds_its_parameters(residual: Graph) -> None:
    levels = levels_of(residual)
    titles = {name: group.title for name, group in levels.groups.items()}
    conv = next(name for name, title in titles.items() if title == "conv1")
    assert {box.full_title for box in levels.graphs[conv].boxes if box.kind == "leaf"} == {"conv1.weight", "conv1.bias"}
    shown = opened(residual).graph.boxes
    layers = ["conv1", "bn1", "layer1.0", "layer1.1", "layer2.0", "layer2.1", "fc"]
    assert [box.full_title for box in shown if box.kind == "group" and box.tracked][:-1] == layers


def test_what_is_as_large_opens_together_or_not_at_all(residual: Graph) -> None:
    levels = levels_of(residual)
    assert [levels.groups[name].title for name in levels.open] == ["net", "layer1", "layer2"]
    turns = levels_of(computation_graph(unrolled()))
    assert "turn 1 of 20" in {group.title for group in turns.groups.values()}
    assert not [name for name in turns.open if turns.groups[name].title.startswith("turn 1 of")]


def test_a_folded_graph_is_one_graph_that_has_all_of_it(residual: Graph) -> None:
    one = opened(residual)
    shown = {box.id for box in one.graph.boxes}
    assert len(shown) <= AT_FIRST
    inside = {name for ids in one.inside.values() for name in ids}
    assert all(box.id in shown or box.id in inside for box in residual.boxes)
    assert all(arrow.tail in shown and arrow.head in shown for arrow in one.graph.arrows)
    across = {edge for arrow in one.graph.arrows for edge in (arrow.edges or (arrow.id,))}
    where = {box: name for name, ids in one.inside.items() for box in ids}
    assert across == {a.id for a in residual.arrows if where.get(a.tail, a.tail) != where.get(a.head, a.head)}


def test_more_of_a_picture_opens_by_name_and_a_closed_box_is_lit_with_what_is_in_it(residual: Graph) -> None:
    layer = opened(residual, ["layer1.0"])
    names = [box.full_title for box in layer.graph.boxes if box.kind == "group"]
    assert "layer1.0" not in names
    assert {"layer1.0.conv", "layer1.1", "layer2.0"} <= set(names)
    first = next(box for box in opened(residual).graph.boxes if box.full_title == "layer1.0")
    assert opened(residual).lit({first.shows}) == {first.shows, first.id}
    with pytest.raises(KeyError, match="layer9"):
        opened(residual, ["layer9"])


def test_a_closed_box_of_what_needs_no_gradient_shows_none() -> None:
    """As here of the copies that a model is made of."""
    source = "net = nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 16), 2)\nnet(torch.randn(3, 2, 8)).sum()"
    picture = computation_svg(record(f"{IMPORTS}{source}.backward()\n"))
    boxes = re.findall(r'<g class="box group[^>]*>.*?</g>', picture)
    made = [box for box in boxes if 'class="grad' not in box]
    assert len(made) == 1
    assert "nn.Transformer" in made[0]
    assert 'class="value' in made[0]


def test_what_is_no_box_cannot_be_opened(tmp_path: Path) -> None:
    recording = record(IMPORTS + RESIDUAL)
    recording.save(tmp_path / "open.svg", open=["layer1.0", "fc"])
    recording.save(tmp_path / "all.svg", open="all")
    assert (tmp_path / "all.svg").read_text(encoding="utf-8").count('class="box group') == 0
    with pytest.raises(
        ValueError, match=r"^No box that opens is called 'layer9': there are net, conv1, .* …, and 'all'\.$"
    ):
        recording.save(tmp_path / "open.svg", open="layer9")
    with pytest.raises(ValueError, match=r"^No box that opens is called 'fc': there is 'all'\.$"):
        chain(3).save(tmp_path / "open.svg", open="fc")


def test_turns_are_told_by_number_where_one_call_of_a_module_is_all_of_a_turn() -> None:
    items = items_of(IMPORTS + SMALL_MODELS["a cell of one's own in a loop"])
    parts = [item.title for item in items if isinstance(item, Group) and item.kind == "part"]
    assert parts[:2] == ["turn 1 … 3 of 20", "turn 4 … 7 of 20"]


MAML = """\
import torch
from torch import nn
from torch.func import functional_call
net = nn.Sequential(nn.Linear(1, 10), nn.ReLU(), nn.Linear(10, 1))
total = 0
for task in range(2):
    a, b = torch.rand(5, 1), torch.rand(5, 1)
    fast = dict(net.named_parameters())
    inner = nn.functional.mse_loss(functional_call(net, fast, a), a.sin())
    grads = torch.autograd.grad(inner, fast.values(), create_graph=True)
    fast = {k: p - 0.1 * g for (k, p), g in zip(fast.items(), grads)}
    total = total + nn.functional.mse_loss(functional_call(net, fast, b), b.sin())
total.backward()
"""


def test_what_ran_before_and_may_have_come_from_two_places_is_no_turn() -> None:
    """The last pass walks what both tasks have made; each of them calls the model in two lines."""
    items = computation_graph(record(MAML), 2).items
    assert not [title for title in titles(items) if title.startswith("turn")]
    assert [item.detail for item in items if isinstance(item, Group) and item.kind == "part"][:2] == [
        "lines 9–11", "line 12",
    ]  # fmt: skip


def test_modules_of_a_list_are_the_turns_of_the_loop_over_it_and_not_what_a_checkpoint_runs_again() -> None:
    items = items_of(IMPORTS + SMALL_MODELS["checkpoints"])
    assert titles(items) == [
        *(f"turn {turn} of 4" for turn in range(1, 5)), "head", "v₂₄", *(f"blocks.{at}" for at in (3, 2, 1, 0)),
    ]  # fmt: skip


def test_modules_within_one_statement_stand_in_its_part() -> None:
    first, *_ = analyse(record(IMPORTS + SMALL_MODELS["two players"])).episodes
    assert "loss_d" in titles(drawn(first.index).items)


# In a browser


@pytest.fixture
def page(browser: Browser, encoder: Recording, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    path = tmp_path_factory.mktemp("encoder") / "encoder.html"
    encoder.save(path)
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(path.as_uri())
    yield page
    context.close()
    assert not errors


def test_a_group_is_one_step_until_it_is_opened_in_its_place(page: Page) -> None:
    title, player = page.locator(".words .title"), page.locator("section.player")
    expect(title).to_have_text("Start")
    page.keyboard.press("ArrowRight")
    expect(title).to_have_text("Forward through model.layers.0")
    expect(page.locator(".words .sentence")).to_contain_text("In: x.")
    expect(page.locator(".box.now.group")).to_have_count(1)
    page.get_by_role("button", name="Open the box").click()
    expect(title).to_have_text("Forward through model.layers.0.self_attn")
    expect(page.locator('[aria-label="Close model.layers.0"]')).to_be_visible()
    page.keyboard.press("End")
    end = player.get_attribute("data-step")
    page.locator('[aria-label="Close model.layers.0"]').press("Enter")
    expect(page.locator('[aria-label="Close model.layers.0"]')).to_have_count(0)
    expect(page.locator(".box.group .title", has_text="model.layers.0")).to_have_count(1)
    assert player.get_attribute("data-step") == end
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(title).to_have_text("Forward through model.layers.1")
    page.keyboard.press("ArrowLeft")
    expect(title).to_have_text("Forward through model.layers.0")


def test_that_boxes_open_is_said_at_each_step_where_there_are_such(
    page: Page, browser: Browser, tmp_path: Path
) -> None:
    meaning = "several operations: press to open"
    expect(page.locator(".legend").get_by_text(meaning)).to_be_visible()
    page.keyboard.press("End")
    expect(page.locator(".legend").get_by_text(meaning)).to_be_visible()
    chain(3).save(tmp_path / "small.html")
    small = browser.new_page()
    small.goto((tmp_path / "small.html").as_uri())
    expect(small.locator(".legend").get_by_text("value", exact=True)).to_be_visible()
    expect(small.locator(".legend").get_by_text(meaning)).to_be_hidden()
    small.close()


def test_the_address_keeps_what_is_open_and_a_step_opens_what_it_is_in(page: Page) -> None:
    title, closing = page.locator(".words .title"), page.locator('[aria-label="Close model.layers.0"]')
    address = page.url
    expect(title).to_have_text("Start")
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile(r"#groups=g\d+&step=\d+$"))  # the step is in a closed group, and stays so
    page.reload()
    expect(title).to_have_text("Forward through model.layers.0")
    page.get_by_role("button", name="Open the box").click()
    expect(page).to_have_url(re.compile(r"#groups=g\d+\.g\d+&step=\d+$"))
    page.reload()
    expect(title).to_have_text("Forward through model.layers.0.self_attn")
    expect(closing).to_be_visible()
    for found in ("groups=g0&step=3", "step=3"):  # a link to a step that nobody saw in a closed group
        page.goto("about:blank")
        page.goto(f"{address}#{found}")
        expect(title).not_to_have_text("Start")
        expect(page.locator("section.player")).to_have_attribute("data-step", "3")
        expect(closing).to_be_visible()
    page.evaluate("location.hash = '#groups=g0&step=0'")
    expect(closing).to_have_count(0)


def test_what_a_loop_binds_does_not_come_between_the_steps_of_a_closed_group(browser: Browser, tmp_path: Path) -> None:
    source = "import torch\nx = y = torch.tensor(0.5, requires_grad=True)\nfor i in range(64):\n    y = torch.sin(y)\n"
    record(f"{source}y.backward()\n").save(tmp_path / "loop.html")
    page = browser.new_page(reduced_motion="reduce")
    page.goto((tmp_path / "loop.html").as_uri())
    title = page.locator(".words .title")
    expect(title).to_have_text("Start")
    said: list[str] = []
    while "Local" not in (said or [""])[-1]:
        before = title.inner_text()
        page.keyboard.press("ArrowRight")
        expect(title).not_to_have_text(before)
        said.append(title.inner_text())
    assert not [text for text in said if text.startswith("i =") and text != "i = 0"]
    assert sum(text.startswith("Forward through") for text in said) == 8
    page.close()


def test_gradients_of_leaves_that_groups_share_do_not_come_between_the_steps_of_a_group(
    browser: Browser, tmp_path: Path, used_twice: Recording
) -> None:
    used_twice.save(tmp_path / "twice.html")
    page = browser.new_page(reduced_motion="reduce")
    page.goto((tmp_path / "twice.html").as_uri())
    title = page.locator(".words .title")
    expect(title).to_have_text("Start")
    player, said = page.locator("section.player"), []
    while page.get_by_role("button", name="Next step").get_attribute("aria-disabled") is None:
        before = player.get_attribute("data-step") or ""
        page.keyboard.press("ArrowRight")
        expect(player).not_to_have_attribute("data-step", before)
        said.append(title.inner_text())
    backward = [text for text in said if text.startswith("Backward through")]
    assert len(set(backward)) == len(backward) > 0
    assert not [text for text in said if "leaves" in text]
    expect(page.locator(".box.group .title", has_text="16 leaves")).to_have_count(1)
    page.close()


def updated(by_hand: bool) -> Recording:
    model = nn.Sequential(*[layer for _ in range(14) for layer in (nn.Linear(4, 4), nn.Tanh())])
    optimizer, x = torch.optim.SGD(model.parameters(), lr=0.1), torch.randn(2, 4)
    with watch() as walk:
        model(x).sum().backward()
        if by_hand:
            with torch.no_grad():
                for parameter in model.parameters():
                    assert parameter.grad is not None
                    parameter.sub_(0.1 * parameter.grad)
        else:
            optimizer.step()
    return walk.recording


@pytest.mark.parametrize(
    ("by_hand", "told", "steps"), [(False, "SGD updates 28 tensors", 28), (True, "28 tensors change in place", 56)]
)
def test_an_optimizers_step_is_one_step_also_where_it_is_written_by_hand(
    browser: Browser, tmp_path: Path, by_hand: bool, told: str, steps: int
) -> None:
    updated(by_hand).save(tmp_path / "step.html")
    page = browser.new_page(reduced_motion="reduce")
    page.goto((tmp_path / "step.html").as_uri())
    title, sentence = page.locator(".words .title"), page.locator(".words .sentence")
    expect(title).to_have_text("Start")
    page.keyboard.press("End")
    expect(title).to_have_text(told)
    expect(sentence).to_have_text(f"{steps} steps in one.")
    expect(page.locator(".box.now.group").nth(1)).to_be_attached()  # all that have moved
    page.get_by_role("button", name="Show each step").click()
    expect(title).to_have_text(re.compile("Updates in"))  # of the first box that is closed
    page.get_by_role("button", name="All updates in one step").click()
    expect(title).to_have_text(told)
    page.keyboard.press("ArrowLeft")
    expect(title).not_to_have_text(told)
    expect(page.get_by_role("button", name="All updates in one step")).to_be_hidden()
    page.close()


def test_a_small_graph_has_each_update_as_a_step_and_few_leaves_are_no_run() -> None:
    source = "import torch\na = torch.ones(3, requires_grad=True)\noptimizer = torch.optim.SGD([a], lr=0.1)\n"
    few = record(f"{source}a.sum().backward()\noptimizer.step()\n")
    assert timeline(few)["runs"] == []
    told = timeline(updated(by_hand=True))
    assert told["runs"] == [{"mover": "", "leaves": 28}]
    marked = [step for step in told["steps"] if "run" in step]
    assert len(marked) == 56
    assert {step["kind"] for step in marked} == {"update"}


@pytest.mark.parametrize(
    ("first", "last", "title"),
    [
        ("net.blocks.0", "net.blocks.178", "net.blocks.0 … 178"),
        ("turn 1 of 9", "turn 4 of 9", "turn 1 … 4 of 9"),
        ("net.fc1", "net.act", "net.fc1 … act"),
        ("net.blocks.0", "net.head", "net.blocks.0 … net.head"),
        ("encoder", "decoder", "encoder … decoder"),
        ("a.0.fc", "b.1.fc", "a.0.fc … b.1.fc"),
        ("relu", "relu", "relu"),
    ],
)
def test_what_both_ends_of_a_part_have_is_said_once(first: str, last: str, title: str) -> None:
    assert from_to(first, last) == title


def test_what_runs_in_another_file_is_grouped_by_its_calls(tmp_path: Path) -> None:
    """Layers that are copied while they are made, and a model that is called in that file."""
    text = (
        "import torch\nfrom torch import nn\n\ndef step():\n"
        "    layer = nn.TransformerEncoderLayer(8, 2, 8, batch_first=True)\n"
        "    model = nn.TransformerEncoder(layer, 3)\n    model(torch.ones(1, 3, 8)).mean().backward()\n"
    )
    (tmp_path / "training.py").write_text(text, encoding="utf-8")
    names: dict[str, Any] = {}
    exec(compile(text, str(tmp_path / "training.py"), "exec"), names)  # noqa: S102 - a program of our own
    with watch() as walk:
        names["step"]()
    top = titles(computation_graph(walk.recording).items)
    assert top[0] == "line 6 of training.py"
    assert "model" in top


def test_a_part_is_called_by_the_modules_in_it() -> None:
    source = "import torch\nfrom torch import nn\nx = torch.ones(1, 2)\n"
    source += "net = nn.ModuleList(nn.Sequential(nn.Linear(2, 2), nn.Tanh()) for _ in range(12))\n"
    source += "".join(f"x = net[{at}](x)\nx = x * {at + 2}\n" for at in range(12)) + "x.sum().backward()"
    assert "net.0 … 1" in titles(items_of(source))
