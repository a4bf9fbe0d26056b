"""Tensors that must not be read: fake ones, those of a tracer, those whose class answers for them.

Programs with them run as without a recorder, and what follows is recorded.
"""

from __future__ import annotations

import contextlib
import io

import pytest

from gradwalk import record
from gradwalk.recorder.strangers import ANSWERS, TRACED
from gradwalk.recording import Output

FAKE = """
import torch
from torch._subclasses.fake_tensor import FakeTensorMode
with FakeTensorMode():
    x = torch.randn(3, 4).requires_grad_()
    layer = torch.nn.Linear(4, 2)
    y = layer(x)
    y.sum().backward()
    print(tuple(x.grad.shape), type(x.grad).__name__)
    optimizer = torch.optim.SGD(layer.parameters(), lr=0.1)
    optimizer.step()
    optimizer.zero_grad()
print(y)
"""
TRACER = """
import torch
from torch.fx.experimental.proxy_tensor import make_fx
def slope(x):
    v = x.cos().sum()
    return torch.autograd.grad(v, x)[0]
for mode in ("real", "fake", "symbolic"):
    print(make_fx(slope, tracing_mode=mode)(torch.ones(3, requires_grad=True)).code)
"""
ANSWERING = """
import torch
from torch.utils._pytree import tree_map
class Telling(torch.Tensor):
    @staticmethod
    def __new__(cls, inner):
        made = torch.Tensor._make_wrapper_subclass(cls, inner.size(), dtype=inner.dtype)
        made.inner = inner
        return made
    def __repr__(self):
        return f"Telling({self.inner})"
    @classmethod
    def __torch_dispatch__(cls, func, types, args=(), kwargs=None):
        given, options = tree_map(lambda one: getattr(one, "inner", one), (args, kwargs or {}))
        print(func)
        return tree_map(lambda one: cls(one) if isinstance(one, torch.Tensor) else one, func(*given, **options))
x = Telling(torch.tensor([1.0, 2.0])).requires_grad_()
optimizer = torch.optim.SGD([x], lr=0.1)
(x * 3).sum().backward()
print(x.grad)
optimizer.step()
print(torch.cat([x, x]))
"""
AFTER = "w = torch.tensor(2.0, requires_grad=True)\n(w * w).backward()\nprint(w.grad)\n"


@pytest.mark.parametrize(("source", "notice"), [(FAKE, TRACED), (TRACER, TRACED), (ANSWERING, ANSWERS)])
def test_they_run_as_without_a_recorder(source: str, notice: str) -> None:
    program, shown = source + AFTER, io.StringIO()
    with contextlib.redirect_stdout(shown):
        exec(compile(program, "<plain>", "exec"), {"__name__": "__main__"})  # noqa: S102  the oracle: plain Python
    recording = record(program)
    assert recording.cells[0].failure is None
    assert recording.cells[0].shown.rstrip() == shown.getvalue().rstrip()
    assert notice in [
        event.text for event in recording.events if isinstance(event, Output) and event.stream == "notice"
    ]
    assert recording.operations[-1].kernel == "mul.Tensor"
    assert recording.values[recording.operations[-1].results[0]].numbers == (4.0,)
