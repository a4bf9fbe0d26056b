"""Text → Program: size limits first, then a closed list of syntax. Nothing is run, nothing is evaluated."""

from __future__ import annotations

import ast
import builtins
import difflib
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from gradwalk import syntax
from gradwalk.limits import LIMITS, Limits
from gradwalk.program import Broken, Passed, Program, ProgramCell, ProgramError, Span

CELL_MARK = re.compile(r"#\s?%%(?P<rest>.*)")
"""The percent format, which editors and jupytext share."""

NODES: dict[type[ast.AST], str] = {
    ast.Module: "a program",
    ast.Import: "import",
    ast.ImportFrom: "import",
    ast.alias: "import",
    ast.Assign: "assignment",
    ast.AugAssign: "assignment",
    ast.Expr: "an expression",
    ast.Pass: "pass",
    ast.If: "if",
    ast.For: "for",
    ast.While: "while",
    ast.Break: "break",
    ast.Continue: "continue",
    ast.With: "with",
    ast.withitem: "with",
    ast.Assert: "assert",
    ast.BinOp: "arithmetic",
    ast.UnaryOp: "arithmetic",
    ast.BoolOp: "and, or",
    ast.Compare: "a comparison",
    ast.IfExp: "a conditional expression",
    ast.Call: "a call",
    ast.keyword: "a call",
    ast.Attribute: "an attribute",
    ast.Subscript: "an index",
    ast.Slice: "a slice",
    ast.Name: "a name",
    ast.Constant: "a number",
    ast.List: "a list",
    ast.Tuple: "a tuple",
    ast.JoinedStr: "an f-string",
    ast.FormattedValue: "an f-string",
    ast.AnnAssign: "assignment",
    ast.FunctionDef: "def",
    ast.arguments: "def",
    ast.arg: "def",
    ast.Return: "return",
    ast.Yield: "yield",
    ast.YieldFrom: "yield",
    ast.Match: "match",
    ast.match_case: "match",
    ast.MatchValue: "match",
    ast.MatchSingleton: "match",
    ast.MatchSequence: "match",
    ast.MatchStar: "match",
    ast.MatchAs: "match",
    ast.MatchOr: "match",
    ast.Lambda: "lambda",
    ast.ClassDef: "class",
    ast.Global: "global",
    ast.Nonlocal: "nonlocal",
    ast.Set: "a set",
    ast.SetComp: "a comprehension",
    ast.NamedExpr: "assignment",
    ast.Delete: "del",
    ast.Try: "try",
    ast.ExceptHandler: "except",
    ast.Raise: "raise",
    ast.ListComp: "a comprehension",
    ast.DictComp: "a comprehension",
    ast.GeneratorExp: "a comprehension",
    ast.comprehension: "a comprehension",
    ast.Dict: "a dict",
    ast.Starred: "a star",
    ast.Del: "",
    ast.Load: "",
    ast.Store: "",
    **dict.fromkeys(
        (
            ast.Add,
            ast.Sub,
            ast.Mult,
            ast.Div,
            ast.FloorDiv,
            ast.Mod,
            ast.Pow,
            ast.MatMult,
            ast.UAdd,
            ast.USub,
            ast.Not,
            ast.And,
            ast.Or,
            ast.Eq,
            ast.NotEq,
            ast.Lt,
            ast.LtE,
            ast.Gt,
            ast.GtE,
            ast.Is,
            ast.IsNot,
            ast.In,
            ast.NotIn,
            ast.BitAnd,
            ast.BitOr,
            ast.BitXor,
            ast.LShift,
            ast.RShift,
            ast.Invert,
        ),
        "an operator",
    ),
}
"""Syntax that a program may use. What is not listed here does not exist."""

