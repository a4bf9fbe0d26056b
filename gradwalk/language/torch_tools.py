"""What PyTorch has beside its functions: settings, torch.func, checkpoints, hooks of saved tensors, files.

PyTorch keeps some of it for the whole process; here each program has its own. What leads far into PyTorch runs without
being recorded.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import Any

import torch
from torch.autograd import forward_ad
from torch.utils.checkpoint import checkpoint

from gradwalk.language import costs, tensor_text
from gradwalk.language.library import Module, Silence
from gradwalk.language.objects import Plain
from gradwalk.language.run import Run
from gradwalk.language.standard import Standard
from gradwalk.program import ProgramError


def _set_printoptions(run: Run, node: ast.AST, precision: Any = None, **options: Any) -> None:
    names = ("threshold", "edgeitems", "linewidth", "profile", "sci_mode")
    for name in options:
        if name not in names:
            raise TypeError(f"set_printoptions() got an unexpected keyword argument '{name}'")
    tensor_text.set_options(precision=precision, **options)


def _set_default_dtype(run: Run, node: ast.AST, d: torch.dtype) -> None:
    tensor_text.set_dtype(d)


_OLD_TYPES = {"Float": torch.float32, "Double": torch.float64, "Half": torch.float16}


def _set_default_tensor_type(run: Run, node: ast.AST, t: Any) -> None:
    name = (t if isinstance(t, str) else t.name).removeprefix("torch.").removesuffix("Tensor")
    if name not in _OLD_TYPES:
        raise TypeError(f"invalid type object: {t}")
    tensor_text.set_dtype(_OLD_TYPES[name])


def _get_default_dtype(run: Run, node: ast.AST) -> torch.dtype:
    return tensor_text.dtype()


# Anomaly mode: a failure is explained here anyway, so it only says what PyTorch says


class Anomaly:
    """``torch.autograd.set_detect_anomaly(…)`` and ``detect_anomaly()``: as a call, or entered by with."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return f"<torch.autograd.anomaly_mode.{self.name} at {hex(id(self))}>"

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        pass


def _detect_anomaly(run: Run, node: ast.AST, check_nan: bool = True) -> Anomaly:
    run.warn(
        "UserWarning: Anomaly Detection has been enabled. This mode will increase the runtime and should only be "
        "enabled for debugging."
    )
    return Anomaly("detect_anomaly")


def _set_detect_anomaly(run: Run, node: ast.AST, mode: bool, check_nan: bool = True) -> Anomaly:
    return Anomaly("set_detect_anomaly")


# Where PyTorch calls back while it works


def _saved_tensors_hooks(run: Run, node: ast.AST, pack_hook: Any, unpack_hook: Any) -> Any:
    """Recording would read the saved tensors, and so call the hooks, more often than the program does."""
    run.unwatch(run.span(node))
    return torch.autograd.graph.saved_tensors_hooks(
        lambda tensor: run.call(pack_hook, (tensor,), node), lambda packed: run.call(unpack_hook, (packed,), node)
    )


def _save_on_cpu(run: Run, node: ast.AST, pin_memory: bool = False) -> Any:
    return torch.enable_grad() if torch.is_grad_enabled() else torch.no_grad()


def _checkpoint(run: Run, node: ast.AST, function: Any, *args: Any, use_reentrant: bool | None = None, **_: Any) -> Any:
    run.unwatch(run.span(node))

    def again(*inner: Any) -> Any:
        return run.call(function, inner, node)

    return checkpoint(again, *args, use_reentrant=use_reentrant)


def _dual_level(run: Run, node: ast.AST) -> Any:
    """Forward mode works on pairs of tensors, which a recording does not know."""
    run.unwatch(run.span(node))
    return forward_ad.dual_level()


def _make_dual(run: Run, node: ast.AST, tensor: Any, tangent: Any, *, level: Any = None) -> Any:
    run.budget.operation(max(1, costs.size(tensor)), 0, run.span(node))
    return forward_ad.make_dual(tensor, tangent)  # type: ignore[no-untyped-call]


def _unpack_dual(run: Run, node: ast.AST, tensor: Any, *, level: Any = None) -> Any:
    return forward_ad.unpack_dual(tensor)  # type: ignore[no-untyped-call]


def _transform(name: str) -> Callable[..., Plain]:
    """torch.func.grad(f) and its like: a function that calls f on tensors of torch.func's own."""

    def rule(run: Run, node: ast.AST, function: Any, *args: Any, **kwargs: Any) -> Plain:
        def inner(*inputs: Any, **named: Any) -> Any:
            return run.call(function, inputs, node, named)

        made = getattr(torch.func, name)(inner, *args, **kwargs)

        def call(*inputs: Any, **named: Any) -> Any:
            return _inside(run, node, inputs, lambda: made(*inputs, **named))

        return Plain(call, name=name)

    return rule


