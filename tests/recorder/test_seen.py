"""What live code does to gradients, flags, graphs and modules is in its recording; and when that ends, it is over."""

# mypy: disable-error-code="no-untyped-call"

from __future__ import annotations

import ast
import gc
import math
import sys
import textwrap
import threading
import warnings
from pathlib import Path
from typing import Any, cast

import pytest
import torch
from torch import nn
from torch.nn.modules import module as modules
from torch.optim import optimizer as optimizers
from torch.utils.checkpoint import checkpoint

import gradwalk
from gradwalk.program.limits import Limits
from gradwalk.recording import (
    Accumulate,
    Assigned,
    BackwardCall,
    Cleared,
    Entered,
    Failure,
    Forward,
    Free,
    Hooked,
    Idle,
    Left,
    Moved,
    Output,
    Recording,
    Result,
    Stepped,
    Stopped,
    Switched,
    Taken,
    Update,
)


def of(recording: Recording, *kinds: type) -> list[Any]:
    return [event for event in recording.events if isinstance(event, kinds)]


def names(recording: Recording, value: int) -> tuple[str, ...]:
    return recording.values[value].names


def test_the_place_of_a_call_is_its_expression_in_this_file() -> None:
    x = torch.tensor(2.0, requires_grad=True)
    with gradwalk.watch() as walk:
        y = x * torch.sin(x)
        y.backward()
    recording = walk.recording
    lines = recording.source.split("\n")
    pieces = [lines[s.line - 1][s.column - 1 : s.end_column - 1] for op in recording.operations if (s := op.span)]
    assert recording.file == __file__
    assert pieces == ["torch.sin(x)", "x * torch.sin(x)"]
    assert [names(recording, op.results[0]) for op in recording.operations] == [(), ("y",)]
    assert names(recording, recording.operations[0].edges[0].value) == ("x",)


def test_a_cell_that_runs_without_the_indentation_of_its_file_has_its_places_in_the_file(tmp_path: Path) -> None:
    """As marimo runs what it keeps as functions: lines are the file's, columns those of the text that was taken out."""
    body = "x = torch.tensor(2.0, requires_grad=True)\nwith gradwalk.watch() as walk:\n    ü = x * torch.sin(x)\n"
    path = tmp_path / "notebook.py"
    path.write_text("@app.cell\ndef _():\n" + textwrap.indent(body, "    "), encoding="utf-8")
    tree = ast.increment_lineno(ast.parse(body), 2)
    space: dict[str, Any] = {"torch": torch, "gradwalk": gradwalk}
    exec(compile(tree, str(path), "exec"), space)  # noqa: S102 - a program of our own
    recording = space["walk"].recording
    lines = recording.source.split("\n")
    pieces = [lines[s.line - 1][s.column - 1 : s.end_column - 1] for op in recording.operations if (s := op.span)]
    assert pieces == ["torch.sin(x)", "x * torch.sin(x)"]


def test_numbers_of_a_parameter_are_kept_by_its_name() -> None:
    net = nn.Sequential(nn.Linear(64, 64), nn.Linear(64, 64))
    with gradwalk.watch(keep=["net.1.weight"]) as walk:
        net(torch.ones(1, 64)).sum().backward()
    kept = {name: value.numbers is not None for value in walk.recording.values for name in value.names}
    assert (kept["net.0.weight"], kept["net.1.weight"]) == (False, True)
    with pytest.raises(ValueError, match=r"keep has 'fc9\.weight', and nothing is called so"):
        gradwalk.watch(keep="fc9.weight").__enter__()
    with pytest.raises(TypeError, match=r"^keep is a list of tensors and of their names, and not int\.$"):
        gradwalk.watch(keep=cast("list[str]", 3))
    assert repr(walk.recording).startswith("<Recording of 5 operations and 1 backward pass, PyTorch 2.")


def test_a_model_that_no_variable_holds_has_names_where_it_is_given() -> None:
    held = [nn.Linear(2, 1)]
    with gradwalk.watch(held[0]) as walk:
        held[0](torch.ones(1, 2)).sum().backward()
    assert {name for value in walk.recording.values for name in value.names} >= {"linear.weight", "linear.bias"}
    with pytest.raises(TypeError, match=r"modules of torch\.nn, and not function"):
        gradwalk.watch(lambda: None)  # type: ignore[arg-type]


