"""What a running frame does with the result of the call that it has come to: the names that it binds it to.

``y = x * x`` calls, and the next instruction stores what came back under ``y``. So the name is a fact of the compiled
code, and nobody has to look for it in the text or in the namespace.
"""

from __future__ import annotations

import dis
from types import CodeType
from typing import NamedTuple

_STORES = frozenset(("STORE_FAST", "STORE_NAME", "STORE_GLOBAL", "STORE_DEREF"))
_PASSED = frozenset(("CACHE", "NOP", "EXTENDED_ARG", "RESUME", "PRECALL"))


class Targets(NamedTuple):
    """Where the result of a call goes."""

    names: tuple[tuple[str, ...], ...]
    """For each name that it is bound to at once (``a = b = f()`` has two) one tuple; with several names in it, the
    result is unpacked."""
    returned: bool
    """Whether it is what the function returns."""
    last: int | None
    """The offset of the last instruction that stores it."""


NOWHERE = Targets((), False, None)
_INSTRUCTIONS: dict[int, tuple[CodeType, list[dis.Instruction], dict[int, int]]] = {}


def targets(code: CodeType, offset: int) -> Targets:
    """The names that a call's result is bound to by the instructions right after it."""
    instructions = list(dis.get_instructions(code))
    place = next((number for number, one in enumerate(instructions) if one.offset == offset), None)
    if place is None:
        return NOWHERE
    names: list[tuple[str, ...]] = []
    last: int | None = None
    for number in range(place + 1, len(instructions)):
        one = instructions[number]
        if one.opname in _STORES:
            names.append((str(one.argval),))
            last = one.offset
            if not _copied(instructions, number):
                break
        elif one.opname == "STORE_FAST_STORE_FAST":  # since 3.13: after a copy both names are the result's
            both = one.argval if _copied(instructions, number) else one.argval[:1]
            names += [(str(name),) for name in both]
            last = one.offset
            break
        elif one.opname == "STORE_FAST_LOAD_FAST":
            names.append((str(one.argval[0]),))
            last = one.offset
            break
        elif one.opname == "UNPACK_SEQUENCE":
            unpacked, last = _unpacked(instructions, number)
            names += [unpacked] if unpacked else []
            break
        elif one.opname == "RETURN_VALUE":
            return Targets((), True, None)
        elif one.opname not in _PASSED and not (one.opname == "COPY" and one.arg == 1):
            break
    return Targets(tuple(names), False, last)


def _copied(instructions: list[dis.Instruction], number: int) -> bool:
    """Whether a store was one of several: in ``a = b = f()`` each but the last has a copy made before it."""
    before = instructions[number - 1]
    return before.opname == "COPY" and before.arg == 1


def _unpacked(instructions: list[dis.Instruction], number: int) -> tuple[tuple[str, ...], int | None]:
    """The names of ``a, b = f()``; none where one of them is no plain name."""
    count = instructions[number].arg or 0
    names: list[str] = []
    last = None
    for one in instructions[number + 1 :]:
        if len(names) >= count:
            break
        if one.opname in _STORES:
            names.append(str(one.argval))
        elif one.opname == "STORE_FAST_STORE_FAST":
            names += [str(name) for name in one.argval]
        elif one.opname == "STORE_FAST_LOAD_FAST":
            names.append(str(one.argval[0]))
        elif one.opname not in _PASSED:
            return (), None
        last = one.offset
    return (tuple(names), last) if len(names) == count else ((), None)
