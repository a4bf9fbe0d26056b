"""Formulas as MathML templates: LaTeX becomes trees of a closed list of tags, and numbers stand where they are true."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradwalk import record
from gradwalk.analysis.index import Index
from gradwalk.formula import TAGS, Formula, Tree, local_lines, name_tree, number_line, symbol_line, template
from gradwalk.formula.arrays import array_or_start
from gradwalk.formula.mathml import SLOTS, array_tree, filled, matrix_tree, number_tree
from gradwalk.recording import LocalGradient

START = (
    "import torch\n"
    "x = torch.tensor(4.0, requires_grad=True)\n"
    "w = torch.tensor(-3.0, requires_grad=True)\n"
    "v = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)\n"
    "m = torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], requires_grad=True)\n"
)


def text(tree: Any, arguments: tuple[Any, ...] = ()) -> str:
    """A formula in one line, as plain text."""
    if isinstance(tree, int):
        return text(arguments[tree], arguments)
    if isinstance(tree, str):
        return tree
    tag, *children = tree
    parts = [text(child, arguments) for child in children]
    joined = {"mfrac": "/", "msup": "^", "msub": "_"}.get(tag, "")
    if tag == "mtr":
        return " ".join(parts) + ";"
    return f"√{parts[0]}" if tag == "msqrt" else joined.join(parts)


def line(formula: Formula) -> str:
    return text(template(formula.latex, formula.dotted).tree, formula.arguments)


def nodes(tree: Any) -> Iterator[Any]:
    yield tree
    for child in tree[1:] if isinstance(tree, list) else ():
        yield from nodes(child)


def test_a_template_is_a_tree_with_numbered_slots() -> None:
    assert template(r"\frac{\partial #0}{\partial #1} = @2").tree == [
        "math",
        ["mrow", ["mfrac", ["mrow", ["mo", "∂"], 0], ["mrow", ["mo", "∂"], 1]], ["mo", "="], ["mn", 2]],
    ]


def test_equal_latex_is_converted_once() -> None:
    assert template(r"#0 = \sin(#1)") is template(r"#0 = \sin(#1)")


@pytest.mark.parametrize(
    "latex", [r"\sqrt{#0}^{2}", r"\begin{bmatrix}1 & 2\end{bmatrix}", r"1 \text{ if } #0 > 0", r"\hat{y}\,x"]
)
def test_only_listed_tags_and_no_attributes(latex: str) -> None:
    for node in nodes(template(latex).tree):
        assert isinstance(node, str | int) or node[0] in TAGS


def test_a_negative_number_stands_in_brackets_where_it_needs_them() -> None:
    minus = number_tree(-3.0)
    for latex, expected in [
        (r"{#0}^2", "(−3)^2"),
        (r"2 \cdot #0", "2·(−3)"),
        (r"#0 \cdot 2", "−3·2"),
        (r"\sin\left(#0\right)", "sin(−3)"),
        (r"\frac{1}{#0}", "1/−3"),
        (r"4 = #0", "4=−3"),
        (r"\max(1, #0)", "max(1,−3)"),
    ]:
        assert line(filled(latex, [minus])) == expected


def test_products_get_their_dot_back_where_numbers_are_put_in() -> None:
    four = number_tree(4.0)
    assert line(filled("2 #0", [four], dotted=True)) == "2·4"
    assert line(filled(r"2 \cos(#0)", [four], dotted=True)) == "2·cos(4)"
    assert line(filled(r"\sigma(#0) (1 - \sigma(#0))", [four], dotted=True)) == "σ(4)(1−σ(4))"
    assert line(filled(r"1 \text{ if } #0 > 0 \text{ else } 0", [four], dotted=True)) == "1\xa0if\xa04>0\xa0else\xa00"


@pytest.mark.parametrize(
    ("name", "tree"),
    [
        ("x", ["mi", "x"]),
        ("v1", ["msub", ["mi", "v"], ["mn", "1"]]),
        ("x_1", ["msub", ["mi", "x"], ["mn", "1"]]),
        ("y_pred", ["msub", ["mi", "y"], ["mi", "pred"]]),
        ("loss", ["mi", "loss"]),
        ("sigma", ["mi", "σ"]),
        ("y_hat", ["mover", ["mi", "y"], ["mo", "^"]]),
        ("y'", ["msup", ["mi", "y"], ["mo", "′"]]),
    ],
)
def test_names(name: str, tree: Tree) -> None:
    assert name_tree(name) == tree


@given(st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,20}", fullmatch=True))
def test_any_name_is_a_tree_of_listed_tags(name: str) -> None:
    assert all(isinstance(node, str) or node[0] in TAGS for node in nodes(name_tree(name)))


def test_arrays_are_shown_as_far_as_they_can_be_read() -> None:
    assert text(array_tree((3,), (1.0, -2.0, 0.5))) == "[1, −2, 0.5]"
    assert text(matrix_tree(2, 2, (1.0, 2.0, 3.0, 4.0))) == "[1 2;3 4;]"
    assert array_tree((5,), (0.0,) * 5) is None
    assert array_tree((2, 5), (0.0,) * 10) is None
    assert array_tree((2, 2, 2), (0.0,) * 8) is None
    assert array_tree((3,), None) is None


@pytest.mark.parametrize(
    ("code", "symbols", "numbers"),
    [
        ("x**2", "v_1=x^2", "=4^2=16"),
        ("w**2", "v_1=w^2", "=(−3)^2=9"),
        ("torch.sin(x)", "v_1=sin(x)", "=sin(4)=−0.7568"),
        ("x * w", "v_1=x·w", "=4·(−3)=−12"),
        ("w * 2", "v_1=2·w", "=2·(−3)=−6"),
        ("1 - w", "v_1=1−w", "=1−(−3)=4"),
        ("x / w", "v_1=x/w", "=4/−3=−1.3333"),
        ("x + w", "v_1=x+w", "=4+(−3)=1"),
        ("torch.sigmoid(x)", "v_1=σ(x)", "=σ(4)=0.9820"),
        ("v.mean()", "v_1=mean(v)", "=1 + 2 + 3/3=2"),
        ("v.sum()", "v_1=sum(v)", "=1 + 2 + 3=6"),
        ("m @ v", "v_1=mv", "=[1 2 3;4 5 6;][1, 2, 3]=[14, 32]"),
        ("torch.where(x > 1, x, w)", "v_2=where(v_1,x,w)", "=where(True,4,−3)=4"),
        ("v[1]", "v_1=v[1]", "=[1, 2, 3][1]=2"),
        ("F.mse_loss(x, w)", "v_1=mse_loss(x,w)", "=mse_loss(4,−3)=49"),
        ("1 - torch.sigmoid(torch.tensor(6.7))", "v_2=1−v_1", "=1−0.998771=0.001229"),
    ],
)
def test_an_operation_in_symbols_and_in_numbers(code: str, symbols: str, numbers: str) -> None:
    index = Index(record(f"import torch.nn.functional as F\n{START}{code}\n"))
    operation = index.recording.operations[-1]
    result = index.values[operation.results[0]]
    shown = array_or_start(result)
    assert shown is not None
    operands = [index.values[edge.value] for edge in operation.edges]
    assert line(symbol_line(operation, index.names, operands)) == symbols
    assert line(number_line(operation, operands, result, shown)) == numbers


def local(code: str) -> list[list[str]]:
    """The lines of the local gradients of the operation that the code runs first."""
    index = Index(record(f"{START}z = {code}\nz.sum().backward()\n"))
    events = [event for event in index.recording.events if isinstance(event, LocalGradient)]
    return [[line(formula) for formula in local_lines(index, event)] for event in events if event.operation == 0]


@pytest.mark.parametrize(
    ("code", "lines"),
    [
        ("x**2", [["∂z/∂x=2x", "=2·4=8"]]),
        ("torch.sin(x)", [["∂z/∂x=cos(x)", "=cos(4)=−0.6536"]]),
        ("x + 1", [["∂z/∂x=1"]]),
        ("x * w", [["∂z/∂x=w", "=−3"], ["∂z/∂w=x", "=4"]]),
        ("x / 3", [["∂z/∂x=1/3", "=0.3333"]]),
        ("x * x", [["∂z/∂x^(1)=x", "=4"], ["∂z/∂x^(2)=x", "=4"]]),
        ("v**2", [["∂z_i/∂v_i=2v_i", "∂z/∂v=diag\xa0[2, 4, 6]"]]),
        ("v.mean()", [["∂z/∂v_i=1/3", "∂z/∂v=[0.3333, 0.3333, 0.3333]"]]),
        ("m @ v", [["∂z/∂m=I_2⊗v^⊤"], ["∂z/∂v=m", "=[1 2 3;4 5 6;]"]]),
        ("m + v", [["∂z_ij/∂m_ij=1", "∂z/∂m,\xa0element\xa0by\xa0element:\xa0[1 1 1;1 1 1;]"], ["∂z_ij/∂v_j=1"]]),
        ("v * x", [["∂z_i/∂v_i=x", "∂z/∂v=diag\xa0[4, 4, 4]"], ["∂z_i/∂x=v_i", "∂z/∂x=[1;2;3;]"]]),
        ("v.reshape(3, 1)", [["∂z/∂v=I_3", "=[1 0 0;0 1 0;0 0 1;]"]]),
        ("torch.stack([v, v])", [["∂z/∂v^(1)∈ℝ^6×3"], ["∂z/∂v^(2)∈ℝ^6×3"]]),
        (
            "torch.softmax(v, 0)",
            [
                [
                    "∂z_i/∂v_j=z_i(δ_ij−z_j)",
                    "∂z/∂v=[0.08193 −0.02203 −0.05989;−0.02203 0.1848 −0.1628;−0.05989 −0.1628 0.2227;]",
                ]
            ],
        ),
        ("torch.log_softmax(m, 1)", [["∂z_ij/∂m_ik=δ_jk−e^z_ik"]]),
        ("m.cumsum(0)", [["∂z_ij/∂m_kj=1\xa0if\xa0k≤i\xa0else\xa00"]]),
        ("m.sum(1)", [["∂z_i/∂m_ij=1"]]),
        ("m.T", [["∂z_ji/∂m_ij=1"]]),
        ("m.amax(1)", [["∂z_i/∂m_ij=1\xa0if\xa0m_ij=z_i\xa0else\xa00"]]),
        ("(v * 0).norm()", [["∂v_1_i/∂v_i=0", "∂v_1/∂v=diag\xa0[0, 0, 0]"]]),
    ],
)
def test_local_gradients_in_symbols_and_in_numbers(code: str, lines: list[list[str]]) -> None:
    assert local(code) == lines


def test_a_shared_maximum_is_not_called_one_at_the_maximum() -> None:
    """The symbols of max say "1 if v = z else 0", which is false for a tie."""
    assert local("torch.stack([x, x]).max()")[0][0].startswith("∂")
    index = Index(record("import torch\nv = torch.tensor([3.0, 3.0], requires_grad=True)\nv.max().backward()\n"))
    event = next(event for event in index.recording.events if isinstance(event, LocalGradient))
    assert [line(formula) for formula in local_lines(index, event)] == ["∂v_1/∂v=[0.5, 0.5]"]


def test_formulas_are_json() -> None:
    assert json.loads(json.dumps(template(r"#0 = {#1}^{2}").tree)) == template(r"#0 = {#1}^{2}").tree
    assert len(set(SLOTS)) == len(SLOTS)
