"""What is known of an exception only while it is there: the names around it, and the objects that it speaks of."""

from __future__ import annotations

import builtins
import difflib
import inspect
import linecache
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from types import BuiltinFunctionType, FrameType, FunctionType, MethodType, ModuleType, TracebackType
from typing import Any

import numpy
import torch

from gradwalk.recorder.nones import nones
from gradwalk.recorder.places import STAND_IN
from gradwalk.recording import Constant
from gradwalk.sandbox.lock import is_on

_KEYWORD = re.compile(r"([\w.]+)\(\) got an unexpected keyword argument '(\w+)'")
_IMPORTED = re.compile(r"cannot import name '(\w+)' from ")
_PARAMETER = re.compile(r"[(,]\s*\*{0,2}(\w+)(?=\s*[,=)])")
_NOT_ITERABLE = re.compile(r"'([\w.]+)' object is not iterable")
_WATCHING = ("gradwalk.", "torch._ops.", "torch.overrides.", "torch.utils._python_dispatch.")
"""Functions that are there only because somebody watches."""
_MOST_TAKEN = 24
"""Arguments of a function that are told."""
_LIBRARIES = (torch, torch.nn, torch.nn.functional, torch.optim, torch.optim.lr_scheduler, torch.utils.data)


def facts(error: BaseException, mine: Callable[[FrameType], bool]) -> tuple[Constant, ...]:
    """The facts of a Failure; ``mine`` says of a frame whether it is the program's own.

    What of the program's objects is asked, and fails, is left out: nothing here may raise.
    """
    try:
        return tuple(Constant(name, text) for name, text in _facts(error, mine))
    except Exception:  # an object of the program's own, with a __dir__ or a __getattr__ that fails
        return ()


def _facts(error: BaseException, mine: Callable[[FrameType], bool]) -> Iterator[tuple[str, str]]:
    frames = [frame for frame in _frames(error) if frame.f_code.co_name != STAND_IN]
    last = max((place for place, frame in enumerate(frames) if mine(frame)), default=None)
    own = None if last is None else frames[last]
    below = [] if last is None else frames[last + 1 :]
    inside = [f"{frame.f_globals.get('__name__', '')}.{frame.f_code.co_qualname}" for frame in below]
    yield from (("inside", name) for name in dict.fromkeys(inside) if not name.startswith(_WATCHING))
    yield from (("near", name) for name in _near(error, own))
    if is_on() and (isinstance(error, OSError) or "strerror: Operation not permitted" in str(error)):
        yield "locked", "True"
    if isinstance(error, SyntaxError) and error.msg == "incomplete input":
        yield from _unfinished(error)
    if isinstance(error, TypeError) and own is not None:
        yield from _of_type_errors(error, own)
    if own is not None:
        yield from _of_a_backward(own)
    if isinstance(error, NameError) and error.name and own is not None and "self" in own.f_locals:
        yield from (("of-self", error.name) for _ in range(hasattr(own.f_locals["self"], error.name)))
    if isinstance(error, AttributeError) and isinstance(error.obj, ModuleType) and error.name:
        yield from _in_libraries(error.obj, error.name)
    if own is not None and "NoneType" in str(error):
        place = next(place for place in _tracebacks(error) if place.tb_frame is own)
        yield from (("object", name) for name in dict.fromkeys(nones(place)))
    elif isinstance(error, AttributeError) and error.obj is not None:
        yield from _about(error.obj, own)
        yield from _of_a_module(error.obj, error.name)
    if isinstance(error, RuntimeError) and own is not None and "does not require grad" in str(error):
        yield from _own_attributes(own)
    if isinstance(error, TypeError) and below and str(error) == "'int' object is not callable":
        yield from (("array", name) for name, value in below[-1].f_locals.items() if isinstance(value, numpy.ndarray))
    if isinstance(error, TypeError) and below and (found := _NOT_ITERABLE.match(str(error))):
        given = [value for value in below[-1].f_locals.values() if type(value).__name__ == found[1]]
        yield from (("module", type(value).__name__) for value in given if isinstance(value, torch.nn.Module))
        yield from (("method", value.__name__) for value in given if inspect.ismethod(value))


def _of_a_backward(own: FrameType) -> Iterator[tuple[str, str]]:
    """In the backward() of a Function of the program's own: its name, how many tensors it saved, and which variable
    holds all of them as the tuple that they come in."""
    first = own.f_locals.get(own.f_code.co_varnames[0]) if own.f_code.co_argcount else None
    if own.f_code.co_name != "backward" or not isinstance(first, torch.autograd.function.BackwardCFunction):
        return
    saved: tuple[object, ...]
    try:
        saved = first.saved_tensors
    except RuntimeError:  # released, or changed in place: what PyTorch says itself
        return
    yield "function", type(first).__name__.removesuffix("Backward")
    yield "saved", str(len(saved))
    tuples = {name: value for name, value in own.f_locals.items() if isinstance(value, tuple) and value}
    for name, value in tuples.items():
        if len(value) == len(saved) and all(map(_same, value, saved)):
            yield "saved-tuple", name


def _same(one: object, other: object) -> bool:
    if isinstance(one, torch.Tensor) and isinstance(other, torch.Tensor):
        return one.data_ptr() == other.data_ptr()
    return one is other


def _unfinished(error: SyntaxError) -> Iterator[tuple[str, str]]:
    """What Python says of a cell where IPython says only that it is not finished. Nothing runs."""
    try:
        compile("".join(linecache.getlines(error.filename or "")), "cell", "exec", dont_inherit=True)
    except SyntaxError as again:
        yield "said", str(again.msg)


def _frames(error: BaseException) -> Iterator[FrameType]:
    return (place.tb_frame for place in _tracebacks(error))


