"""Ready examples: the lessons' own expressions, the classic textbook circuits, and the surprises."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Example:
    title: str
    group: str
    text: str
    given: Mapping[str, str]
    """The variables' values, as a person would type them."""
    lesson: str
    """One sentence: what to watch for."""
    constants: tuple[str, ...] = ()
    """Variables that need no gradient."""
    dtype: str = field(default="float32", kw_only=True)
    seed: str | None = field(default=None, kw_only=True)


_CHAIN = "The chain rule"
_VECTORS = "Vectors"
_STEPS = "Backpropagation in three steps"
_CIRCUITS = "Classic circuits"
_SHARED = "Shared values, ties and kinks"
_LIMITS = "inf and nan"

EXAMPLES: tuple[Example, ...] = (
    Example(
        "z = sin(x²)",
        _CHAIN,
        "z = sin(x**2)",
        {"x": "4"},
        "Two operations, two local gradients: the chain rule multiplies them.",
    ),
    Example(
        "y = x²",
        _CHAIN,
        "y = x**2",
        {"x": "3"},
        "One function, one local gradient: 2x, which is 6 at 3.",
    ),
    Example(
        "sin(x²) in two lines, float64",
        _CHAIN,
        "y = x**2\nz = sin(y)",
        {"x": "2"},
        "A name for the inner value shows dz/dy · dy/dx, and float64 keeps sixteen digits of it.",
        dtype="float64",
    ),
    Example(
        "u = exp(sin(x²))",
        _CHAIN,
        "y = x**2\nz = sin(y)\nu = exp(z)",
        {"x": "4"},
        "One more function outside is one more factor in front; the rest of the chain stays as it was.",
    ),
    Example(
        "The leaf itself",
        _CHAIN,
        "x",
        {"x": "3"},
        "Called on the leaf, backward() gives it dx/dx = 1: the seed arrives where it started.",
    ),
    Example(
        "mean(x²)",
        _VECTORS,
        "y = mean(x**2)",
        {"x": "[1, 2, 3]"},
        "The mean hands each element a third, so the gradient is 2x/3.",
    ),
    Example(
        "mean(x²) of four, float64",
        _VECTORS,
        "y = mean(x**2)",
        {"x": "[1, 2, 3, 4]"},
        "With four elements each gets a quarter: the mean divides by N.",
        dtype="float64",
    ),
    Example(
        "Three operations on a vector",
        _VECTORS,
        "y = x + 2\nz = y*y*2\nout = mean(z)",
        {"x": "[1, 2, 3]"},
        "Every operation has its own node: AddBackward0, two MulBackward0, MeanBackward0.",
    ),
    Example(
        "A vector as the root",
        _VECTORS,
        "y = x**2",
        {"x": "[1, 2, 3]"},
        "A root that is no scalar needs a seed v; with ones, the gradients of all its elements are summed.",
    ),
    Example(
        "A vector and its seed v",
        _VECTORS,
        "y = x + 2\nz = y*y*2",
        {"x": "[1, 2, 3]"},
        "The seed weighs the elements of z, and backward() computes the vector-Jacobian product vᵀJ.",
        seed="[0.1, 1.0, 0.001]",
    ),
    Example(
        "Linear regression, one point",
        _STEPS,
        "y_hat = w*x\ns = y_hat - y\nloss = s**2",
        {"w": "1", "x": "1", "y": "2"},
        "Forward gives s = −1, the local gradients are 2s, 1 and x, and backward multiplies them to −2.",
        ("x", "y"),
    ),
    Example(
        "Linear regression, four points",
        _STEPS,
        "y_hat = w*x\nloss = mean((y_hat - y)**2)",
        {"w": "0", "x": "[1, 2, 3, 4]", "y": "[2, 4, 6, 8]"},
        "One weight serves all points, so its gradient collects a sum over them: −30.",
        ("x", "y"),
    ),
    Example(
        "A perceptron with its loss",
        _STEPS,
        "z = w*x + b\ny_hat = sigmoid(z)\nloss = -(y*log(y_hat) + (1 - y)*log(1 - y_hat))",
        {"w": "1", "x": "6.7", "b": "0", "y": "0"},
        "The steep log and the flat sigmoid cancel: 813 times 0.0012 leaves ŷ − y = 0.9988 at z.",
        ("x", "y"),
    ),
    Example(
        "f = (x + y)·z",
        _CIRCUITS,
        "q = x + y\nf = q*z",
        {"x": "-2", "y": "5", "z": "-4"},
        "+ hands its gradient on to both sides, and · swaps its inputs: z gets q = 3, q gets z = −4.",
    ),
    Example(
        "A sigmoid neuron with two inputs",
        _CIRCUITS,
        "f = 1/(1 + exp(-(w0*x0 + w1*x1 + w2)))",
        {"w0": "2", "x0": "-1", "w1": "-3", "x1": "-2", "w2": "-3"},
        "Written out, the sigmoid is five small nodes, whose local gradients multiply to (1 − f)·f = 0.1966.",
    ),
    Example(
        "A tanh neuron",
        _CIRCUITS,
        "n = x1*w1 + x2*w2 + b\no = tanh(n)",
        {"x1": "2", "w1": "-3", "x2": "0", "w2": "1", "b": "6.8813735870195432"},
        "tanh lets through 1 − o² = 0.5, and w2 gets nothing because its input x2 is 0.",
    ),
    Example(
        "x·x + x",
        _SHARED,
        "z = x*x + x",
        {"x": "3"},
        "x is used three times, and its gradient is the sum of three contributions: 3 + 3 + 1 = 7.",
    ),
    Example(
        "x² + x",
        _SHARED,
        "z = x**2 + x",
        {"x": "3"},
        "Two paths lead back to x, and what comes along them adds, 6 + 1 = 7; it neither multiplies nor replaces.",
    ),
    Example(
        "A value used twice",
        _SHARED,
        "y = x**2\nz = sin(y) + y",
        {"x": "1"},
        "y waits for both contributions, cos(1) and 1, before its own node passes the sum on.",
    ),
    Example(
        "A broadcast",
        _SHARED,
        "y = X @ w + b\nz = sum(y)",
        {"X": "[[1, 2], [3, 4], [5, 6]]", "w": "[1, -1]", "b": "0.5"},
        "One b was added to three rows, so it gets three contributions, and their sum is 3.",
        ("X",),
    ),
    Example(
        "max(x, y)",
        _SHARED,
        "z = max(x, y)",
        {"x": "3", "y": "2"},
        "The larger one gets the whole gradient and the other none; make them equal, and each gets a half.",
    ),
    Example(
        "max of a vector with a tie",
        _SHARED,
        "z = max(x)",
        {"x": "[1, 3, 2, 3]"},
        "Two elements share the maximum, and PyTorch splits the gradient evenly between them.",
    ),
    Example(
        "relu at 0",
        _SHARED,
        "z = relu(x)",
        {"x": "0"},
        "At the kink there is no derivative; PyTorch takes 0, and a central difference says 0.5.",
    ),
    Example(
        "log(0)",
        _LIMITS,
        "y = log(x)",
        {"x": "0"},
        "log(0) is −inf and its slope 1/x is inf: no error, but nothing to learn from.",
    ),
    Example(
        "sqrt(−1)",
        _LIMITS,
        "y = sqrt(x)",
        {"x": "-1"},
        "The root of a negative number is nan, and every gradient that it touches is nan too.",
    ),
    Example(
        "1/0",
        _LIMITS,
        "y = 1/x",
        {"x": "0"},
        "1/0 is inf in PyTorch, and its slope −1/x² is −inf.",
    ),
    Example(
        "0 · ∞ behind where",
        _LIMITS,
        "z = where(x > 0, sqrt(x), 0)",
        {"x": "0"},
        "The value is a harmless 0, but the branch not taken multiplies 0 by an infinite slope, and x gets nan.",
    ),
    Example(
        "The float32 trap in a hand-written loss",
        _LIMITS,
        "z = w*x + b\ny_hat = sigmoid(z)\nloss = -(y*log(y_hat) + (1 - y)*log(1 - y_hat))",
        {"w": "1", "x": "17", "b": "0", "y": "0"},
        "From z ≈ 16.6 on, float32 rounds ŷ to exactly 1, so the loss is inf and the gradient nan; float64 mends it.",
        ("x", "y"),
    ),
)
