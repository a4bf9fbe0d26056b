"""What is known of the tensors that an operation, a layer or a loss refused."""

from __future__ import annotations

import ast
import re

from gradwalk.failures.diagnosis import Diagnosis, Remedy, diagnosis
from gradwalk.failures.history import History, in_program
from gradwalk.failures.layers import linear_features
from gradwalk.failures.learned import track
from gradwalk.program import Span
from gradwalk.program.syntax import Code
from gradwalk.recording import Value


def convert(history: History, value: Value, method: str) -> Remedy | None:
    """``.method()`` behind the argument that is this value: a variable, or what an operation gave."""
    place, maker = in_program(history.failure.span), history.maker(value)
    made = None if maker is None else in_program(maker.span)
    more = () if made is None else (made,)
    return None if place is None else Remedy("convert", place, (method, *history.names(value)), more)


def inside(history: History, function: str) -> bool:
    """Whether the failure happened in a function of PyTorch's."""
    return any(text.endswith(function) for text in (history.failure.call, *history.facts("inside")))


# Dtypes


_DTYPES = {"float": "Float", "double": "Double", "long int": "Long", "float32": "Float", "float64": "Double"}
_CONVERTED = ("float64", "int64", "bfloat16", "float16")
"""Dtypes whose numbers can follow those in float32."""


def dtype_mismatch(history: History) -> Diagnosis:
    """Which operand holds what. Data in float64 or whole numbers can follow a float32 layer."""
    found = [value for value in history.operands if history.called(value, "")]
    dtypes = {value.dtype for value in found}
    data = [v for v in found if v.dtype in _CONVERTED and not (v.requires_grad and v.is_leaf)]
    remedy = convert(history, data[0], "float()") if len(data) == 1 and "float32" in dtypes else None
    if len(dtypes) > 1:
        told = (f"{history.called(value)} holds {value.dtype} numbers." for value in found)
        sizes = " ".join(text[0].upper() + text[1:] if text.startswith("the result") else text for text in told)
        auto = "bfloat16" in dtypes or "float16" in dtypes
        return diagnosis("dtype-mismatch-half" if auto else "dtype-mismatch-named", remedy, sizes=sizes)
    pieces = {name: _DTYPES.get(text, text) for name, text in history.pieces.items()}
    if {"Half", "BFloat16"} & set(pieces.values()):
        return diagnosis("dtype-mismatch-half", remedy, sizes="{left} numbers meet {right} numbers.".format(**pieces))
    return diagnosis(history.failure.cause or "dtype-mismatch", remedy, **pieces)


def needs_floats(history: History) -> Diagnosis:
    """Truth values are told from whole numbers; a loss whose two arguments stand the wrong way round, from both."""
    if (swapped := _swapped(history)) is not None:
        return swapped
    found = [value for value in history.operands if not value.dtype.startswith(("float", "bfloat", "complex"))]
    remedy = convert(history, found[0], "float()") if len(found) == 1 else None
    truths = len(found) == 1 and found[0].dtype == "bool"
    return diagnosis("needs-floats-truths" if truths else "needs-floats", remedy)


def _swapped(history: History) -> Diagnosis | None:
    """A loss of scores and classes that was given the classes first."""
    if len(found := history.operands) < 2 or not any(inside(history, loss) for loss in ("cross_entropy", "nll_loss")):
        return None
    (first, second), place = found[:2], in_program(history.failure.span)
    if not first.dtype.startswith("int") or not second.dtype.startswith("float") or len(second.shape) < 2:
        return None
    names = (history.called(first, "the first one"), history.called(second, "the second one"))
    remedy = None if place is None else Remedy("swap", place)
    return diagnosis("loss-swapped", remedy, first=names[0], second=names[1])


# Shapes


def matrix_shapes(history: History) -> Diagnosis:
    """In a linear layer the sizes have names."""
    return linear_features(history) if inside(history, "Linear.forward") else _product(history)


