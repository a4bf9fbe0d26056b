"""What a statement failed of: the call, what it was given, and what the error says."""

from __future__ import annotations

from gradwalk.program import Span
from gradwalk.recorder.run import Run


def failed_call(run: Run, span: Span, error: BaseException, message: str) -> tuple[str, tuple[int, ...]]:
    """The call that an error came out of, with the Values that it was given; an empty name where that is not known."""
    if run.raised is not None and run.raised.error is error:
        return run.raised.call, run.raised.operands
    if run.none_read is not None and isinstance(error, AttributeError | TypeError) and "NoneType" in message:
        tensor, place = run.none_read
        if not run.ended and place is not None and _overlap(place, span):
            return "Tensor.grad", (run.values.value_of(tensor),)
    return "", ()


def message_of(error: BaseException) -> str:
    """What an error says. Python's words for what is no Python leave out under which name it was compiled."""
    try:
        said = error.msg if isinstance(error, SyntaxError) and error.msg else str(error)
    except Exception:  # an error of the program's own may fail to say anything
        return ""
    return said[:10_000]


def _overlap(one: Span, other: Span) -> bool:
    """Whether one of two places is inside of the other."""
    if one.file != other.file:
        return False
    a, b = (one.line, one.column), (one.end_line, one.end_column)
    c, d = (other.line, other.column), (other.end_line, other.end_column)
    return (c <= a and b <= d) or (a <= c and d <= b)
