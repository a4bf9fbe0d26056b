"""The closed table of what a program may name: functions, methods and attributes of torch and math.

What is not listed here does not exist. Each function comes with its cost (``costs``), which is charged before it runs.
"""

from __future__ import annotations

from gradwalk.language.library.functions import BOTH, FUNCTIONAL, RANDOM, TORCH_FUNCTIONS, dropout, table
from gradwalk.language.library.keywords import KEYWORDS, is_mistyped
from gradwalk.language.library.kinds import Absent, Builtin, Context, Function, Method, Module, Seed, Silence
from gradwalk.language.library.methods import ATTRIBUTES, METHODS, SETTABLE, VIEWS
from gradwalk.language.library.operators import ABS, ELEMENTWISE, IN_PLACE, INDEX, OPERATORS, STORE
from gradwalk.language.library.python import BASES, BUILTINS, CONTEXT_KINDS, CONTEXTS, DTYPES, EXCEPTIONS, MATH

__all__ = [
    "ABS",
    "ATTRIBUTES",
    "BASES",
    "BOTH",
    "BUILTINS",
    "CONTEXTS",
    "CONTEXT_KINDS",
    "DTYPES",
    "ELEMENTWISE",
    "EXCEPTIONS",
    "FUNCTIONAL",
    "INDEX",
    "IN_PLACE",
    "KEYWORDS",
    "MATH",
    "METHODS",
    "OPERATORS",
    "RANDOM",
    "SETTABLE",
    "STORE",
    "TORCH_FUNCTIONS",
    "VIEWS",
    "Absent",
    "Builtin",
    "Context",
    "Function",
    "Method",
    "Module",
    "Seed",
    "Silence",
    "dropout",
    "is_mistyped",
    "table",
]
