"""The closed lists: syntax, modules, attributes and formats that a program may use."""

from __future__ import annotations

import ast

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
    "numpy.testing",
    "numpy.linalg",
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


DUNDERS = frozenset(("__init__", "__name__", "__qualname__", "__version__", "__class__", "__doc__"))
"""The attributes with underscores that lessons use: super().__init__(), type(x).__name__, torch.__version__."""


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


FORMAT = r"([^{}]?[<>^=])?[+\- ]?#?0?\d{0,3}[,_]?(\.\d{1,2})?[bdeEfFgGnosxX%]?"
"""Numeric formats with bounded width and precision."""
