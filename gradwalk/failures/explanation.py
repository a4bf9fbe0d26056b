"""Why a statement failed, and what would work."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from gradwalk.failures import (
    batches,
    calls,
    changed,
    functions,
    given,
    hooks,
    missing_gradient,
    objects,
    programs,
    targets,
    tensors,
    use,
)
from gradwalk.failures.diagnosis import Diagnosis, diagnosis
from gradwalk.failures.here import CALL, here
from gradwalk.failures.history import History
from gradwalk.failures.released import released
from gradwalk.failures.sentences import filled, placed
from gradwalk.failures.untracked import untracked
from gradwalk.failures.wording import BY_INDEX, ENDED, FAILURE, FAILURES, WORDLESS
from gradwalk.recording import Failure, Recording
from gradwalk.recording.causes import pieces

_Finder = Callable[[History], Diagnosis | None]

_FINDERS: dict[str, _Finder] = {
    "backward-twice": released,
    "saved-value-changed": changed.changed,
    "in-place-on-leaf": changed.leaf,
    "in-place-on-expanded": changed.expanded,
    "nothing-requires-grad": untracked,
    "unknown-name": objects.unknown_name,
    "unknown-module": objects.unknown_module,
    "unknown-import": objects.unknown_import,
    "unknown-keyword": objects.unknown_keyword,
    "missing-attribute": objects.missing_attribute,
    "none-data": objects.none_data,
    "nothing-to-clip": missing_gradient.nothing_to_clip,
    "operand-types": objects.operands,
    "truth-of-many": programs.truth_of_many,
    "unfinished": programs.unfinished,
    "module-forward": programs.module_forward,
    "no-file": programs.no_file,
    "not-permitted": programs.locked,
    "no-network": programs.locked,
    "not-callable": use.not_callable,
    "target-dtype": targets.target_dtype,
    "target-range": targets.target_range,
    "target-probabilities": targets.target_probabilities,
    "target-batch": batches.target_batch,
    "target-column": targets.target_column,
    "target-float": targets.target_float,
    "target-size": targets.target_size,
    "result-cast": targets.result_cast,
    "dtype-mismatch": tensors.dtype_mismatch,
    "mixed-dtype": tensors.dtype_mismatch,
    "needs-floats": tensors.needs_floats,
    "matrix-shapes": tensors.matrix_shapes,
    "shape-mismatch": targets.shapes,
    "vector-shapes": tensors.vector_shapes,
    "embedding-range": tensors.embedding_range,
    "non-scalar-root": tensors.non_scalar_root,
    "seed-shape": tensors.seed_shape,
    "unused-input": tensors.unused_input,
    "untracked-input": tensors.untracked_input,
    "inference-saved": tensors.inference,
    "inference-changed": tensors.inference,
    "inference-flag": tensors.inference,
    "hook-shape": hooks.shape,
    "anomaly": tensors.anomaly,
    "gradcheck": tensors.gradcheck,
    "numpy-of-tracked": tensors.numpy_of_tracked,
    "not-iterable": programs.not_iterable,
    "not-subscriptable": calls.not_subscriptable,
    "packed-order": use.packed_order,
    "stack-sizes": use.stacked,
    "no-length": use.no_length,
    "plain-buffer": use.plain_buffer,
    "target-channel": use.target_channel,
    "target-sequence": use.target_sequence,
    "compared": use.compared,
    "distribution": use.distribution,
    "no-parameters": use.no_parameters,
    "argument-count": calls.argument_count,
    "unpacked-count": functions.unpacked_count,
    "tuple-range": functions.tuple_range,
    "missing-argument": use.argument_or_object,
    "index-range": calls.index_range,
    "not-a-number": programs.not_a_number,
    "computed-parameter": programs.computed_parameter,
    "one-parameter": programs.one_parameter,
    "not-a-tensor": given.not_a_tensor,
    "state-dict": use.state_dict,
    "function-count": programs.function_count,
    "capital-tensor": programs.capital_tensor,
    "not-a-module": given.not_a_module,
    "one-number": given.one_number,
    "argument-kinds": given.arguments,
}
"""Those causes of which the recording may know more than the message says; None where nothing is known after all."""

_AT_THE_PLACE = {
    "integer-requires-grad": "floats",
    "flag-on-non-leaf": "detached",
    "in-place-on-many-views": "new-value",
    "view-stride": "reshape",
    "no-cuda": "choose-device",
    "module-init": "super-init",
    "not-indexable": "list",
    "function-not-static": "static",
    "gradient-type": "grad-to-none",
    "never-closed": "close",
    "no-colon": "colon",
}
"""The remedy of a cause, where the place of the failure is all that it needs."""


class Explanation(NamedTuple):
    """Why a statement failed, and what would work."""

    title: str
    why: str
    ways: tuple[str, ...]
    """What would work; of several, each with what it costs."""

    @property
    def way_out(self) -> str:
        return " ".join(self.ways)


def diagnose(recording: Recording, failure: Failure) -> Diagnosis | None:
    """What made a statement fail; None where nobody knows more than the message says."""
    history = History(recording, failure)
    found = _diagnosed(history, failure)
    return None if found is None else placed(recording, found)._replace(here=here(history, found))


def _diagnosed(history: History, failure: Failure) -> Diagnosis | None:
    if failure.call == "Tensor.grad" and failure.operands and "NoneType" in failure.message:
        return missing_gradient.missing_gradient(history)
    if (found := functions.as_tuple(history)) is not None:
        return found
    key = failure.cause
    if key is None:
        return _of_call(failure) if failure.call and failure.operands else None
    if (finder := _FINDERS.get(key)) is not None:
        return finder(history)
    remedy = programs.at_failure(history, _AT_THE_PLACE[key]) if key in _AT_THE_PLACE else None
    return diagnosis(key, remedy, **history.pieces)


def _of_call(failure: Failure) -> Diagnosis:
    """Of a call of PyTorch's whose message nobody here knows: that it was this call, with what it was given."""
    name = failure.call.rpartition(".")[2]
    function = BY_INDEX.get(name, failure.call.replace("torch.Tensor.", "Tensor."))
    return diagnosis(CALL, type=failure.type, function=function, message=failure.message.rstrip("."))


def message_only(failure: Failure) -> Diagnosis | None:
    """What the message alone says: no line of the program, no name of its variables."""
    key, found = failure.cause, pieces(failure.type, failure.message)
    return diagnosis(key, **found) if key is not None and key in FAILURES else None


def explained(failure: Failure, found: Diagnosis | None) -> Explanation:
    """The sentences of a diagnosis; the error's own message where there is none."""
    title, why, way_out = _plain(failure) if found is None else FAILURES[found.key]
    given = {"message": failure.message, "type": failure.type} if found is None else dict(found.pieces)
    told = " ".join(filter(None, (_sentence(filled(why, given)), "" if found is None else found.here)))
    return Explanation(filled(title, given), told, tuple(filled(way_out, given).split("\n")))


def _plain(failure: Failure) -> tuple[str, str, str]:
    if failure.type == "SystemExit" and failure.message.isdecimal():
        return ENDED
    return FAILURE if failure.message else WORDLESS


def _sentence(text: str) -> str:
    """Beginning with a capital letter, unless a name of the program stands there."""
    return text[0].upper() + text[1:] if text.startswith(_NAMELESS) else text


_NAMELESS = ("the result of ", "this result", "this tensor", "an earlier result", "a leaf was")
"""What is said where the program has no name."""