def _at_once(name: str) -> Callable[..., Any]:
    """torch.func.jvp and vjp, which call the function where they stand."""

    def rule(run: Run, node: ast.AST, function: Any, *args: Any, **kwargs: Any) -> Any:
        def inner(*inputs: Any) -> Any:
            return run.call(function, inputs, node)

        found = _inside(run, node, args, lambda: getattr(torch.func, name)(inner, *args, **kwargs))
        if name != "vjp":
            return found
        value, back, *rest = found
        return (value, Plain(lambda *inputs: _inside(run, node, inputs, lambda: back(*inputs)), name="vjp"), *rest)

    return rule


def _inside(run: Run, node: ast.AST, inputs: tuple[Any, ...], work: Callable[[], Any]) -> Any:
    """Work of torch.func's: each operation inside counts for as many as there are numbers in the inputs."""
    before = run.multiple
    run.multiple = before * max(1, sum(costs.size(tensor) for tensor in costs.tensors(inputs)))
    try:
        return run.checked(run.listener.engine("func", (work,), {}, run.span(node)), node)
    finally:
        run.multiple = before


def _functional_call(run: Run, node: ast.AST, module: Any, parameters: dict[str, Any], args: Any, **_: Any) -> Any:
    given = args if isinstance(args, tuple) else (args,)
    return run.listener.engine(
        "func", (lambda: torch.func.functional_call(module, parameters, given),), {}, run.span(node)
    )


# Files: there are none, but what a program has saved it can load again


def _save(run: Run, node: ast.AST, obj: Any, f: Any, **_: Any) -> None:
    run.budget.operation(costs.written((obj,), {})[0], 0, run.span(node))
    if not isinstance(f, str | PurePosixPath):
        raise ProgramError("torch.save() takes the name of a file here.", run.span(node))
    f = str(f)
    if len(run.files) >= _MOST_FILES:
        raise ProgramError(f"A program may save {_MOST_FILES} files here.", run.span(node))
    run.files[f] = copy.deepcopy(obj)
    run.show(node, "notice", f"{f} is kept for this program alone: nothing is written to a disk.")


_MOST_FILES = 20


def _load(run: Run, node: ast.AST, f: Any, *_: Any, **__: Any) -> Any:
    f = str(f)
    if f not in run.files:
        raise FileNotFoundError(f"[Errno 2] No such file or directory: {f!r}")
    return copy.deepcopy(run.files[f])


def _answer(value: Any) -> Callable[..., Any]:
    return lambda run, node, *args, **kwargs: value


def _no_gpu(run: Run, node: ast.AST, *_: Any, **__: Any) -> Any:
    raise AssertionError("Torch not compiled with CUDA enabled")


def _rules(prefix: str, **rules: Callable[..., Any]) -> dict[str, Standard]:
    return {name: Standard(f"{prefix}.{name}", rule) for name, rule in rules.items()}


TORCH: dict[str, Any] = {
    **_rules(
        "torch",
        set_printoptions=_set_printoptions,
        set_default_dtype=_set_default_dtype,
        set_default_tensor_type=_set_default_tensor_type,
        get_default_dtype=_get_default_dtype,
        save=_save,
        load=_load,
        get_num_threads=_answer(1),
        is_inference_mode_enabled=_answer(False),
    ),
    "backends": Module(
        "torch.backends",
        {
            "mps": Module("torch.backends.mps", _rules("torch.backends.mps", is_available=_answer(False))),
            "cudnn": Silence("torch.backends.cudnn"),
        },
    ),
}
"""What ``torch`` has of these."""

AUTOGRAD = _rules("torch.autograd", set_detect_anomaly=_set_detect_anomaly, detect_anomaly=_detect_anomaly)
GRAPH = Module(
    "torch.autograd.graph",
    _rules("torch.autograd.graph", saved_tensors_hooks=_saved_tensors_hooks, save_on_cpu=_save_on_cpu),
)
FORWARD = Module(
    "torch.autograd.forward_ad",
    _rules("torch.autograd.forward_ad", dual_level=_dual_level, make_dual=_make_dual, unpack_dual=_unpack_dual),
)
CUDA = _rules(
    "torch.cuda",
    is_available=_answer(False),
    device_count=_answer(0),
    empty_cache=_answer(None),
    synchronize=_no_gpu,
    current_device=_no_gpu,
    get_device_name=_no_gpu,
    manual_seed=_answer(None),
    manual_seed_all=_answer(None),
)
CHECKPOINT = Module("torch.utils.checkpoint", _rules("torch.utils.checkpoint", checkpoint=_checkpoint))
FUNC = Module(
    "torch.func",
    {
        **_rules(
            "torch.func",
            **{name: _transform(name) for name in ("grad", "grad_and_value", "vmap", "jacrev", "jacfwd", "hessian")},
            **{name: _at_once(name) for name in ("jvp", "vjp")},
            functional_call=_functional_call,
        )
    },
)