@pytest.mark.filterwarnings("ignore")
def test_a_quantized_tensor_is_its_shape_and_dtype_and_a_single_number_that_number() -> None:
    x = torch.ones(3, requires_grad=True)
    with gradwalk.watch() as walk:
        whole = torch.quantize_per_tensor(torch.ones(3), 0.1, 0, torch.qint8)
        one = torch.quantize_per_tensor(torch.tensor(1.0), 0.1, 0, torch.qint8)
        (whole.dequantize() * x * one.dequantize()).sum().backward()
    found = {value.shape: value.numbers for value in walk.recording.values if value.dtype == "qint8"}
    assert found == {(3,): None, (): (1.0,)}
    assert Recording.from_json(walk.recording.to_json()) == walk.recording


def test_names_are_those_that_the_code_binds() -> None:
    def twice(a: torch.Tensor) -> torch.Tensor:
        b = a * 2
        return b + 0.5

    x = torch.ones(2, requires_grad=True)
    with gradwalk.watch() as walk:
        p = q = x * 3
        z = twice(p)
        m, _ = z.max(dim=0)
        n = z.max(dim=0)[0]
        net = nn.Linear(2, 1)
        out = net(x)
    assert q is p
    assert all(isinstance(one, torch.Tensor) for one in (m, n, out))
    found = {name for value in walk.recording.values for name in value.names}
    assert {"x", "p", "q", "b", "z", "m", "n", "net.weight", "net.bias", "out"} <= found


def test_only_the_gradients_that_went_away_are_cleared() -> None:
    first, second = nn.Linear(1, 1), nn.Linear(1, 1)
    one, other = (torch.optim.SGD(net.parameters(), lr=0.1) for net in (first, second))
    with gradwalk.watch() as walk:
        second(first(torch.ones(1, 1))).sum().backward()
        other.zero_grad()
        other.zero_grad()
        one.zero_grad(set_to_none=False)
    kept, zeroed = of(walk.recording, Cleared)
    assert {names(walk.recording, leaf)[0] for leaf in kept.leaves} == {"second.weight", "second.bias"}
    assert {names(walk.recording, leaf)[0] for leaf in zeroed.leaves} == {"first.weight", "first.bias"}
    assert (kept.zeros, zeroed.zeros) == (False, True)
    assert all(set(walk.recording.values[value].numbers or ()) == {0.0} for value in zeroed.values)


def test_a_gradient_can_be_put_there() -> None:
    w = torch.tensor(1.0, requires_grad=True)
    with gradwalk.watch() as walk:
        w.grad = torch.tensor(5.0)
        (w * 3).backward()
        w.data -= 0.5
        w.requires_grad_(False)
    (put,), (added,) = of(walk.recording, Assigned), of(walk.recording, Accumulate)
    assert (put.before, walk.recording.values[put.value].numbers) == (None, (5.0,))
    assert (added.before.numbers, added.after.numbers) == ((5.0,), (8.0,))
    (moved,) = of(walk.recording, Moved)
    assert [walk.recording.values[value].numbers for value in moved.values] == [(0.5,)]
    (switched,) = of(walk.recording, Switched)
    assert walk.recording.values[switched.after].requires_grad is False


def test_a_hook_is_seen_before_and_after_and_goes_on_working() -> None:
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    with gradwalk.watch() as walk:
        y = x * 3
        y.register_hook(lambda gradient: gradient * 10)
        y.sum().backward(retain_graph=True)
    (hooked,) = of(walk.recording, Hooked)
    assert (hooked.before.numbers, hooked.after.numbers) == ((1.0, 1.0), (10.0, 10.0))
    assert names(walk.recording, hooked.value) == ("y",)
    y.sum().backward()
    assert x.grad is not None
    assert x.grad.tolist() == [60.0, 60.0]


def test_a_step_inside_of_a_hook_is_seen() -> None:
    w = torch.tensor([1.0, 2.0], requires_grad=True)
    optimizer = torch.optim.SGD([w], lr=0.1)

    def step(_: torch.Tensor) -> None:
        optimizer.step()
        optimizer.zero_grad()

    with gradwalk.watch() as walk:
        w.register_post_accumulate_grad_hook(step)
        (w * 2).sum().backward()
    kinds = [type(event) for event in of(walk.recording, Accumulate, Update, Cleared)]
    assert kinds == [Accumulate, Update, Cleared]
    assert w.grad is None