REFUSED: dict[type[ast.AST], str] = {
    ast.AsyncFunctionDef: "async is not part of this language.",
    ast.Await: "async is not part of this language.",
    ast.MatchClass: "A pattern may be a value, a name, a sequence or a choice of them here.",
    ast.MatchMapping: "A pattern may be a value, a name, a sequence or a choice of them here.",
    ast.TryStar: "except* is not part of this language; except works.",
}
"""Syntax that people do try, and what works instead."""

MODULES = (
    "torch",
    "torch.nn",
    "torch.nn.functional",
    "torch.nn.init",
    "torch.nn.utils",
    "torch.optim",
    "torch.optim.lr_scheduler",
    "torch.autograd",
    "torch.autograd.functional",
    "math",
    "numpy",
    "numpy.random",
    "random",
    "time",
    "copy",
    "collections",
    "functools",
    "itertools",
    "dataclasses",
    "typing",
    "abc",
    "os",
    "os.path",
    "sys",
    "timeit",
    "gc",
    "pprint",
    "pathlib",
    "torch.random",
    "torch.profiler",
    "torch.autograd.profiler",
    "torch.nn.utils.rnn",
    "tqdm",
    "tqdm.notebook",
    "tqdm.auto",
    "__future__",
    "torch.utils",
    "torch.utils.data",
    "torch.utils.checkpoint",
    "torch.autograd.graph",
    "torch.autograd.forward_ad",
    "torch.func",
    "torch.cuda",
    "matplotlib",
    "matplotlib.pyplot",
    "matplotlib.ticker",
    "matplotlib.cm",
    "matplotlib.colors",
    "matplotlib.patches",
    "matplotlib.animation",
    "matplotlib_inline",
    "matplotlib_inline.backend_inline",
    "mpl_toolkits",
    "mpl_toolkits.mplot3d",
    "graphviz",
    "seaborn",
    "warnings",
    "torchviz",
    "IPython.display",
)
"""What a program may import. ``modules.MODULES`` says what is in them."""

_BUILTINS = frozenset(dir(builtins))


def parse(source: str, limits: Limits = LIMITS) -> Program:
    """Check source text and cut it into cells (``# %%``); a text without marks is one cell.

    Raises ProgramError, with the place, for whatever is not on the closed lists.
    """
    _check_size(source, limits)
    source = source.replace("\r\n", "\n").replace("\r", "\n")  # as Python reads it, and counts its lines
    texts = list(split_cells(source))
    cells = tuple(_cell_or_broken(text, line, limits, len(texts) > 1) for text, line in texts)
    checked = sum(len(cell.nodes) for cell in cells)
    if checked > limits.syntax_nodes:
        raise ProgramError(f"The program has {checked:,} pieces; at most {limits.syntax_nodes:,} fit here.")
    return Program(source, cells)


def split_cells(source: str) -> Iterator[tuple[str, int]]:
    """The cells of a text in the percent format, each with the number of its first line. Markdown cells are skipped."""
    lines = source.split("\n")
    start, text_cell = 0, False
    for number, line in enumerate([*lines, "# %%"]):
        if not (mark := CELL_MARK.match(line)):
            continue
        if not text_cell and any(part.strip() for part in lines[start:number]):
            yield "\n".join(lines[start:number]), start + 1
        start, text_cell = number + 1, "[markdown]" in mark["rest"]


def span_of(node: ast.AST, first_line: int) -> Span:
    """Where a node stands in the whole source, given the line on which its cell starts."""
    placed: Any = node
    before = first_line - 1
    try:
        return Span(
            placed.lineno + before, placed.col_offset + 1, placed.end_lineno + before, placed.end_col_offset + 1
        )
    except AttributeError:  # an operator, say, has no place of its own
        return Span(first_line, 1, first_line, 1)


def nearest(word: str, words: Iterable[str]) -> str | None:
    """The listed word that was probably meant."""
    found = difflib.get_close_matches(word, list(words), n=1, cutoff=0.6)
    return found[0] if found else None


