"""IPython's shell as Jupyter has it, without a terminal, a profile on disk or a history file. One serves a process."""

from __future__ import annotations

import atexit
import builtins
import functools
import linecache
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import traitlets
from IPython.core import page
from IPython.core.autocall import ZMQExitAutocall
from IPython.core.interactiveshell import InteractiveShell
from IPython.display import display
from traitlets.config import Config

from gradwalk.cells.commands import INSTALLERS, SCRIPTS, instead_of, take_over
from gradwalk.cells.kept import attribute, mapping
from gradwalk.cells.statements import Statements
from gradwalk.cells.telling import Compiler, Formatter, Hook, Listener, Publisher
from gradwalk.cells.tracebacks import leave_us_out, of_no_module, read_as_files
from gradwalk.sandbox import reserve
from gradwalk.sandbox.lock import is_on

_CONFIG = {
    "HistoryManager": {"enabled": False, "hist_file": ":memory:"},
    "InlineBackend": {"figure_formats": {"svg"}},
}


_MANY_TIMES = ("timeit",)
_COMMANDS = INSTALLERS | SCRIPTS


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
        cells, trace = self.compile._filename_map, error.__traceback__ if error is not None else None
        with of_no_module(cells), read_as_files(cells, trace):
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
