"""Calls that tell of bindings are put into programs, and change nothing else in them."""

from __future__ import annotations

import ast
import builtins
import contextlib
import dis
import io
import traceback
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from gradwalk.cells.statements import HOOK, Statements
from gradwalk.cells.texts import aligned
from gradwalk.program import Span
from tests.process import aside

ROOT = Path(__file__).resolve().parents[2]


class Told(NamedTuple):
    span: Span | None
    bindings: list[tuple[str, Any]]
    frame: int


class Listener:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.bound: list[Told] = []
        self.gone_names: list[tuple[tuple[str, ...], int]] = []
        self.frames: list[int] = []
        self.stopped = False

    def statement(self, span: Span, bindings: list[tuple[str, Any]], frame: int = 0) -> None:
        self.bound.append(Told(span, bindings, frame))

    def gone(self, span: Span, names: tuple[str, ...], frame: int = 0) -> None:
        self.gone_names.append((names, frame))

    def returned(self, span: Span | None, frame: int) -> None:
        self.frames.append(frame)

    def stop(self, reason: str, text: str) -> None:
        self.stopped = True


def instrumented(source: str) -> ast.Module:
    statements = Statements()
    statements.text = aligned(source, source, 1)
    return ast.fix_missing_locations(statements.visit(ast.parse(source)))


def listened(source: str) -> Listener:
    """A program's run, and what was told of it."""
    statements = Statements()
    statements.text = aligned(source, source, 1)
    found = Listener()
    statements.listen(found, 1_000)
    try:
        tree = ast.fix_missing_locations(statements.visit(ast.parse(source)))
        exec(compile(tree, "program", "exec"), {})  # noqa: S102
    finally:
        statements.stop()
    return found


def bound(source: str) -> list[list[tuple[str, Any]]]:
    return [told.bindings for told in listened(source).bound]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x = 1", [[("x", 1)]]),
        ("x = y = 1", [[("x", 1), ("y", 1)]]),
        ("x: int = 1", [[("x", 1)]]),
        ("x: int", []),
        ("x = 1\nx += 2", [[("x", 1)], [("x", 3)]]),
        ("(a, [b, *c]), d = (1, (2, 3, 4)), 5", [[("a", 1), ("b", 2), ("c", [3, 4]), ("d", 5)]]),
        ("x = x = 1", [[("x", 1)]]),
        ("for i in range(2):\n    pass", [[("i", 0)], [("i", 1)]]),
        ("for i, (a, b) in [(1, (2, 3))]:\n    pass", [[("i", 1), ("a", 2), ("b", 3)]]),
        ("import contextlib\nwith contextlib.nullcontext(4) as x:\n    y = x", [[("x", 4)], [("y", 4)]]),
        ("(n := 3)", []),  # the last expression of a cell stays one
        ("if (n := 3) > 2:\n    m = n", [[("n", 3)], [("m", 3)]]),
        ("x = (n := 3) + 1", [[("n", 3), ("x", 4)]]),
        ("def f():\n    (n := 3)\n    return n\nx = f()", [[("n", 3)], [("x", 3)]]),
        ("x = False and (n := 3)", [[("x", False)]]),  # nobody knows whether n is there
        ("x = [n for n in range(2)]", [[("x", [0, 1])]]),
        ("x = lambda: (n := 3)\nx = 1", None),
        ("match (1, 2, 3):\n    case [a, *rest]:\n        pass", [[("a", 1), ("rest", [2, 3])]]),
        ("match {'k': 1, 'l': 2}:\n    case {'k': v, **more}:\n        pass", [[("more", {"l": 2}), ("v", 1)]]),
        ("class A:\n    x = 1\n    if True:\n        y = 2", []),
        ("class A:\n    def f(self):\n        x = 1\nA().f()", [[("x", 1)]]),
        ("d = {}\nd['a'] = 1\nd.update(b=2)", [[("d", {"a": 1, "b": 2})]]),
        ("try:\n    x = 1\nexcept ValueError:\n    y = 2\nelse:\n    z = 3\nfinally:\n    w = 4",
         [[("x", 1)], [("z", 3)], [("w", 4)]]),
        ("try:\n    1 / 0\nexcept ZeroDivisionError as e:\n    y = 2", [[("y", 2)]]),
        ("def g():\n    got = yield 1\n    out = got + 1\n    yield out\ni = g()\nnext(i)\nx = i.send(4)", None),
        ("x = 1\ndel x", [[("x", 1)]]),
    ],
)  # fmt: skip
def test_what_is_heard(source: str, expected: list[list[tuple[str, Any]]] | None) -> None:
    found = bound(source)
    if expected is not None:
        assert found == expected