def _product(history: History) -> Diagnosis:
    """Which of the two, transposed or in the other's place, would fit; or how large each would have to be."""
    rows, columns, inner, outer = (int(history.pieces[name]) for name in ("rows", "columns", "inner", "outer"))
    given = {"columns": _count(columns, "column"), "inner": _count(inner, "row")}
    found = history.operands
    if [value.shape for value in found] != [(rows, columns), (inner, outer)]:
        return diagnosis("matrix-shapes", **history.pieces)
    left, right = (
        history.called(value, name) for value, name in zip(found, ("the left one", "the right one"), strict=True)
    )
    fits = [
        (columns == outer, f"{left} @ {right}.T", (rows, inner)),
        (rows == inner, f"{left}.T @ {right}", (columns, outer)),
        (outer == rows, f"{right} @ {left}", (inner, columns)),
    ]
    beside = _added(history)
    ways = [_way(text, shape, beside) for fit, text, shape in fits if fit]
    if not ways:
        sizes = {"left": left, "wide": [rows, inner], "right": right, "high": [columns, outer]}
        return diagnosis("matrix-shapes-none", **given, **sizes)
    if any(" " in name for name in (left, right)):
        return diagnosis("matrix-shapes", **history.pieces)
    none = beside is not None and not any(fit and _broadcasts(made, beside[1]) for fit, _, made in fits)
    if beside is not None and none and _broadcasts((rows, outer), beside[1]):
        wanted = f"With {right} of the shape {[columns, outer]} the product has {[rows, outer]}"
        ways.append(f"{wanted}, and {beside[0]} fits.")
    return diagnosis("matrix-shapes-fit", **given, ways="\n".join(ways))


def _way(text: str, shape: tuple[int, ...], beside: tuple[str, tuple[int, ...]] | None) -> str:
    if beside is None or _broadcasts(shape, beside[1]):
        return f"{text} fits, and gives the shape {list(shape)}."
    name, other = beside
    return f"{text} fits, and gives the shape {list(shape)}; {name}, of the shape {list(other)}, does not fit to that."


def _added(history: History) -> tuple[str, tuple[int, ...]] | None:
    """The variable that is added to the product that failed, where the program says so, and its shape."""
    span = in_program(history.failure.span)
    code = Code(history.source)
    product = code.at(span, ast.BinOp) if span is not None and code.has(span) else None
    outer = None if product is None else code.parents.get(product)
    if not isinstance(outer, ast.BinOp) or not isinstance(outer.op, ast.Add | ast.Sub):
        return None
    other = outer.right if outer.left is product else outer.left
    if not isinstance(other, ast.Name) or (statement := history.last_binding(other.id)) is None:
        return None
    value = next((one.value for one in reversed(statement.bindings) if one.name == other.id), None)
    return None if value is None else (other.id, history.values[value].shape)