def _tracebacks(error: BaseException) -> Iterator[TracebackType]:
    place = error.__traceback__
    while place is not None:
        yield place
        place = place.tb_next


def _about(thing: object, own: FrameType | None) -> Iterator[tuple[str, str]]:
    """The variables that hold an object; the name of a method that was not called."""
    if own is not None:
        spaces = (own.f_locals, own.f_globals) if own.f_locals is not own.f_globals else (own.f_locals,)
        held = (name for space in spaces for name, value in space.items() if value is thing and name.isidentifier())
        yield from (("object", name) for name in held if not name.startswith("_"))
    if isinstance(thing, FunctionType | BuiltinFunctionType | MethodType):
        yield "method", thing.__name__


def _of_a_module(thing: object, name: str | None) -> Iterator[tuple[str, str]]:
    """Whether it is a module, PyTorch's own or the program's, and whether a tensor has what it was asked for."""
    if isinstance(thing, torch.nn.Module):
        yield "module", "torch" if type(thing).__module__.startswith("torch.") else "program"
        if name is not None and hasattr(torch.Tensor, name):
            yield "of-tensors", name


def _in_libraries(module: ModuleType, name: str) -> Iterator[tuple[str, str]]:
    """Where a function is that a module of PyTorch's has not."""
    if not module.__name__.startswith("torch"):
        return
    places = (other.__name__ for other in _LIBRARIES if other is not module and callable(getattr(other, name, None)))
    yield from (("elsewhere", place) for place in places)
    if callable(getattr(torch.Tensor, name, None)):
        yield "of-tensors", name


def _of_type_errors(error: TypeError, own: FrameType) -> Iterator[tuple[str, str]]:
    """What a function takes; a tensor's method that a variable holds in place of what the method gives."""
    if found := _KEYWORD.match(str(error)):
        yield from (("takes", name) for name in list(_parameters(found[1], own.f_globals))[:_MOST_TAKEN])
    if "unsupported operand" in str(error) and "method" in str(error):
        spaces = {**own.f_globals, **own.f_locals}
        held = {name: value for name, value in spaces.items() if isinstance(value, BuiltinFunctionType | MethodType)}
        mine = {n: v for n, v in held.items() if isinstance(v.__self__, torch.Tensor) and not n.startswith("_")}
        if len(mine) == 1:
            yield from (("object", name) for name in mine)
            yield from (("method", value.__name__) for value in mine.values())


def _own_attributes(own: FrameType) -> Iterator[tuple[str, str]]:
    """Attributes that the program gave to its tensors, and that are written almost as one of PyTorch's."""
    for name, value in {**own.f_globals, **own.f_locals}.items():
        if isinstance(value, torch.Tensor):
            meant = [word for word in vars(value) if _like(word, ("requires_grad",))]
            yield from (("attribute", f"{name}.{word}") for word in meant)


# Names that are like one that is not there


def _near(error: BaseException, own: FrameType | None) -> list[str]:
    if isinstance(error, NameError) and error.name and own is not None:
        return _like(error.name, {*own.f_locals, *own.f_globals, *vars(builtins)})
    if isinstance(error, AttributeError) and error.name and error.obj is not None:
        return _like(error.name, dir(error.obj))
    if isinstance(error, ModuleNotFoundError) and error.name:
        outer, _, name = error.name.rpartition(".")
        return _like(name, _modules(outer))
    if isinstance(error, ImportError) and error.name and (found := _IMPORTED.match(str(error))):
        return _like(found[1], dir(sys.modules.get(error.name)))
    if isinstance(error, TypeError) and (found := _KEYWORD.match(str(error))):
        return _like(found[2], _parameters(found[1], {} if own is None else own.f_globals))
    return []


def _modules(outer: str) -> set[str]:
    """The modules in another one that are loaded, or of no other one; Python's own are there in any case."""
    if not outer:
        return {*sys.stdlib_module_names, *(name for name in sys.modules if "." not in name)}
    inside = (name.removeprefix(f"{outer}.") for name in sys.modules if name.startswith(f"{outer}."))
    return {name for name in inside if "." not in name}


def _like(word: str, names: Iterable[str]) -> list[str]:
    """The names that were probably meant, the best first: the same letters in another case, then a slip of the hand."""
    public = sorted(name for name in names if word.startswith("_") or not name.startswith("_"))
    same = [name for name in public if name.lower() == word.lower()]
    close = difflib.get_close_matches(word, public, n=3, cutoff=0.75)
    return list(dict.fromkeys((*same, *(name for name in close if _is_slip(word, name)))))


def _is_slip(word: str, name: str) -> bool:
    """Whether two names differ as by a slip: ``x_train`` and ``y_train``, ``loss1`` and ``loss2`` are two."""
    parts, others = re.split(r"[_\d]+", word), re.split(r"[_\d]+", name)
    if len(parts) != len(others):
        return True
    differing = [(part, other) for part, other in zip(parts, others, strict=True) if part != other]
    return bool(differing) and all(min(len(part), len(other)) > 2 for part, other in differing)


def _parameters(function: str, globals_: dict[str, Any]) -> Iterable[str]:
    """The names of a function's arguments: by its signature, or as the first line of its documentation lists them."""
    owner, _, rest = function.partition(".")
    modules = [value for value in globals_.values() if isinstance(value, ModuleType)]
    spaces = [globals_, *map(vars, modules), *map(vars, _LIBRARIES)]
    found = next((space[owner] for space in spaces if callable(space.get(owner))), None)
    if rest and rest != "__init__":
        found = vars(found).get(rest)
    if found is None:
        return ()
    try:
        return [name for name in inspect.signature(found).parameters if name != "self"]
    except (TypeError, ValueError):
        lines = (found.__doc__ or "").strip().partition("\n")[0]
        return _PARAMETER.findall(lines)