def test_a_result_accumulates_nothing_and_higher_derivatives_have_nodes() -> None:
    x = torch.tensor(2.0, requires_grad=True)
    with gradwalk.watch() as walk:
        (g,) = torch.autograd.grad(x**3, x, create_graph=True)
        g.backward()
    result, calls = of(walk.recording, Result)[0], of(walk.recording, BackwardCall)
    made = walk.recording.values[result.value]
    assert (made.numbers, made.is_leaf, made.names) == ((12.0,), False, ("g",))
    assert made.operation is not None
    assert [(call.function, call.create_graph, call.retain_graph) for call in calls] == [
        ("grad", True, True),
        ("backward", False, False),
    ]
    assert [event.after.numbers for event in of(walk.recording, Accumulate)] == [(12.0,)]


def test_a_result_that_its_node_saved_is_itself_in_a_pass_that_is_recorded() -> None:
    """PyTorch hands it out as a new object, for which it runs a ``detach`` where a dispatch mode is on."""
    x = torch.tensor(0.5, requires_grad=True)
    with gradwalk.watch() as walk:
        y = torch.tanh(x)
        (g,) = torch.autograd.grad(y, x, create_graph=True)
        g.backward()
    first, second = walk.recording.operations
    assert [first.kernel, second.kernel] == ["tanh", "tanh_backward"]
    assert second.edges[1].value == first.results[0]
    assert x.grad is not None
    assert x.grad.item() == pytest.approx(-2 * math.tanh(0.5) / math.cosh(0.5) ** 2, rel=1e-6)
    assert of(walk.recording, Accumulate)[0].after.numbers == (x.grad.item(),)


def test_the_node_of_a_product_with_a_conjugate_belongs_to_the_product() -> None:
    """For numbers that are conjugated by name alone a copy is made first, inside of the product."""
    z = torch.tensor([1 + 2j], requires_grad=True)
    with gradwalk.watch() as walk:
        length = (z * z.conj()).real.sum()
        length.backward()
    kernels = [(operation.kernel, operation.node is not None) for operation in walk.recording.operations]
    assert [kernel for kernel, _ in kernels][:2] == ["_conj", "mul.Tensor"]
    assert all(tracked for _, tracked in kernels)
    product = walk.recording.operations[1]
    assert product.edges[1].value == walk.recording.operations[0].results[0]


@pytest.mark.parametrize("reentrant", [True, False])
def test_what_a_checkpoint_computes_once_more_is_seen(reentrant: bool) -> None:
    net, x = nn.Linear(2, 2), torch.ones(1, 2, requires_grad=True)
    with gradwalk.watch() as walk:
        y: Any = checkpoint(lambda a: torch.tanh(net(a)), x, use_reentrant=reentrant)
        y.sum().backward()
    assert net.weight.grad is not None
    accumulated = [list(event.after.numbers) for event in of(walk.recording, Accumulate)]
    assert net.weight.grad.flatten().tolist() in accumulated
    again = [event.call for event in of(walk.recording, Forward)]
    assert None in again
    assert any(call is not None for call in again)


def test_what_is_released_is_looked_at() -> None:
    x = torch.tensor(2.0, requires_grad=True)
    with gradwalk.watch() as walk:
        y = x**2 + 1
        y.backward(retain_graph=True)
        y.backward()
    (free,) = of(walk.recording, Free)
    assert free.call == 1
    assert [walk.recording.nodes[node].name for node in free.nodes] == ["PowBackward0"]


def test_a_pass_that_is_not_walked_releases_too() -> None:
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    with gradwalk.watch() as walk:
        y = x.exp()
        torch.autograd.grad(y, x, torch.eye(2), retain_graph=True, is_grads_batched=True)
        torch.autograd.grad(y, x, torch.eye(2), is_grads_batched=True)
        kept = y * y
        torch.autograd.grad(kept, y, torch.eye(2), is_grads_batched=True)
    frees = of(walk.recording, Free)
    assert [free.call for free in frees] == [None, None]
    released = [[walk.recording.nodes[node].name for node in free.nodes] for free in frees]
    assert released == [["ExpBackward0"], ["MulBackward0"]]