def _broadcasts(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    """Whether an operation of each element with each can have these two shapes."""
    return all(1 in pair or pair[0] == pair[1] for pair in zip(reversed(one), reversed(other), strict=False))


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def vector_shapes(history: History) -> Diagnosis:
    """The transposed matrix is told of where it would fit."""
    names = [(*history.names(value), letter)[0] for value, letter in zip(history.operands, "Wx", strict=False)]
    if history.pieces["size"] != history.pieces["rows"]:
        return diagnosis("vector-shapes", **history.pieces)
    matrix, vector = names if len(names) == 2 else ("W", "x")
    return diagnosis("vector-shapes-transposed", matrix=matrix, vector=vector, **history.pieces)


def embedding_range(history: History) -> Diagnosis:
    tables = [value for value in history.operands if len(value.shape) == 2 and value.dtype.startswith("float")]
    indices = [
        number for value in history.operands if value.dtype in ("int64", "int32") for number in value.numbers or ()
    ]
    rows = tables[0].shape[0] if len(tables) == 1 else None
    wrong = [] if rows is None else [number for number in indices if not 0 <= number < rows]
    if rows is None or not wrong:
        return diagnosis("embedding-range")
    return diagnosis("embedding-range-of", rows=rows, last=rows - 1, index=wrong[0])


# What backward() and autograd.grad are given


def non_scalar_root(history: History) -> Diagnosis:
    """What a loss gives for each example is averaged; of anything else the sum has the gradient of each element."""
    place, found = in_program(history.failure.span), history.operands
    maker = history.maker(found[0]) if found else None
    loss = maker is not None and _LOSS.search(maker.kernel) is not None
    remedy = None if place is None else Remedy("sum-root", place, ("mean" if loss else "sum",))
    if not history.failure.call.endswith("grad") or not found:
        return diagnosis("non-scalar-root", remedy)
    return diagnosis("non-scalar-grad", remedy, root=(*history.names(found[0]), "y")[0])


_LOSS = re.compile(r"loss|cross_entropy|kl_div")
"""Kernels that losses run."""


def seed_shape(history: History) -> Diagnosis:
    """A seed of ones can be made in the right shape; what another one was to be, nobody knows."""
    found, place, remedy = history.operands, in_program(history.failure.span), None
    if len(found) == 2 and place is not None and found[1].numbers and set(found[1].numbers) == {1}:
        remedy = Remedy("seed-of-ones", place)
    return diagnosis("seed-shape", remedy, **history.pieces)


def unused_input(history: History) -> Diagnosis:
    call, given = history.failed_call, int(history.pieces.get("index") or 0)
    asked = () if call is None else call.inputs or tuple(value.id for value in history.operands[1:])
    if call is None or given >= len(asked):
        return diagnosis("unused-input")
    value, root = history.values[asked[given]], history.called(history.values[call.root], "the result")
    if (found := _made_of(history, value, call.root)) is not None:
        of, line = found
        return diagnosis("unused-input-piece", root=root, of=of, line=line)
    if history.pieces.get("index") is None:
        return diagnosis("unused-input")
    return diagnosis("unused-input-named", root=root, name=history.called(value, f"input number {given + 1}"))


def _made_of(history: History, value: Value, root: int) -> tuple[str, int] | None:
    """The tensor that both a piece of it and the root were computed from, each by itself; and where the piece was."""
    maker = history.maker(value)
    if maker is None or maker.span is None or maker.span.file:
        return None
    below = history.sources([root])
    of = [o for edge in maker.edges if edge.value in below and (o := history.values[edge.value]).requires_grad]
    return (history.called(of[0]), maker.span.line) if len(of) == 1 and history.names(of[0]) else None


def untracked_input(history: History) -> Diagnosis:
    """Of a leaf that the result was computed from, it can be asked for where it is made."""
    found = [value for value in history.operands if not value.requires_grad and history.names(value)]
    if len(found) != 1:
        return diagnosis("untracked-input")
    (value,), name = found, history.names(found[0])[0]
    roots = [other.id for other in history.operands if other.requires_grad]
    if value.id not in history.sources(roots) or not value.dtype.startswith(("float", "bfloat")):
        return diagnosis("untracked-input-named", name=name)
    return diagnosis("untracked-input-late", track(history, [value]), name=name)


def inference(history: History) -> Diagnosis:
    """The tensor that inference mode made, and where."""
    made = [_made_at(history, value) for value in history.operands if not value.requires_grad]
    places, place = tuple(span for span in made if span is not None), in_program(history.failure.span)
    remedy = Remedy("no-grad-mode", place, (), places) if place is not None and len(places) == 1 else None
    return diagnosis(history.failure.cause or "inference-saved", remedy)


def _made_at(history: History, value: Value) -> Span | None:
    maker, statement = history.maker(value), history.binding(value)
    return in_program(maker.span if maker is not None else None if statement is None else statement.span)


def anomaly(history: History) -> Diagnosis:
    """The operation of the node that made nan, where only one can be meant."""
    call, name = history.failed_call, history.pieces["node"]
    nodes = () if call is None else history.reached(call)
    found = [o for node in nodes if history.nodes[node].name == name and (o := history.operation_of(node)) is not None]
    if len(found) != 1 or found[0].span is None:
        return diagnosis("anomaly", node=name)
    return diagnosis("anomaly-at", node=name, line=found[0].span.line)


def gradcheck(history: History) -> Diagnosis:
    """PyTorch prints the two Jacobians, and says of what dtype they are where it is not float32."""
    double = "dtype=torch.float64" in history.failure.message or "dtype=torch.complex128" in history.failure.message
    return diagnosis("gradcheck" if double else "gradcheck-float")


def numpy_of_tracked(history: History) -> Diagnosis:
    """To be drawn, numbers need no graph; what NumPy computes with, perhaps should keep it."""
    place = in_program(history.failure.span)
    if place is None:
        return diagnosis("numpy-of-tracked")
    if history.failure.call.endswith("Tensor.numpy") and not history.facts("inside"):
        return diagnosis("numpy-of-tracked", Remedy("detach-for-numpy", place))
    if not any(name.startswith("matplotlib.") for name in history.facts("inside")):
        return diagnosis("numpy-of-tracked")
    names = tuple({name for value in history.values if value.requires_grad for name in history.names(value)})
    results = (o.span for o in history.operations if o.node is not None)
    spans = tuple({span for span in results if in_program(span) is not None and span is not None})
    return diagnosis("numpy-of-tracked", Remedy("detach-arguments", place, names, spans))
