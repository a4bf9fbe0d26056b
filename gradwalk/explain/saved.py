"""Values and what nodes saved of them, as sentences name them."""

from __future__ import annotations

from gradwalk.analysis.index import Index
from gradwalk.explain.wording import START
from gradwalk.explain.wording.noticed import NOTICED
from gradwalk.formula.arrays import number_text
from gradwalk.notation import constant_text, is_number_name, shape_text
from gradwalk.recording import Saved, Value


def named(index: Index, value: Value) -> str:
    """``x = 4``; what is too large to write out goes by its shape: ``W (64×10)``."""
    number = number_text(value.shape, value.numbers)
    if is_number_name(index.names[value.id]):
        return index.shown[value.id]
    key = "shape" if number is None else "value"
    return START[key].format(name=index.shown[value.id], number=number, shape=shape_text(value.shape))


def saved_text(index: Index, saved: Saved, *, changed: bool = False) -> str:
    """``self = 4``: under which name a node saved what; a large tensor by its own name and shape.

    ``changed``: PyTorch refuses to use it, for it was changed in place since.
    """
    if saved.value is None:
        return f"{saved.name} = {constant_text(saved.text)}"
    value = index.values[saved.value]
    number = number_text(value.shape, value.numbers)
    text = f"{saved.name} = {named(index, value) if number is None else number}"
    return NOTICED["saved changed"].format(saved=text) if changed else text
