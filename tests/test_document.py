"""The URL is the document: what goes into a query comes out of it, and what was tampered with gets its default."""

from __future__ import annotations

from urllib.parse import parse_qsl

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradwalk.address.bounds import MAX_CHARACTERS
from gradwalk.address.expression import CONTROLS, DEFAULT, Document, from_query, to_query
from gradwalk.expression.expression import read
from gradwalk.lessons.gallery import EXAMPLES, Example
from gradwalk.program import ProgramError

UNREAD = "The expression in the address cannot be read; the form says why."


def opened(query: str) -> tuple[Document, tuple[str, ...]]:
    return from_query(dict(parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query))))


@pytest.mark.parametrize(
    ("document", "query"),
    [
        (Document("z = sin(x**2)", {"x": "4"}), "z=sin(x**2)&x=4"),
        (Document("y = x**2\nz = sin(y)", {"x": "4"}, step=3), "y=x**2&z=sin(y)&x=4&step=3"),
        (Document("z = a + b", {"a": "[1, 2]"}, ("a",), "float64"), "z=a+%2B+b&a=[1,+2]&constants=a&dtype=float64"),
        (Document("y = x*2", {"x": "[1,2]"}, seed="[1,0.1]"), "y=x*2&x=[1,2]&seed=[1,0.1]"),
        (Document("sin(x)", {"x": "1/3"}), "text=sin(x)&x=1/3"),
        (Document("z=sin(x)", {"x": "pi"}), "text=z=sin(x)&x=pi"),
        (Document("a = 3\nz = a*x", {"x": "2"}), "text=a+=+3%0Az+=+a*x&x=2"),
        (Document("z = x  # half", {}), "text=z+=+x++%23+half"),
        (Document("z = x*step", {"x": "1", "step": "0.1"}), "z=x*step&x=1&values=step:0.1"),
        (Document("seed = x*2\nz = seed", {"x": "1"}), "text=seed+=+x*2%0Az+=+seed&x=1"),
        (Document("z = e*x", {"e": "3", "x": "1"}), "z=e*x&e=3&x=1"),
        (Document("z = x % 2", {"x": "3"}), "z=x+%25+2&x=3"),
    ],
)
def test_the_address_is_readable_and_leads_back(document: Document, query: str) -> None:
    assert to_query(document) == query
    assert opened(query) == (document, ())


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.title)
def test_every_example_has_an_address(example: Example) -> None:
    document = Document(example.text, example.given, example.constants, example.dtype, example.seed, 5)
    assert opened(to_query(document)) == (document, ())
    assert len(to_query(document)) < 200


_NAMES = st.sampled_from(["x", "w1", "y_hat", "e", "F", "ref", "embed", "theme", "utm_x", *sorted(CONTROLS)])
_VALUES = st.sampled_from(
    ["4", "-1e-3", " 2", "1/3", "pi/2", "[1, 2, 3]", "[[1,2],[3,4]]", "−2", "1+1", "inf", "[1,\n2]"]
)
_TERMS = st.builds(
    "{}{}{}*2{}".format, st.sampled_from(["sin(", "(", "max(1, "]), _NAMES, st.sampled_from([")", " + 1)"]), st.just("")
)
_RIGHT = st.one_of(_TERMS, _NAMES, st.builds("{} {} {}".format, _TERMS, st.sampled_from("+-*/"), _NAMES))


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """Documents as people make them: lines in several spellings, over names that also steer the address."""
    targets = draw(st.lists(st.sampled_from(["z", "y", "out", "text", "u", "step"]), min_size=1, max_size=4))
    spelling = st.sampled_from(
        ["{} = {}", "{}={}", "{} = {}  # why & how?", "{} =  {}", "{} = ({}\n  )", "# a + b\n{} = {}", "{} = {}; q = x"]
    )
    lines = [draw(spelling).format(name, draw(_RIGHT)) for name in targets]
    text = "\n".join([*lines, draw(st.sampled_from(["sin(x)", "r = x", "r = 2\nx*r", "e*x", ""]))])
    given_values = draw(st.dictionaries(_NAMES, _VALUES))
    try:
        names = [variable.name for variable in read(text, given_values).variables]
    except ProgramError:
        return DEFAULT
    return Document(
        text,
        {name: value for name, value in given_values.items() if name in names},
        tuple(draw(st.lists(st.sampled_from(names), unique=True))),
        draw(st.sampled_from(["float32", "float64"])),
        draw(st.none() | _VALUES),
        draw(st.integers(0, 100_000)),
    )


