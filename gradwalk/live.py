"""The door for live code: ``with gradwalk.watch() as walk:`` records what PyTorch does inside, in this process."""

from __future__ import annotations

import inspect
import linecache
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any

import torch

from gradwalk.program import Span
from gradwalk.program.limits import LIMITS, Limits
from gradwalk.recorder.parts import buffers_of, parameters_of
from gradwalk.recorder.places import Places
from gradwalk.recorder.session import Recorder
from gradwalk.recording import Recording


class Walk:
    """One recording of live code. ``recording`` is there when the block is left, also by an exception."""

    def __init__(
        self,
        models: Sequence[torch.nn.Module],
        *,
        pictures: bool,
        keep: Iterable[torch.Tensor | str],
        limits: Limits,
    ) -> None:
        self._models = models
        self._keep = (keep,) if isinstance(keep, str | torch.Tensor) else tuple(keep)
        self._options: dict[str, Any] = {"pictures": pictures, "limits": limits}
        self._recorder: Recorder | None = None
        self._places = Places()
        self._file = ""
        self._recording: Recording | None = None

    @property
    def recording(self) -> Recording:
        """What happened inside of the block. Raises RuntimeError before it is left."""
        if self._recording is None:
            raise RuntimeError(
                "This recording is not done yet. Read it behind the block: `with gradwalk.watch() as walk: …`, and "
                "then `walk.recording`."
            )
        return self._recording

    def report(self) -> str:
        """``recording.report``: what is surely wrong, with line, numbers and a way out, and what was measured."""
        return self.recording.report()

    def save(
        self,
        path: str | Path,
        step: int | None = None,
        *,
        picture: str = "computation",
        theme: str | None = None,
        open: str | Sequence[str] = (),  # noqa: A002  as it is called in a shell
    ) -> None:
        """``recording.save``: the walk as ``.html`` that steps through it; ``.svg``, ``.png``, ``.pdf`` draw it."""
        self.recording.save(path, step, picture=picture, theme=theme, open=open)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        """What a notebook shows, when this is a cell's last expression."""
        if self._recording is None:
            return {"text/plain": "<Walk: nothing is recorded yet; it is when its block is left>"}
        return self._recording._repr_mimebundle_()

    def __enter__(self) -> Walk:
        return self._begin(sys._getframe(1))

    def _begin(self, frame: FrameType) -> Walk:
        if self._recorder is not None:
            raise RuntimeError("This watch has been entered before: it records once. Call gradwalk.watch() again.")
        self._file = frame.f_code.co_filename
        self._options["keep"] = kept(self._keep, self._models, frame)
        recorder = self._enter()
        recorder.know(frame, self._models)
        return self

    def _enter(self) -> Recorder:
        self._places = Places(self._file)
        recorder = Recorder(self._places, names=True, **self._options)
        recorder.cell()
        recorder.__enter__()
        self._recorder = recorder
        return recorder

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        recorder = self._recorder
        if recorder is None:
            raise RuntimeError("This watch was left without having been entered.")
        self._end(recorder, error, traceback, sys._getframe(1))

    def _end(
        self, recorder: Recorder, error: BaseException | None, traceback: TracebackType | None, frame: FrameType
    ) -> None:
        recorder.__exit__(None, error, traceback)
        try:
            recorder.look(frame)
            if error is not None:
                recorder.failure(self._places.failed(traceback) or Span(1, 1, 1, 1), error)
            source = "".join(linecache.getlines(self._file))
            self._recording = recorder.recording(source, [(source, 1)], self._file)
        finally:
            recorder.release()

    def _call(self, function: Callable[[], Any]) -> Recording:
        """Call a function inside. Its failure is recorded, and goes no further."""
        try:
            self._file = inspect.getsourcefile(function) or ""
        except TypeError:  # a class, or an object that can be called
            self._file = ""
        recorder = self._enter()
        failed: Exception | None = None
        try:
            function()
        except Exception as error:  # whatever it is, it is a part of the recording
            failed = error
        finally:
            self._end(recorder, failed, None if failed is None else failed.__traceback__, sys._getframe())
        return self.recording


def watch(
    *models: torch.nn.Module,
    pictures: bool = False,
    keep: Iterable[torch.Tensor | str] = (),
    limits: Limits = LIMITS,
) -> Walk:
    """Record what PyTorch does inside of a block of live code::

        with gradwalk.watch() as walk:
            loss = ((model(x) - y) ** 2).mean()
            loss.backward()
        walk.recording

    The code runs as it always does, in this process and without any lock; what it shows is shown as always. With
    ``pictures``, torchviz draws the graph of each backward pass. ``models`` that no variable here holds: their
    parameters then have names. ``keep``: tensors, or names of tensors and parameters such as ``fc1.weight``, of which
    all numbers are kept, however large they are. docs/watch.md says what is seen, and what cannot be.
    Raises TypeError for a model that is none, and for a ``keep`` that holds nothing; when it is entered, ValueError for
    a name that nothing has.
    """
    for model in models:
        if not isinstance(model, torch.nn.Module):
            raise TypeError(
                f"gradwalk.watch() takes modules of torch.nn, and not {type(model).__name__}. To call a function and "
                "record it, use gradwalk.record(function)."
            )
    if not isinstance(keep, Iterable):
        raise TypeError(f"keep is a list of tensors and of their names, and not {type(keep).__name__}.")
    return Walk(models, pictures=pictures, keep=keep, limits=limits)


def kept(
    keep: Iterable[torch.Tensor | str], models: Sequence[torch.nn.Module], frame: FrameType
) -> tuple[torch.Tensor, ...]:
    """The tensors that are meant: by themselves, by a variable's name, or as a parameter or buffer of a module."""
    found: list[torch.Tensor] = []
    for one in keep:
        if isinstance(one, torch.Tensor):
            found.append(one)
            continue
        named = [*_called(one, models, frame)]
        if not named:
            raise ValueError(
                f"keep has {one!r}, and nothing is called so: no variable here holds a tensor of this name, and no "
                "module here has a parameter or a buffer of it. A parameter's name is as in model.named_parameters()."
            )
        found += named
    return tuple(found)


def _called(name: str, models: Sequence[torch.nn.Module], frame: FrameType) -> Iterator[torch.Tensor]:
    space = {**frame.f_globals, **frame.f_locals}
    if isinstance(held := space.get(name), torch.Tensor):
        yield held
    modules = [("", model) for model in models]
    modules += [(variable, held) for variable, held in space.items() if isinstance(held, torch.nn.Module)]
    for variable, module in modules:
        for path, tensor in (*parameters_of(module), *buffers_of(module)):
            if name in (path, f"{variable}.{path}"):
                yield tensor


def record_call(function: Callable[[], Any], *, pictures: bool = False, limits: Limits = LIMITS) -> Recording:
    """Call a function once, and record what happens. If it fails, the failure is a part of the recording."""
    return watch(pictures=pictures, limits=limits)._call(function)
