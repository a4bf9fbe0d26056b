"""What is known of the targets that a loss refused."""

from __future__ import annotations

from gradwalk.failures.diagnosis import Diagnosis, Remedy, diagnosis
from gradwalk.failures.history import History, in_program
from gradwalk.failures.tensors import convert, inside
from gradwalk.recording import Forward, Value


def target_dtype(history: History) -> Diagnosis:
    """Class numbers of another dtype: whole numbers can be converted without loss."""
    found, remedy = history.operands, None
    if len(found) > 1:
        numbers = found[1].numbers
        whole = numbers is not None and all(float(number).is_integer() for number in numbers)
        remedy = convert(history, found[1], "long()") if whole else None
    name = history.called(found[1], "targets") if len(found) > 1 else "targets"
    return diagnosis("target-dtype", remedy, name=name, **history.pieces)


def target_probabilities(history: History) -> Diagnosis:
    """Class numbers stand where scores should, and so have the shape of the targets."""
    found = history.operands
    if len(found) > 1 and found[0].dtype.startswith(("int", "bool")):
        name = history.called(found[0], "what")
        return diagnosis("scores-are-classes", name=name, dtype=found[0].dtype)
    return diagnosis("target-probabilities", **history.pieces)


def target_range(history: History) -> Diagnosis:
    shape = history.operands[0].shape if history.operands else ()
    if not shape:
        return diagnosis("target-range", **history.pieces)
    classes = shape[1] if len(shape) > 1 else shape[0]
    if classes == 1:
        return diagnosis("target-range-one", **history.pieces)
    return diagnosis("target-range-of", classes=classes, last=classes - 1, **history.pieces)


def target_column(history: History) -> Diagnosis:
    found, remedy = history.operands, None
    if len(found) > 1 and len(found[1].shape) == 2 and found[1].shape[1] == 1 and found[1].dtype == "int64":
        remedy = convert(history, found[1], "squeeze(1)")
    return diagnosis("target-column", remedy)


def target_float(history: History) -> Diagnosis:
    if not inside(history, "binary_cross_entropy"):
        return diagnosis("target-float", **history.pieces)
    return diagnosis("target-float-bce", _float_target(history), **history.pieces)


def result_cast(history: History) -> Diagnosis:
    if not inside(history, "binary_cross_entropy_with_logits"):
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
        if (squeezed := _squeezed(history, found[0], target)) is not None:
            return squeezed
        whole = found[0].dtype == "float32" and found[1].dtype in ("int64", "int32", "bool")
        floats = ".float()" if whole and inside(history, "binary_cross_entropy") else ""
        if given == (*target, 1):
            remedy = convert(history, found[1], f"unsqueeze(-1){floats}")
        elif target == (*given, 1):
            remedy = convert(history, found[1], f"squeeze(-1){floats}")
    return diagnosis("target-size", remedy, **history.pieces)


def _squeezed(history: History, value: Value, target: tuple[int, ...]) -> Diagnosis | None:
    """A squeeze() that was to take the last dimension of a column away, and took that of a batch of one too."""
    maker = history.maker(value)
    if maker is None or maker.kernel != "squeeze" or value.shape or target != (1,):
        return None
    before, place = history.values[maker.edges[0].value], in_program(maker.span)
    if before.shape != (1, 1):
        return None
    remedy = None if place is None else Remedy("squeeze-last", place)
    ran = next((event for event in history.all(Forward) if event.operation == maker.id), None)
    return diagnosis("target-size-squeezed", remedy, ran, line=0 if place is None else place.line)


def shapes(history: History) -> Diagnosis:
    """Class numbers that a mean squared error was given."""
    found = history.operands
    if len(found) > 1 and inside(history, "mse_loss") and found[1].dtype.startswith("int"):
        scores, classes = found[0], found[1]
        least, most = min(classes.numbers or (0,)), max(classes.numbers or (0,))
        if len(scores.shape) == 2 and scores.shape[:1] == classes.shape and 0 <= least <= most < scores.shape[1]:
            name = history.called(classes, "what stands in second place")
            return diagnosis("classes-in-mse", name=name, columns=scores.shape[1])
    return diagnosis("shape-mismatch", **history.pieces)
