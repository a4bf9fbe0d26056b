"""The kernels that compute each element of their result on its own, and those that are given a value."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from gradwalk.notation import rules
from gradwalk.notation.kernel_record import Form, Kernel, Rule, each


def _is(above: int, tied: int, below: int) -> Rule:
    """A comparison as a number, 1 where it is true: ``_is(1, 0, 0)`` is a > b."""
    return lambda f, self, other: f.compare(self, other, above, tied, below)


def _named(name: str) -> Rule:
    """The function of the algebra that has the kernel's name."""
    return lambda f, self: getattr(f, name)(self)


def _functions(names: str, **common: Any) -> Iterable[Kernel]:
    """Functions of one number that mathematics writes under the kernel's own name."""
    return (
        Kernel(name, Form.ELEMENTWISE, latex=rf"\{name}\left({{self}}\right)", rule=_named(name), told=name, **common)
        for name in names.split()
    )


def _comparison(name: str, sign: str, latex: str, rule: Rule) -> Kernel:
    written = rf"\left({{self}} {latex} {{other}}\right)"
    return Kernel(name, Form.ELEMENTWISE, "the comparison", f"{{self}} {sign} {{other}}", written, rule, truth=True)


_ARITHMETIC = (
    Kernel(
        "add", Form.ELEMENTWISE, "addition", "{self} + {other}", "{self} + {other}",
        rule=lambda f, self, other, alpha=1: self + alpha * other,
        told="add", signs=(("self", 1), ("other", 1)),
    ),
    Kernel(
        "sub", Form.ELEMENTWISE, "subtraction", "{self} − {other}", "{self} - {other}",
        rule=lambda f, self, other, alpha=1: self - alpha * other,
        told="sub", signs=(("self", 1), ("other", -1)),
    ),
    Kernel(
        "rsub", Form.ELEMENTWISE, "subtraction", "{other} − {self}", "{other} - {self}",
        rule=lambda f, self, other, alpha=1: other - alpha * self,
        told="rsub", signs=(("self", -1), ("other", 1)),
    ),
    Kernel(
        "mul", Form.ELEMENTWISE, "multiplication", "{self} · {other}", r"{self} \cdot {other}",
        rule=lambda f, self, other: self * other, told="mul",
    ),
    Kernel("div", Form.ELEMENTWISE, "division", "{self} / {other}", r"\frac{self}{other}", rules.divide, told="div"),
    Kernel("neg", Form.ELEMENTWISE, "the minus sign", "−{self}", "- {self}", lambda f, self: -self, told="turn"),
    Kernel(
        "reciprocal", Form.ELEMENTWISE, "1 / x", "1 / {self}", r"\frac{1}{self}", lambda f, self: 1 / self,
        domain="no zero",
    ),
    Kernel("square", Form.ELEMENTWISE, "the square", rule=lambda f, self: self**2),
    Kernel(
        "pow", Form.ELEMENTWISE, "the power", "", "{self}^{exponent}", lambda f, self, exponent: self**exponent,
        told="pow", domain="power",
    ),
    Kernel("remainder", Form.ELEMENTWISE, rule=lambda f, self, other: self - other * f.floor(self / other)),
    Kernel("fmod", Form.ELEMENTWISE, rule=lambda f, self, other: self - other * f.trunc(self / other)),
    Kernel("floor_divide", Form.ELEMENTWISE, rule=lambda f, self, other: f.floor(self / other)),
    Kernel("lerp", Form.ELEMENTWISE, rule=lambda f, self, end, weight: self + weight * (end - self)),
    Kernel(
        "addcmul", Form.ELEMENTWISE, rule=lambda f, self, tensor1, tensor2, value=1: self + value * tensor1 * tensor2
    ),
    Kernel(
        "addcdiv", Form.ELEMENTWISE, rule=lambda f, self, tensor1, tensor2, value=1: self + value * tensor1 / tensor2
    ),
)  # fmt: skip

