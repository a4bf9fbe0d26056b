"""What products and decompositions of matrices cost, and convolutions."""

from __future__ import annotations

import math
from typing import Any

import torch

from gradwalk.language.costs.arguments import (
    ORDER,
    Arguments,
    Keywords,
    broadcast_shape,
    operands,
    size,
    tensors,
    whole,
)
from gradwalk.language.costs.operations import same
from gradwalk.program import ProgramError


def product(args: Arguments, kwargs: Keywords) -> tuple[int, int]:
    """a @ b; of addmm(input, a, b) too. PyTorch copies a broadcast operand, so that counts as well."""
    pair = operands(args, kwargs)[-2:]
    if len(pair) < 2 or not pair[0].dim() or not pair[1].dim():
        return same(tuple(pair), {})
    a, b = pair
    rows, inner = (a.shape[-2] if a.dim() > 1 else 1), max(1, a.shape[-1])
    columns = b.shape[-1] if b.dim() > 1 else 1
    batches = math.prod(broadcast_shape((a.shape[:-2], b.shape[:-2])))
    rows, columns = batches * max(1, rows), max(1, columns)
    return max(rows * columns, rows * inner, batches * inner * columns), rows * columns * inner


def linear(args: Arguments, kwargs: Keywords) -> tuple[int, int]:
    """input @ weight.T: the last dimensions of both meet. A bias comes third."""
    pair = operands(args, kwargs)[:2]
    if len(pair) < 2 or not pair[0].dim() or not pair[1].dim():
        return same(tuple(pair), {})
    inner = max(1, pair[0].shape[-1])
    rows, columns = max(1, size(pair[0]) // inner), max(1, size(pair[1]) // inner)
    return max(rows * columns, size(pair[0]), size(pair[1])), rows * columns * inner


def cubed(args: Arguments, kwargs: Keywords) -> tuple[int, int]:
    """A decomposition of square matrices: n³ multiplications each."""
    found = max((size(t) for t in tensors((*args, *kwargs.values()))), default=1)
    return found, found * math.isqrt(found)


def powered(args: Arguments, kwargs: Keywords) -> tuple[int, int]:
    """matrix_power: a product for each bit of the exponent, twice."""
    power = whole(args[1] if len(args) > 1 else kwargs.get("n")) or 1
    found, work = cubed(args, {})
    return found, 2 * work * abs(power).bit_length()


def einsum(args: Arguments, kwargs: Keywords) -> tuple[int, int]:
    """One multiplication for each combination of the letters."""
    equation = args[0] if args else None
    operands = list(tensors(args[1:]))
    if not isinstance(equation, str) or "." in equation:
        raise ProgramError("torch.einsum() takes an equation of letters here: torch.einsum('ij,jk->ik', a, b).")
    lengths: dict[str, int] = {}
    for letters, operand in zip(equation.replace(" ", "").partition("->")[0].split(","), operands, strict=False):
        for letter, length in zip(letters, operand.shape, strict=False):
            lengths[letter] = max(lengths.get(letter, 1), length)
    whole = math.prod(lengths.values())
    return whole, whole


def convolved(args: Arguments, kwargs: Keywords) -> tuple[int, int]:
    """conv1d, conv2d: for each image and each output channel, as many numbers as the padded image gives."""
    found = list(tensors((*args, *(kwargs[name] for name in ORDER if name in kwargs))))[:2]
    if len(found) < 2 or found[1].dim() < 3:
        return same(tuple(found), {})
    images, weight = found
    named = dict(
        zip(("stride", "padding"), [item for item in args if not isinstance(item, torch.Tensor)], strict=False)
    )
    stride, padding = (named | kwargs).get("stride", 1), (named | kwargs).get("padding", 0)
    spatial = weight.dim() - 2
    across = zip(images.shape[-spatial:], weight.shape[2:], _each(stride, 1), _each(padding, 0), strict=False)
    places = math.prod((length + 2 * (pad + kernel)) // max(1, step) + 1 for length, kernel, step, pad in across)
    rows = images.shape[0] if images.dim() == weight.dim() else 1
    elements = max(1, rows) * max(1, weight.shape[0]) * places
    return max(elements, size(images), size(weight)), places * max(1, rows) * size(weight)


def _each(setting: Any, default: int) -> list[int]:
    """A stride or a padding for each dimension. Words such as "same" keep the size."""
    if isinstance(setting, list | tuple):
        return [abs(whole(item) or default) for item in setting]
    return [abs(whole(setting) or default)] * 3
