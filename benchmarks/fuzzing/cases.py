"""One random program after another: seeds that are cut up and put together anew, calls of anything with anything."""

from __future__ import annotations

import ast
import functools
import re
from pathlib import Path
from random import Random

from benchmarks.fuzzing import words
from gradwalk.lessons import LESSONS
from gradwalk.lessons.gallery import EXAMPLES
from tests.hostile.corpus import CORPUS

NOTEBOOKS = Path(__file__).resolve().parent.parent.parent / "tests" / "cells" / "programs"
MOST = 20_000
"""Characters of a case; the corpus has longer ones."""
USUAL = 0.93
"""How many of the names are such as programs do use: the others mostly end a cell at once."""
HEAD = "import torch\nimport torch.nn as nn\nimport torch.nn.functional as F\nimport numpy as np\n"


@functools.cache
def seeds() -> list[str]:
    """Lessons, the notebooks that the tests run, and the hostile texts."""
    notebooks = [path.read_text(encoding="utf-8") for path in sorted(NOTEBOOKS.glob("*.ipy"))]
    texts = [*(lesson.source for lesson in LESSONS), *notebooks, *(hostile.source for hostile in CORPUS)]
    return [text for text in texts if len(text) <= MOST]


def case(random: Random) -> str:
    """A program; most of them fail, or end at once."""
    ways = (mutated, mutated, spliced, regrown, regrown, generated, generated, generated, noise)
    return random.choice(ways)(random)[:MOST]


def mutated(random: Random) -> str:
    """A seed with some of its tokens left out, doubled, moved, or replaced."""
    tokens = re.findall(r"\w+|\s+|[^\w\s]", random.choice(seeds()))
    for _ in range(random.randint(1, 6)):
        if not tokens:
            break
        at = random.randrange(len(tokens))
        change = random.randrange(5)
        if change == 0:
            del tokens[at : at + random.randint(1, 4)]
        elif change == 1:
            tokens[at:at] = tokens[at : at + random.randint(1, 8)] * random.choice((1, 1, 1, 2, 50))
        elif change == 2:
            other = random.randrange(len(tokens))
            tokens[at], tokens[other] = tokens[other], tokens[at]
        else:
            tokens[at] = _token(random)
    return "".join(tokens)


def _token(random: Random) -> str:
    pools = (
        words.usual(),
        words.names(),
        words.methods(),
        words.NUMBERS,
        words.OPERATORS,
        words.TENSORS,
        words.UNICODE,
    )
    return random.choice(random.choice(pools))


def spliced(random: Random) -> str:
    """The beginning of one seed and the end of another, cut at lines."""
    first, second = (random.choice(seeds()).splitlines() for _ in range(2))
    return "\n".join(first[: random.randint(0, len(first))] + second[random.randint(0, len(second)) :])


def regrown(random: Random) -> str:
    """A seed in whose syntax tree some expressions are replaced by others, of another seed or new."""
    tree, donor = _tree(random.choice(seeds())), _tree(random.choice(seeds()))
    if tree is None:
        return mutated(random)
    gifts = [node for node in ast.walk(donor) if isinstance(node, ast.expr)] if donor is not None else []
    chance = random.choice((0.02, 0.1, 0.3))

    class Graft(ast.NodeTransformer):
        def generic_visit(self, node: ast.AST) -> ast.AST:
            if isinstance(node, ast.expr) and isinstance(getattr(node, "ctx", ast.Load()), ast.Load):
                if random.random() < chance and gifts:
                    return random.choice(gifts)
                if random.random() < chance / 2:
                    return ast.Name(id=expression(random, 2), ctx=ast.Load())
            return super().generic_visit(node)

    try:
        return ast.unparse(Graft().visit(tree))
    except (RecursionError, ValueError, TypeError, AttributeError):
        return mutated(random)


def _tree(source: str) -> ast.Module | None:
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def generated(random: Random) -> str:
    """Some statements that call anything with anything, and a backward pass."""
    lines = [f"x = {random.choice(words.TENSORS[:8])}", f"y = {expression(random, 3)}"]
    lines += [_statement(random) for _ in range(random.randint(1, 5))]
    if random.random() < 0.4:
        lines.append(random.choice(("y.sum().backward()", "y.backward(x)", "x.grad", "y.backward(); y.backward()")))
    return HEAD + "\n".join(lines)


