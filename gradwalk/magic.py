"""``%load_ext gradwalk`` and ``%%gradwalk``: a notebook's cell is recorded as it runs, and its steps are shown."""

from __future__ import annotations

import ast
from typing import Any

from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell
from IPython.display import display

from gradwalk.live import watch

_WALK, _LAST = "__gradwalk_walk__", "__gradwalk_last__"


def load(shell: InteractiveShell) -> None:
    """What ``%load_ext gradwalk`` does."""

    def gradwalk(line: str, cell: str) -> Any:
        """%%gradwalk [NAME]: run this cell, record what PyTorch does, and show it step by step.

        The cell runs in the notebook's own names, and shows what it always shows. NAME, if there is one, is then the
        walk: ``NAME.recording``, ``NAME.save("walk.html")``. A cell that fails is shown up to where it failed.
        ``await`` outside of functions does not work here.
        """
        return _recorded(shell, cell, _name(line))

    shell.magics_manager.register_function(gradwalk, magic_kind="cell", magic_name="gradwalk")


def _name(line: str) -> str:
    name = line.strip()
    if name and not name.isidentifier():
        raise UsageError(f"%%gradwalk takes one name for the walk, such as `%%gradwalk walk`, and not {name[:60]!r}.")
    return name


def _recorded(shell: InteractiveShell, cell: str, name: str) -> Any:
    """What the cell's last expression gives. What was recorded is shown also when it fails."""
    text = shell.transform_cell(cell)
    file = shell.compile.cache(text, shell.execution_count - 1, raw_code=cell)  # it counts on before a cell runs
    tree = shell.transform_ast(shell.compile.ast_parse(text, filename=file))
    code = compile(_watched(tree), file, "exec", flags=shell.compile.flags, dont_inherit=True)
    walk = watch()
    last: list[Any] = []
    shell.user_ns |= {_WALK: walk, _LAST: last.append}
    try:
        exec(code, shell.user_global_ns, shell.user_ns)  # noqa: S102  the notebook's own cell, as IPython runs it
    finally:
        for own in (_WALK, _LAST):
            shell.user_ns.pop(own, None)
        if name:
            shell.user_ns[name] = walk
        display(walk)
    return last[0] if last else None


def _watched(tree: ast.Module) -> ast.Module:
    """The cell inside of ``with walk:``, its last expression handed out. All keeps its place."""
    body = list(tree.body)
    if not body:
        return tree
    first, end = body[0], body[-1]
    if isinstance(end, ast.Expr):
        body[-1] = ast.Expr(ast.Call(ast.Name(_LAST, ast.Load()), [end.value], []))
        ast.copy_location(body[-1], end)
    block = ast.With([ast.withitem(ast.Name(_WALK, ast.Load()))], body)
    whole = ast.Module([ast.copy_location(block, first)], tree.type_ignores)
    return ast.fix_missing_locations(whole)
