"""One piece of work: a function by its name and plain arguments in, a reply out, whatever happens meanwhile."""

from __future__ import annotations

import hashlib
import importlib
import pickle
import time
import traceback
from collections.abc import Callable
from typing import Any, NamedTuple

from gradwalk.graph import dot
from gradwalk.settings import SETTINGS

PROGRAM = "program"
"""What a visitor's program is called in metrics and logs."""


class Reply(NamedTuple):
    """What came of it. Plain data, so that it can go from one process to another."""

    outcome: str
    """``done``, ``refused`` or ``failed``."""
    body: bytes
    """Pickled: the result, or the exception that refuses it. Of a failure, nothing."""
    reason: str = ""
    """Of a refusal, a word for the metrics; of a failure, its type and where it happened, without its message."""
    seconds: float = 0.0
    layouts: int = 0
    """How often Graphviz ran."""
    fault: bool = False
    """Whether something else than the work itself may have caused it: then it is tried once more, and never kept."""
    lasting: bool = True
    """Whether the same would come of it on a machine that has nothing else to do; else it is not kept either."""


class Parcel(NamedTuple):
    """An argument so large that its digest stands for it where work is compared."""

    digest: str
    data: Any

    def __repr__(self) -> str:
        return f"Parcel({self.digest})"


class TooLarge(dot.LayoutError):
    """A result that is too large to send: its program ran, and cannot be drawn."""

    reason = "message"


class Work(NamedTuple):
    """What is to be done."""

    key: bytes
    """Equal for equal work, whichever visitor asks."""
    name: str
    """The function's name, for metrics and logs."""
    description: bytes


def described(work: Callable[..., Any], arguments: tuple[Any, ...]) -> Work:
    """``arguments`` are plain: what they are shows in their ``repr``. (Pickled, equal texts may be different bytes.)"""
    place = work.__module__, work.__qualname__
    key = hashlib.sha256(repr((place, arguments)).encode("utf-8", "surrogatepass")).digest()
    return Work(key, work.__qualname__, pickle.dumps((*place, arguments)))


def do(description: bytes) -> Reply:
    """Do the work here and now."""
    start, layouts, faults = time.perf_counter(), dot.asked(), dot.faults()
    outcome, body, reason = _outcome(description)
    seconds = time.perf_counter() - start
    return Reply(outcome, body, reason, seconds, dot.asked() - layouts, fault=dot.faults() > faults)


def _outcome(description: bytes) -> tuple[str, bytes, str]:
    module, name, arguments = pickle.loads(description)  # noqa: S301 (we wrote it)
    work = getattr(importlib.import_module(module), name)
    work = getattr(work, "__wrapped__", work)
    try:
        body = pickle.dumps(work(*arguments), pickle.HIGHEST_PROTOCOL)
        _check_size(len(body))
    except Exception as error:
        if is_refusal(error):
            return "refused", packed(error), reason_of(error)
        return "failed", b"", told(error)
    return "done", body, ""


def _check_size(size: int) -> None:
    most = SETTINGS.message_megabytes
    if size > most * 1e6:
        raise TooLarge(
            f"What there is to show of this program is too large to send: {size / 1e6:.1f} MB; at most {most:g} MB fit "
            "here. Fewer turns or smaller tensors would work, and on your own computer gradwalk html FILE writes the "
            "page of a program of any length."
        )


def packed(error: BaseException) -> bytes:
    """An exception as bytes. (Pickled as it is, it would be made anew by its ``__init__``, whose parameters differ.)"""
    return pickle.dumps((type(error), error.args, error.__dict__))


def unpacked(body: bytes) -> BaseException:
    """The exception again, with everything that it carried but its traceback."""
    kind, arguments, carried = pickle.loads(body)  # noqa: S301 (we wrote it)
    error: BaseException = kind.__new__(kind, *arguments)
    error.args = arguments
    error.__dict__.update(carried)
    return error


def is_refusal(error: BaseException) -> bool:
    """Whether it is one of our own exceptions, which say in a sentence what is wrong."""
    return type(error).__module__.partition(".")[0] in {"gradwalk", "components", "serving"}


def reason_of(error: BaseException) -> str:
    return str(getattr(error, "reason", "") or type(error).__name__.removesuffix("Error").lower())


def told(error: BaseException) -> str:
    """The type of an error and where it happened. Its message may hold what somebody typed, and stays untold."""
    places = traceback.extract_tb(error.__traceback__)[-4:]
    return " ".join([type(error).__name__, *(f"{place.name}:{place.lineno}" for place in places)])
