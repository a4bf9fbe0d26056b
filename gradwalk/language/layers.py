"""torch.nn and torch.optim as a program may use them: layers, losses, parameters, optimizers.

A layer's first weights come from the program's own generator, drawn in the order in which PyTorch draws them, so that
``torch.manual_seed(0)`` gives the weights that a notebook shows, and nobody else's draws move.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, cast

import torch
from torch import nn

from gradwalk.language import costs
from gradwalk.language.library import Function, dropout

ACTIVATIONS = (
    "ReLU Sigmoid Tanh LeakyReLU GELU Softplus ELU SiLU Softmax LogSoftmax LogSigmoid Hardtanh Identity Flatten "
    "ReLU6 SELU CELU Mish Softsign Softmin Tanhshrink Hardswish Hardsigmoid Threshold PReLU Unflatten MaxPool2d "
    "AvgPool2d MaxPool1d AvgPool1d AdaptiveAvgPool1d AdaptiveAvgPool2d Hardshrink Softshrink Softmax2d GLU "
    "CosineSimilarity PairwiseDistance ZeroPad2d"
).split()
LOSSES = (
    "MSELoss L1Loss SmoothL1Loss HuberLoss BCELoss BCEWithLogitsLoss CrossEntropyLoss NLLLoss KLDivLoss "
    "HingeEmbeddingLoss MarginRankingLoss CosineEmbeddingLoss PoissonNLLLoss TripletMarginLoss "
    "GaussianNLLLoss MultiMarginLoss SoftMarginLoss"
).split()
NORMS = "LayerNorm BatchNorm1d BatchNorm2d GroupNorm InstanceNorm1d InstanceNorm2d".split()
CONTAINERS = "Sequential ModuleList ModuleDict ParameterList ParameterDict".split()
OPTIMIZERS = "LBFGS SGD Adam AdamW RMSprop Adagrad Adadelta Adamax NAdam RAdam".split()
SCHEDULERS = (
    "StepLR MultiStepLR ExponentialLR LambdaLR CosineAnnealingLR ReduceLROnPlateau ConstantLR LinearLR OneCycleLR "
    "CosineAnnealingWarmRestarts PolynomialLR CyclicLR"
).split()


@dataclass(frozen=True, slots=True)
class Layer:
    """A class of torch.nn that a program may make objects of."""

    name: str
    kind: type[nn.Module]


@dataclass(frozen=True, slots=True)
class OptimizerClass:
    """A class of torch.optim or torch.optim.lr_scheduler."""

    name: str
    kind: Any


RECURRENT = "RNN LSTM GRU RNNCell LSTMCell GRUCell".split()
DRAWN = ["Linear", "Conv1d", "Conv2d", "Embedding", "Bilinear", *RECURRENT]
"""Layers whose first weights are drawn."""
LAYERS = {
    name: Layer(name, getattr(nn, name)) for name in (*ACTIVATIONS, *LOSSES, *NORMS, *CONTAINERS, *DRAWN, "Dropout")
}
KINDS = {layer.kind for layer in LAYERS.values()}


def make_layer(layer: Layer, args: tuple[Any, ...], kwargs: dict[str, Any], generator: torch.Generator) -> nn.Module:
    """An object of a layer's class."""
    if layer.name not in DRAWN:
        return layer.kind(*args, **kwargs)
    made: Any = layer.kind(*args, **kwargs, device="meta").to_empty(device="cpu")
    if isinstance(made, nn.Embedding):
        nn.init.normal_(made.weight, generator=generator)
        if made.padding_idx is not None:
            with torch.no_grad():
                made.weight[made.padding_idx].fill_(0)
    elif isinstance(made, nn.RNNBase | nn.RNNCellBase):
        for parameter in made.parameters():
            _uniform(parameter, made.hidden_size, generator)
    elif isinstance(made, nn.Bilinear):
        _uniform(made.weight, made.weight.size(1), generator)
        _uniform(made.bias, made.weight.size(1), generator)
    else:
        inputs = made.weight[0].numel() if made.weight.numel() else 0
        nn.init.kaiming_uniform_(made.weight, a=math.sqrt(5), generator=generator)
        _uniform(made.bias, inputs, generator)
    return cast("nn.Module", made)


def _uniform(parameter: torch.Tensor | None, inputs: int, generator: torch.Generator) -> None:
    bound = 1 / math.sqrt(inputs) if inputs > 0 else 0
    if parameter is not None:
        nn.init.uniform_(parameter, -bound, bound, generator=generator)


def layer_elements(layer: Layer, args: tuple[Any, ...], kwargs: dict[str, Any]) -> int:
    """How many numbers a layer's parameters have, at most: the product of its sizes."""
    if layer.name in (*ACTIVATIONS, *LOSSES, *CONTAINERS) and layer.name != "PReLU":
        return 1
    given = [*args[:4], *kwargs.values()]
    if layer.name in RECURRENT:
        given = [item for item in [*args[:3], *kwargs.values()] if type(item) is int]
        return int(8 * (sum(map(abs, given)) + 1) ** 2 * max([1, *given]))
    flat = [part for item in given for part in (item if isinstance(item, list | tuple) else [item, item])]
    pairs = flat[::2] if layer.name in ("Linear", "Embedding", "Bilinear") else flat
    return math.prod(max(1, abs(size)) for size in pairs if isinstance(size, int) and not isinstance(size, bool))


def layer_call(module: nn.Module, generator: torch.Generator) -> Function:
    """Calling a layer of PyTorch's own, as one call with a cost."""
    name = type(module).__name__
    if isinstance(module, nn.Dropout):
        return Function(name, _dropped(module, generator), costs.same)
    if isinstance(module, nn.Linear | nn.Conv1d | nn.Conv2d | nn.Embedding):
        weight = module.weight
        cost = {"Linear": costs.linear, "Embedding": costs.embedded}.get(name, costs.convolved)
        settings = {key: getattr(module, key) for key in ("stride", "padding") if hasattr(module, key)}
        return Function(name, module, lambda args, kwargs: cost((*args, weight), settings))
    if name in RECURRENT:
        weights = sum(parameter.numel() for parameter in module.parameters())
        return Function(name, module, lambda args, kwargs: _recurrent(args, weights))
    return Function(name, module, costs.broadcast)


def whole_call(module: nn.Sequential) -> Function:
    """Calling a container as one call: each row of the input meets each weight."""
    parameters = list(module.parameters())
    weights = sum(parameter.numel() for parameter in parameters)
    widest = max((parameter.shape[0] for parameter in parameters if parameter.dim()), default=1)

    def cost(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[int, int]:
        found = costs.size(args[0]) if args and isinstance(args[0], torch.Tensor) else 1
        return found * widest, found * weights

    return Function(type(module).__name__, module, cost)


def _recurrent(args: tuple[Any, ...], weights: int) -> tuple[int, int]:
    """Each row of the input, at each time, meets each weight; a gate keeps about as much as there are weights' rows."""
    found = costs.size(args[0]) if args and isinstance(args[0], torch.Tensor) else 1
    return max(found, weights) * 4 + found * math.isqrt(weights), found * weights


def _dropped(module: nn.Dropout, generator: torch.Generator) -> Any:
    def call(input: torch.Tensor) -> torch.Tensor:  # noqa: A002 - PyTorch's own name for it
        return dropout(input, module.p, module.training, module.inplace, generator)

    return call