def test_names_of_other_scopes() -> None:
    source = """\
def counter():
    n = 0
    def step():
        nonlocal n
        global total
        n += 1
        total = n
        return n
    return step
step = counter()
step()
"""
    assert [(name, value) for bindings in bound(source) for name, value in bindings if name != "step"] == [
        ("n", 0),
        ("n", 1),
        ("total", 1),
    ]


def test_a_generator_tells_when_it_runs() -> None:
    source = "def g():\n    got = yield 1\n    out = got + 1\n    yield out\ni = g()\nnext(i)\nx = i.send(4)"
    assert [(name, value) for bindings in bound(source) for name, value in bindings if name != "i"] == [
        ("got", 4),
        ("out", 5),
        ("x", 5),
    ]


def test_variables_of_functions_are_told_apart_and_end_with_their_call() -> None:
    source = """\
total = 0
def f(n):
    'adds up'
    global total
    total, half = total + n, n / 2
    if n > 1:
        rest = f(n - 1)
    del half
    return n
f(2)
"""
    told = listened(source)
    assert [(one.bindings, one.frame) for one in told.bound] == [
        ([("total", 0)], 0),
        ([("n", 2)], 1),
        ([("total", 2)], 0),
        ([("half", 1.0)], 1),
        ([("n", 1)], 2),
        ([("total", 3)], 0),
        ([("half", 0.5)], 2),
        ([("rest", 1)], 1),
    ]
    assert told.gone_names == [(("half",), 2), (("half",), 1)]
    assert told.frames == [2, 1]


def test_a_call_that_fails_is_over_too() -> None:
    source = "def f():\n    x = 1\n    return 1 / 0\ntry:\n    f()\nexcept ZeroDivisionError:\n    y = 2\nf = None"
    told = listened(source)
    assert told.frames == [1]
    assert [one.frame for one in told.bound] == [1, 0, 0]


def test_what_a_closure_changes_belongs_to_the_call_around_it() -> None:
    source = "def f():\n    n = 0\n    def g():\n        nonlocal n\n        m = 5\n        n = 1\n    g()\nf()"
    assert [(one.bindings[0], one.frame) for one in listened(source).bound] == [
        (("n", 0), 1),
        (("m", 5), 2),
        (("n", 1), 1),
    ]


def test_private_names_are_told_as_they_are_written() -> None:
    assert bound("class A:\n    def f(self):\n        __x = 1\nA().f()") == [[("__x", 1)]]


def test_places() -> None:
    source = "é = 1\nfor ü in [2]:\n    x = (ü +\n         1)\nwith open('/dev/null') as f: y = 3\n"
    assert [told.span for told in listened(source).bound] == [
        Span(1, 1, 1, 6),
        Span(2, 5, 2, 6),
        Span(3, 5, 4, 12),
        Span(5, 27, 5, 28),
        Span(5, 30, 5, 35),
    ]


def test_nobody_listens_any_more() -> None:
    assert getattr(builtins, HOOK) is None
    exec(compile(instrumented("x = 1\nfor i in range(3):\n    x += i"), "program", "exec"), {})  # noqa: S102


