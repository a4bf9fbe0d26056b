"""Ways out of failures: each is one small change, and the changed program runs."""

from __future__ import annotations

import pytest

import gradwalk
from gradwalk.failures.fixes import edit, fix
from gradwalk.lessons import BY_SLUG
from gradwalk.program import Span
from gradwalk.recording import Failure, Recording

HEAD = "import torch\nx = torch.tensor(3.0, requires_grad=True)\n"


def failures(recording: Recording) -> list[Failure]:
    return [event for event in recording.events if isinstance(event, Failure)]


def mended(source: str) -> str:
    """The program after its failures have been mended one by one; asserts that it runs."""
    recording = gradwalk.record(source)
    assert failures(recording)
    for _ in range(4):
        failed = failures(recording)
        if not failed:
            return source
        fixed = fix(source, failed[0])
        assert fixed is not None, failed[0].message
        change = edit(source, failed[0])
        assert change is not None
        assert source[: change.start] + change.text + source[change.end :] == fixed
        assert change.label
        source, recording = fixed, gradwalk.record(fixed)
    raise AssertionError(f"This still fails: {source}")


@pytest.mark.parametrize(
    ("source", "line"),
    [
        # Lesson 7, mistakes 3, 4, 7, 8, 11, and what learners write beside them
        (HEAD + "y = x*x\ny.backward()\ny.backward()", "y.backward(retain_graph=True)"),
        (HEAD + "y = x*x\ny.backward( )\ny.backward()", "y.backward(retain_graph=True)"),
        (HEAD + "y = x*x\ny.backward(torch.tensor(1.0),)\ny.backward()", "torch.tensor(1.0), retain_graph=True)"),
        (HEAD + "y = x*x\nfor _ in range(3):\n    y.backward()", "    y.backward(retain_graph=True)"),
        (HEAD + "y = x*x\na = y*2\nb = y*3\na.backward()\nb.backward()", "a.backward(retain_graph=True)"),
        (HEAD + "y = x*x\ny.backward()\ny.backward()\ny.backward()", "y.backward(retain_graph=True)"),
        (HEAD + "v = torch.ones(2) * x\nv.backward()", "v.sum().backward()"),
        (HEAD + "v = torch.ones(2)\n(v * x).backward()", "(v * x).sum().backward()"),
        (HEAD + "v = torch.ones(2) * x\ntorch.autograd.grad(v, x)", "torch.autograd.grad(v.sum(), x)"),
        (HEAD + "v = torch.ones(2)\ntorch.autograd.grad(v * x, x)", "torch.autograd.grad((v * x).sum(), x)"),
        ("import torch\nx = torch.tensor(2, requires_grad=True)", "x = torch.tensor(2.0, requires_grad=True)"),
        ("import torch\nx = torch.tensor([1, -2], requires_grad=True)", "tensor([1.0, -2.0], requires_grad=True)"),
        ("import torch\nx = torch.arange(3, requires_grad=True)", "requires_grad=True, dtype=torch.float32)"),
        ("import torch\nx = torch.tensor([1], dtype=torch.int64, requires_grad=True)", "dtype=torch.float32,"),
        ("import torch\nx = torch.tensor(2)\nx.requires_grad_()", "x = torch.tensor(2.0)"),
        ("import torch\nx = torch.tensor(2)\nx.requires_grad = True", "x = torch.tensor(2.0)"),
        ("import torch\nx = torch.tensor(2.0)\ny = x**2\ny.backward()", "x = torch.tensor(2.0, requires_grad=True)"),
        (HEAD + "x += 1", "with torch.no_grad():\n    x += 1"),
        (HEAD + "x.add_(1)", "with torch.no_grad():\n    x.add_(1)"),
        (HEAD + "y = x**2\ny.backward()\nif True:\n    x -= 0.1*x.grad", "    with torch.no_grad():\n        x -="),
        (HEAD + "y = torch.exp(x)\ny += 5\ny.backward()", "y = y + 5"),
        (HEAD + "y = torch.exp(x)\ny *= 2 + 1\ny.backward()", "y = y * (2 + 1)"),
        (HEAD + "y = torch.exp(x)\ny.mul_(2)\ny.backward()", "y = y.mul(2)"),
        (HEAD + "y = x*2\ny.requires_grad_(False)", "y = y.detach()"),
        (HEAD + "y = x*2\ny.requires_grad = False", "y = y.detach()"),
        (HEAD + "v = torch.ones(2) * x\nv.backward(torch.ones(3))", "v.backward(torch.ones_like(v))"),
        (HEAD + "v = torch.ones(2) * x\nv.backward(gradient=torch.ones(3))", "v.backward(gradient=torch.ones_like(v))"),
        (HEAD + "loss = x**2\nlss.backward()", "loss.backward()"),
        ("import torch\nx = torch.tensr(3.0)", "x = torch.tensor(3.0)"),
        (HEAD + "x.backwrad()", "x.backward()"),
        ("import torch.nn as nn\nnn.Lineer(2, 1)", "nn.Linear(2, 1)"),
        (HEAD + "x.grad.zero_()", "x.grad = None"),
        (HEAD + "y = x**2\ny.numpy()", "y.detach().numpy()"),
        (
            HEAD + "for _ in range(3):\n    y = x**2\n    y.backward()\n    x = x - 0.1 * x.grad",
            "    with torch.no_grad():\n        x -= 0.1 * x.grad\n    x.grad.zero_()",
        ),
    ],
)  # fmt: skip
def test_the_changed_program_runs(source: str, line: str) -> None:
    assert line in mended(source)