_ELEMENTARY = (
    Kernel(
        "sqrt", Form.ELEMENTWISE, "the square root", "√{self}", r"\sqrt{self}", _named("sqrt"),
        told="sqrt", domain="root",
    ),
    Kernel("rsqrt", Form.ELEMENTWISE, latex=r"\frac{1}{\sqrt{self}}", rule=lambda f, self: 1 / f.sqrt(self),
           domain="root"),
    Kernel("hypot", Form.ELEMENTWISE, rule=lambda f, self, other: f.sqrt(self**2 + other**2)),
    Kernel("exp", Form.ELEMENTWISE, text="exp({self})", latex="e^{self}", rule=_named("exp"), told="exp"),
    Kernel("exp2", Form.ELEMENTWISE, rule=lambda f, self: 2**self),
    Kernel("expm1", Form.ELEMENTWISE, rule=lambda f, self: f.exp(self) - 1),
    *_functions("log", domain="positive"),
    Kernel("log2", Form.ELEMENTWISE, latex=r"\log_2\left({self}\right)", domain="positive",
           rule=lambda f, self: f.log(self) / f.log(2)),
    Kernel("log10", Form.ELEMENTWISE, latex=r"\log_{10}\left({self}\right)", domain="positive",
           rule=lambda f, self: f.log(self) / f.log(10)),
    Kernel("log1p", Form.ELEMENTWISE, rule=lambda f, self: f.log(1 + self)),
    Kernel("logaddexp", Form.ELEMENTWISE, rule=lambda f, self, other: f.log(f.exp(self) + f.exp(other))),
    Kernel("xlogy", Form.ELEMENTWISE, rule=lambda f, self, other: self * f.log(other)),
    *_functions("sin cos tan sinh cosh"),
    Kernel("tanh", Form.ELEMENTWISE, latex=r"\tanh\left({self}\right)", rule=_named("tanh"), told="tanh"),
    Kernel("asin", Form.ELEMENTWISE, rule=_named("asin"), domain="bounded"),
    Kernel("acos", Form.ELEMENTWISE, rule=_named("acos"), domain="bounded"),
    *(Kernel(name, Form.ELEMENTWISE, rule=_named(name)) for name in ("atan", "asinh", "acosh", "atanh", "erf")),
    Kernel("atan2", Form.ELEMENTWISE, rule=lambda f, self, other: f.atan2(self, other)),
    Kernel("erfc", Form.ELEMENTWISE, rule=lambda f, self: 1 - f.erf(self)),
)  # fmt: skip

_ACTIVATIONS = (
    Kernel(
        "sigmoid", Form.ELEMENTWISE, latex=r"\sigma\left({self}\right)", rule=_named("sigmoid"), told="sigmoid",
    ),
    Kernel("log_sigmoid_forward", Form.ELEMENTWISE, rule=lambda f, self: -f.softplus(-self)),
    Kernel("logit", Form.ELEMENTWISE, rule=lambda f, self: f.log(self / (1 - self))),
    Kernel("softplus", Form.ELEMENTWISE, rule=rules.softplus),
    Kernel("relu", Form.ELEMENTWISE, rule=lambda f, self: f.compare(self, 0, self, 0, 0), told="relu"),
    Kernel("leaky_relu", Form.ELEMENTWISE, rule=rules.leaky_relu),
    Kernel("elu", Form.ELEMENTWISE, rule=rules.elu),
    Kernel("celu", Form.ELEMENTWISE, rule=rules.celu),
    Kernel("gelu", Form.ELEMENTWISE, rule=rules.gelu),
    Kernel("silu", Form.ELEMENTWISE, rule=lambda f, self: self * f.sigmoid(self)),
    Kernel("mish", Form.ELEMENTWISE, rule=lambda f, self: self * f.tanh(f.softplus(self))),
    Kernel("hardtanh", Form.ELEMENTWISE, rule=rules.hardtanh),
    Kernel("hardsigmoid", Form.ELEMENTWISE, rule=rules.hardsigmoid),
    Kernel("threshold", Form.ELEMENTWISE),
)  # fmt: skip

