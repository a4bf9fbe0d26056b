"""Pieces that all formulas use: derivatives and arrays as far as they can be read."""

from __future__ import annotations

from gradwalk.analysis.index import Index
from gradwalk.formula.mathml import (
    Tree,
    array_tree,
)
from gradwalk.notation import array_text
from gradwalk.recording import Array, Number, Value


def derivative(above: str, below: str) -> str:
    """LaTeX of ∂above/∂below."""
    return rf"\frac{{\partial {above}}}{{\partial {below}}}"


def gradient(index: Index, call: int, value: int, slot: str, target: str = "#0") -> str:
    """LaTeX of the gradient at a value: ``∂L/∂x``, or "gradient at x" where a hook has made something else of it.

    Of a complex value too, where it is no such derivative: PyTorch takes it by the conjugate.
    """
    altered = (call, value) in index.altered or index.values[value].dtype.startswith("complex")
    return rf"{{\text{{gradient at }}{slot}}}" if altered else derivative(target, slot)


def number_text(shape: tuple[int, ...], numbers: tuple[Number, ...] | None) -> str | None:
    """An array in one line of text; None where it takes more."""
    lines = array_text(shape, numbers)
    return lines[0] if len(lines) == 1 and numbers is not None and len(shape) < 2 else None


def array_or_start(array: Array | Value) -> Tree | None:
    """An array as a tree; of a long vector its start and its length."""
    tree = array_tree(array.shape, array.numbers)
    text = number_text(array.shape, array.numbers) if tree is None else None
    return ["mn", text] if text is not None else tree
