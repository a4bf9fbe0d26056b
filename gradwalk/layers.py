"""torch.nn and torch.optim as a program may use them: layers, losses, parameters, optimizers.

A layer's first weights come from the program's own generator, drawn in the order in which PyTorch draws them, so that
``torch.manual_seed(0)`` gives the weights that a notebook shows, and nobody else's draws move.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from gradwalk import costs
from gradwalk.library import Function

ACTIVATIONS = (
    "ReLU Sigmoid Tanh LeakyReLU GELU Softplus ELU SiLU Softmax LogSoftmax LogSigmoid Hardtanh Identity Flatten"
).split()
LOSSES = "MSELoss L1Loss SmoothL1Loss HuberLoss BCELoss BCEWithLogitsLoss CrossEntropyLoss NLLLoss".split()
OPTIMIZERS = "SGD Adam AdamW RMSprop Adagrad".split()


@dataclass(frozen=True, slots=True)
class Layer:
    """A class of torch.nn that a program may make objects of."""

    name: str
    kind: type[nn.Module]


@dataclass(frozen=True, slots=True)
class OptimizerClass:
    """A class of torch.optim."""

    name: str
    kind: Any


LAYERS = {
    name: Layer(name, getattr(nn, name)) for name in (*ACTIVATIONS, *LOSSES, "Linear", "Sequential", "ModuleList")
}
KINDS = {layer.kind for layer in LAYERS.values()}


def make_layer(layer: Layer, args: tuple[Any, ...], kwargs: dict[str, Any], generator: torch.Generator) -> nn.Module:
    """An object of a layer's class."""
    if layer.kind is not nn.Linear:
        return layer.kind(*args, **kwargs)
    empty: Any = nn.utils.skip_init
    made: nn.Linear = empty(nn.Linear, *args, **kwargs)
    bound = 1 / math.sqrt(made.in_features) if made.in_features > 0 else 0
    nn.init.kaiming_uniform_(made.weight, a=math.sqrt(5), generator=generator)
    if made.bias is not None:
        nn.init.uniform_(made.bias, -bound, bound, generator=generator)
    return made


def layer_elements(layer: Layer, args: tuple[Any, ...], kwargs: dict[str, Any]) -> int:
    """How many numbers a layer's parameters have: in_features × out_features."""
    sizes = [*args[:2], *(kwargs.get(name) for name in ("in_features", "out_features"))]
    return math.prod(abs(size) for size in sizes if isinstance(size, int)) if layer.kind is nn.Linear else 1


def layer_call(module: nn.Module) -> Function:
    """Calling a layer of PyTorch's own, as one call with a cost."""
    name = type(module).__name__
    if isinstance(module, nn.Linear):
        weight = module.weight
        return Function(name, module, lambda args, kwargs: costs.linear((*args, weight), {}))
    return Function(name, module, costs.broadcast)