PROGRAMS = """\
def f(a):
    'docstring'
    b = a
    return b, sorted(locals()), f.__doc__
print(f(1))
# %%
'module docstring'
from __future__ import annotations
x: Nothing = 1
print(__annotations__)
# %%
x = 1
print(sorted(k for k in globals() if not k.startswith('__')), sorted(dir()))
# %%
from math import *
y = pi
print(y)
# %%
class A:
    x = 1
    y = x + 1
print([k for k in vars(A) if k[0] != '_'])
# %%
def f():
    x = 1
    def g():
        return x
    x = 2
    return g(), f.__code__.co_cellvars
print(f())
# %%
import asyncio
async def f():
    async with asyncio.Lock() as l:
        x = await asyncio.sleep(0, 3)
    return x
print(asyncio.run(f()))
# %%
def deco(f):
    w = f
    return w
@deco
def f():
    y = 3
    return y
print(f())
# %%
def f(n):
    m = n - 1
    return 0 if m < 0 else f(m)
print(f(900))
# %%
x = [i for i in range(3) if (last := i) or True]
print(x, last)
# %%
while (n := globals().get('n', 0) + 1) < 4:
    print(n)
# %%
for i in range(3):
    x = i
    if i == 1:
        break
else:
    x = 9
print(x)
# %%
def f():
    try:
        x = 1 / 0
    except ZeroDivisionError as e:
        y = str(e)
    return y, 'e' in locals()
print(f())
# %%
x = 1
del x
try:
    x
except NameError as e:
    print(e)
# %%
def f():
    if False:
        x = 1
    return x
try:
    f()
except UnboundLocalError as e:
    print(e)
# %%
import inspect
def f():
    x = 1
    return inspect.currentframe().f_lineno
print(f())
""".split("# %%\n")


@pytest.mark.parametrize("source", PROGRAMS)
def test_a_program_does_what_it_did(source: str) -> None:
    shown = []
    for tree in (ast.parse(source), instrumented(source)):
        code = compile(tree, "program", "exec")
        with contextlib.redirect_stdout(io.StringIO()) as output:
            aside(partial(exec, code, {"__name__": "program"}))
        shown.append(output.getvalue())
    assert shown[0] == shown[1]


@pytest.mark.parametrize(
    "source",
    [
        "x = 1\ny = x + (1 /\n     0)",
        "def f(a):\n    b = a\n    return b[\n        'k']\nx = f([1])",
        "for i in [1, 0]:\n    x = 1 / i",
        "a, b = 1, 2, 3",
        "with open('/nothing') as f:\n    x = f",
        "x = [1][5] = 3",
    ],
)
def test_a_traceback_is_what_it_was(source: str) -> None:
    told = []
    for tree in (ast.parse(source), instrumented(source)):
        try:
            exec(compile(tree, "program", "exec"), {})  # noqa: S102
        except Exception as error:
            positions = [
                list(entry.tb_frame.f_code.co_positions())[entry.tb_lasti // 2] for entry in walked(error.__traceback__)
            ]
            told.append((traceback.format_exception_only(error), positions[1:]))
    assert told[0] == told[1]


def walked(trace: Any) -> list[Any]:
    found = []
    while trace is not None:
        found.append(trace)
        trace = trace.tb_next
    return found


def sources() -> list[Path]:
    """Much Python of all kinds: the standard library's, and ours."""
    library = Path(ast.__file__).parent
    return [*sorted(library.glob("*.py"))[::4], *sorted((ROOT / "gradwalk").rglob("*.py"))[::4]]


def test_all_python_still_compiles_and_has_its_lines() -> None:
    for path in sources():
        source = path.read_text(encoding="utf-8")
        plain, ours = (
            compile(source, "f", "exec", dont_inherit=True),
            compile(instrumented(source), "f", "exec", dont_inherit=True),
        )
        assert {line for _, line in dis.findlinestarts(ours)} >= {line for _, line in dis.findlinestarts(plain)} - {
            0
        }, path


def test_deep_text_is_no_problem() -> None:
    chain = "if True:\n    x = 1\n" + "".join("elif False:\n    x = 1\n" for _ in range(400))
    assert bound(chain) == [[("x", 1)]]
    assert bound("x = " + "+".join(["1"] * 900)) == [[("x", 900)]]