def _statement(random: Random) -> str:
    value, target = expression(random, 3), random.choice(("x", "y", "z", "x[0]", "x.grad", "a, *b", "x.data", "x[y>0]"))
    forms = (
        f"{target} = {value}",
        f"{target} {random.choice(('+=', '*=', '@=', '**=', '//='))} {value}",
        f"print({value}, {expression(random, 2)})",
        f"for {random.choice(('i', 'x', 'x[0]'))} in {value}:\n    y = y + {expression(random, 2)}",
        f"while {value}:\n    {target} = {expression(random, 2)}\n    break",
        f"with {random.choice(('torch.no_grad()', value))} as z:\n    y = {expression(random, 2)}",
        f"def f(a, b={value}, *c, **d):\n    return {expression(random, 2)}\ny = f({expression(random, 2)})",
        f"class A({random.choice(('nn.Module', 'torch.autograd.Function', 'Exception', ''))}):\n"
        f"    def {_method(random)}(self, *a):\n        return {expression(random, 2)}\n"
        f"z = A()\nz.{_method(random)}({value})",
        f"try:\n    {target} = {value}\nexcept {random.choice(('Exception', 'BaseException', value))} as z:\n    y = z",
        f"z = [{value} for {random.choice(('i', 'x'))} in {expression(random, 2)} if {expression(random, 1)}]",
        f"del {target}",
        f"import {random.choice(('os', 'torch.nn', 'torch.' + _method(random), 'math', 'math', 'random'))}",
        f"assert {value}, {expression(random, 2)}",
        f"global x; {target} = {value}",
        f"x.register_hook(lambda g: {value})",
        value,
    )
    return random.choice(forms)


def _function(random: Random) -> str:
    return random.choice(words.usual() if random.random() < USUAL else words.names())


def _method(random: Random) -> str:
    return random.choice(words.usual_methods() if random.random() < USUAL else words.methods())


def expression(random: Random, depth: int) -> str:
    """A random expression, at most ``depth`` deep."""
    if depth <= 0:
        numbers = words.NUMBERS if random.random() < USUAL else words.RARE
        return random.choice(("x", "y", "x", "y", random.choice(numbers), random.choice(words.TENSORS)))
    one, two = expression(random, depth - 1), expression(random, random.randint(0, depth - 1))
    forms = (
        f"{_function(random)}({one})",
        f"{_function(random)}({one}, {two})",
        f"{_function(random)}({one}, {random.choice(words.ARGUMENTS)}={two})",
        f"({one}).{_method(random)}({two})",
        f"({one}).{_method(random)}",
        f"x.{_method(random)}({one}, {random.choice(words.ARGUMENTS)}={two})",
        f"x.{_method(random)}({', '.join([one] * random.randint(0, 3))})",
        f"({one}) {random.choice(words.OPERATORS[: 18 if random.random() < USUAL else 23])} ({two})",
        f"({one})[{two}]",
        f"({one})[{two}:{expression(random, 0)}, ...]",
        f"[{one}, {two}]",
        f"{{{one}: {two}}}",
        f"(lambda a, *b: {one})({two})",
        "f'{x:" + random.choice(("", "{y}", ">999999999", "{10**9}", ".3f", "{x!r:{z}}")) + "}'",
        f"'{random.choice(('{}', '{0.__class__}', '{:>999999999}', '%s', '%*d'))}'.format({one})",
        f"({one} if {two} else x)",
        f"[*{one}]",
        f"print(*{one}, **{two})",
        f"sorted({one}, key=lambda a: {two})",
        f"torch.{random.choice(('ones', 'zeros', 'full', 'eye', 'arange', 'linspace'))}({one}, {two})",
    )
    return random.choice(forms)


def short(random: Random) -> str:
    """A text for the page Expression: one of its examples with some tokens replaced, or formulas in the short form."""
    if random.random() < 0.1:
        return case(random)
    tokens = re.findall(r"\w+|\s+|[^\w\s]", random.choice(EXAMPLES).text)
    for _ in range(random.randint(0, 4)):
        at = random.randrange(len(tokens))
        tokens[at : at + random.choice((0, 1, 1, 1, 2))] = [_short_token(random)]
    return "".join(tokens) + "\n" + random.choice(words.NUMBERS)


def _short_token(random: Random) -> str:
    return random.choice(
        (random.choice(words.short_names()), formula(random, 3), _token(random), ",", "(", ")", "\nz = ")
    )


def formula(random: Random, depth: int) -> str:
    """A random formula in the short form."""
    if depth <= 0:
        return random.choice(("x", "y", "w", "b", random.choice(words.NUMBERS)))
    one, two = formula(random, depth - 1), formula(random, random.randint(0, depth - 1))
    operator = random.choice(words.OPERATORS[:8])
    return random.choice(
        (f"{random.choice(words.short_names())}({one})", f"({one}) {operator} ({two})", f"[{one}, {two}]")
    )


def noise(random: Random) -> str:
    """Characters and tokens at random."""
    if random.random() < 0.5:
        return "".join(_token(random) for _ in range(random.randint(1, 60)))
    return "".join(chr(random.choice((random.randrange(32, 127), random.randrange(0x3000)))) for _ in range(80))
