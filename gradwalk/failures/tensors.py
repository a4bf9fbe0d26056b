"""What is known of the tensors that an operation, a layer or a loss refused."""

from __future__ import annotations

import ast
import re

from gradwalk.failures.diagnosis import Diagnosis, Remedy, diagnosis
from gradwalk.failures.history import History, in_program
from gradwalk.failures.layers import linear_features
from gradwalk.program import Span
from gradwalk.program.syntax import Code
from gradwalk.recording import Value


def convert(history: History, value: Value, method: str) -> Remedy | None:
    """``.method()`` behind the argument that is this value: a variable, or what an operation gave."""
    place, maker = in_program(history.failure.span), history.maker(value)
    made = None if maker is None else in_program(maker.span)
    more = () if made is None else (made,)
    return None if place is None else Remedy("convert", place, (method, *history.names(value)), more)


def _inside(history: History, function: str) -> bool:
    """Whether the failure happened in a function of PyTorch's."""
    return any(text.endswith(function) for text in (history.failure.call, *history.facts("inside")))


# Targets of losses


def target_dtype(history: History) -> Diagnosis:
    """Class numbers of another dtype: whole numbers can be converted without loss."""
    found, remedy = history.operands, None
    if len(found) > 1:
        numbers = found[1].numbers
        whole = numbers is not None and all(float(number).is_integer() for number in numbers)
        remedy = convert(history, found[1], "long()") if whole else None
    return diagnosis("target-dtype", remedy, **history.pieces)


def target_range(history: History) -> Diagnosis:
    shape = history.operands[0].shape if history.operands else ()
    if not shape:
        return diagnosis("target-range", **history.pieces)
    classes = shape[1] if len(shape) > 1 else shape[0]
    return diagnosis("target-range-of", classes=classes, last=classes - 1, **history.pieces)


def target_column(history: History) -> Diagnosis:
    found, remedy = history.operands, None
    if len(found) > 1 and len(found[1].shape) == 2 and found[1].shape[1] == 1 and found[1].dtype == "int64":
        remedy = convert(history, found[1], "squeeze(1)")
    return diagnosis("target-column", remedy)


def target_float(history: History) -> Diagnosis:
    if not _inside(history, "binary_cross_entropy"):
        return diagnosis("target-float", **history.pieces)
    return diagnosis("target-float-bce", _float_target(history), **history.pieces)


def result_cast(history: History) -> Diagnosis:
    if not _inside(history, "binary_cross_entropy_with_logits"):
        return diagnosis("result-cast", **history.pieces)
    return diagnosis("result-cast-targets", _float_target(history), **history.pieces)


def _float_target(history: History) -> Remedy | None:
    found = history.operands
    return convert(history, found[1], "float()") if len(found) > 1 else None


def target_size(history: History) -> Diagnosis:
    """Where one of the two is a column of the other, the targets can follow the input."""
    found, remedy = history.operands, None
    if len(found) > 1:
        given, target = found[0].shape, found[1].shape
        whole = found[0].dtype == "float32" and found[1].dtype in ("int64", "int32", "bool")
        floats = ".float()" if whole and _inside(history, "binary_cross_entropy") else ""
        if given == (*target, 1):
            remedy = convert(history, found[1], f"unsqueeze(-1){floats}")
        elif target == (*given, 1):
            remedy = convert(history, found[1], f"squeeze(-1){floats}")
    return diagnosis("target-size", remedy, **history.pieces)


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
    found = [value for value in history.operands if not value.dtype.startswith(("float", "bfloat", "complex"))]
    return diagnosis("needs-floats", convert(history, found[0], "float()") if len(found) == 1 else None)


# Shapes


def matrix_shapes(history: History) -> Diagnosis:
    """In a linear layer the sizes have names."""
    return linear_features(history) if _inside(history, "Linear.forward") else _product(history)


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
    return diagnosis("non-scalar-root", remedy)


_LOSS = re.compile(r"loss|cross_entropy|kl_div")
"""Kernels that losses run."""


def seed_shape(history: History) -> Diagnosis:
    """A seed of ones can be made in the right shape; what another one was to be, nobody knows."""
    found, place, remedy = history.operands, in_program(history.failure.span), None
    if len(found) == 2 and place is not None and found[1].numbers and set(found[1].numbers) == {1}:
        remedy = Remedy("seed-of-ones", place)
    return diagnosis("seed-shape", remedy, **history.pieces)


def unused_input(history: History) -> Diagnosis:
    call, index = history.failed_call, history.pieces.get("index")
    if call is None or index is None or int(index) >= len(call.inputs):
        return diagnosis("unused-input")
    root = history.called(history.values[call.root], "the result")
    name = history.called(history.values[call.inputs[int(index)]], f"input number {int(index) + 1}")
    return diagnosis("unused-input-named", root=root, name=name)


def untracked_input(history: History) -> Diagnosis:
    found = [names[0] for value in history.operands if not value.requires_grad and (names := history.names(value))]
    return diagnosis("untracked-input-named", name=found[0]) if len(found) == 1 else diagnosis("untracked-input")


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
