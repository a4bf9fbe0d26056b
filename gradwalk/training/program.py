"""A setting → the training loop as a lecturer writes it; a snapshot → the one step that starts from it.

Both are plain PyTorch, and run here as in a notebook.
"""

from __future__ import annotations

from gradwalk.training.data import data_text
from gradwalk.training.literals import Numbers, tensor_text
from gradwalk.training.network import ACTIVATIONS, LOSSES, STEP, Network, sequential
from gradwalk.training.setting import BIAS, FAULTS, Optimizer, Setting
from gradwalk.training.snapshot import Snapshot

HEAD = "import torch\nimport torch.nn as nn\nimport torch.nn.functional as F"


def program(setting: Setting, epochs: int | None = None) -> str:
    """The whole run in cells: data, model, loop, what came of it. ``epochs`` in place of its own, for a short walk."""
    network, data = setting.trained, setting.data
    return "\n".join(
        [
            HEAD,
            *_definitions(network),
            "",
            data_text(data, network.loss, network.dtype),
            "# %%",
            f"torch.manual_seed({setting.seed})",
            f"model = {sequential(network, data.inputs)}",
            *_start(setting),
            *([] if setting.fault == "no_grad" else [f"optimizer = {optimizer_text(setting, 'model.parameters()')}"]),
            "# %%",
            *_loop(setting, setting.epochs if epochs is None else epochs),
            "# %%",
            "loss",
        ]
    )


def _definitions(network: Network) -> list[str]:
    """What a program needs that PyTorch has no name for."""
    step = STEP if "step" in network.activations else ""
    return [*_written(step), *_written(LOSSES[network.loss].definition)]


def _written(definition: str) -> list[str]:
    return ["", definition] if definition else []


def optimizer_text(setting: Setting, parameters: str) -> str:
    optimizer = setting.optimizer
    return Optimizer(optimizer.kind, setting.lr, optimizer.momentum, optimizer.nesterov, optimizer.decay).text(
        parameters
    )


def _start(setting: Setting) -> list[str]:
    """What a fault does to the first weights."""
    if setting.fault == "zeros":
        return ["with torch.no_grad():", "    for p in model.parameters():", "        p.zero_()"]
    if setting.fault in FAULTS and FAULTS[setting.fault].hidden:
        bias = BIAS if setting.fault == "saturated" else -BIAS
        return ["with torch.no_grad():", f"    model[0].bias.fill_({bias})"]
    return []


def _loop(setting: Setting, epochs: int) -> list[str]:
    if setting.whole:
        return [f"for epoch in range({epochs}):", *_indented(_step(setting, "X", "y", "model.parameters()"))]
    step = _step(setting, "X[batch]", "y[batch]", "model.parameters()")
    batches = f"for batch in torch.randperm({setting.data.size}).split({setting.batch}):"
    return [f"for epoch in range({epochs}):", *_indented([batches, *_indented(step)])]


def _step(setting: Setting, x: str, y: str, parameters: str, forward: list[str] | None = None) -> list[str]:
    """zero_grad, forward, loss, backward, step; without what a fault leaves out."""
    clear, move = ["optimizer.zero_grad()"], ["optimizer.step()"]
    if setting.fault == "no_grad":
        clear = ["model.zero_grad()"] if forward is None else []
        move = [f"for p in {parameters}:", f"    p -= {setting.lr!r} * p.grad"]
    return [
        *(clear if setting.fault != "zero_grad" else []),
        *(forward or [f"prediction = model({x})"]),
        f"loss = {LOSSES[setting.trained.loss].text.format('prediction', y)}",
        "loss.backward()",
        *(move if setting.fault != "step" else []),
    ]


def step_program(setting: Setting, snapshot: Snapshot) -> str:
    """One step from a snapshot, with its true numbers: parameters, gradients left over, the optimizer's memory."""
    network = setting.trained
    names = parameter_names(network)
    listed = f"[{', '.join(names)}]"
    lines = [
        "import torch",
        "import torch.nn.functional as F",
        *_written(LOSSES[network.loss].definition),
        "",
        f"# {_place(setting, snapshot)}",
        f"X = {_given(snapshot.x)}",
        f"y = {_given(snapshot.y)}",
        *(
            f"{name} = {tensor_text(numbers, 'requires_grad=True')}"
            for name, numbers in zip(names, snapshot.parameters, strict=True)
        ),
        *(
            f"{name}.grad = {tensor_text(left)}"
            for name, left in zip(names, snapshot.gradients, strict=True)
            if left is not None
        ),
    ]
    if setting.fault != "no_grad":
        lines += [f"optimizer = {optimizer_text(setting, listed)}", *_memory(names, snapshot)]
    step = _step(setting, "X", "y", listed, _forward(network, names))
    return "\n".join([*lines, "# %%", *step])


def parameter_names(network: Network) -> list[str]:
    """``W1, b1, W2, b2``; a single neuron has ``w`` and ``b``."""
    if not network.hidden:
        return ["w", "b"]
    return [f"{letter}{layer}" for layer in range(1, len(network.activations) + 1) for letter in "Wb"]


def _place(setting: Setting, snapshot: Snapshot) -> str:
    after = f"After {snapshot.epoch:,} {'epoch' if snapshot.epoch == 1 else 'epochs'}"
    return after if setting.whole else f"{after}: step {snapshot.batch + 1} of {setting.batches}"


def _given(numbers: Numbers) -> str:
    if numbers.dtype != "int64":
        return tensor_text(numbers)
    return f"torch.tensor({[int(number) for number in numbers.flat]})"


def _memory(names: list[str], snapshot: Snapshot) -> list[str]:
    lines = []
    for name, entries in zip(names, snapshot.state, strict=True):
        if entries:
            texts = ", ".join(f'"{entry.name}": {tensor_text(entry.numbers)}' for entry in entries)
            lines.append(f"optimizer.state[{name}] = {{{texts}}}")
    return lines


def _forward(network: Network, names: list[str]) -> list[str]:
    """Layer by layer: ``h1 = torch.tanh(F.linear(X, W1, b1))``."""
    lines, given, last = [], "X", len(network.activations)
    for layer, activation in enumerate(network.activations, 1):
        weight, bias = names[2 * layer - 2 : 2 * layer]
        made = "prediction" if layer == last else f"h{layer}"
        lines.append(f"{made} = {ACTIVATIONS[activation].call.format(f'F.linear({given}, {weight}, {bias})')}")
        given = made
    return lines


def _indented(lines: list[str]) -> list[str]:
    return [f"    {line}" for line in lines]