def _check_size(source: str, limits: Limits) -> None:
    if len(source) > limits.characters:
        raise ProgramError(f"The program has {len(source):,} characters; at most {limits.characters:,} fit here.")
    if source.count("\n") >= limits.lines:
        raise ProgramError(f"The program has more than {limits.lines:,} lines.")
    if "\0" in source:
        raise ProgramError("The program contains a null character; plain text works.")
    if not source.isascii() and any("\ud800" <= character <= "\udfff" for character in source):
        raise ProgramError("The program contains half a character (a lone surrogate); plain text works.")


def _cell_or_broken(text: str, line: int, limits: Limits, among_others: bool) -> ProgramCell:
    """Among others, a cell that is no Python, or is refused, is like one that fails; alone it is refused."""
    try:
        return _cell(text, line, limits, among_others)
    except ProgramError as refusal:
        if not among_others or refusal.span is None:
            raise
        return broken(text, line, refusal)


def broken(text: str, line: int, refusal: ProgramError) -> ProgramCell:
    """A cell of which nothing runs, and why."""
    place = refusal.span or Span(line, 1, line, 1)
    if isinstance(refusal, NotPython):
        return ProgramCell(text, line, (), (), broken=Broken(refusal.type, refusal.reason, place))
    return ProgramCell(text, line, (), (), broken=Broken(REFUSAL, refusal.message, place))


REFUSAL = "Refused"
"""How a refusal is called where a failure has the name of its exception."""


class NotPython(ProgramError):
    """A text that Python itself cannot read."""

    def __init__(self, error: SyntaxError, span: Span) -> None:
        self.type, self.reason = type(error).__name__, error.msg
        super().__init__(f"Line {span.line} is not Python: {error.msg}.", span)


def _cell(text: str, line: int, limits: Limits, among_others: bool) -> ProgramCell:
    tree, passed = _tree_without_magics(text, line)
    nodes = _flat(tree.body, line, limits)
    if not text.isascii():
        _count_in_characters(nodes, text)
    for node in nodes:
        if (kind := type(node)) not in NODES:
            where = span_of(node, line) if hasattr(node, "lineno") else None
            raise ProgramError(REFUSED.get(kind, f"{_plain(kind)} is not part of this language."), where)
        if (check := _CHECKS.get(kind)) is not None:
            check(node, line, limits)
        if not among_others and (check := _ALONE.get(kind)) is not None:
            check(node, line, limits)
    _check_jumps(tree.body, line)
    _check_yields(tree.body, line)
    return ProgramCell(text, line, tuple(tree.body), tuple(nodes), passed)


MAGIC = re.compile(r"\s*(%%?[A-Za-z]|!|\?|[A-Za-z_][\w.]*\?\??\s*$)")
"""Lines that IPython runs and Python does not know: %matplotlib inline, !pip install, x?"""
TIMED = re.compile(r"(?P<indent>\s*)%time\s+(?P<statement>[A-Za-z_].*)")
"""%time runs a statement of Python's."""
OTHER_LANGUAGE = re.compile(r"\s*%%(?!time|timeit|capture|matplotlib)[A-Za-z]")
"""%%bash, %%html and the like: the whole cell is in another language."""


def _tree_without_magics(text: str, line: int) -> tuple[ast.Module, tuple[Passed, ...]]:
    """The tree of a cell; lines for IPython are passed over, but only where Python could not read them."""
    try:
        return _tree(text, line), ()
    except ProgramError:
        lines = text.split("\n")
        other = bool(OTHER_LANGUAGE.match(next((part for part in lines if part.strip()), "")))
        magics = [index for index, part in enumerate(lines) if other or MAGIC.match(part)]
        if not magics:
            raise
    passed = tuple(Passed(line + index, lines[index].strip()) for index in magics if lines[index].strip())
    for index in magics:
        if (timed := TIMED.match(lines[index])) and not other:
            lines[index] = timed["indent"] + timed["statement"]
            continue
        indent = lines[index][: len(lines[index]) - len(lines[index].lstrip())]
        lines[index] = indent + "pass" if indent else ""
    return _tree("\n".join(lines), line), passed


