"""Stories for the player's tests, made without PyTorch: a chain of operations, each on the result of the one before."""

from __future__ import annotations

from typing import Any, NamedTuple

Json = dict[str, Any]

WIDTH, HEIGHT, STEP, GAP = 120, 91, 230, 60


class Link(NamedTuple):
    title: str
    node: str
    code: str
    value: str
    local: str
    gradient: str
    """Of the root with respect to this operation's result."""


# z = sin(x²) at x = 4, as PyTorch computes it in float32.
SINE = (
    Link("v₁ = x²", "PowBackward0", "v = x**2", "16", "8", "−0.9577"),
    Link("z = sin(v₁)", "SinBackward0", "z = torch.sin(v)", "−0.2879", "−0.9577", "1"),
)
SINE_GRADIENT = "−7.6613"


def sine(**changes: Any) -> Json:
    """The player's data for z = sin(x²): 2 steps forward, 2 of local gradients, 4 back."""
    return data(SINE, "4", SINE_GRADIENT) | {"query": "z=sin(x**2)&x=4"} | changes


def long_chain(length: int) -> Json:
    """The player's data for a chain of so many operations, with numbers that are all different."""
    links = [
        Link(f"v{n + 1} = sin(v{n})", "SinBackward0", f"v{n + 1} = torch.sin(v{n})", f"{n}.5", f"{n}.25", f"{n}.125")
        for n in range(length)
    ]
    return data(tuple(links), "4", "0.0625") | {"query": "chain"}


def data(links: tuple[Link, ...], start: str, end: str) -> Json:
    graphs = {
        "computation": {"wide": _computation(links, wide=True), "tall": _computation(links, wide=False)},
        "grad_fn": {"plain": _grad_fn(links, saved=False), "saved": _grad_fn(links, saved=True)},
    }
    return {
        "graphs": graphs, "story": story(links, start, end), "query": "", "step": 0, "opened": "first", "stale": False,
    }  # fmt: skip


def story(links: tuple[Link, ...], start: str, end: str) -> Json:
    count = len(links)
    code = ["import torch", "", "x = torch.tensor(4.0, requires_grad=True)", *(link.code for link in links)]
    steps = [_step(None, "Start", None, [], None)]
    slots: Json = {"v0.value": [[0, [start]]]}
    for n, link in enumerate(links):
        slots[f"o{n}.value"] = [[len(steps), [link.value]]]
        steps.append(_step(0, f"Forward: {link.title}", (4 + n, link.code), [f"o{n}", f"e{n}.0", f"n{n}"], f"o{n}"))
    for n, link in reversed(list(enumerate(links))):
        slots[f"e{n}.0.local"] = [[len(steps), [link.local]]]
        formula = [[0, ["mi", "x"]], [1, link.local]]
        now = [f"o{n}", f"e{n}.0", f"n{n}"]
        steps.append(_step(1, f"Local gradient of {link.title}", (4 + n, link.code), now, f"o{n}", formula))
    for n, link in reversed(list(enumerate(links))):
        slots[f"o{n}.grad"] = [[len(steps), [link.gradient]]]
        slots[f"e{n}.0.flow"] = [[len(steps), [links[n - 1].gradient if n else end]]]
        formula = [[0, ["mi", "x"]], [1, "<b>7</b>"]]
        now = [f"o{n}", f"e{n}.0", f"n{n}"]
        rule = {"node": link.node, "text": "grad * self.cos()", "saved": "self = 16"}
        steps.append(
            _step(2, f"Backward through {link.title}", (4 + count, "z.backward()"), now, f"o{n}", formula, rule)
        )
    slots["v0.grad"] = [[len(steps), [end]]]
    steps.append(
        _step(2, "x.grad is written", (4 + count, "z.backward()"), ["v0", "a0"], "v0") | {"kind": "accumulate"}
    )
    steps.append(_step(2, "Saved tensors are freed", (4 + count, "z.backward()"), [], None) | {"kind": "free"})
    phases = [
        {"kind": "forward", "title": "Forward", "first": 1, "count": count},
        {"kind": "local", "title": "Local gradients", "first": 1 + count, "count": count},
        {"kind": "backward", "title": "Backward", "first": 1 + 2 * count, "count": count + 2},
    ]
    formulas = [
        ["math", ["mrow", ["mfrac", ["mi", "∂z"], 0], ["mo", "="], ["script", "alert(1)"]]],
        ["math", ["mrow", ["mo", "="], ["mn", 0]]],
    ]
    return {
        "phases": phases, "steps": steps, "slots": slots, "formulas": formulas,
        "code": "\n".join([*code, "z.backward()", "x.grad", ""]),
    }  # fmt: skip