@settings(max_examples=200, deadline=None)
@given(documents())
def test_what_goes_into_an_address_comes_out_of_it(document: Document) -> None:
    query = to_query(document)
    assert query.isascii()
    assert not set(query) & set(' "<>#\n\\^`{|}')
    assert opened(query) == (document, ())


@settings(max_examples=200, deadline=None)
@given(
    st.dictionaries(
        st.one_of(_NAMES, st.text(max_size=5)),
        st.one_of(
            _VALUES, _RIGHT, st.text(max_size=20), st.sampled_from(["float64", "-1", "1e9", "x,y", "a:b;c", "step:1"])
        ),
        max_size=6,
    )
)
def test_any_address_opens_something_that_can_be_read_or_says_so(params: dict[str, str]) -> None:
    document, notices = from_query(params)
    assert all(notice[-1] in ".?…" for notice in notices)
    try:
        read(document.text, document.given, document.constants, document.dtype, document.seed)
    except ProgramError:
        assert notices[-1] == UNREAD
    else:
        assert opened(to_query(document))[1] == ()


def test_an_empty_address_opens_the_first_example() -> None:
    assert opened("") == (DEFAULT, ())
    assert DEFAULT.text == "z = sin(x**2)"
    assert opened("step=4")[0] == Document(DEFAULT.text, DEFAULT.given, step=4)
    assert opened("x=3")[0] == Document(DEFAULT.text, {"x": "3"})


@pytest.mark.parametrize(
    ("query", "document", "notice"),
    [
        ("z=sin(x)&x=abc", Document("z = sin(x)"), "The value of x in the address is no number"),
        ("z=sin(x)&x=", Document("z = sin(x)"), "The value of x in the address is no number"),
        ("z=sin(x)&x=9**9**9", Document("z = sin(x)"), "The value of x"),
        ("text=sin(x)&x=abc", Document("sin(x)"), "The value of x in the address is no number"),
        ("z=sin(x)&dtype=float16", Document("z = sin(x)"), "The dtype in the address is neither float32 nor float64"),
        ("z=sin(x)&step=-1", Document("z = sin(x)"), "The step in the address is no step number"),
        ("z=sin(x)&step=two", Document("z = sin(x)"), "The step in the address is no step number"),
        ("z=sin(x)&step=100001", Document("z = sin(x)"), "The step in the address is no step number"),
        (f"z=sin(x)&step={'9' * 5000}", Document("z = sin(x)"), "The step in the address is no step number"),
        ("z=sin(x)&seed=v", Document("z = sin(x)"), "The seed in the address is no number"),
        ("z=sin(x)&constants=x,q", Document("z = sin(x)", constants=("x",)), "is no variable of the expression"),
        ("z=sin(x)&values=x", Document("z = sin(x)"), "A part of values in the address"),
        ("z=sine(x)&x=3", Document("z = sine(x)", {"x": "3"}), "cannot be read; the form says why"),
        ("z=sin(x!)&step=3", Document("z = sin(x!)", step=3), "cannot be read"),
        ("z=__import__('os')", Document("z = __import__('os')"), "cannot be read"),
        (f"text={'x' * 3000}", Document("x" * 3000), "cannot be read"),
        (f"text={'x' * MAX_CHARACTERS}", DEFAULT, "too long to be read"),
        ("&".join(f"x{k}=1" for k in range(100)), DEFAULT, "too long to be read"),
    ],
)
def test_a_tampered_parameter_gets_its_default_and_a_notice(query: str, document: Document, notice: str) -> None:
    found, notices = opened(query)
    assert found == document
    assert len(notices) == 1
    assert notice in notices[0]


def test_what_other_sites_add_is_passed_over() -> None:
    assert opened("z=sin(x)&x=2&utm_source=mail&fbclid=IwAR0&embed=true&theme=dark&lang=de&%21=1") == (
        Document("z = sin(x)", {"x": "2"}),
        (),
    )


def test_what_belongs_to_no_variable_stays_out_of_the_address() -> None:
    document = Document("z = sin(x)", {"x": "2", "old": "3", "z": "1"}, ("old",), seed="oops")
    assert to_query(document) == "z=sin(x)&x=2"
    assert to_query(Document("z = sin(x)", {"x": "two"})) == "z=sin(x)"


def test_a_text_that_cannot_be_read_keeps_its_values_for_later() -> None:
    assert to_query(Document("z = sine(x)", {"x": "2", "z": "1"})) == "z=sine(x)&x=2&values=z:1"