def test_only_calls_that_freed_the_graph_change() -> None:
    before = BY_SLUG["7c_twice"].source
    cells, last = before.rsplit("# %%", 1)
    assert mended(before) == cells + "# %%" + last.replace("y.backward()", "y.backward(retain_graph=True)", 1)


@pytest.mark.parametrize(
    ("source", "label"),
    [
        (HEAD + "y = x*x\ny.backward()\ny.backward()\n1\n", "y.backward(retain_graph=True)"),
        (HEAD + "x += 1", "with torch.no_grad(): x += 1"),
        ("import torch\nx = torch.tensor([1,\n 2,\n 3], requires_grad=True)", "x = torch.tensor([1.0, …"),
    ],
)
def test_the_label_is_what_is_new(source: str, label: str) -> None:
    change = edit(source, failures(gradwalk.record(source))[0])
    assert change is not None
    assert change.label == label


@pytest.mark.parametrize("before", ["# Größe × 2: 𝑥 🙂\n", "# %% [markdown]\n# Text\n\n# %%\n", "%matplotlib inline\n"])
def test_places_are_counted_in_the_whole_text(before: str) -> None:
    source = before + HEAD + "s = '𝑥'; y = x*x; y.backward(); y.backward()\n"
    assert mended(source) == source.replace("y.backward();", "y.backward(retain_graph=True);")


def test_windows_line_ends_are_read_as_lines() -> None:
    fixed = fix((HEAD + "y = x*x\ny.backward()\ny.backward()\n").replace("\n", "\r\n"), _twice(Span(5, 1, 5, 13)))
    assert fixed == HEAD + "y = x*x\ny.backward(retain_graph=True)\ny.backward()\n"


def _twice(span: Span) -> Failure:
    return Failure(0, span, "RuntimeError", "Trying to backward through the graph a second time", "backward-twice")


@pytest.mark.parametrize(
    "slug",
    ["3c_vector_root", "3d_seed_shape", "7c_twice", "7d_in_place", "7g_integers", "7h_no_argument", "7k_rebinding"],
)
def test_lessons_that_fail_are_mended(slug: str) -> None:
    mended(BY_SLUG[slug].source)


@pytest.mark.parametrize(
    "source",
    [
        BY_SLUG["5b_detach"].source,  # here the failure is the lesson
        "import torch\ntorch.ones(2) + torch.ones(3)",
        "1 / 0",
        "frobnicate",
        "import torch\ntorch.frobnicate(1)",
        "import torch\ntorch.argmax(torch.ones(2)).backward()",
    ],
)
def test_where_no_small_change_mends_it_there_is_none(source: str) -> None:
    last = failures(gradwalk.record(source))[-1]
    assert fix(source, last) is None
    assert edit(source, last) is None


def test_a_failure_of_another_program_changes_nothing() -> None:
    for source in ("", "x = 1", "x = (", "y.backward"):
        assert fix(source, _twice(Span(5, 1, 5, 13))) is None
