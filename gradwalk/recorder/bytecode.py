"""What a running frame does with the result of the call that it has come to: the names that it binds it to.

``y = x * x`` calls, and the next instruction stores what came back under ``y``. So the name is a fact of the compiled
code, and nobody has to look for it in the text or in the namespace.
"""

from __future__ import annotations

import sys
import weakref
from collections.abc import Iterator
from opcode import opmap
from types import CodeType
from typing import NamedTuple

_CACHE, _EXTENDED = opmap["CACHE"], opmap["EXTENDED_ARG"]
_PASSED = {opmap[name] for name in ("CACHE", "NOP", "RESUME", "PRECALL") if name in opmap}
_COPY, _RETURN, _UNPACK = opmap["COPY"], opmap["RETURN_VALUE"], opmap["UNPACK_SEQUENCE"]
_SUBSCRIPT, _CONSTANT, _ATTRIBUTE = opmap["BINARY_SUBSCR"], opmap["LOAD_CONST"], opmap["LOAD_ATTR"]
_FAST = {opmap["STORE_FAST"], opmap["STORE_DEREF"]}
_NAMED = {opmap["STORE_NAME"], opmap["STORE_GLOBAL"]}
_STORES = _FAST | _NAMED
_TWO = opmap.get("STORE_FAST_STORE_FAST", -1)
_THEN_LOAD = opmap.get("STORE_FAST_LOAD_FAST", -1)
_SHIFTED = sys.version_info >= (3, 12)
"""Since then the lowest bit of an attribute's number says whether it is a method."""


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


NOWHERE = Targets((), False, None)


class Instruction(NamedTuple):
    offset: int
    code: int
    argument: int


class Bytecode:
    """The instructions of one code object, and their places. What was found out is kept as long as the code lives."""

    def __init__(self, code: CodeType) -> None:
        self.positions = list(code.co_positions())
        self._bytes = code.co_code
        self._constants, self._names, self._variables = code.co_consts, code.co_names, _variables(code)
        self._targets: dict[int, Targets] = {}

    def targets(self, offset: int) -> Targets:
        """The names that the result of the call at this offset is bound to by the instructions right after it."""
        known = self._targets.get(offset)
        if known is None:
            known = self._targets[offset] = self._find(offset)
        return known

    def _find(self, offset: int) -> Targets:
        if self._bytes[offset] == _UNPACK:  # `a, b = tensor`: Python asks the tensor for its parts
            names = self._unpacked(iter(self._after(offset)), self._bytes[offset + 1])
            return Targets((names,), False, offset) if names else NOWHERE
        following = self._after(offset)
        one = next(following, None)
        if one is None:
            return NOWHERE
        part, one = self._part(one, following)
        return self._bound(one, following, part)

    def _bound(self, one: Instruction | None, following: Iterator[Instruction], part: int | str | None) -> Targets:
        names: list[tuple[str, ...]] = []
        first: int | None = None
        copied = False
        while one is not None:
            if one.code == _RETURN:
                return Targets((), part is None, None)
            if one.code == _UNPACK:
                unpacked = self._unpacked(following, one.argument)
                names += [unpacked] if unpacked else []
            elif one.code == _TWO:  # after a copy both names are the result's
                both = self._two(one.argument)
                names += [(name,) for name in (both if copied else both[:1])]
            elif one.code == _THEN_LOAD:
                names.append((self._two(one.argument)[0],))
            elif one.code in _STORES:
                names.append((self._name(one),))
            elif not (one.code == _COPY and one.argument == 1):
                break
            if one.code != _COPY:
                first = one.offset if first is None else first
                if not copied or one.code not in _STORES:
                    break
            copied = one.code == _COPY
            one = next(following, None)
        return Targets(tuple(names), False, first, part) if names else NOWHERE

    def _after(self, offset: int) -> Iterator[Instruction]:
        """The instructions behind an offset. A frame that has called a function in Python stands behind the call's
        caches."""
        held = 0
        for place in range(offset + 2, len(self._bytes), 2):
            code, argument = self._bytes[place], self._bytes[place + 1]
            if code == _EXTENDED:
                held = (held | argument) << 8
                continue
            if code not in _PASSED:
                yield Instruction(place, code, held | argument)
            held = 0

    def _part(self, one: Instruction, following: Iterator[Instruction]) -> tuple[int | str | None, Instruction | None]:
        """Which part of the result the next instructions take, and the instruction behind them."""
        if one.code == _CONSTANT and type(constant := self._constants[one.argument]) is int:
            other = next(following, None)
            if other is not None and other.code == _SUBSCRIPT:
                return constant, next(following, None)
            return None, None
        if one.code == _ATTRIBUTE and not (_SHIFTED and one.argument & 1):
            name = self._names[one.argument >> 1 if _SHIFTED else one.argument]
            other = next(following, None)
            return (name, other) if other is not None and other.code in _STORES else (None, None)
        return None, one

    def _name(self, one: Instruction) -> str:
        if one.code in _NAMED:
            return self._names[one.argument]
        return self._variables[one.argument]

    def _two(self, argument: int) -> tuple[str, str]:
        return self._variables[argument >> 4], self._variables[argument & 15]

    def _unpacked(self, following: Iterator[Instruction], count: int) -> tuple[str, ...]:
        """The names of ``a, b = f()``; none where one of them is no plain name."""
        names: list[str] = []
        for one in following:
            if one.code in _STORES:
                names.append(self._name(one))
            elif one.code == _TWO:
                names += self._two(one.argument)
            elif one.code == _THEN_LOAD:
                names.append(self._two(one.argument)[0])
            else:
                return ()
            if len(names) >= count:
                break
        return tuple(names) if len(names) == count else ()


def _variables(code: CodeType) -> tuple[str, ...]:
    """The local variables by the number that instructions give them: those of cells stand behind the plain ones."""
    plain = code.co_varnames
    return (*plain, *[name for name in code.co_cellvars if name not in plain], *code.co_freevars)


_KNOWN: dict[int, tuple[weakref.ref[CodeType], Bytecode]] = {}


def bytecode(code: CodeType) -> Bytecode:
    """The instructions of a code object. Equal code is not the same: it can come from another place."""
    key = id(code)
    known = _KNOWN.get(key)
    if known is None or known[0]() is not code:
        known = _KNOWN[key] = weakref.ref(code, lambda gone: _forget(key, gone)), Bytecode(code)
    return known[1]


def _forget(key: int, gone: weakref.ref[CodeType]) -> None:
    if key in _KNOWN and _KNOWN[key][0] is gone:
        del _KNOWN[key]
