"""Python's operators, on tensors and on everything else."""

from __future__ import annotations

import operator

from gradwalk.language import costs
from gradwalk.language.library.kinds import Function

OPERATORS = {
    "Add": Function("+", operator.add, costs.arithmetic, "operator"),
    "Sub": Function("-", operator.sub, costs.arithmetic, "operator"),
    "Mult": Function("*", operator.mul, costs.arithmetic, "operator"),
    "Div": Function("/", operator.truediv, costs.arithmetic, "operator"),
    "FloorDiv": Function("//", operator.floordiv, costs.arithmetic, "operator"),
    "Mod": Function("%", operator.mod, costs.arithmetic, "operator"),
    "Pow": Function("**", operator.pow, costs.arithmetic, "operator"),
    "MatMult": Function("@", operator.matmul, costs.product, "operator"),
    "USub": Function("-", operator.neg, costs.same, "operator"),
    "UAdd": Function("+", operator.pos, costs.same, "operator"),
    "Not": Function("not", operator.not_, costs.same, "plain"),
    "Eq": Function("==", operator.eq, costs.broadcast, "operator"),
    "NotEq": Function("!=", operator.ne, costs.broadcast, "operator"),
    "Lt": Function("<", operator.lt, costs.broadcast, "operator"),
    "LtE": Function("<=", operator.le, costs.broadcast, "operator"),
    "Gt": Function(">", operator.gt, costs.broadcast, "operator"),
    "GtE": Function(">=", operator.ge, costs.broadcast, "operator"),
    "BitAnd": Function("&", operator.and_, costs.broadcast),
    "BitOr": Function("|", operator.or_, costs.broadcast),
    "BitXor": Function("^", operator.xor, costs.broadcast),
    "LShift": Function("<<", operator.lshift, costs.broadcast),
    "RShift": Function(">>", operator.rshift, costs.broadcast),
    "Invert": Function("~", operator.invert, costs.same),
    "In": Function("in", lambda item, items: item in items, costs.same, "plain"),
    "NotIn": Function("not in", lambda item, items: item not in items, costs.same, "plain"),
    "Is": Function("is", operator.is_, costs.same, "plain"),
    "IsNot": Function("is not", operator.is_not, costs.same, "plain"),
}
"""Python's operators, by the name of their syntax node."""


IN_PLACE = {
    "Add": Function("+=", operator.iadd, costs.arithmetic, "operator"),
    "Sub": Function("-=", operator.isub, costs.arithmetic, "operator"),
    "Mult": Function("*=", operator.imul, costs.arithmetic, "operator"),
    "Div": Function("/=", operator.itruediv, costs.arithmetic, "operator"),
    "FloorDiv": Function("//=", operator.ifloordiv, costs.arithmetic, "operator"),
    "Mod": Function("%=", operator.imod, costs.arithmetic, "operator"),
    "Pow": Function("**=", operator.ipow, costs.arithmetic, "operator"),
    "MatMult": Function("@=", operator.imatmul, costs.product, "operator"),
    "BitAnd": Function("&=", operator.iand, costs.broadcast, "operator"),
    "BitOr": Function("|=", operator.ior, costs.broadcast, "operator"),
    "BitXor": Function("^=", operator.ixor, costs.broadcast, "operator"),
    "LShift": Function("<<=", operator.ilshift, costs.broadcast, "operator"),
    "RShift": Function(">>=", operator.irshift, costs.broadcast, "operator"),
}
"""What ``w -= …`` does to a tensor: it changes it in place."""


ABS = Function("abs", abs, costs.same)


INDEX = Function("[]", operator.getitem, costs.indexed, "operator")


STORE = Function("[]=", operator.setitem, costs.indexed, "operator")


ELEMENTWISE = frozenset(
    (
        "sin cos tan asin acos atan sinh cosh tanh exp expm1 exp2 log log2 log10 log1p sqrt rsqrt abs neg "
        "reciprocal sigmoid relu sgn sign floor ceil round trunc frac erf erfc add sub rsub mul div pow "
        "maximum minimum atan2 fmod remainder where clamp clamp_min clamp_max lerp hypot logaddexp addcmul "
        "addcdiv softplus leaky_relu gelu elu silu log_sigmoid_forward hardtanh clone _to_copy copy threshold "
        "square detach "
    ).split()
)
"""Kernels whose i-th result depends on the i-th element of each operand alone, so that their Jacobian is a diagonal."""
