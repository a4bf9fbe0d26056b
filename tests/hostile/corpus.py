"""The hostile texts: those in the files of ``corpus/``, one class a file, and those that only a program can write."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).resolve().parent / "corpus"
HARMLESS = " (harmless)"
"""At the end of a title: the text may run to its end. It only must not change anything."""


class Hostile(NamedTuple):
    """One text. ``kind`` is its class."""

    kind: str
    title: str
    source: str

    @property
    def harmless(self) -> bool:
        return self.title.endswith(HARMLESS)


def read(path: Path) -> list[Hostile]:
    """The texts of one file, each under a line with its title."""
    parts = re.split(r"^#### (.*)\n", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    return [Hostile(path.stem, title, source) for title, source in zip(parts[::2], parts[1::2], strict=True)]


PARSER = {
    "a hundred thousand minuses": "-" * 100_000 + "1",
    "as many minuses as fit": "-" * 59_000 + "1",
    "nots": "not " * 14_000 + "x",
    "parentheses": "(" * 20_000 + ")" * 20_000,
    "parentheses that Python takes (harmless)": "(" * 150 + "1" + ")" * 150,
    "brackets": "[" * 20_000 + "]" * 20_000,
    "brackets that never close": "[" * 50_000,
    "braces": "{" * 20_000,
    "a chain of sums": "1" + "+1" * 25_000,
    "a chain of powers": "2" + "**2" * 19_000,
    "a chain of attributes": "x" + ".a" * 25_000,
    "a chain of calls": "x" + "()" * 25_000,
    "a chain of indices": "x" + "[0]" * 19_000,
    "a chain of comparisons (harmless)": "1" + "<1" * 25_000,
    "a chain of choices": "1" + " if 1 else 1" * 4_500,
    "a chain of ands (harmless)": "1" + " and 1" * 9_000,
    "a chain of lambdas": "lambda:" * 8_000 + "0",
    "a chain of awaits": "await " * 9_000 + "x",
    "a chain of assignments": "x=" * 29_000 + "x" + "y",
    "a chain of decorators": "@x\n" * 11_000 + "def f(): pass",
    "nested functions": "".join(" " * depth + f"def f{depth}():\n" for depth in range(150)) + " " * 150 + "pass",
    "nested classes": "".join(" " * depth + f"class A{depth}:\n" for depth in range(90)) + " " * 90 + "pass",
    "nested ifs": "".join(" " * depth + "if 1:\n" for depth in range(99)) + " " * 99 + "pass",
    "nested loops": "".join(" " * depth + "for i in [1]:\n" for depth in range(21)) + " " * 21 + "while True: pass",
    "nested f-strings": "f\"{f'{1}'}\"" * 3_000 + "+",
    "nested comprehensions": "[" * 60 + "0" + " for x in x]" * 60,
    "a list of a million": "[" + "1," * 500_000 + "]",
    "a list as long as fits": "[" + "1," * 29_000 + "]",
    "a dict as long as fits (harmless)": "{" + "1:1," * 14_000 + "}",
    "a call with many arguments": "f(" + "1," * 29_000 + ")",
    "a function with many arguments": "def f(" + ",".join(f"a{number}" for number in range(9_000)) + "): pass\nf()",
    "many statements": "x=1;" * 14_000 + "y",
    "many lines": "1\n" * 30_000,
    "many cells": "# %%\n1\n" * 8_000,
    "many cells that fail": "# %%\nx\n" * 2_000,
    "a long name": "x" * 59_000,
    "a long text": "'" + "a" * 59_000 + "'",
    "a long comment": "#" * 70_000,
    "long spaces": " " * 59_000 + "1",
    "a long number": "9" * 5_000,
    "a long float": "1." + "0" * 50_000 + "1+x",
    "a large exponent": "1e" + "9" * 50_000 + "+x",
    "a long hexadecimal number": "0x" + "f" * 50_000,
    "a null character": "x = 1\0",
    "only null characters": "\0" * 1_000,
    "a byte order mark": "\ufeffimport os",
    "a byte order mark in the middle": "x = \ufeff1",
    "a lone surrogate": "x = '\ud800'",
    "a lone surrogate in a name": "x\udfff = 1",
    "a lone surrogate in a comment": "# \ud800",
    "names that become others": "\uff49mport os",
    "names that become eval": "\U0001d452\U0001d463\U0001d44e\U0001d459('1')",
    "names that become dunders": "x.__\u1d9class__",
    "wide underscores": "\uff3f\uff3fimport\uff3f\uff3f('os')",
    "letters of other scripts": "х = 1",
    "a name with a combining accent": "e\u0301 = 1",
    "an invisible character": "x\u200b = 1",
    "another kind of space": "x\u00a0= 1",
    "a line separator": "x = 1\u2028import os",
    "a form feed": "x = 1\x0cy = 2\nz",
    "a vertical tab": "x = 1\x0bimport os",
    "a carriage return": "# \u00e9\rimport socket",
    "tabs and spaces": "if 1:\n\tx = 1\n        y = 2",
    "no dedent": "if 1:\n  x = 1\n y = 2",
    "an encoding": "# -*- coding: utf-7 -*-\n+AGkAbQBwAG8AcgB0- os",
    "an encoding of another name": "# coding: rot13\nvzcbeg bf",
    "an open text": "'" + "a" * 100,
    "an open long text": '"""' + "a\n" * 5_000,
    "an open f-string": 'f"{' * 2_000,
    "a backslash at the end": "x = 1 \\",
    "backslashes": "\\\n" * 11_000 + "x",
    "unknown escapes": "'\\d' + 1",
    "semicolons": ";" * 100,
    "a shebang": "#!/bin/sh\nrm -rf /\n",
    "a magic (harmless)": "!rm -rf /\n",
    "a cell magic (harmless)": "%%bash\nrm -rf /\n1/0",
    "a print statement": "print 'a'",
    "an exec statement": "exec 'import os'",
    "backticks": "`1`",
    "a ternary of another language": "x ? 1 : 2",
    "a type comment": "x = 1 # type: ignore[\ny",
    "walrus": "(x := (y := (z := eval)))",
    "star expressions": "*" * 1_000 + "x",
    "keyword twice (harmless)": "print(end='', end='')",
    "keyword from a text (harmless)": "print(**{'file': 1})",
    "positional only": "def f(a, /, b, *, c): return a\nf(a=1)",
    "assign to a call": "print() = 1",
    "assign to None": "None = 1",
    "assign to debug": "__debug__ = 1",
    "delete a name": "del print\nprint",
}
"""Texts that a parser chokes on."""

CORPUS = [
    *(text for path in sorted(FOLDER.glob("*.txt")) for text in read(path)),
    *(Hostile("parser", title, source) for title, source in PARSER.items()),
]
