"""What a running frame does with the result of the call that it has come to: the names that it binds it to.

``y = x * x`` calls, and the next instruction stores what came back under ``y``. So the name is a fact of the compiled
code, and nobody has to look for it in the text or in the namespace.
"""

from __future__ import annotations

import dis
from bisect import bisect_right
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
    first: int | None
    """The offset of the first instruction that stores it."""
    part: int | str | None = None
    """What of it is bound: ``x.max(0)[0]`` an element, ``x.max(0).values`` an attribute; None: the whole."""


def targets(code: CodeType, offset: int) -> Targets:
    """The names that a call's result is bound to by the instructions right after it."""
    instructions = list(dis.get_instructions(code))
    # A frame that has called a function in Python stands behind the call's caches.
    place = bisect_right([one.offset for one in instructions], offset) - 1
    names: list[tuple[str, ...]] = []
    first: int | None = None
    if instructions[place].opname == "UNPACK_SEQUENCE":  # `a, b = tensor`: Python asks the tensor for its parts
        unpacked = _unpacked(instructions, place)
        return Targets((unpacked,) if unpacked else (), False, offset)
    part, place = _part(instructions, place)
    for number in range(place + 1, len(instructions)):
        one = instructions[number]
        if one.opname in _STORES:
            names.append((str(one.argval),))
            first = one.offset if first is None else first
            if not _copied(instructions, number):
                break
        elif one.opname == "STORE_FAST_STORE_FAST":  # since 3.13: after a copy both names are the result's
            both = one.argval if _copied(instructions, number) else one.argval[:1]
            names += [(str(name),) for name in both]
            first = one.offset if first is None else first
            break
        elif one.opname == "STORE_FAST_LOAD_FAST":
            names.append((str(one.argval[0]),))
            first = one.offset if first is None else first
            break
        elif one.opname == "UNPACK_SEQUENCE":
            unpacked = _unpacked(instructions, number)
            names += [unpacked] if unpacked else []
            first = one.offset if first is None else first
            break
        elif one.opname == "RETURN_VALUE":
            return Targets((), part is None, None)
        elif one.opname not in _PASSED and not (one.opname == "COPY" and one.arg == 1):
            break
    return Targets(tuple(names), False, first, part)


def _part(instructions: list[dis.Instruction], place: int) -> tuple[int | str | None, int]:
    """Which part of the result the next instructions take, and the last of them."""
    following = [n for n in range(place + 1, len(instructions)) if instructions[n].opname not in _PASSED][:2]
    if len(following) == 2:
        one, other = instructions[following[0]], instructions[following[1]]
        if one.opname == "LOAD_CONST" and other.opname == "BINARY_SUBSCR" and type(one.argval) is int:
            return one.argval, following[1]
        if one.opname == "LOAD_ATTR" and isinstance(one.argval, str) and other.opname in _STORES:
            return one.argval, following[0]
    return None, place


def _copied(instructions: list[dis.Instruction], number: int) -> bool:
    """Whether a store was one of several: in ``a = b = f()`` each but the last has a copy made before it."""
    before = instructions[number - 1]
    return before.opname == "COPY" and before.arg == 1


def _unpacked(instructions: list[dis.Instruction], number: int) -> tuple[str, ...]:
    """The names of ``a, b = f()``; none where one of them is no plain name."""
    count = instructions[number].arg or 0
    names: list[str] = []
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
            return ()
    return tuple(names) if len(names) == count else ()