def _step(
    phase: int | None,
    title: str,
    source: tuple[int, str] | None,
    now: list[str],
    focus: str | None,
    formula: list[Any] | None = None,
    rule: Json | None = None,
) -> Json:
    span = None if source is None else [source[0], source[1].find("=") + 2, source[0], len(source[1]) + 1]
    kind = "start" if phase is None else ("forward", "local", "backward")[phase]
    return {
        "phase": phase, "kind": kind, "title": title, "sentence": f"{title}, and what it means.",
        "formula": formula or [], "rule": rule, "span": span, "now": now, "focus": focus,
    }  # fmt: skip


def _computation(links: tuple[Link, ...], wide: bool) -> Json:
    def at(n: int) -> Json:
        x, y = (n * STEP, 0) if wide else (20, n * (HEIGHT + GAP))
        return {"x": x, "y": y, "w": WIDTH, "h": HEIGHT, "lines": 1}

    boxes: list[Json] = [
        {"id": "v0", "kind": "leaf", "root": False, "title": "x", "subtitle": "leaf", "group": "a0"} | at(0),
        *(
            {"id": f"o{n}", "kind": "operation", "root": n == len(links) - 1, "group": f"n{n}"}
            | {"title": link.title, "subtitle": link.node}
            | at(n + 1)
            for n, link in enumerate(links)
        ),
    ]
    arrows = []
    for n in range(len(links)):
        x, y = ((n * STEP + WIDTH), HEIGHT / 2) if wide else (20 + WIDTH / 2, n * (HEIGHT + GAP) + HEIGHT)
        dx, dy = (STEP - WIDTH, 0) if wide else (0, GAP)
        ends = {"id": f"e{n}.0", "tail": boxes[n]["id"], "head": boxes[n + 1]["id"]}
        line = {"path": f"M{x},{y}L{x + dx},{y + dy}", "label": [x + dx / 2, y + dy / 2]}
        arrows.append(ends | line | {"tracked": True})
    last = boxes[-1]
    width, height = (last["x"] + WIDTH, HEIGHT) if wide else (WIDTH + 40, last["y"] + HEIGHT)
    return {"width": width, "height": height, "boxes": boxes, "arrows": arrows}


def _grad_fn(links: tuple[Link, ...], saved: bool) -> Json:
    ids = [("v0", "tensor", "x\n()"), ("a0", "accumulate", "AccumulateGrad")]
    ids += [(f"n{n}", "backward", link.node) for n, link in enumerate(links)]
    boxes = [
        {"id": box, "kind": kind, "root": False, "title": title, "subtitle": "", "lines": 0, "group": box}
        | {"x": 0, "y": 60 * n, "w": 150, "h": 40}
        for n, (box, kind, title) in enumerate(ids)
    ]
    if saved:
        place = {"x": 180, "y": 120, "w": 60, "h": 40, "lines": 0, "root": False, "subtitle": ""}
        boxes.append({"id": "s0_self", "kind": "saved", "title": "self\n()", "group": "n0"} | place)
    arrows = [
        {"id": f"t{n}", "tail": ids[n][0], "head": ids[n + 1][0], "path": f"M75,{60 * n + 40}L75,{60 * n + 60}"}
        | {"label": [75, 60 * n + 50], "tracked": True, "plain": False}
        for n in range(len(ids) - 1)
    ]
    return {"width": 240 if saved else 150, "height": 60 * len(ids), "boxes": boxes, "arrows": arrows}
