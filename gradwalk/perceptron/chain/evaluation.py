"""Runs programs that the page itself writes, and gives their numbers. The views stay importable without torch."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import replace

from gradwalk.perceptron.settings.reading import Matrix, Network, NumberLayer, Row
from gradwalk.program import ProgramError

_FAILURES = (ProgramError, RuntimeError, ArithmeticError, ValueError, TypeError, IndexError)


def evaluated(source: str) -> tuple[float, ...]:
    """The numbers of the last expression, flat; empty where PyTorch or the language refuses."""
    from gradwalk.cells import evaluate

    try:
        return evaluate(source)
    except _FAILURES:
        return ()


def columns(numbers: Sequence[float], rows: int) -> list[Row]:
    """Flat numbers as one tuple a quantity, each with one number a row of the batch."""
    return [tuple(numbers[start : start + rows]) for start in range(0, len(numbers), rows)]


def in_float64(network: Network) -> Network:
    """The same network in float64, at exactly the numbers that its own dtype holds."""
    if network.dtype == "float64":
        return network
    layers = tuple(NumberLayer(_rounded(each.weights), _row(each.bias), each.activation) for each in network.layers)
    x, targets = _rounded(network.x), _rounded(network.targets)
    return replace(network, x=x, targets=targets, layers=layers, dtype="float64")


def _rounded(rows: Matrix) -> Matrix:
    return tuple(map(_row, rows))


def _row(numbers: Row) -> Row:
    """Each number as float32 holds it."""
    return struct.unpack(f"{len(numbers)}f", struct.pack(f"{len(numbers)}f", *numbers))