def test_a_part_is_called_as_its_parameters_are_and_with_its_variable_where_there_are_two() -> None:
    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.fc, self.rest = nn.Linear(2, 2), nn.Sequential(nn.Linear(2, 2))

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.rest(self.fc(x))  # type: ignore[no-any-return]

    def paths(walk: gradwalk.Watch) -> list[str]:
        return [module.path for module in walk.recording.modules]

    a, net = Net(), nn.Sequential(nn.Linear(2, 2))
    with gradwalk.watch() as walk:
        net(a(torch.ones(1, 2)))
    assert paths(walk) == ["a", "fc", "rest", "rest.0", "net", "net.0"]
    assert walk.recording.values[walk.recording.modules[0].parameters[0].value].names == ("fc.weight",)
    with gradwalk.watch() as walk:
        a.rest(a.fc(torch.ones(1, 2)))
    assert paths(walk) == ["fc", "rest", "rest.0"]
    b = Net()
    with gradwalk.watch() as walk:
        b(a(torch.ones(1, 2)))
    assert paths(walk) == ["a", "a.fc", "a.rest", "a.rest.0", "b", "b.fc", "b.rest", "b.rest.0"]
    assert walk.recording.values[walk.recording.modules[0].parameters[0].value].names == ("a.fc.weight",)


def test_modules_have_their_ways() -> None:
    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.body = nn.Sequential(nn.Linear(2, 2), nn.ReLU())

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            found: torch.Tensor = self.body(x)
            return found

    model = Net()
    with gradwalk.watch() as walk:
        model(torch.ones(1, 2))
    assert [module.path for module in walk.recording.modules] == ["model", "body", "body.0", "body.1"]
    assert len(of(walk.recording, Entered)) == len(of(walk.recording, Left)) == 4
    inside = [op.module for op in walk.recording.operations if op.module is not None]
    assert {walk.recording.modules[module].path for module in inside} == {"body.0", "body.1"}


def test_kernels_that_change_several_tensors() -> None:
    net = nn.Linear(2, 1)
    with gradwalk.watch() as walk:
        net(torch.ones(3, 2)).sum().backward()
        nn.utils.clip_grad_norm_(net.parameters(), 0.5)
    changed = {names(walk.recording, event.after)[0] for event in of(walk.recording, Update)}
    assert {"net.weight.grad", "net.bias.grad"} <= changed


def test_what_cannot_be_seen_is_said() -> None:
    with gradwalk.watch() as walk:
        torch.vmap(lambda a: a * 2)(torch.ones(3, 2))
        thread = threading.Thread(target=lambda: torch.ones(2) * 2)
        thread.start()
        thread.join()
    said = [event.text for event in of(walk.recording, Output)]
    assert any("torch.func" in text for text in said)
    assert any("thread" in text for text in said)


def test_a_recording_leaves_nothing_to_the_collector() -> None:
    def work() -> None:
        with gradwalk.watch() as walk:
            net = nn.Linear(2, 1)
            net(torch.ones(3, 2)).sum().backward()
            torch.optim.SGD(net.parameters(), lr=0.1).step()
        assert walk.recording.operations

    work()
    gc.collect()
    gc.disable()
    try:
        work()
        gc.set_debug(gc.DEBUG_SAVEALL)
        gc.collect()
        left = {type(thing).__module__ for thing in gc.garbage}
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()
    assert not [name for name in left if name.startswith("gradwalk")]


def test_at_its_limit_a_recording_ends_and_the_program_goes_on() -> None:
    y = torch.tensor(1.0, requires_grad=True)
    with torch.device("cpu"), gradwalk.watch(limits=Limits(watched_operations=100)) as walk:
        for _ in range(3_000):
            y = y + 1
        assert torch._C._len_torch_function_stack() == 1
    recording = walk.recording
    assert (len(recording.operations), recording.complete) == (100, False)
    assert isinstance(recording.events[-1], Stopped)
    assert y.item() == 3_001


def test_left_by_an_exception_it_has_what_happened_so_far() -> None:
    walk = gradwalk.watch()
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    with pytest.raises(RuntimeError, match="scalar"), walk:
        (x * 2).backward()
    (failure,) = of(walk.recording, Failure)
    assert (failure.type, failure.cause) == ("RuntimeError", "non-scalar-root")
    assert failure.call.endswith("Tensor.backward")
    assert len(walk.recording.operations) == 1


