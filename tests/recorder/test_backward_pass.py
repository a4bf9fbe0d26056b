"""What a recording says of a backward pass adds up: on every edge, in every node and in every leaf."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from hypothesis import given

from gradwalk import Recording
from gradwalk.recording import Accumulate, Array, Backward, BackwardCall, Free, LocalGradient
from tests.programs import programs
from tests.recorder.live import record


def tensor(array: Array) -> torch.Tensor:
    assert array.numbers is not None
    return torch.tensor(array.numbers, dtype=torch.float64).reshape(array.shape)


def close(one: torch.Tensor, other: torch.Tensor, scale: torch.Tensor, *dtypes: str) -> bool:
    """Equal but for rounding, in the coarser dtype, of the terms behind them, which add up to ``scale`` in size.

    Where an infinity or a nan is at work, nothing is claimed.
    """
    finite = torch.isfinite(one) & torch.isfinite(other) & torch.isfinite(scale)
    rounding = 2e-5 if "float32" in dtypes else 1e-13
    return bool(((one - other).abs() <= rounding * scale + 1e-37)[finite].all())


def calls(recording: Recording) -> Iterator[tuple[BackwardCall, list[LocalGradient], list[Backward], list[Accumulate]]]:
    for head in recording.events:
        if isinstance(head, BackwardCall):
            mine = [event for event in recording.events if getattr(event, "call", None) == head.call]
            yield (
                head,
                [event for event in mine if isinstance(event, LocalGradient)],
                [event for event in mine if isinstance(event, Backward)],
                [event for event in mine if isinstance(event, Accumulate)],
            )


def through(upstream: torch.Tensor, local: LocalGradient, shape: tuple[int, ...]) -> torch.Tensor:
    """upstream × local."""
    numbers = torch.tensor(local.numbers, dtype=torch.float64)
    if local.form == "diagonal":
        return (upstream.flatten() * numbers).reshape(shape)
    return (upstream.flatten() @ numbers.reshape(local.rows, local.columns)).reshape(shape)


@given(programs())
def test_upstream_times_local_gradient_is_the_contribution_on_every_edge(source: str) -> None:
    """Of an operation with several results, the contribution is the sum over those at which a gradient arrives."""
    recording = record(source)
    for _, locals_, backward, _ in calls(recording):
        found = {(event.operation, event.edge, event.result): event for event in locals_}
        for event in backward:
            operation = recording.nodes[event.node].operation
            assert operation is not None
            for number, edge in enumerate(recording.operations[operation].edges):
                given_on = None if edge.route is None else event.contributions[edge.route]
                if given_on is None:
                    continue
                shape = recording.values[edge.value].shape
                expected, scale, dtypes = torch.zeros(shape), torch.zeros(shape), {given_on.dtype}
                for result, upstream in enumerate(event.upstream):
                    if upstream is None:
                        continue
                    local = found[operation, number, result]
                    size = local._replace(numbers=tuple(map(abs, local.numbers or ())))
                    expected = expected + through(tensor(upstream), local, shape)
                    scale = scale + through(tensor(upstream).abs(), size, shape)
                    dtypes.add(upstream.dtype)
                assert close(expected, tensor(given_on), scale, *dtypes), event


def output_of(recording: Recording, head: BackwardCall) -> int:
    """Which output of its node the root is: of a node with several results it can be any."""
    operation = None if head.node is None else recording.nodes[head.node].operation
    if operation is None:
        return 0
    tensor_of = {value.id: value.tensor for value in recording.values}  # the root may have been changed in place since
    return [tensor_of[result] for result in recording.operations[operation].results].index(tensor_of[head.root])


@given(programs())
def test_contributions_to_a_node_sum_to_its_upstream_gradient(source: str) -> None:
    recording = record(source)
    for head, _, backward, accumulate in calls(recording):
        arriving: dict[tuple[int, int], list[Array]] = {}
        if head.node is not None:
            arriving[head.node, output_of(recording, head)] = [head.seed]
        for event in backward:
            for output, upstream in enumerate(event.upstream):
                if upstream is not None:
                    assert_sum(arriving.pop((event.node, output)), upstream)
            for route, contribution in zip(recording.nodes[event.node].next, event.contributions, strict=True):
                if route.node is not None and contribution is not None:
                    arriving.setdefault((route.node, route.output), []).append(contribution)
        for last in accumulate:
            if last.node is not None:
                assert_sum(arriving.pop((last.node, 0)), last.added)
        assert not arriving  # whatever was handed on has arrived


def assert_sum(parts: list[Array], whole: Array) -> None:
    terms = torch.stack([tensor(part).expand(whole.shape) for part in parts])
    assert close(terms.sum(0), tensor(whole), terms.abs().sum(0), whole.dtype), (parts, whole)


@given(programs())
def test_a_leaf_adds_what_arrives_to_what_it_had(source: str) -> None:
    recording = record(source)
    for _, _, _, accumulate in calls(recording):
        for event in accumulate:
            dtype = getattr(torch, event.added.dtype)
            before = tensor(event.before).to(dtype) if event.before else torch.zeros(event.added.shape, dtype=dtype)
            after = before + tensor(event.added).to(dtype)
            assert torch.equal(after.double().nan_to_num(7.5), tensor(event.after).nan_to_num(7.5)), event


def test_a_seed_that_is_the_gradient_itself_is_told_as_it_arrived() -> None:
    """PyTorch adds the tensor to itself in place: 1 + 1 = 2, although what arrived is 2 by then too."""
    source = "import torch\nx = torch.tensor([5.0], requires_grad=True)\nx.sum().backward()\nx.backward(x.grad)"
    *_, last = (event for event in record(source).events if isinstance(event, Accumulate))
    assert last.before is not None
    assert (last.before.numbers, last.added.numbers, last.after.numbers) == ((1.0,), (1.0,), (2.0,))


@given(programs())
def test_a_call_frees_what_its_nodes_saved_unless_it_retains(source: str) -> None:
    recording = record(source)
    freed = {event.call: set(event.nodes) for event in recording.events if isinstance(event, Free)}
    gone: set[int] = set()
    for head, _, backward, _ in calls(recording):
        nodes = [recording.nodes[event.node] for event in backward]
        saving = {node.id for node in nodes if any(saved.value is not None for saved in node.saved)}
        assert not saving & gone
        if head.retain_graph:
            assert head.call not in freed
        else:
            assert saving <= freed.get(head.call, set())
            gone |= freed.get(head.call, set())
