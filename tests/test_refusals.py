"""What is refused is refused by name, with the place and with what works instead."""

from __future__ import annotations

import pytest

from gradwalk import ProgramError
from gradwalk.recorder import record


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("torch.set_num_threads(2)", "holds for the whole process"),
        ("torch.use_deterministic_algorithms(True)", "can be left out"),
        ("torch.compile(1)", "torch.compile is not part of this language"),
        ("torch.jit.trace(1)", "torch.jit is not part of this language"),
        ("torch.ones(1).__class__.__mro__", "__name__"),
        ("open('x')", "open is not part of this language"),
        ("getattr(torch.ones(1), '__reduce__')", "__reduce__ is not part of this language"),
        ("getattr(torch.ones(1), 'stor' + 'age')", "storage is not part of this language"),
        ("torch.ones(1).storage()", ".storage is not part of this language"),
        ("import socket", "The module socket is not available"),
    ],
)
def test_a_refusal_names_what_is_refused(line: str, said: str) -> None:
    with pytest.raises(ProgramError) as refused:
        record(f"import torch\n{line}")
    assert said in refused.value.message
    assert refused.value.span is not None
    assert refused.value.span.line == 2


@pytest.mark.parametrize(
    ("line", "kind", "message"),
    [
        ("x.backwards()", "AttributeError", "'Tensor' object has no attribute 'backwards'"),
        ("torch.tensr(1.0)", "AttributeError", "module 'torch' has no attribute 'tensr'"),
        ("for i in x", "SyntaxError", "expected ':'"),
    ],
)
def test_a_slip_fails_in_its_cell_and_the_next_one_goes_on(line: str, kind: str, message: str) -> None:
    cells = record(f"import torch\nx = torch.ones(1)\n# %%\n{line}\n# %%\nx").cells
    assert cells[1].failure is not None
    assert (cells[1].failure.type, cells[1].failure.message) == (kind, message)
    assert cells[2].shown == "tensor([1.])"
