"""The names of a program are checked against closed lists before anything runs."""

from __future__ import annotations

import builtins

import pytest
import torch

from gradwalk import ProgramError
from gradwalk.interpreter import prepare
from gradwalk.language import library
from gradwalk.program import Span

START = "import torch\nimport torch.nn.functional as F\nimport math\nx = torch.tensor(1.0)\n"


def refusal(line: str) -> ProgramError:
    with pytest.raises(ProgramError) as caught:
        prepare(START + line)
    return caught.value


@pytest.mark.parametrize(
    ("line", "piece"),
    [
        ("torch.compile(x)", "compile"),
        ("torch.ops.aten.sin(x)", "ops"),
        ("torch.nn.functional.grid_sample(x)", "grid_sample"),
        ("math.nextafter(9, 1)", "nextafter"),
        ("x.apply_(x)", "apply_"),
        ("(x + 1).map_(x, x)", "map_"),
        ("x.sin().as_strided((9,), (9,))", "as_strided"),
        ("from torch import compile", "compile"),
        ("y = x.__reduce__", "__reduce__"),
        ("x.grad.set_(x)", "set_"),
    ],
)
def test_what_is_not_listed_does_not_exist(line: str, piece: str) -> None:
    error = refusal(line)
    assert piece in error.message
    assert error.span is not None
    assert error.span.line == 5
    assert piece in line[error.span.column - 1 : error.span.end_column - 1]


@pytest.mark.parametrize(
    "name",
    "open eval exec compile delattr globals locals vars dir input memoryview bytearray bytes "
    "breakpoint exit quit help classmethod.__func__ object.__subclasses__ BaseException SystemExit".split(),
)
def test_pythons_own_names_are_refused_unless_listed(name: str) -> None:
    assert "is not part of this language" in refusal(f"y = {name}").message


def test_a_name_of_the_programs_own_may_be_like_one_of_pythons() -> None:
    prepare("vars = 3\ninput = vars + 1")


def test_every_listed_function_is_pytorchs_own() -> None:
    """A list without typing errors: what it names exists."""
    for name in ("sin", "matmul", "cat", "zeros", "where"):
        assert library.TORCH_FUNCTIONS[name].call is getattr(torch, name)
    assert library.METHODS["sin"].call is torch.Tensor.sin
    assert set(library.BUILTINS) - {"display", "get_ipython"} <= set(dir(builtins))


def test_a_keyword_has_to_be_listed() -> None:
    error = refusal("torch.sin(x, out=x)")
    assert "The keyword out" in error.message
    assert error.span == Span(5, 14, 5, 19)


def test_the_nearest_name_is_offered() -> None:
    error = refusal("torch.sinh_(x)")
    assert error.suggestion == "sinh"
    assert error.message == "torch.sinh_ is not part of this language. Did you mean sinh?"


def test_imports_by_any_name() -> None:
    prepare(
        "import torch as t\nimport torch.nn.functional as G\nfrom torch import sin, tensor as T\ny = G.relu(sin(T(1)))"
    )
    prepare("from math import pi\nfrom torch.nn import functional as F\ny = F.relu\nz = pi")
    with pytest.raises(ProgramError, match=r"torch\.compile"):
        prepare("import torch as t\nt.compile('a')")