_CHOOSING = (
    Kernel(
        "abs", Form.ELEMENTWISE, "the absolute value", "|{self}|", r"\left|{self}\right|",
        lambda f, self: f.absolute(self), told="abs",
    ),
    Kernel(
        "maximum", Form.ELEMENTWISE, "max", "max({self}, {other})", r"\max\left({self}, {other}\right)",
        lambda f, self, other: f.maximum(self, other), told="extreme",
    ),
    Kernel(
        "minimum", Form.ELEMENTWISE, "min", "min({self}, {other})", r"\min\left({self}, {other}\right)",
        lambda f, self, other: f.minimum(self, other), told="extreme",
    ),
    Kernel(
        "clamp", Form.ELEMENTWISE, told="clamp",
        rule=lambda f, self, min=None, max=None: f.clamp(self, min, max),  # noqa: A006 - PyTorch's argument names
    ),
    Kernel("clamp_min", Form.ELEMENTWISE, rule=lambda f, self, min: f.clamp(self, min, None)),  # noqa: A006
    Kernel("clamp_max", Form.ELEMENTWISE, rule=lambda f, self, max: f.clamp(self, None, max)),  # noqa: A006
    Kernel(
        "where", Form.ELEMENTWISE, "", "where({condition}, {self}, {other})",
        r"\text{where}\left({condition}, {self}, {other}\right)",
        lambda f, condition, self, other: f.where(condition, self, other), told="where",
    ),
    Kernel(
        "masked_fill", Form.ELEMENTWISE, told="filled", rule=lambda f, self, mask, value: f.where(mask, value, self)
    ),
    _comparison("gt", ">", ">", _is(1, 0, 0)),
    _comparison("ge", "≥", r"\ge", _is(1, 1, 0)),
    _comparison("lt", "<", "<", _is(0, 0, 1)),
    _comparison("le", "≤", r"\le", _is(0, 1, 1)),
    _comparison("eq", "=", "=", _is(0, 1, 0)),
    _comparison("ne", "≠", r"\ne", _is(1, 0, 1)),
    *each("isnan isinf isfinite logical_not logical_and logical_or", form=Form.ELEMENTWISE, truth=True),
    *each("argmax argmin argsort count_nonzero nonzero bincount", truth=True),
    *each(
        "sign sgn", form=Form.ELEMENTWISE, rule=lambda f, self: f.compare(self, 0, 1, 0, -1), stairs=True, told="stairs"
    ),
    *(
        Kernel(name, Form.ELEMENTWISE, rule=_named(name), stairs=True, told="stairs")
        for name in ("floor", "ceil", "round", "trunc")
    ),
    Kernel("frac", Form.ELEMENTWISE),
)  # fmt: skip

_GIVEN = (
    Kernel("scalar_tensor", title="a constant", text="{s}", latex="{s}", rule=lambda f, s: s),
    Kernel("full", rule=lambda f, fill_value: fill_value),
    Kernel("full_like", rule=lambda f, self, fill_value: fill_value),
    Kernel("zeros", rule=lambda f: 0),
    Kernel("zeros_like", rule=lambda f, self: 0),
    Kernel("ones", rule=lambda f: 1),
    Kernel("ones_like", rule=lambda f, self: 1),
)

_LOSSES = (
    Kernel("mse_loss", rule=lambda f, self, target: (self - target) ** 2, loss=True),
    Kernel("binary_cross_entropy", rule=rules.binary_cross_entropy, loss=True),
    Kernel(
        "binary_cross_entropy_with_logits", loss=True, rule=lambda f, self, target: f.softplus(self) - target * self
    ),
    Kernel("huber_loss", rule=rules.huber, loss=True),
    Kernel("smooth_l1_loss", rule=lambda f, self, target, beta=1: rules.huber(f, self, target, beta) / beta, loss=True),
    Kernel("nll_loss_forward", Form.REDUCTION),
)

ELEMENTWISE = (*_ARITHMETIC, *_ELEMENTARY, *_ACTIVATIONS, *_CHOOSING, *_GIVEN, *_LOSSES)