def _tree(text: str, line: int) -> ast.Module:
    try:
        return syntax.module(text)
    except SyntaxError as error:
        at_line, column = (error.lineno or 1) + line - 1, error.offset or 1
        end = error.end_offset if error.end_lineno == error.lineno and error.end_offset else 0
        span = Span(at_line, max(1, column), at_line, max(column + 1, end))
        raise NotPython(error, span) from None
    except (MemoryError, RecursionError):
        raise ProgramError("The program is nested too deeply; shorter expressions on more lines work.") from None
    except ValueError as error:
        raise ProgramError(f"The program cannot be read: {error}.") from None


def _flat(body: Iterable[ast.AST], line: int, limits: Limits) -> list[ast.AST]:
    """Every node below, found with a stack, so that no text is too deep to be refused."""
    nodes: list[ast.AST] = []
    stack = [(node, 1) for node in reversed(list(body))]
    while stack:
        node, depth = stack.pop()
        if depth > limits.depth:
            where = span_of(node, line) if hasattr(node, "lineno") else None
            raise ProgramError(
                f"This is nested more than {limits.depth} deep; shorter expressions on more lines work.", where
            )
        nodes.append(node)
        for field in node._fields:
            child = getattr(node, field, None)
            if isinstance(child, ast.AST):
                if child._fields:
                    stack.append((child, depth + 1))
                elif type(child) not in NODES:
                    nodes.append(child)
            elif isinstance(child, list):
                stack.extend((item, depth + 1) for item in child if isinstance(item, ast.AST))
    return nodes


def _count_in_characters(nodes: Iterable[ast.AST], text: str) -> None:
    """ast counts columns in UTF-8 bytes; readers count characters."""
    lines = [part.encode() for part in text.split("\n")]

    def characters(line: int, column: int) -> int:
        return len(lines[line - 1][:column].decode(errors="ignore"))

    for node in nodes:
        if isinstance(node, ast.expr | ast.stmt | ast.keyword | ast.alias):
            node.col_offset = characters(node.lineno, node.col_offset)
            if node.end_lineno is not None and node.end_col_offset is not None:
                node.end_col_offset = characters(node.end_lineno, node.end_col_offset)


def _check_yields(body: Iterable[ast.stmt], line: int) -> None:
    """yield belongs into a function, as a statement or alone behind an assignment."""
    stack: list[tuple[ast.AST, bool]] = [(node, False) for node in body]
    while stack:
        node, inside = stack.pop()
        if isinstance(node, ast.Yield | ast.YieldFrom):
            where = "in a statement of its own here: yield x, or x = yield" if inside else "outside of a function"
            raise ProgramError(f"yield stands {where}.", span_of(node, line))
        inside = isinstance(node, ast.FunctionDef) or (inside and not isinstance(node, ast.ClassDef | ast.Lambda))
        alone = inside and isinstance(node, ast.Expr | ast.Assign) and isinstance(node.value, ast.Yield | ast.YieldFrom)
        parts = ast.iter_child_nodes(node.value if alone else node)  # type: ignore[attr-defined]
        stack += [(part, inside) for part in parts]


def _check_jumps(body: Iterable[ast.AST], line: int) -> None:
    """break and continue belong into loops; the parser leaves that to a later stage of Python."""
    stack = [*body]
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Break | ast.Continue):
            word = "break" if isinstance(node, ast.Break) else "continue"
            raise ProgramError(f"{word} stands outside of a loop; it works inside for and while.", span_of(node, line))
        if isinstance(node, ast.If | ast.With):
            stack += node.body
        if isinstance(node, ast.If | ast.For | ast.While):
            stack += node.orelse


