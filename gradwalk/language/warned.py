"""Warnings of a run, heard where PyTorch and NumPy give them and shown under the cell, as a notebook does.

Python's warning filters belong to the whole process. While programs run, one entry of ours stands first among them; it
holds only in a thread that is running a program, tells that run, and keeps the warning from anybody else.
"""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch

Tell = Callable[[str], None]


class _Here(threading.local):
    tell: Tell | None = None
    text: str = ""


_HERE = _Here()


class _Pattern:
    """What a filter asks whether it holds for a text. It notes the text, and leaves the answer to ``_Category``."""

    def match(self, text: str) -> bool:
        _HERE.text = text
        return True


class _Answer(type):
    """What a filter then asks whether it holds for a category of warnings."""

    def __subclasscheck__(cls, category: type) -> bool:
        if _HERE.tell is None:
            return False
        if not issubclass(category, _UNSEEN) or _HERE.text.startswith(_SEEN):
            _HERE.tell(f"{category.__name__}: {_HERE.text.split(' (Triggered internally', 1)[0]}")
        return True


class _Category(Warning, metaclass=_Answer):
    """Stands for every category in a thread that runs a program, and for none elsewhere."""


_UNSEEN = (DeprecationWarning, PendingDeprecationWarning, ImportWarning, ResourceWarning)
"""A notebook does not show those of libraries."""
_SEEN = (
    "__array__ implementation doesn't accept a copy",
    "__array_wrap__ must accept context and return_scalar",
    "Conversion of an array with ndim > 0 to a scalar",
)
"""How those begin that NumPy gives to whoever calls it."""
_ENTRY: Any = ("ignore", _Pattern(), _Category, None, 0)


@contextmanager
def heard(tell: Tell) -> Iterator[None]:
    """A stretch of this thread in which each warning goes to ``tell``, as ``UserWarning: …``."""
    before, _HERE.tell = _HERE.tell, tell
    _enter()
    try:
        yield
    finally:
        _leave()
        _HERE.tell = before


_LOCK = threading.Lock()
_RUNS = [0]
"""How many runs are at work in all threads."""


def _enter() -> None:
    with _LOCK:
        _RUNS[0] += 1
        warnings.filters[:] = [_ENTRY, *_others()]  # type: ignore[index]  # a list, whatever the stubs say


def _leave() -> None:
    """The last run takes the entry away."""
    with _LOCK:
        _RUNS[0] -= 1
        if not _RUNS[0]:
            warnings.filters[:] = _others()  # type: ignore[index]


def _others() -> list[Any]:
    return [entry for entry in warnings.filters if entry is not _ENTRY]


torch.set_warn_always(True)
"""PyTorch gives some warnings once a process. Each program is to have them; ``Run.warn`` shows them once a run."""

ONCE = (
    "Converting a tensor with requires_grad=True",
    "Tensor.T is deprecated",
    "The use of `x.T`",
    "An output with one",
)
"""How those begin."""
