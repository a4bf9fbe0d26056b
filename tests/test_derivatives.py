"""PyTorch's own formulas, for the kernels that PyTorch really runs."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch.utils._python_dispatch import TorchDispatchMode

from gradwalk.explain.pytorch_rules import load, rule


@pytest.mark.parametrize(
    ("kernel", "argument", "formula"),
    [
        # as PyTorch 2.13 ships them
        ("sin", "self", "grad * self.cos().conj()"),
        ("exp", "self", "grad * result.conj()"),
        ("sigmoid", "self", "sigmoid_backward(grad, result)"),
        ("relu", "self", "threshold_backward(grad, result, 0)"),
        ("abs", "self", "grad * self.sgn()"),
        ("mul.Tensor", "other", "mul_tensor_backward(grad, self, other.scalar_type())"),
        ("pow.Tensor_Scalar", "self", "pow_backward(grad, self, exponent)"),
        ("mean", "self", "grad.expand_symint(self.sym_sizes()) / self.sym_numel()"),
        ("max", "self", "evenly_distribute_backward(grad, self, result)"),
        ("dot", "tensor", "grad * self.conj()"),
        ("where.self", "self", "where(condition, grad, 0)"),
    ],
)
def test_the_formula_is_pytorchs_own_text(kernel: str, argument: str, formula: str) -> None:
    assert rule(kernel, argument) == formula


def test_in_place_has_the_plain_kernels_formula() -> None:
    assert rule("mul_.Tensor", "self") == rule("mul.Tensor", "self")
    assert rule("sin_", "self") == rule("sin", "self")


def test_an_element_of_a_list_has_the_lists_formula() -> None:
    assert rule("cat", "tensors[1]") == rule("cat", "tensors")
    assert rule("cat", "tensors") is not None


def test_a_formula_for_several_arguments_serves_each() -> None:
    assert rule("atan2", "self") == rule("atan2", "other") == "atan2_backward(grad, self, other, grad_input_mask)"


@pytest.mark.parametrize(
    ("kernel", "argument"),
    [("gt.Scalar", "self"), ("no_such_kernel", "self"), ("sin", "result"), ("sin", "name"), ("", ""), ("_", "self")],
)
def test_there_is_no_formula_for_what_the_table_does_not_have(kernel: str, argument: str) -> None:
    assert rule(kernel, argument) is None


class _Kernels(TorchDispatchMode):
    """Collects each kernel's name with the names of its tensor arguments."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call] # PyTorch's own, without annotations
        self.seen: list[tuple[str, str]] = []

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        name = func._schema.name.split("::")[1]
        overload = func._schema.overload_name
        for argument, value in zip(func._schema.arguments, args, strict=False):
            if isinstance(value, torch.Tensor) and value.is_floating_point():
                self.seen.append((f"{name}.{overload}" if overload else name, argument.name))
        return func(*args, **(kwargs or {}))


def _x() -> torch.Tensor:
    return torch.tensor([0.3, 0.6], requires_grad=True)


def _m() -> torch.Tensor:
    return torch.tensor([[0.3, 0.6], [0.1, 0.9]], requires_grad=True)


def _applied(name: str) -> object:
    return getattr(torch, name)(_x())


ELEMENTWISE = (
    "sin cos tan sinh cosh tanh asin acos atan asinh atanh exp exp2 expm1 log log2 log10 log1p sqrt rsqrt square abs "
    "neg reciprocal sigmoid relu erf erfc floor ceil round trunc sign logit mean sum prod max min amax amin std var"
).split()

FUNCTIONS: dict[str, Callable[[], object]] = {
    **{name: partial(_applied, name) for name in ELEMENTWISE},
    "pow": lambda: (_x() ** 2, _x() ** _x(), 2 ** _x(), _x() ** 0.5),
    "arithmetic": lambda: (_x() + 2, 2 - _x(), _x() - _x(), _x() * _x(), _x() / 2, 2 / _x(), _x() % 0.2),
    "two": lambda: (torch.maximum(_x(), _x()), torch.minimum(_x(), _x()), torch.atan2(_x(), _x())),
    "more": lambda: (torch.hypot(_x(), _x()), torch.logaddexp(_x(), _x()), torch.lerp(_x(), _x(), 0.5)),
    "clamp": lambda: (torch.clamp(_x(), 0, 1), _x().clamp(min=0.4), torch.clamp(_x(), _x(), _x())),
    "where": lambda: torch.where(_x() > 0.5, _x(), _x()),
    "activations": lambda: [
        f(_x()) for f in (F.softplus, F.logsigmoid, F.leaky_relu, F.elu, F.gelu, F.silu, F.mish, F.relu6, F.hardsigmoid)
    ],
    "softmax": lambda: (torch.softmax(_x(), 0), torch.log_softmax(_x(), 0), torch.logsumexp(_x(), 0)),
    "products": lambda: (torch.dot(_x(), _x()), _m() @ _m(), _m() @ _x(), _x() @ _m(), F.linear(_m(), _m(), _x())),
    "reductions": lambda: (_m().sum(0), _m().mean(1), _x().norm(), _m().max(0), _m().cumsum(0)),
    "views": lambda: (_m().t(), _m().T, _m().view(4), _m()[0], _m()[:, 1:], _x().unsqueeze(0), _x().expand(2, 2)),
    "copies": lambda: (_x().clone(), _x().double(), torch.cat([_x(), _x()]), torch.stack([_x(), _x()])),
    "losses": lambda: (F.mse_loss(_x(), _x()), F.binary_cross_entropy(_x(), _x()), F.huber_loss(_x(), _x())),
    "logits": lambda: (F.binary_cross_entropy_with_logits(_x(), _x()), F.cross_entropy(_m(), torch.tensor([0, 1]))),
    "in place": lambda: (_x().clone().mul_(2), _x().clone().sin_(), _x().clone().add_(1)),
}

# detach() cuts the graph, and a comparison has no derivative.
WITHOUT = {"detach", "gt.Scalar"}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_kernel_that_runs_has_a_formula(name: str) -> None:
    with _Kernels() as kernels:
        FUNCTIONS[name]()
    assert kernels.seen
    missing = {seen for seen in kernels.seen if rule(*seen) is None and seen[0] not in WITHOUT}
    assert not missing


def test_the_table_is_read_once_and_needs_no_torch() -> None:
    assert load() is load()
    program = (
        "import sys; from gradwalk.explain.pytorch_rules import rule; "
        "assert rule('sin', 'self'); print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
