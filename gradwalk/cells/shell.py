"""IPython's shell as Jupyter has it, without a terminal, a profile on disk or a history file. One serves a process."""

from __future__ import annotations

import ast
import atexit
import builtins
import functools
import linecache
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any, Protocol

import traitlets
from IPython.core import page
from IPython.core.autocall import ZMQExitAutocall
from IPython.core.compilerop import CachingCompiler
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.formatters import DisplayFormatter
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.pylabtools import print_figure
from IPython.display import display
from traitlets.config import Config

from gradwalk.cells.commands import INSTALLERS, SCRIPTS, instead_of, not_drawn, take_over
from gradwalk.cells.kept import attribute, mapping
from gradwalk.cells.outputs import FIGURE_CHARACTERS, steady_svg
from gradwalk.cells.statements import Statements
from gradwalk.cells.tracebacks import leave_us_out, of_no_module
from gradwalk.sandbox import reserve
from gradwalk.sandbox.lock import is_on

_CONFIG = {
    "HistoryManager": {"enabled": False, "hist_file": ":memory:"},
    "InlineBackend": {"figure_formats": {"svg"}},
}


_MANY_TIMES = ("timeit",)
_COMMANDS = INSTALLERS | SCRIPTS


class Listener(Protocol):
    """Whoever runs cells in a shell, and is told what happens there."""

    def shown(self, stream: str, data: dict[str, Any], metadata: Any, name: str = "", anew: bool = False) -> None: ...
    def cleared(self, wait: bool) -> None: ...
    def traceback(self, error: BaseException, text: str) -> None: ...
    def compiles(self, name: str, transformed: str, raw: str) -> None: ...
    def parses(self, source: str, name: str) -> None: ...
    def takes(self, name: str) -> None: ...
    def unwatched(self, what: str) -> AbstractContextManager[None]: ...


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

    shell: Shell

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

    shell: Shell

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


