"""The grad_fn graph as torchviz draws it, under ids that are the same in every run.

torchviz names its boxes by ``id()``, which differs from run to run, and lets a saved tensor take the box of a leaf that
is the same object. Here each statement that it writes is read back and written again under an id of ours.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import torch
from torch.torch_version import TorchVersion

from gradwalk.graph.dot import effort, quoted
from gradwalk.graph.measures import code_room
from gradwalk.recording import Picture

with warnings.catch_warnings():  # torchviz imports distutils, which is on its way out
    warnings.simplefilter("ignore", DeprecationWarning)
    import torchviz.dot

# It compares PyTorch's version by a class of distutils that warns at each use; PyTorch's own does the same quietly.
torchviz.dot.LooseVersion = TorchVersion

SAVED_WIDTH = 104
"""Pixels of a box that shows a saved tensor."""
MAX_NODES = 400
"""torchviz walks by recursion: a larger graph is not drawn."""

_EDGE = re.compile(r"\t(\d+) -> (\d+)(?: \[(?P<how>[^\n]*)\])?\n")
_NODE = re.compile(r"\t(\d+) \[label=(?P<label>.*?)(?: fillcolor=(?P<fill>\w+))?\]\n", re.DOTALL)
_WRAPPED = re.compile(r"\b184467440737095\d{5}\b")


class _Box(NamedTuple):
    id: str
    label: str
    fill: str


class _Line(NamedTuple):
    tail: str
    head: str
    how: str


def picture(
    call: int,
    root: torch.Tensor,
    named_leaves: Mapping[str, torch.Tensor],
    node_ids: Mapping[int, int],
    value_ids: Mapping[int, int],
) -> Picture | None:
    """torchviz's graph of ``root``, made before its backward() frees what was saved; None for more than 400 nodes.

    ``node_ids`` and ``value_ids`` map the ``id()`` of live grad_fn nodes and tensors to those of the recording. Where
    saved tensors are gone already, or were changed in place, the picture with saved tensors is the plain one.
    """
    if too_large(root):
        return None
    names = {**{key: f"n{node}" for key, node in node_ids.items()}, **{key: f"v{v}" for key, v in value_ids.items()}}
    plain = _source(root, named_leaves, names, saved=False)
    try:
        saved = _source(root, named_leaves, names, saved=True)
    except RuntimeError:
        saved = plain
    return Picture(call, plain, saved)


def too_large(root: torch.Tensor) -> bool:
    """Whether the graph has more than 400 nodes; stops counting there."""
    seen: set[Any] = set()
    waiting = [root.grad_fn]
    while waiting and len(seen) <= MAX_NODES:
        node = waiting.pop()
        if node is not None and node not in seen:
            seen.add(node)
            waiting.extend(following for following, _ in node.next_functions)
    return len(seen) > MAX_NODES


def _source(root: torch.Tensor, leaves: Mapping[str, torch.Tensor], names: Mapping[int, str], saved: bool) -> str:
    drawn = torchviz.dot.make_dot(root, params=dict(leaves), show_attrs=saved, show_saved=saved)
    boxes, lines = read(drawn.body, names)
    return "\n".join(
        [
            "digraph {",
            "node [shape=box, style=filled, fixedsize=true, fontname=monospace, fontsize=13]",
            f"nodesep=0.3; ranksep=0.35; {effort(len(lines))}",
            *(_box_source(box) for box in boxes),
            *(f'"{line.tail}" -> "{line.head}" [id="t{i}"{line.how}]' for i, line in enumerate(lines)),
            "}",
        ]
    )


def read(body: Iterable[str], names: Mapping[int, str]) -> tuple[list[_Box], list[_Line]]:
    """torchviz's statements under our ids: ``names`` maps its numbers to ``n3`` and ``v5``; others become ``u0``, …

    A saved tensor's statement follows the line to its owner: node 3's ``self`` becomes ``s3_self``, a box of its own.
    """
    strangers: dict[str, str] = {}

    def name(number: str) -> str:
        return names.get(int(number)) or strangers.setdefault(number, f"u{len(strangers)}")

    boxes: dict[str, _Box] = {}
    lines: list[_Line] = []
    waiting: tuple[str, str] | None = None
    for statement in body:
        if edge := _EDGE.fullmatch(statement):
            if edge["how"] == "dir=none":
                waiting = (edge[1], edge[2])
            else:
                lines.append(_Line(name(edge[1]), name(edge[2]), f", {edge['how']}" if edge["how"] else ""))
        elif node := _NODE.fullmatch(statement):
            label, fill = _signed(_unquoted(node["label"])), node["fill"] or ""
            box = name(node[1])
            if waiting is not None and node[1] in waiting:
                owner = waiting[0] if waiting[1] == node[1] else waiting[1]
                box = f"s{name(owner).lstrip('n')}_{_ascii(label)}"
                ends = [box if number == node[1] else name(number) for number in waiting]
                lines.append(_Line(ends[0], ends[1], ", dir=none"))
                waiting = None
            boxes[box] = _Box(box, label, fill)
    return list(boxes.values()), lines


def _ascii(label: str) -> str:
    """The first line of a saved tensor's label, which is its name, fit for an id: ``tensors[0]`` → ``tensors_0``."""
    return re.sub(r"\W+", "_", label.split("\n")[0], flags=re.ASCII).strip("_")


def _signed(label: str) -> str:
    """A node's attribute such as dim=-1 comes back from PyTorch as 2⁶⁴ − 1."""
    return _WRAPPED.sub(lambda match: str(int(match[0]) - 2**64), label)


def _unquoted(label: str) -> str:
    return label[1:-1].replace('\\"', '"') if label.startswith('"') else label


def _box_source(box: _Box) -> str:
    width, height = code_room(box.label)
    if box.id.startswith("s"):  # the player writes the saved tensor in it
        width = max(width, SAVED_WIDTH)
    fill = f", fillcolor={box.fill}" if box.fill else ""
    return f'"{box.id}" [label={quoted(box.label)}{fill}, width={width / 72:.4f}, height={height / 72:.4f}]'