def test_bad_use_is_a_sentence() -> None:
    walk = gradwalk.watch()
    with pytest.raises(RuntimeError, match="not done yet"):
        _ = walk.recording
    with walk, pytest.raises(RuntimeError, match="inside of one another"), gradwalk.watch():
        pass
    with pytest.raises(RuntimeError, match="entered before"), walk:
        pass
    assert torch._C._len_torch_function_stack() == 0


def test_a_call_is_recorded_with_its_failure() -> None:
    def fails() -> None:
        x = torch.ones(2, requires_grad=True) * 2
        x.backward()

    recording = gradwalk.record(fails)
    assert recording.cells[0].failure is not None
    assert len(recording.operations) == 1


def test_memory_that_a_tensor_is_given_is_a_change_of_it() -> None:
    x, other = torch.tensor([1.0, 2.0]), torch.tensor([5.0, 6.0, 7.0])
    with gradwalk.watch() as walk:
        x * 2
        x.set_(other)  # type: ignore[call-overload]
        y = x * 2
    (update,) = of(walk.recording, Update)
    before, after = (walk.recording.values[value] for value in (update.before, update.after))
    assert (before.numbers, after.numbers, before.tensor) == ((1.0, 2.0), (5.0, 6.0, 7.0), after.tensor)
    assert y.tolist() == [10.0, 12.0, 14.0]


def test_what_a_larger_tensor_finds_in_memory_is_not_shown() -> None:
    x = torch.tensor([1.0, 2.0])
    with gradwalk.watch() as walk:
        x.resize_(400)
    (update,) = of(walk.recording, Update)
    assert walk.recording.values[update.after].numbers == (1.0, 2.0, *[0.0] * 398)


def test_what_only_hands_on_its_operands_is_no_operation_in_inference_mode_either() -> None:
    prediction, target = torch.ones(3, 1), torch.zeros(3, 1)
    with gradwalk.watch() as walk, torch.inference_mode():
        loss = nn.functional.l1_loss(prediction, target)
        same = prediction.to("cpu").contiguous()
    assert same is prediction
    assert loss.item() == 1
    assert [operation.kernel for operation in walk.recording.operations] == ["l1_loss"]
    assert Recording.from_json(walk.recording.to_json()) == walk.recording


def test_what_does_nothing_is_told() -> None:
    net = torch.nn.Linear(2, 1)
    with gradwalk.watch() as walk:
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        loss = +(net(torch.ones(2)).sum())
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        +torch.ones(2)
    clipped, plus = of(walk.recording, Idle)
    assert (clipped.by, len(clipped.values)) == ("clip", 2)
    assert [walk.recording.values[value].names for value in clipped.values] == [("net.weight",), ("net.bias",)]
    assert (plus.by, [walk.recording.values[value].shape for value in plus.values]) == ("+", [()])


def test_numbers_that_leave_the_graph_by_a_constructor_are_told() -> None:
    x = torch.tensor(2.0, requires_grad=True)
    with gradwalk.watch() as walk, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.Tensor([x * 2, x])
    assert [event.by for event in of(walk.recording, Taken)] == ["item", "item"]


def plain_hook(*given: Any) -> None:
    pass


@pytest.mark.parametrize("way", ["node", "node before", "module", "module before"])
def test_hooks_on_nodes_are_noticed(way: str) -> None:
    net, x = nn.Linear(2, 1), torch.ones(1, 2, requires_grad=True)
    with gradwalk.watch() as walk:
        if way == "module":
            net.register_full_backward_hook(plain_hook)
        elif way == "module before":
            net.register_full_backward_pre_hook(plain_hook)
        y = net(x).sum()
        if way == "node":
            y.grad_fn.register_hook(plain_hook)
        elif way == "node before":
            y.grad_fn.register_prehook(plain_hook)
        y.backward()
    said = [event.text for event in of(walk.recording, Output)]
    assert [text for text in said if text.startswith("Hooks on nodes")]


def test_a_pass_without_hooks_on_nodes_is_not_said_to_have_any() -> None:
    x = torch.ones(2, requires_grad=True)
    with gradwalk.watch() as walk:
        y = (x * x).sum()
        assert y.grad_fn is not None
        y.backward()
    assert not of(walk.recording, Output)