class Shell(InteractiveShell):
    """The shell. ``lent`` gives it to one run at a time, with a namespace of its own."""

    displayhook_class = traitlets.Type(Hook)
    display_pub_class = traitlets.Type(Publisher)
    compiler_class = traitlets.Type(Compiler)
    exiter = traitlets.Instance(ZMQExitAutocall)
    keepkernel_on_exit = None
    run: Listener | None = None
    compile: Compiler
    db: Any
    display_formatter: Any
    history_manager: Any
    InteractiveTB: Any
    SyntaxTB: Any
    ast_transformers: list[Any]

    def __init__(self) -> None:
        super().__init__(config=Config(_CONFIG), colors="nocolor", autoindent=False)
        atexit.unregister(self.atexit_operations)
        self.statements = Statements()
        self._callbacks = {event: list(callbacks) for event, callbacks in self.events.callbacks.items()}
        self._printers = [(table, dict(table)) for table in self.display_formatter.printers()]
        self._flags = self.compile.flags
        self.touched = False
        """Whether a program got hold of the shell, by a magic or by ``get_ipython``, and may have changed it."""

    def get_ipython(self) -> Shell:
        self.touched = True
        return self

    @traitlets.default("exiter")
    def _default_exiter(self) -> ZMQExitAutocall:
        return ZMQExitAutocall(self)

    # What a shell in a terminal has, and one without does not

    def init_ipython_dir(self, ipython_dir: Any) -> None:
        self.ipython_dir = ""

    def init_profile_dir(self, profile_dir: Any) -> None:
        pass

    def init_virtualenv(self) -> None:
        pass

    def init_display_formatter(self) -> None:
        self.display_formatter = Formatter(parent=self)
        self.configurables.append(self.display_formatter)

    def init_hooks(self) -> None:
        super().init_hooks()
        self.set_hook("show_in_pager", page.as_hook(lambda *_, **__: None), 99)  # a notebook shows it elsewhere

    def enable_gui(self, gui: Any = None) -> None:
        """There are no windows."""

    def ask_exit(self) -> None:
        self.exit_now = True

    def transform_ast(self, node: Any) -> Any:
        self.statements.shows_assigned = self.ast_node_interactivity == "last_expr_or_assign"
        return super().transform_ast(node)

    def _find_with_lazy_load(self, type_: str, magic_name: str) -> Any:
        """Whatever runs a magic looks for it here."""
        if magic_name in _COMMANDS and is_on():
            return instead_of(magic_name)
        return self._unwatched(magic_name, super()._find_with_lazy_load(type_, magic_name))

    def _unwatched(self, name: str, magic: Any) -> Any:
        """A magic of whose work nothing is recorded, where it is one that runs the same thing again and again."""
        if name not in _MANY_TIMES or magic is None:
            return magic

        @functools.wraps(magic)
        def run(*args: Any, **options: Any) -> Any:
            with nullcontext() if self.run is None else self.run.unwatched(name):
                return magic(*args, **options)

        return run

    def showtraceback(self, *args: Any, **options: Any) -> None:
        reserve.let_go()  # to ask what the error is would take memory
        if (error := sys.exception()) is not None:
            leave_us_out(error)
        with of_no_module(self.compile._filename_map):
            super().showtraceback(*args, **options)

    @contextmanager
    def _tee(self, channel: str) -> Iterator[None]:
        """Nothing is written down twice."""
        yield

    def _format_exception_for_storage(self, *_: Any, **__: Any) -> dict[str, Any]:
        """Nothing is written down twice: a traceback is the slowest part of a failing cell."""
        return {}

    def _showtraceback(self, etype: type, evalue: BaseException, stb: list[str]) -> None:
        if self.run is not None:
            self.run.traceback(evalue, self.InteractiveTB.stb2text(stb))

    # One run after another

    def begin(self, run: Listener, file: str = "") -> None:
        """A new namespace, for one program, which may come from a file."""
        self.user_module, self.user_ns = self.prepare_user_module()
        self.ns_table.update(user_global=vars(self.user_module), user_local=self.user_ns)
        sys.modules["__main__"] = self.user_module
        self.init_prompts()
        vars(builtins).update(__IPYTHON__=True, display=display)
        self.init_user_ns()
        self.push(dict.fromkeys(("_", "__", "___"), ""), interactive=False)
        if file:
            self.user_ns["__file__"] = str(Path(file).absolute())
        self.ast_transformers[:] = [self.statements]
        self.compile.flags = self._flags
        self.exit_now = False
        self.db = {}  # what %cd and %store remember, for as long as the program runs
        if is_on():
            take_over(self)
        self.run = self.compile.run = run

    def end(self) -> None:
        """Let go of everything of the program, so that nothing of it is left for the next one."""
        self.run = self.compile.run = None
        names = vars(self.user_module)
        self.user_module, self.user_ns = self.prepare_user_module()
        self.ns_table.update(user_global=vars(self.user_module), user_local=self.user_ns)
        self.user_ns_hidden.clear()
        self.execution_count = 1
        self.last_execution_succeeded, self.last_execution_result = True, None
        history = self.history_manager
        history.reset()
        history._i00 = history._i = history._ii = history._iii = ""
        self.displayhook._ = self.displayhook.__ = self.displayhook.___ = ""
        for name in self.compile._filename_map:
            linecache.cache.pop(name, None)
        self.compile._filename_map.clear()
        for handler in (self.InteractiveTB, self.SyntaxTB):
            handler.tb = handler.etype = handler.evalue = None
        for event, callbacks in self.events.callbacks.items():
            callbacks[:] = self._callbacks[event]
        for table, printers in self._printers:
            mapping(table).set(printers)
        names.clear()


_IDLE: list[Shell] = []


@contextmanager
def lent() -> Iterator[Shell]:
    """A shell for one run, which meanwhile is the one that ``get_ipython`` finds."""
    with _only() as kinds:
        shell = _IDLE.pop() if _IDLE else Shell()
        for kind in kinds:
            kind._instance = shell
        yield shell
    if not shell.touched:
        _IDLE.append(shell)


@contextmanager
def _only() -> Iterator[list[Any]]:
    """IPython knows one shell a process: that of whoever called us is put back."""
    kinds: list[Any] = list(Shell._walk_mro())
    before = [(kept, kept.get()) for kept in (attribute(kind, "_instance") for kind in kinds)]
    try:
        yield kinds
    finally:
        for kept, was in before:
            kept.set(was)
