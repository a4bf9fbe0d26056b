"""PyTorch's own rules, made readable: what is left out changes no number."""

from __future__ import annotations

import pytest

from gradwalk import record
from gradwalk.explain.pytorch_rules import load
from gradwalk.explain.rules import meaning, plain


@pytest.mark.parametrize(
    ("kernel", "argument", "text"),
    [
        ("add.Tensor", "self", "grad"),
        ("add.Tensor", "other", "grad * alpha"),
        ("sub.Tensor", "other", "-grad * alpha"),
        ("sin", "self", "grad * self.cos()"),
        ("mv", "vec", "self.t().mv(grad)"),
        ("mean", "self", "grad.expand(self.shape) / self.numel()"),
        ("mul.Tensor", "self", "mul_tensor_backward(grad, other)"),
        ("mm", "self", "mm_mat1_backward(grad, mat2, self.shape, 1)"),
        ("maximum", "self", "where(self == other, grad / 2, grad).masked_fill_(self < other, 0)"),
        ("silu", "self", None),
        ("stack", "tensors", "stack_tensors_backward(grad, dim)"),
    ],
)
def test_a_rule_reads_as_mathematics_or_not_at_all(kernel: str, argument: str, text: str | None) -> None:
    assert plain(load()[kernel][argument]) == text


def test_no_rule_of_the_table_shows_what_only_a_compiler_needs() -> None:
    for formulas in load().values():
        for raw in formulas.values():
            shown = plain(raw) or ""
            assert not any(noise in shown for noise in (".conj()", "handle_r_to_c", "scalar_type", "sym_sizes", "at::"))


# A rule's meaning beside what PyTorch hands on: y = f(x, w) with the upstream gradient grad.
_PROGRAM = """
import torch
x = torch.tensor({x}, requires_grad=True)
w = torch.tensor({w}, requires_grad=True)
result = {call}
grad = torch.full_like(result, 0.7)
result.backward(grad)
with torch.no_grad():
    by_rule = {rule}
torch.allclose(by_rule, {leaf}.grad)
"""
_NUMBERS = {"x": "[[1.5, 0.3], [0.2, 2.0]]", "w": "[[0.4, 3.0], [1.1, 0.6]]"}


@pytest.mark.parametrize(
    ("kernel", "argument", "call", "names", "leaf"),
    [
        ("mul.Tensor", "self", "x * w", {"other": "w"}, "x"),
        ("div.Tensor", "self", "x / w", {"other": "w"}, "x"),
        ("div.Tensor", "other", "x / w", {"self": "x", "other": "w"}, "w"),
        ("pow.Tensor_Scalar", "self", "x ** 3", {"self": "x", "exponent": "3"}, "x"),
        ("sigmoid", "self", "torch.sigmoid(x)", {}, "x"),
        ("tanh", "self", "torch.tanh(x)", {}, "x"),
        ("mm", "self", "x @ w", {"mat2": "w"}, "x"),
        ("mm", "mat2", "x @ w", {"self": "x"}, "w"),
    ],
)
def test_what_a_function_of_pytorch_computes_is_what_pytorch_hands_on(
    kernel: str, argument: str, call: str, names: dict[str, str], leaf: str
) -> None:
    rule = meaning(plain(load()[kernel][argument]) or "")
    for name, value in names.items():
        rule = rule.replace(name, value)
    assert rule
    shown = record(_PROGRAM.format(call=call, rule=rule, leaf=leaf, **_NUMBERS)).cells[-1].shown
    assert shown == "True", rule
