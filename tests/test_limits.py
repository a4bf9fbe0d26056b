"""Every limit stops a program before the work is done, with a sentence that says which, and how much there may be."""

from __future__ import annotations

import pytest
import torch

from gradwalk import ProgramError
from gradwalk.program import Span
from gradwalk.program.limits import LIMITS, Budget, Limits, count
from gradwalk.recorder import record

HERE = Span(1, 1, 1, 2)
TORCH = "import torch\nimport torch.nn.functional as F\n"


def refusal(source: str, limits: Limits = LIMITS) -> str:
    with pytest.raises(ProgramError) as caught:
        record(TORCH + source, limits=limits)
    assert caught.value.span is not None
    return caught.value.message


@pytest.mark.parametrize(
    ("source", "limits", "words"),
    [
        ("while True:\n    pass", Limits(steps=100), "more than 100 steps"),
        ("for i in range(50):\n    x = i", Limits(steps=100), "more than 100 steps"),
        ("x = torch.ones(())\nfor i in range(50):\n    x = x + 1", Limits(operations=20), "more than 20 operations"),
        ("x = torch.ones(11)", Limits(elements=10), "a tensor of 11 elements; at most 10"),
        ("for i in range(9):\n    x = torch.ones(20)", Limits(total_elements=100), "more than 100 elements together"),
        ("x = torch.ones(20, 20) @ torch.ones(20, 20)", Limits(work=1000), "This matrix product"),
        ("x = torch.ones([1] * 65)", LIMITS, "65 dimensions; at most 64"),
        ("print('a' * 3, 'bcdefghij')", Limits(output=10), "more than 10 characters"),
        ("for i in range(9):\n    print(i)", Limits(output=10), "more than 10 characters"),
        ("x = [0] * 11", Limits(items=10), "more than 10 items"),
        ("x = 2 ** 65", Limits(bits=64), "digits"),
        ("x = range(101)", Limits(steps=100), "at most 100 items"),
        ("while True:\n    pass", Limits(seconds=0.0), "ran for 0 seconds"),
        (
            "x = torch.ones((), requires_grad=True)\ny = x * x\nfor i in range(9):\n    y.backward(retain_graph=True)",
            Limits(backward_nodes=10),
            "more than 10 nodes",
        ),
    ],
)
def test_a_limit(source: str, limits: Limits, words: str) -> None:
    assert words in refusal(source, limits)


def test_a_program_within_its_limits_is_none_the_wiser() -> None:
    limits = Limits(
        steps=20, operations=5, least_elements=1, elements=4, total_elements=40, work=8, output=30, items=4, bits=16
    )
    source = TORCH + "x = torch.ones(2, 2)\ny = x @ x\nfor i in [1, 2]:\n    print(i, 2 ** 7)"
    assert record(source, limits=limits).cells[0].shown == "1 128\n2 128"


def test_time_is_checked_before_each_operation() -> None:
    budget = Budget(Limits(seconds=0.0))
    with pytest.raises(ProgramError, match="was stopped"):
        budget.step(HERE)
    with pytest.raises(ProgramError, match="was stopped"):
        budget.operation(1, 0, HERE)
    with pytest.raises(ProgramError, match="was stopped"):
        budget.check_time(HERE)


@pytest.mark.parametrize(
    ("number", "text"), [(0, "0"), (1_048_577, "1,048,577"), (10**20, "about 10^20"), (10**40, "about 10^40")]
)
def test_numbers_in_sentences(number: int, text: str) -> None:
    assert count(number) == text


def test_no_limit_is_above_what_a_small_server_can_bear() -> None:
    """Four bytes an element, some 32 a number that is kept: a run stays under a few hundred megabytes."""
    assert LIMITS.total_elements * 8 <= 1 << 27
    assert (LIMITS.numbers + LIMITS.local_gradients) * 32 <= 1 << 26
    assert LIMITS.seconds <= 10


# What a recording keeps


def test_a_recording_has_room_for_so_many_numbers() -> None:
    """Beyond that, shapes and dtypes are kept; scalars always have their number."""
    source = TORCH + "x = torch.ones(6)\ny = x * 2\nz = y * 3\ns = z.sum()"
    values = {value.names: value for value in record(source, limits=Limits(numbers=8)).values}
    assert values["x",].numbers == (1.0,) * 6
    assert values["y",].numbers == (2.0,) * 6
    assert (values["z",].shape, values["z",].numbers) == ((6,), None)
    assert values["s",].numbers == (36.0,)


def test_an_array_of_more_than_1024_numbers_is_kept_by_shape() -> None:
    values = record(TORCH + "x = torch.ones(1024)\ny = torch.ones(1025)").values
    assert [value.numbers is None for value in values] == [False, True]
    assert values[1].shape == (1025,)


# Sizes that hide

