"""A whole program for the player's tests, made without PyTorch: a training loop, cells, names, outputs, a failure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.player_story import HEIGHT, STEP, WIDTH, Json

SOURCE = """\
# %%
import torch
x = torch.tensor(2.0)
w = torch.tensor(1.0, requires_grad=True)
# %% Training
for i in range({count}):
    p = w * x
    loss = p ** 2
    loss.backward()
    print(loss)
    with torch.no_grad():
        w -= 0.05 * w.grad
    w.grad = None
# %%
d = w.detach()
y = d * x
loss.backward()
"""

MESSAGE = "Trying to backward through the graph a second time (or directly access saved tensors after …"


def iterations(count: int) -> list[tuple[float, float, float, float]]:
    """w, p, loss and w.grad of each iteration: loss = (2w)², w ← w − 0.05 · 8w."""
    weights = [0.6**number for number in range(count + 1)]
    return [(w, 2 * w, 4 * w * w, 8 * w) for w in weights]


def short(number: float) -> str:
    return f"{number:.4f}".replace("-", "−")


class _Program:
    """Writes the story, one step after the other."""

    def __init__(self, count: int, open_episodes: frozenset[int]) -> None:
        self.count = count
        self.open = open_episodes
        self.steps: list[Json] = []
        self.phases: list[Json] = []
        self.episodes: list[Json] = []
        self.slots: dict[str, list[list[Any]]] = {}
        self.saved: dict[str, list[list[Any]]] = {"n0": [], "n1": []}
        self.names: dict[str, list[list[Any]]] = {}
        self.outputs: list[list[Any]] = []
        self.lines = SOURCE.format(count=count).splitlines()

    def written(self) -> Json:
        self.say("statement", "Start", None)
        self.slots |= {"v0.value": [[0, ["2"]]], "v1.value": [[0, ["1"]]], "v1.version": [[0, ["0"]]]}
        self.say("statement", "x is bound", (3, "torch.tensor(2.0)"))
        self.bind("x", ["2"], "constant", requires_grad=False)
        self.say("statement", "w is bound", (4, "torch.tensor(1.0, requires_grad=True)"))
        self.bind("w", ["1"], "leaf")
        for number, numbers in enumerate(iterations(self.count)[:-1]):
            self.iteration(number, *numbers)
        self.last()
        return {
            "phases": self.phases, "steps": self.steps, "slots": self.slots, "formulas": FORMULAS,
            "code": "\n".join(self.lines) + "\n", "episodes": self.episodes, "saved": self.saved,
            "names": {"rows": [{"name": name} for name in self.names], "cells": self.names},
            "outputs": self.outputs,
            "cells": [self.cell(2, 4), self.cell(6, 13), self.cell(15, 17)],
        }  # fmt: skip

    def cell(self, line: int, end: int) -> Json:
        return {"line": line, "first": line, "end": end, "source": "\n".join(self.lines[line - 1 : end])}

    @property
    def now(self) -> int:
        return len(self.steps) - 1

    def say(
        self, kind: str, title: str, source: tuple[int, str] | None, *now: str, phase: str | None = None, **more: Any
    ) -> None:
        span = None
        if source:
            column = self.lines[source[0] - 1].index(source[1]) + 1
            span = [source[0], column, source[0], column + len(source[1])]
        if phase and (not self.phases or self.phases[-1]["title"] != phase or self.fresh):
            colour = {"Forward": "forward", "Local gradients": "local"}.get(phase, "backward")
            self.phases.append({"kind": colour, "title": phase, "first": len(self.steps), "count": 0})
            self.fresh = False
        if phase:
            self.phases[-1]["count"] += 1
        self.steps.append(
            {
                "phase": len(self.phases) - 1 if phase else None, "title": title,
                "sentence": f"{title}, and what it means.", "formula": [[0, title]] if phase else [], "rule": None,
                "span": span, "now": list(now), "focus": now[0] if now else None, "kind": kind,
                "episode": len(self.episodes), "cell": 0,
            } | more
        )  # fmt: skip

    fresh = False

    def write(self, slot: str, *lines: str) -> None:
        self.slots.setdefault(slot, []).append([self.now, list(lines)])

    def bind(
        self,
        name: str,
        value: list[str],
        kind: str,
        *,
        requires_grad: bool = True,
        grad: list[str] | None = None,
        shares: str | None = None,
    ) -> None:
        bound = {"value": value, "grad": grad, "requires_grad": requires_grad, "kind": kind, "shares": shares}
        self.names.setdefault(name, []).append([self.now, bound])

    def clear(self) -> None:
        """A further episode on the same graph: its numbers are unknown again."""
        for slot, entries in self.slots.items():
            if entries[-1][1] is not None:
                entries.append([len(self.steps), entries[-1][1] if slot.startswith("v") else None])
        self.fresh = True

    def iteration(self, number: int, w: float, p: float, loss: float, grad: float) -> None:
        first = len(self.steps) if number else 0
        if number:
            self.clear()
        if number in self.open:
            self.unfolded(w, p, loss, grad)
        else:
            self.say("folded", f"Iteration {number + 1}, folded", (6, f"for i in range({self.count}):"), folded=number)
            self.write("v1.value", short(0.6 * w))
        self.outputs.append([self.now, 1, "print", f"tensor({loss:.4f}, grad_fn=<PowBackward0>)\n"])
        self.bind("w", [short(0.6 * w)], "leaf")
        self.bind("loss", [short(loss)], "PowBackward0")
        self.episodes.append(
            {
                "first": first, "count": len(self.steps) - first, "graph": 0, "root": f"loss = {short(loss)}",
                "title": f"backward() {number + 1} of {self.count}", "folded": number not in self.open,
            }
        )  # fmt: skip

    def unfolded(self, w: float, p: float, loss: float, grad: float) -> None:
        self.say("forward", "Forward: p = w · x", (7, "w * x"), "o0", "e0.0", "e0.1", "n0", phase="Forward")
        self.write("o0.value", short(p))
        self.saved["n0"].append([self.now, ["other = 2"]])
        self.bind("p", [short(p)], "MulBackward0")
        self.say("forward", "Forward: loss = p²", (8, "p ** 2"), "o1", "e1.0", "n1", phase="Forward")
        self.write("o1.value", short(loss))
        self.saved["n1"].append([self.now, [f"self = {short(p)}", "exponent = 2"]])
        self.bind("loss", [short(loss)], "PowBackward0")
        for edge, text, line, piece in (("e1.0", short(2 * p), 8, "p ** 2"), ("e0.0", "2", 7, "w * x")):
            about = edge, f"o{edge[1]}", f"n{edge[1]}"
            self.say("local", f"Local gradient {edge}", (line, piece), *about, phase="Local gradients")
            self.write(f"{edge}.local", text)
        self.say("seed", "The seed", (9, "loss.backward()"), "o1", "n1", phase="Backward")
        self.write("o1.grad", "1")
        self.say("backward", "Backward through pow", (8, "p ** 2"), "o1", "e1.0", "n1", phase="Backward")
        self.write("e1.0.flow", short(2 * p))
        self.write("o0.grad", short(2 * p))
        self.say("backward", "Backward through mul", (7, "w * x"), "o0", "e0.0", "n0", phase="Backward")
        self.write("e0.0.flow", short(grad))
        self.say("accumulate", "w.grad is written", (9, "loss.backward()"), "v1", phase="Backward")
        self.write("v1.grad", short(grad))
        self.bind("w", [short(w)], "leaf", grad=[short(grad)])
        self.say("free", "Saved tensors are freed", (9, "loss.backward()"), "o0", "o1", phase="Backward")
        for entries in self.saved.values():
            entries.append([self.now, None])
        self.say("output", "print", (10, "print(loss)"))
        self.say("update", "w moves", (12, "w -= 0.05 * w.grad"), "v1", phase="Update")
        self.write("v1.value", short(0.6 * w))
        version = int(self.slots["v1.version"][-1][1][0]) + 1
        self.write("v1.version", str(version))

    def last(self) -> None:
        """The last cell: a detached value, an operation outside the graph, a failure."""
        first = len(self.steps)
        self.fresh = True
        self.say("statement", "d shares w's memory", (15, "w.detach()"), "v1", "v2")
        self.write("v2.value", self.slots["v1.value"][-1][1][0])
        self.bind("d", self.slots["v1.value"][-1][1], "constant", requires_grad=False, shares="w")
        self.say("forward", "Outside the graph: y = d · x", (16, "d * x"), "o2", "e2.0", phase="Forward")
        self.write("o2.value", "0.1555")
        self.bind("y", ["0.1555"], "constant", requires_grad=False)
        self.say("failure", "RuntimeError: the saved tensors are gone", (17, "loss.backward()"))
        self.outputs.append([self.now - 2, 2, "warning", "UserWarning: a warning of PyTorch's"])
        self.outputs.append([self.now, 2, "failure", f"RuntimeError: {MESSAGE}"])
        episode = {"first": first, "count": 3, "graph": 1, "title": "After the last backward()", "root": None}
        self.episodes.append(episode | {"folded": False})


FORMULAS = [["math", ["mrow", ["mi", "z"], ["mo", "="], ["mtext", 0]]]]


def training(count: int = 3, opened: frozenset[int] | None = None, **changes: Any) -> Json:
    """The player's data for a training loop; of more than 12 iterations four stay open."""
    kept = frozenset(range(count)) if count <= 12 else frozenset({0, 1, 2, count - 1})
    story = _Program(count, kept | (opened or frozenset())).written()
    graphs = {"list": [_graphs(_trained), _graphs(_detached)]}
    return {
        "graphs": graphs, "story": story, "query": "training", "step": 0, "opened": "program", "stale": False,
    } | changes  # fmt: skip


