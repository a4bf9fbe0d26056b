"""Buttons as edits of the text: one replacement, with a label, at places that are counted in the whole program."""

from __future__ import annotations

import pytest

import gradwalk
from gradwalk.failures.diagnosis import Remedy
from gradwalk.failures.explanation import diagnose
from gradwalk.failures.fixes import REMEDIES, edit, fix
from gradwalk.lessons import BY_SLUG
from gradwalk.program import Span
from tests.failing import changed, failures, first_failure

HEAD = "import torch\nx = torch.tensor(3.0, requires_grad=True)\n"
TWICE = HEAD + "y = x*x\ny.backward()\ny.backward()\n"


@pytest.mark.parametrize(
    ("source", "label"),
    [
        (TWICE + "1\n", "y.backward(retain_graph=True)"),
        (HEAD + "(x * 2).backward()\nx += 1", "with torch.no_grad(): x += 1"),
        ("import torch\nx = torch.tensor([1,\n 2,\n 3], requires_grad=True)", "x = torch.tensor([1.0, …"),
    ],
)
def test_the_label_is_what_is_new(source: str, label: str) -> None:
    recording, failure = first_failure(source)
    found = diagnose(recording, failure)
    assert found is not None
    change = edit(source, found.remedy)
    assert change is not None
    assert change.label == label


@pytest.mark.parametrize("before", ["# Größe × 2: 𝑥 🙂\n", "# %% [markdown]\n# Text\n\n# %%\n", "s = '𝑥 🙂'; "])
def test_places_are_counted_in_the_whole_text(before: str) -> None:
    source = before + HEAD + "s = '𝑥'; y = x*x; y.backward(); y.backward()\n"
    assert changed(source) == source.replace("y.backward();", "y.backward(retain_graph=True);")


def test_lines_that_only_ipython_reads_are_passed_over() -> None:
    source = "%precision 3\n" + TWICE
    span = Span(5, 1, 5, 13)
    assert fix(source, Remedy("keep-graph", span)) == source.replace("y.backward()", "y.backward(retain_graph=True)", 1)


def test_windows_line_ends_are_read_as_lines() -> None:
    fixed = fix(TWICE.replace("\n", "\r\n"), Remedy("keep-graph", Span(4, 1, 4, 13)))
    assert fixed == TWICE.replace("y.backward()", "y.backward(retain_graph=True)", 1)


def test_a_cell_that_is_no_python_stays_as_it_is() -> None:
    source = f"x = (\n# %%\n{TWICE}"
    fixed = fix(source, Remedy("keep-graph", Span(6, 1, 6, 13)))
    assert fixed == source.replace("y.backward()", "y.backward(retain_graph=True)", 1)


@pytest.mark.parametrize(
    "slug",
    ["3c_vector_root", "3d_seed_shape", "7c_twice", "7g_integers", "7h_no_argument", "7k_rebinding"],
)
def test_lessons_that_fail_are_mended(slug: str) -> None:
    source = BY_SLUG[slug].source
    for _ in range(4):
        recording = gradwalk.record(source)
        if not failures(recording):
            return
        found = [diagnose(recording, failure) for failure in failures(recording)]
        fixed = next((text for f in found if f is not None and (text := fix(source, f.remedy)) is not None), None)
        assert fixed is not None
        source = fixed
    raise AssertionError(f"This still fails: {source}")


def test_the_lesson_on_detach_offers_to_take_the_cut_away() -> None:
    source = BY_SLUG["5b_detach"].source
    assert changed(source) == source.replace("z = x.detach()", "z = x")


@pytest.mark.parametrize("kind", REMEDIES)
@pytest.mark.parametrize("source", ["", "x = 1", "x = (", "y.backward", "import torch\ntorch.ones(1)\n"])
def test_a_place_of_another_program_changes_nothing(kind: str, source: str) -> None:
    assert fix(source, Remedy(kind, Span(5, 1, 5, 13))) is None
    assert edit(source, None) is None