SIZES = (
    "torch.zeros(2000, 2000)", "torch.ones((2000, 2000))", "torch.rand(2000, 2000)", "torch.full((2000, 2000), 1.0)",
    "torch.zeros(torch.tensor(4000000))", "torch.zeros((torch.tensor(2000), 2000))", "torch.eye(2000)",
    "torch.eye(torch.tensor(2000))", "torch.arange(4000000)", "torch.arange(0, end=4000000)",
    "torch.arange(0, 1, 1e-7)", "torch.arange(torch.tensor(4000000))", "torch.arange(start=0, end=1, step=1e-7)",
    "torch.linspace(0, 1, 4000000)", "torch.linspace(0, 1, steps=torch.tensor(4000000))",
    "torch.ones(1).expand(4000000)", "torch.ones(1).repeat(4000000)", "torch.ones(2).expand(2000000, -1)",
    "torch.ones(1).expand(torch.tensor(4000000))", "torch.ones(3).tile(2000000)",
    "torch.broadcast_to(torch.ones(1), (4000000,))", "torch.broadcast_to(input=torch.ones(1), size=(4000000,))",
    "torch.ones(2000, 1) + torch.ones(1, 2000)", "torch.ones(2000, 1) * torch.ones(2000)",
    "torch.outer(torch.ones(2000), torch.ones(2000))", "torch.ones(2000, 1) @ torch.ones(1, 2000)",
    "torch.ones(2000, 0) @ torch.zeros(0, 2000)", "torch.zeros(4000000, 0).sum(1)",
    "torch.zeros(0).reshape(4000000, 0).sum(dim=1)", "torch.mm(mat2=torch.ones(1, 2000), input=torch.ones(2000, 1))",
    "torch.addmm(torch.ones(1), torch.ones(2000, 1), torch.ones(1, 2000))",
    "F.linear(torch.ones(2000, 1), torch.ones(2000, 1))",
    "F.linear(weight=torch.ones(2000, 1), input=torch.ones(2000, 1))", "torch.diag(torch.ones(2000))",
    "torch.diag(torch.ones(2), 2000)", "torch.diag(torch.ones(2), torch.tensor(2000))",
    "F.one_hot(torch.zeros(2000, dtype=torch.int64), 2000)", "F.one_hot(torch.tensor([1]), torch.tensor(4000000))",
    "F.one_hot(torch.tensor([4000000]))", "torch.ones(4, 250000)[[0] * 90]", "torch.ones(4, 250000)[[[0] * 90]]",
    "torch.ones(2, 500000)[torch.zeros(90, dtype=torch.int64)]", "torch.ones(200000, 5)[range(200000)][:, [0] * 90]",
    "torch.ones(2, 2)[torch.zeros(2000, 1, dtype=torch.int64), torch.zeros(2000, dtype=torch.int64)]",
    "torch.tensor([range(2000)] * 2000)", "torch.cat([torch.ones(1000)] * 2000)",
    "torch.stack([torch.ones(1000)] * 2000)", "torch.where(torch.ones(2000, 1) > 0, torch.ones(2000), 0.0)",
    "torch.where(torch.ones([1] * 60 + [200, 200]))", "torch.ones(1).reshape([1] * 65)",
    "[0] * torch.tensor(4000000)", "'a' * torch.tensor(4000000)", "[torch.ones(1)] * 4000000",
    "torch.ones(20000).tolist()", "list(torch.ones(20001))",
)  # fmt: skip


@pytest.mark.parametrize("expression", SIZES)
def test_a_size_is_found_out_before_the_memory_is_taken(expression: str) -> None:
    """A million elements would be allowed: each of these asks for four millions, or has a list grow too long."""
    refusal(f"x = {expression}")


FITS = (
    "torch.zeros(1024, 1024)", "torch.arange(1000000)", "torch.ones(1000, 1) * torch.ones(1000)",
    "torch.ones(0).sum()", "F.cross_entropy(torch.ones(5000, 3), torch.zeros(5000, dtype=torch.int64))",
    "torch.ones(2, 5000)[:, torch.arange(5000)]", "torch.bmm(torch.ones(300, 10, 10), torch.ones(300, 10, 10))",
    "torch.ones(1000, 1000)[torch.ones(1000, 1000) > 0].sum()", "torch.ones(1000, 1000)[5]",
    "torch.ones(1000, 1000)[:, 5]", "torch.ones(100, 100)[torch.arange(100), torch.arange(100)]",
    "torch.zeros(0, 5) @ torch.ones(5, 3)", "torch.arange(5, 0, -1)", "torch.arange(0)", "torch.eye(3, 4)",
    "torch.zeros(3, 0)",
)  # fmt: skip


@pytest.mark.parametrize("expression", FITS)
def test_what_fits_is_not_refused(expression: str) -> None:
    assert record(TORCH + f"x = {expression}").cells[0].failure is None


def test_the_process_survives_the_smallest_whole_number() -> None:
    """PyTorch divides −2⁶³ by −1, rounding toward zero, with an instruction that ends the process (SIGFPE)."""
    for dtype in (torch.int8, torch.int16, torch.int32, torch.int64):
        smallest = torch.iinfo(dtype).min
        tensor = f"torch.tensor([{smallest}], dtype={dtype})"
        assert "cannot be divided" in refusal(f"x = torch.div({tensor}, -1, rounding_mode='trunc')")
        assert "cannot be divided" in refusal(f"x = {tensor}.div(torch.tensor(-1), rounding_mode='trunc')")
    assert record(TORCH + "x = torch.div(torch.tensor(7), -2, rounding_mode='trunc')\nx").cells[0].shown == "tensor(-3)"
