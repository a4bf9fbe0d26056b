"""The words from which random programs are made: what programs do use, and everything else that exists."""

from __future__ import annotations

import builtins
import functools
import keyword
from collections.abc import Callable

import numpy
import torch
from torch.overrides import get_overridable_functions, resolve_name

from gradwalk.expression.table import ALIASES, FUNCTIONS, SHAPES

NUMBERS = (
    "0 1 -1 2 3 0.5 1e-8 1e308 1e400 -0.0 True None 10**9 2**63 2**64 -2**63 9**9**9 float('nan') float('inf') "
    "0x7fffffff 99999999999999999999999999999999999999 1_000_000 [] () {} '' 'a' [1.,2.] (2,3) 'a'*10**9 [0]*10**9"
).split()
RARE = "1j b'a' ... 1<<10**6 x^2 ~x".split()
"""What programs on autograd hardly ever hold."""
TENSORS = (
    "torch.tensor(2.0,requires_grad=True)",
    "torch.tensor([1.,2.,3.],requires_grad=True)",
    "torch.ones(2,3,requires_grad=True)",
    "torch.arange(6.).reshape(2,3)",
    "torch.tensor([[True,False]])",
    "torch.tensor([0,1])",
    "torch.zeros(0)",
    "torch.tensor(float('nan'),requires_grad=True)",
    "torch.randn(3,3,dtype=torch.float64,requires_grad=True)",
    "np.array([1.,2.])",
    "nn.Linear(3,2)",
    "torch.optim.SGD([x],lr=0.1)",
)
DUNDERS = (
    "__class__ __base__ __bases__ __mro__ __subclasses__ __globals__ __builtins__ __code__ __dict__ __init__ "
    "__reduce__ __reduce_ex__ __getattribute__ __import__ __self__ __func__ __wrapped__ __closure__ __traceback__ "
    "__module__ __torch_function__ __array_interface__ __setstate__ tb_frame f_globals gi_frame cr_frame ag_frame "
    "mro grad_fn _saved_self next_functions metadata storage untyped_storage data_ptr numpy share_memory_ "
    "register_hook _backward_hooks format format_map"
).split()
OPERATORS = "+ - * / // % ** @ == != < > <= >= and or is in & | ^ << >> , . : ; = += -= *= @= := ( ) [ ] { } \n".split(
    " "
)
UNICODE = ("\0", "\ud800", "\u202e", "\ufeff", "𝑥", "ｅｖａｌ", "é", "∞", "²", "\x0c", "\r", "\x1b[2J", "\u2028", "ﬀ")
ARGUMENTS = (
    "dim keepdim dtype out requires_grad input other alpha p size shape end sep file key generator device func lr "
    "reduction weight bias create_graph retain_graph allow_unused inplace memory_format"
).split()


@functools.cache
def names() -> list[str]:
    """Names of Python's builtins, of PyTorch's and NumPy's functions, of modules, of attributes."""
    found = {*dir(builtins), *keyword.kwlist, *DUNDERS}
    found |= {f"torch.{name}" for name in dir(torch)} | {f"np.{name}" for name in dir(numpy)}
    found |= {f"F.{name}" for name in dir(torch.nn.functional)} | {f"nn.{name}" for name in dir(torch.nn)}
    found |= {f"torch.{part}.{name}" for part in ("optim", "linalg", "autograd") for name in dir(getattr(torch, part))}
    return sorted(found)


@functools.cache
def usual() -> list[str]:
    """Functions that programs do call: those that PyTorch itself lists as its own, layers, Python's, NumPy's."""
    found = {name for each in _of_pytorch() if (name := resolve_name(each) or "").startswith("torch.")}
    found = {name.replace("torch.nn.functional.", "F.") for name in found if not name.startswith("torch.Tensor.")}
    found |= {f"nn.{name}" for name in torch.nn.modules.__all__}
    found |= {name for name in dir(builtins) if not name.startswith("_") and callable(getattr(builtins, name))}
    return sorted(found | {f"np.{name}" for name in dir(numpy) if isinstance(getattr(numpy, name), numpy.ufunc)})


@functools.cache
def usual_methods() -> list[str]:
    """Methods and attributes that programs do use."""
    found = {each.__name__ for each in get_overridable_functions()[torch.Tensor]}
    return sorted(name for name in {*found, *dir(list), *dir(str)} if not name.startswith("_"))


def _of_pytorch() -> list[Callable[..., object]]:
    return [function for functions in get_overridable_functions().values() for function in functions]


@functools.cache
def short_names() -> list[str]:
    """Names of the short form."""
    return sorted({*FUNCTIONS, *SHAPES, *ALIASES})


@functools.cache
def methods() -> list[str]:
    return sorted({*dir(torch.Tensor), *dir(torch.nn.Module), *dir(str), *dir(list), *dir(dict), *DUNDERS})