def _plain(kind: type[ast.AST]) -> str:
    words = re.findall("[A-Z][a-z]*", kind.__name__)
    return " ".join(words).capitalize()


def _check_name(node: ast.Name, line: int, limits: Limits) -> None:
    if node.id not in METHODS_WITH_UNDERSCORES and (node.id != "__name__" or not isinstance(node.ctx, ast.Load)):
        _check_identifier(node.id, span_of(node, line))


def _check_pattern(node: ast.MatchAs | ast.MatchStar, line: int, limits: Limits) -> None:
    if node.name:
        _check_identifier(node.name, span_of(node, line))


def _check_identifier(name: str, span: Span) -> None:
    if not name.isascii():
        raise ProgramError(f"The name {name!r} has letters outside a–z; plain letters work.", span)
    if name.startswith("__"):
        raise ProgramError(
            f"Names that start with two underscores, such as {name}, are not part of this language.", span
        )
    if len(name) > 60:
        raise ProgramError("A name may have at most 60 characters.", span)


def _check_attribute(node: ast.Attribute, line: int, limits: Limits) -> None:
    if isinstance(node.value, ast.Attribute) and node.value.attr == "__class__" and node.attr != "__name__":
        raise ProgramError("After .__class__ only .__name__ is part of this language.", _attribute_span(node, line))
    if node.attr in DUNDERS:
        return
    if not node.attr.isascii() or node.attr.startswith("__"):
        raise ProgramError(f"The attribute {node.attr} is not part of this language.", _attribute_span(node, line))


DUNDERS = frozenset(("__init__", "__name__", "__qualname__", "__version__", "__class__", "__doc__"))
"""The attributes with underscores that lessons use: super().__init__(), type(x).__name__, torch.__version__."""


def _check_definition(node: ast.FunctionDef | ast.ClassDef, line: int, limits: Limits) -> None:
    if node.name not in METHODS_WITH_UNDERSCORES:
        _check_identifier(node.name, span_of(node, line))


METHODS_WITH_UNDERSCORES = frozenset(
    (
        "__init__ __call__ __repr__ __str__ __len__ __getitem__ __setitem__ __contains__ __iter__ __next__ __bool__ "
        "__float__ __int__ __abs__ __neg__ __pos__ __hash__ __eq__ __ne__ __lt__ __le__ __gt__ __ge__ "
        "__add__ __radd__ __iadd__ __sub__ __rsub__ __isub__ __mul__ __rmul__ __imul__ __truediv__ __rtruediv__ "
        "__floordiv__ __rfloordiv__ __mod__ __rmod__ __pow__ __rpow__ __matmul__ __rmatmul__ __enter__ __exit__ "
        "__post_init__ __del__ __slots__ __reversed__ __invert__ __and__ __or__ __xor__"
    ).split()
)
"""What a class of the program's own may define for Python's operators and functions."""


def _check_argument(node: ast.arg, line: int, limits: Limits) -> None:
    _check_identifier(node.arg, span_of(node, line))


def _check_handler(node: ast.ExceptHandler, line: int, limits: Limits) -> None:
    if node.name:
        _check_identifier(node.name, span_of(node, line))


def _attribute_span(node: ast.Attribute, line: int) -> Span:
    whole = span_of(node, line)
    return Span(whole.end_line, whole.end_column - len(node.attr), whole.end_line, whole.end_column)


def _check_constant(node: ast.Constant, line: int, limits: Limits) -> None:
    value, span = node.value, span_of(node, line)
    if isinstance(value, bytes | complex):
        raise ProgramError(f"{type(value).__name__} values are not part of this language; real numbers work.", span)
    if isinstance(value, int) and abs(value) >= 10**limits.digits:
        raise ProgramError(f"This whole number is too long; at most {limits.digits} digits fit here.", span)
    if isinstance(value, str) and len(value) > limits.items:
        raise ProgramError(f"This text is too long; at most {limits.items:,} characters fit here.", span)
    if isinstance(value, str) and any("\ud800" <= character <= "\udfff" for character in value):
        raise ProgramError("This text has half a character (a lone surrogate) in it; plain text works.", span)


