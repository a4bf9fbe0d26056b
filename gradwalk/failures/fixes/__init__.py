"""A way out of a failure, as a changed program: for the failures that one small edit mends.

Each is found by the failure's cause and by the syntax around its place. Nothing is run here; that the changed program
runs is what the tests assert.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable
from typing import NamedTuple

from gradwalk.failures.fixes.calls import a_seed_of_ones, detach_for_numpy, grad_to_none, keep_the_graph, sum_the_root
from gradwalk.failures.fixes.leaves import floats, track_a_leaf
from gradwalk.failures.fixes.places import Change, Code
from gradwalk.failures.fixes.statements import (
    a_new_value,
    detached,
    nearest_attribute,
    nearest_name,
    update_in_place,
    without_gradients,
)
from gradwalk.program import ProgramError
from gradwalk.recording import Failure

Remedy = Callable[[Code, Failure], list[Change] | None]


class Edit(NamedTuple):
    """The same as one replacement: a piece of the text, counted in characters, and what stands there instead."""

    start: int
    end: int
    text: str
    label: str
    """What changes, as it will read."""


def edit(source: str, failure: Failure) -> Edit | None:
    """The smallest replacement that makes the program of ``fix``."""
    fixed = fix(source, failure)
    if fixed is None or fixed == source:
        return None
    most = min(len(source), len(fixed))
    start = next((at for at in range(most) if source[at] != fixed[at]), most)
    same = next((at for at in range(most - start) if source[-1 - at] != fixed[-1 - at]), most - start)
    end = len(source) - same
    return Edit(start, end, fixed[start : len(fixed) - same], _label(source, fixed))


def _label(source: str, fixed: str, most: int = 2) -> str:
    """The lines that are new, each once."""
    old, new = source.split("\n"), fixed.split("\n")
    changes = difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    changed = [line.strip() for kind, _, _, start, end in changes if kind != "equal" for line in new[start:end]]
    lines = list(dict.fromkeys(changed))
    return " ".join(lines[:most] if len(lines) <= most else [*lines[: most - 1], "…"])


def fix(source: str, failure: Failure) -> str | None:
    """The program with the failure mended; None where no small edit would.

    Spans and the result count lines as ``parse`` does: with ``\\n`` between them.
    """
    try:
        code = Code(source)
    except ProgramError:
        return None
    remedy = _REMEDIES.get(failure.cause or "") or _by_message(failure)
    changes = remedy(code, failure) if remedy else None
    return code.changed(changes) if changes else None


def _by_message(failure: Failure) -> Remedy | None:
    return next((remedy for piece, remedy in _MESSAGES if piece in failure.message), None)


_REMEDIES: dict[str, Remedy] = {
    "backward-twice": keep_the_graph,
    "non-scalar-root": sum_the_root,
    "integer-requires-grad": floats,
    "nothing-requires-grad": track_a_leaf,
    "in-place-on-leaf": without_gradients,
    "saved-value-changed": a_new_value,
    "flag-on-non-leaf": detached,
    "seed-shape": a_seed_of_ones,
    "unknown-name": nearest_name,
}
"""By the failure's cause."""

_MESSAGES: tuple[tuple[str, Remedy], ...] = (
    ("only Tensors of floating point", floats),
    ("'NoneType' object has no attribute 'zero_'", grad_to_none),
    ("'float' and 'NoneType'", update_in_place),
    ("'NoneType' and 'float'", update_in_place),
    (" has no attribute '", nearest_attribute),
    ("Can't call numpy() on Tensor that requires grad", detach_for_numpy),
)
"""By a piece of its message, where it has no cause of its own."""
