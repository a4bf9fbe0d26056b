"""Programs that are run as cells against the same programs in plain PyTorch."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given

from gradwalk import record
from gradwalk.program.limits import Limits
from tests.plain_torch import run_cells
from tests.programs import notebooks, programs
from tests.recorder.test_runs import ENDINGS, LEAF, check_against_plain, left_behind


@given(programs())
def test_a_recording_is_what_plain_pytorch_makes(source: str) -> None:
    check_against_plain(source, record(source))


@given(notebooks())
def test_cells_show_and_fail_as_in_plain_python(source: str) -> None:
    plain = run_cells(source)
    cells = record(source).cells
    assert [cell.shown for cell in cells] == list(plain.shown)
    assert [cell.failure and (cell.failure.type, cell.failure.message) for cell in cells] == list(plain.failures)


RANDOM = """\
import torch
torch.manual_seed(7)
x = torch.rand(3, requires_grad=True)
y = x * torch.randn(3) + torch.rand_like(x) * torch.randn_like(x)
y.sum().backward()
x.grad
"""


def test_a_seed_gives_pytorchs_own_numbers_and_leaves_the_processs_generator_alone() -> None:
    torch.manual_seed(123)
    before = torch.get_rng_state()
    recording = record(RANDOM)
    assert torch.equal(torch.get_rng_state(), before)
    assert recording.cells[0].shown == run_cells(RANDOM).shown[0]


LEFT_ON = """\
import torch
off = torch.no_grad()
with off:
    with off:
        pass
"""


def test_a_program_that_leaves_grad_mode_off_leaves_it_off_for_itself_only() -> None:
    """One no_grad() object, entered twice, forgets what was before: in PyTorch too."""
    source = LEFT_ON + "x = torch.tensor(2.0, requires_grad=True)\ny = x * x"
    assert [value.requires_grad for value in record(source).values if value.names == ("y",)] == [False]
    assert torch.is_grad_enabled()
    with torch.no_grad():
        names = {name: value for value in record("import torch\n" + LEAF).values for name in value.names}
        assert not torch.is_grad_enabled()
    assert names["y"].requires_grad


def test_a_very_long_chain_is_let_go_of() -> None:
    """PyTorch destroys it by recursion when its oldest nodes go first, and the process dies of it."""
    source = "import torch\nx = y = torch.tensor(0.5, requires_grad=True)\nfor i in range(30000):\n    y = y + x"
    recording = record(source, limits=Limits(watched_operations=10**6, watched_steps=10**6))
    assert len(recording.operations) == 30_000


@pytest.mark.parametrize("source", ENDINGS.values(), ids=ENDINGS)
def test_nothing_live_stays_behind(source: str) -> None:
    """No tensor, and with that no node and no hook, however a program ends."""
    if not left_behind(lambda: run_cells(source)):
        assert not left_behind(lambda: record(source, limits=Limits(watched_operations=100)))