def _check_items(node: ast.List | ast.Tuple, line: int, limits: Limits) -> None:
    if len(node.elts) > limits.items:
        raise ProgramError(f"This list is too long; at most {limits.items:,} items fit here.", span_of(node, line))


def _check_operator(node: ast.BinOp | ast.AugAssign, line: int, limits: Limits) -> None:
    if type(node.op) not in NODES:
        raise ProgramError("This operator is not part of this language; + - * / // % ** @ are.", span_of(node, line))


def _check_import(node: ast.Import, line: int, limits: Limits) -> None:
    for item in node.names:
        _check_identifier(item.asname or item.name.partition(".")[0], span_of(item, line))


def _check_import_from(node: ast.ImportFrom, line: int, limits: Limits) -> None:
    for item in node.names:
        if item.name != "*":
            _check_identifier(item.asname or item.name, span_of(item, line))


def _check_module(node: ast.Import, line: int, limits: Limits) -> None:
    """A program of one cell is refused for a module that is not here; a notebook may do without it."""
    for item in node.names:
        if item.name not in MODULES:
            raise _no_module(item.name, span_of(item, line))


def _check_module_from(node: ast.ImportFrom, line: int, limits: Limits) -> None:
    whole = f"{node.module}.{node.names[0].name}"
    if node.level or (node.module not in MODULES and whole not in MODULES):
        raise _no_module(node.module or ".", span_of(node, line))


def _no_module(name: str, span: Span) -> ProgramError:
    return ProgramError(f"The module {name} is not available; {', '.join(MODULES)} are.", span, nearest(name, MODULES))


def _check_format(node: ast.FormattedValue, line: int, limits: Limits) -> None:
    spec = node.format_spec
    if spec is None:
        return
    parts = spec.values if isinstance(spec, ast.JoinedStr) else [spec]
    if any(isinstance(part, ast.FormattedValue) for part in parts):
        return  # checked when it is known
    plain = all(isinstance(part, ast.Constant) and re.fullmatch(FORMAT, str(part.value)) for part in parts)
    if not plain:
        raise ProgramError("This format is not part of this language; :.4f and :>8.3f work.", span_of(node, line))


FORMAT = r"([^{}]?[<>^=])?[+\- ]?#?0?\d{0,3}[,_]?(\.\d{1,2})?[bdeEfFgGnosxX%]?"
"""Numeric formats with bounded width and precision."""

_CHECKS: dict[type[ast.AST], Callable[..., None]] = {
    ast.Name: _check_name,
    ast.Attribute: _check_attribute,
    ast.Constant: _check_constant,
    ast.List: _check_items,
    ast.Tuple: _check_items,
    ast.FunctionDef: _check_definition,
    ast.ClassDef: _check_definition,
    ast.arg: _check_argument,
    ast.MatchAs: _check_pattern,
    ast.MatchStar: _check_pattern,
    ast.ExceptHandler: _check_handler,
    ast.Import: _check_import,
    ast.ImportFrom: _check_import_from,
    ast.FormattedValue: _check_format,
    ast.BinOp: _check_operator,
    ast.AugAssign: _check_operator,
}
_ALONE: dict[type[ast.AST], Callable[..., None]] = {ast.Import: _check_module, ast.ImportFrom: _check_module_from}
"""What is checked only where a program is one single cell."""


def refuse_builtin(name: str, span: Span, known: Iterable[str]) -> None:
    """Python's own names that are not listed, such as ``open`` or ``eval``, are refused rather than undefined."""
    if name in _BUILTINS:
        raise ProgramError(
            f"{name} is not part of this language; {', '.join(sorted(known))} are.", span, nearest(name, known)
        )
