"""Programs in addresses and files: every program comes back, and nothing else gets in."""

from __future__ import annotations

import base64
import json
import re
import tracemalloc
import zlib
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradwalk.address.program import DEFAULT, MAX_CODE, MAX_FILE, from_code, from_file, from_query, to_code, to_query
from gradwalk.lessons import LESSONS, Lesson
from gradwalk.notebook.percent import program_of
from gradwalk.program import ProgramError
from gradwalk.program.limits import LIMITS

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=400)


def packed(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def unpacked(code: str) -> str:
    """The program, or the sentence that refuses it."""
    try:
        return f"opened: {from_code(code)}"
    except ValueError as error:
        return str(error)


@given(texts)
def test_every_program_comes_back(source: str) -> None:
    code = to_code(source)
    assert code is not None
    assert re.fullmatch(r"[\w-]{1,4000}", code)
    assert from_code(code) == source


@given(st.text(max_size=60))
def test_any_other_text_is_refused_with_a_sentence(code: str) -> None:
    assert unpacked(code).startswith(("The program in the address", "opened: "))


@given(texts, st.data())
def test_a_changed_link_never_gives_another_program(source: str, data: st.DataObject) -> None:
    code = to_code(source)
    assert code is not None
    place = data.draw(st.integers(0, len(code) - 1))
    letter = data.draw(st.sampled_from("ABab01-_"))
    changed = code[:place] + letter + code[place + 1 :]
    # zlib's checksum guards the text; bits of base64 that stand for nothing may differ.
    assert unpacked(changed) in (f"opened: {source}", "The program in the address is damaged")


def test_a_long_program_is_not_for_an_address() -> None:
    source = "\n".join(f"x{n} = {n * 7919 % 10007}" for n in range(2000))
    assert to_code(source) is None


def test_a_bomb_is_not_unpacked() -> None:
    # 1,032 : 1 is all that deflate can do; what a link may hold would be 3 MB.
    bomb = packed(zlib.compress(b"0" * 2_900_000, 9))
    assert len(bomb) <= MAX_CODE
    tracemalloc.start()
    with pytest.raises(ValueError, match="damaged"):
        from_code(bomb)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20 * LIMITS.characters


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("", "characters that do not belong"),
        ("<script>", "characters that do not belong"),
        ("A" * (MAX_CODE + 1), "more than 4,000"),
        ("AAAA", "damaged"),
        ("A", "damaged"),
        (packed(zlib.compress(b"x = 1") + b"more"), "damaged"),
        (packed(zlib.compress(b"x = 1")[:-1]), "damaged"),
        (packed(zlib.compress(b"\xff\xfe")), "damaged"),
        (packed(zlib.compress(b"\xed\xa0\x80")), "damaged"),
        (packed(zlib.compress(b"#" * (LIMITS.characters + 1))), "unpacks to more than 200,000"),
    ],
)
def test_what_no_page_wrote_is_refused(code: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        from_code(code)


def notebook(*cells: tuple[str, str]) -> str:
    return json.dumps({"cells": [{"cell_type": kind, "source": source} for kind, source in cells], "nbformat": 4})


def test_a_notebook_opens_as_its_cells() -> None:
    text = notebook(("markdown", "# Lesson"), ("code", "import torch\nx = torch.tensor(3.0)"), ("code", "x"))
    assert program_of(from_file("Lecture 3.IPYNB", text)) == (
        "# %% [markdown]\n# # Lesson\n# %%\nimport torch\nx = torch.tensor(3.0)\n# %%\nx\n"
    )


def test_python_opens_as_it_is() -> None:
    assert program_of(from_file("lesson.py", "\ufeffx = 1\r\ny = 2\r\n")) == "x = 1\ny = 2\n"


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("notes.txt", "x = 1", "neither a notebook"),
        ("archive.py.gz", "x", "neither a notebook"),
        ("a.ipynb", "x = 1", "JSON"),
        ("a.ipynb", "{}", "no cells"),
        ("a.ipynb", "[" * 100_000, "JSON"),
        ("a.ipynb", notebook(("code", "\0")), "no plain text"),
        ("picture.py", "\x89PNG\0", "no plain text"),
        ("latin.py", "# \ufffd", "no plain text"),
        ("long.py", "#" * (LIMITS.characters + 1), "200,001 characters; at most 200,000"),
        ("huge.ipynb", " " * (MAX_FILE + 1), "more than 6,000,000"),
        ("../../" + "a" * 200 + "\n.txt", "", "^a{59}… is neither"),
    ],
)
def test_a_wrong_file_gets_a_sentence(name: str, text: str, why: str) -> None:
    with pytest.raises(ProgramError, match=why):
        from_file(name, text)


# Addresses


@given(texts, st.integers(0, 100_000), st.lists(st.integers(0, 999_999), max_size=8).map(tuple))
def test_an_address_opens_its_program_at_its_step(source: str, step: int, unfold: tuple[int, ...]) -> None:
    params = dict(parse_qsl(to_query(source, unfold))) | {"step": str(step)}
    assert from_query(params) == ((source, step, unfold, None), ())


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.slug)
def test_an_example_has_a_readable_address(lesson: Lesson) -> None:
    assert to_query(lesson.source) == f"lesson={lesson.slug}"
    assert from_query({"lesson": lesson.slug}) == ((lesson.source, 0, (), None), ())


def test_a_program_that_is_too_long_has_no_address() -> None:
    assert to_query("\n".join(f"x{n} = {n * 7919 % 10007}" for n in range(2000))) == ""


def test_an_empty_address_opens_the_first_example() -> None:
    assert from_query({"utm_source": "mail"}) == (DEFAULT, ())


@pytest.mark.parametrize(
    ("params", "sentences"),
    [
        ({"code": "<b>"}, ["The program in the address has characters that do not belong there, so the first example"]),
        ({"code": "AAAA", "step": "x"}, ["The program in the address is damaged", "The step in the address"]),
        ({"lesson": "../../etc/passwd"}, ["The address names no example"]),
        ({"open": "1,,2"}, ["The address names no turns"]),
        ({"open": "1,2,3,4,5,6,7,8,9"}, ["The address names no turns"]),
        ({"step": "-1"}, ["The step in the address"]),
        ({"step": "٣"}, ["The step in the address"]),
        ({"step": "9" * 9}, ["The step in the address"]),
    ],
)
def test_a_tampered_address_gets_defaults_and_says_so(params: dict[str, str], sentences: list[str]) -> None:
    shared, notices = from_query(params)
    assert shared == DEFAULT
    for notice, sentence in zip(notices, sentences, strict=True):
        assert notice.startswith(sentence)