Made = tuple[list[Json], list[Json]]


def _graphs(make: Callable[[], Made]) -> Json:
    return {"computation": {"wide": _placed(make(), wide=True), "tall": _placed(make(), wide=False)}, "grad_fn": None}


def _box(box: str, kind: str, title: str, subtitle: str, column: int, row: int, group: str, root: bool = False) -> Json:
    about = {"id": box, "kind": kind, "root": root, "title": title, "subtitle": subtitle, "lines": 1, "group": group}
    return about | {"column": column, "row": row}


def _trained() -> Made:
    boxes = [
        _box("v0", "input", "x", "input", 0, 0, "v0"),
        _box("v1", "leaf", "w", "leaf", 0, 1, "a0"),
        _box("o0", "operation", "p = w · x", "MulBackward0", 1, 0, "n0"),
        _box("o1", "operation", "loss = p²", "PowBackward0", 2, 0, "n1", root=True),
    ]
    arrows = [
        {"id": "e0.0", "tail": "v1", "head": "o0", "tracked": True},
        {"id": "e0.1", "tail": "v0", "head": "o0", "tracked": False},
        {"id": "e1.0", "tail": "o0", "head": "o1", "tracked": True},
    ]
    return boxes, arrows


def _detached() -> Made:
    boxes = [
        _box("v1", "leaf", "w", "leaf", 0, 0, "a0"),
        _box("v2", "input", "d", "detached", 1, 0, "v2"),
        _box("o2", "untracked", "y = d · x", "no grad_fn", 2, 0, "o2"),
    ]
    arrows = [
        {"id": "e3.0", "tail": "v1", "head": "v2", "tracked": False, "cut": True},
        {"id": "e2.0", "tail": "v2", "head": "o2", "tracked": False},
    ]
    return boxes, arrows


def _placed(made: Made, wide: bool) -> Json:
    boxes, arrows = made
    for box in boxes:
        along, across = box.pop("column"), box.pop("row")
        x, y = (along * STEP, across * (HEIGHT + 20)) if wide else (across * (WIDTH + 40), along * (HEIGHT + 60))
        box |= {"x": x, "y": y, "w": WIDTH, "h": HEIGHT}
    at = {box["id"]: box for box in boxes}
    for arrow in arrows:
        tail, head = at[arrow["tail"]], at[arrow["head"]]
        start = (tail["x"] + WIDTH, tail["y"] + HEIGHT / 2) if wide else (tail["x"] + WIDTH / 2, tail["y"] + HEIGHT)
        end = (head["x"], head["y"] + HEIGHT / 2) if wide else (head["x"] + WIDTH / 2, head["y"])
        arrow["path"] = f"M{start[0]},{start[1]}L{end[0]},{end[1]}"
        arrow["label"] = [(start[0] + end[0]) / 2, (start[1] + end[1]) / 2]
    width = max(box["x"] for box in boxes) + WIDTH
    return {"width": width, "height": max(box["y"] for box in boxes) + HEIGHT, "boxes": boxes, "arrows": arrows}