def test_a_compiled_function_is_noticed_and_its_result_is_there() -> None:
    x = torch.tensor(2.0, requires_grad=True)
    double = torch.compile(lambda a: a * 2 + 1, backend="eager")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        double(x)
        with gradwalk.watch() as walk:
            y = double(x)
            y.backward()
    said = [event.text for event in of(walk.recording, Output)]
    assert [text for text in said if "torch.compile" in text]
    assert not of(walk.recording, Forward)
    assert [event.after.numbers for event in of(walk.recording, Accumulate)] == [(2.0,)]


def trained(turns: int) -> float:
    """The loss of 2-8-1 on the four points of XOR after so many turns."""
    torch.manual_seed(0)
    points = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    wanted = torch.tensor([[0.0], [1.0], [1.0], [0.0]])
    net = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 1))
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    for _ in range(turns):
        optimizer.zero_grad()
        loss: torch.Tensor = ((net(points) - wanted) ** 2).mean()
        loss.backward()
        optimizer.step()
    return loss.item()


def listening() -> tuple[Any, ...]:
    """What stands around PyTorch's own ways in this thread."""
    stacks = torch._C._len_torch_function_stack(), torch._C._len_torch_dispatch_stack()
    hooks = len(modules._global_forward_pre_hooks), len(optimizers._global_optimizer_pre_hooks)
    return (*stacks, *hooks, sys.gettrace(), threading.Thread.start, torch.autograd.Function.apply)


def test_ten_thousand_turns_run_through_and_nothing_listens_after_the_limit() -> None:
    alone, before = trained(10_000), listening()
    with gradwalk.watch(limits=Limits(watched_operations=1_000)) as walk:
        found = trained(10_000)
        after = listening()
    assert (found, after) == (alone, before)
    assert (len(walk.recording.operations), walk.recording.complete) == (1_000, False)


def test_a_function_that_calls_itself_deeply_fails_as_it_does_alone() -> None:
    def down(x: torch.Tensor, turns: int) -> torch.Tensor:
        return down(x + 1, turns - 1) if turns else x

    x = torch.tensor(0.0, requires_grad=True)
    with gradwalk.watch() as walk:
        assert down(x, 500).item() == 500
        with pytest.raises(RecursionError):
            down(x, 5_000)
    assert len(walk.recording.operations) > 500


def test_a_pass_inside_of_a_pass_is_not_said_to_have_hooks_on_nodes() -> None:
    x = torch.ones(2, requires_grad=True)
    with gradwalk.watch() as walk:
        y = (x * x).sum()
        z = y * 2
        assert z.grad_fn is not None
        z.register_hook(lambda gradient: y.backward(retain_graph=True))
        z.backward()
    assert len(of(walk.recording, BackwardCall)) > 1
    assert not [event.text for event in of(walk.recording, Output) if "Hooks on nodes" in event.text]


class Half(nn.Module):
    """One of its two layers runs."""

    def __init__(self) -> None:
        super().__init__()
        self.used, self.spare = nn.Linear(2, 1), nn.Linear(1, 1)

    def forward(self, x: torch.Tensor) -> Any:
        return self.used(x)


def test_an_outermost_module_tells_all_its_parameters() -> None:
    holder = {"net": Half()}  # no variable holds it
    with gradwalk.watch() as walk:
        holder["net"](torch.ones(1, 2))
    outer, inner = walk.recording.modules
    assert [found.name for found in outer.parameters] == ["used.weight", "used.bias", "spare.weight", "spare.bias"]
    shapes = [walk.recording.values[found.value].shape for found in outer.parameters]
    assert shapes == [tuple(parameter.shape) for parameter in holder["net"].parameters()]
    assert inner.parameters == ()


def test_a_step_tells_what_the_optimizer_holds_moved_or_not() -> None:
    w, v = torch.ones(1, requires_grad=True), torch.ones(1, requires_grad=True)
    optimizer = torch.optim.SGD([w, v], lr=0.5)
    with gradwalk.watch() as walk:
        (w * 2).backward()
        optimizer.step()
    recording = walk.recording
    (update,), (stepped,) = of(recording, Update), of(recording, Stepped)
    first, second = (recording.values[value] for value in stepped.parameters)
    assert (stepped.optimizer, first.id, first.numbers, second.numbers) == ("SGD", update.after, (0.0,), (1.0,))
