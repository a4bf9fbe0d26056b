"""What stands between IPython's shell and who runs cells in it: what is compiled, shown and formatted is told there."""

from __future__ import annotations

import ast
from contextlib import AbstractContextManager
from typing import Any, Protocol

from IPython.core.compilerop import CachingCompiler
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.formatters import DisplayFormatter
from IPython.core.pylabtools import print_figure

from gradwalk.cells.commands import not_drawn
from gradwalk.cells.outputs import FIGURE_CHARACTERS, steady_svg
from gradwalk.sandbox.lock import is_on


class Listener(Protocol):
    """Whoever runs cells in a shell, and is told what happens there."""

    def shown(self, stream: str, data: dict[str, Any], metadata: Any, name: str = "", anew: bool = False) -> None: ...
    def cleared(self, wait: bool) -> None: ...
    def traceback(self, error: BaseException, text: str) -> None: ...
    def compiles(self, name: str, transformed: str, raw: str) -> None: ...
    def parses(self, source: str, name: str) -> None: ...
    def takes(self, name: str) -> None: ...
    def unwatched(self, what: str) -> AbstractContextManager[None]: ...


class Running(Protocol):
    """A shell that may be lent to a run."""

    run: Listener | None


class Compiler(CachingCompiler):
    """Tells which text is compiled under which name."""

    run: Listener | None = None

    def cache(self, transformed_code: str, number: int = 0, raw_code: str | None = None) -> str:
        name = super().cache(transformed_code, number, raw_code)
        if self.run is not None:
            self.run.compiles(name, transformed_code, raw_code or transformed_code)
        return name

    def ast_parse(self, source: str, filename: str = "<unknown>", symbol: str = "exec") -> ast.AST:
        tree = super().ast_parse(source, filename, symbol)
        if self.run is not None:
            self.run.parses(source, filename)
        return tree

    def __call__(self, source: Any, filename: str, symbol: str, **options: Any) -> Any:
        if self.run is not None:
            self.run.takes(filename)
        return super().__call__(source, filename, symbol, **options)


class Hook(DisplayHook):
    """Shows the last value of a cell as a notebook does: without a prompt, and in all its forms."""

    shell: Running

    def write_output_prompt(self) -> None:
        pass

    def write_format_data(self, format_dict: dict[str, Any], md_dict: Any = None) -> None:
        if self.shell.run is not None:
            self.shell.run.shown("result", format_dict, md_dict)

    def finish_displayhook(self) -> None:
        self._is_active = False

    def log_output(self, format_dict: dict[str, Any]) -> None:
        """Nothing is written down twice."""


class Publisher(DisplayPublisher):
    """Takes what ``display`` shows."""

    shell: Running

    def publish(
        self, data: Any, metadata: Any = None, source: Any = None, transient: Any = None, update: bool = False, **_: Any
    ) -> None:
        if self.shell.run is not None:
            self.shell.run.shown("display", data, metadata, str((transient or {}).get("display_id", "")), update)

    def clear_output(self, wait: bool = False) -> None:
        if self.shell.run is not None:
            self.shell.run.cleared(wait)


class Formatter(DisplayFormatter):
    """A figure's SVG is the same in every run; one that would be too large becomes a PNG."""

    def format(self, obj: Any, include: Any = None, exclude: Any = None) -> Any:
        if is_on() and type(obj).__module__.startswith("graphviz."):
            not_drawn()
            return {"text/plain": repr(obj)}, {}
        data, metadata = super().format(obj, include=include, exclude=exclude)
        if (svg := data.get("image/svg+xml")) and hasattr(obj, "savefig"):
            if len(svg) > FIGURE_CHARACTERS:
                data["image/png"] = print_figure(obj, fmt="png", base64=True, bbox_inches="tight")
                del data["image/svg+xml"]
            else:
                data["image/svg+xml"] = steady_svg(svg)
        return data, metadata

    def printers(self) -> list[dict[Any, Any]]:
        """The tables of what is shown how, which a program may change."""
        tables = ("type_printers", "deferred_printers", "singleton_printers")
        return [getattr(formatter, name) for formatter in self.formatters.values() for name in tables]
