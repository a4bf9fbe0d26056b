"""A network in numbers → PyTorch program text that runs as it stands; its last line shows the gradients."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping, Sequence

from gradwalk.perceptron.programs import linear, scalar, tensor
from gradwalk.perceptron.programs.losses import BY_HAND
from gradwalk.perceptron.programs.written import MAX_LINE, Written
from gradwalk.perceptron.settings.reading import Network

_STYLES: Mapping[str, Callable[[Network], Written]] = {
    "scalar": scalar.write,
    "tensor": tensor.write,
    "linear": linear.write,
}


def program(network: Network) -> str:
    """The whole program: values, forward pass, loss, backward pass, gradients."""
    written = write(network)
    gradients = [f"{leaf}.grad" for leaf in written.leaves]
    return "\n\n".join([forward_program(network).rstrip("\n"), f"loss.backward()\n{_shown(gradients)}"]) + "\n"


def forward_program(network: Network, requires_grad: bool = True) -> str:
    """The program as far as the loss, with nothing shown."""
    written = write(network)
    values = "\n".join(written.values)
    if not requires_grad:
        values = values.replace(", requires_grad=True", "")
    blocks = [_imports(written, network), *_functions(network), values, "\n".join(written.forward)]
    return "\n\n".join(blocks) + "\n"


def write(network: Network) -> Written:
    """The program's parts in the network's style."""
    return _STYLES[network.style](network)


def _functions(network: Network) -> list[str]:
    """What the program defines."""
    helper = [linear.helper(network)] if network.style == "linear" else []
    return [*helper, *([BY_HAND] if network.loss == "bce" else [])]


def _imports(written: Written, network: Network) -> str:
    code = "\n".join((*written.values, *written.forward))
    lines = ["import torch"]
    lines += ["import torch.nn as nn"] if network.style == "linear" else []
    lines += ["import torch.nn.functional as F"] if "F." in code else []
    return "\n".join(lines)


def _shown(gradients: Sequence[str]) -> str:
    line = ", ".join(gradients)
    if len(line) <= MAX_LINE:
        return line
    return textwrap.fill(f"({line})", MAX_LINE, subsequent_indent=" ")
