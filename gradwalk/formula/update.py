"""The formulas of an optimizer's step, as PyTorch's documentation gives them, in symbols and with the numbers at hand.

Elementwise: for a vector the same formula holds for each of its elements. Sources: the pages of torch.optim.SGD, Adam,
AdamW, RMSprop and Adagrad.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Sequence

from gradwalk.analysis.index import Index
from gradwalk.formula.arrays import array_or_start
from gradwalk.formula.mathml import Formula, Tree, filled, name_tree
from gradwalk.notation import pretty, short
from gradwalk.recording import Array, Number, Update

Numbers = Sequence[Number] | None


class _Step:
    """One parameter's step: what goes into its formulas, and the lines as they are written."""

    def __init__(self, index: Index, event: Update) -> None:
        move = index.moves[event.after]
        before, after = index.values[event.before], index.values[event.after]
        name = index.names[event.after]
        self.shape = after.shape
        self.name = name_tree(name)
        self.grad: Tree = ["mtext", f"{pretty(name)}.grad"]
        self.settings = {setting.name: setting.text for setting in event.settings}
        self.before, self.after = before.numbers, after.numbers
        self.gradient = None if move.grad is None else move.grad.numbers
        self.state = {state.name: state.array.numbers for state in event.state}
        self.past = {state.name: state.array.numbers for state in move.before}
        self.lines: list[Formula] = []

    def setting(self, name: str) -> float:
        text = self.settings.get(name, "0")
        return {"True": 1.0, "False": 0.0}.get(text) or float(text if text not in ("True", "False") else 0)

    def number(self, name: str) -> Tree:
        return ["mn", short(self.setting(name))]

    def tree(self, numbers: Numbers) -> Tree | None:
        return None if numbers is None else array_or_start(Array(self.shape, "", tuple(numbers)))

    def say(self, latex: str, trees: Sequence[Tree]) -> None:
        self.lines.append(filled(latex, trees))

    def count(self, latex: str, trees: Sequence[Tree | None]) -> None:
        """A line of numbers, if all of them are at hand and short enough."""
        known = [tree for tree in trees if tree is not None]
        if len(known) == len(trees):
            self.say(latex, known)

    def zeros(self, name: str) -> Numbers:
        """What the optimizer remembered before; zeros at its first step."""
        known = self.past.get(name)
        return known if known is not None else (0.0,) * math.prod(self.shape)

    @staticmethod
    def divided(numbers: Numbers, by: float) -> Numbers:
        return None if numbers is None else tuple(number / by for number in numbers)


def update_lines(index: Index, event: Update) -> tuple[Formula, ...]:
    """The lines for one parameter; none for an optimizer without formulas here."""
    write, beyond = _FORMULAS.get(event.optimizer or "", (None, ()))
    if write is None:
        return ()
    step = _Step(index, event)
    if any(all(map(step.setting, together)) for together in beyond):
        return ()
    write(step)
    return tuple(step.lines)


def _sgd(step: _Step) -> None:
    sign = "+" if step.setting("maximize") else "-"
    decay, momentum = step.setting("weight_decay"), step.setting("momentum")
    gradient = r"\left(#1 + \lambda \, #0\right)" if decay else "#1"
    lr, before, after = step.number("lr"), step.tree(step.before), step.tree(step.after)
    grad = step.tree(step.gradient)
    if not momentum:
        step.say(rf"#0 \leftarrow #0 {sign} \eta \cdot {gradient}", [step.name, step.grad])
        if decay:
            numbers = [before, lr, grad, step.number("weight_decay"), before, after]
            step.count(rf"= #0 {sign} #1 \cdot \left(#2 + #3 \cdot #4\right) = #5", numbers)
        else:
            step.count(rf"= #0 {sign} #1 \cdot #2 = #3", [before, lr, grad, after])
        return
    velocity = step.tree(step.state.get("momentum_buffer"))
    past = step.past.get("momentum_buffer")
    if past is None:
        step.say(f"v = {gradient}", [step.name, step.grad])
        step.count("= #0", [velocity])
    else:
        damped = r"\left(1 - \tau\right) " if step.setting("dampening") else ""
        step.say(rf"v \leftarrow \mu \, v + {damped}{gradient}", [step.name, step.grad])
        if decay or damped:
            step.count("= #0", [velocity])
        else:
            step.count(r"= #0 \cdot #1 + #2 = #3", [step.number("momentum"), step.tree(past), grad, velocity])
    if step.setting("nesterov"):
        step.say(rf"#0 \leftarrow #0 {sign} \eta \left({gradient} + \mu \, v\right)", [step.name, step.grad])
        step.count("= #0", [after])
    else:
        step.say(rf"#0 \leftarrow #0 {sign} \eta \, v", [step.name])
        step.count(rf"= #0 {sign} #1 \cdot #2 = #3", [before, lr, velocity, after])


def _adam(step: _Step) -> None:
    if step.setting("decoupled_weight_decay"):
        _adamw(step)
        return
    _moments(step, r"\left(#0 + \lambda \, #1\right)" if step.setting("weight_decay") else "#0")
    hats = _corrected(step)
    step.say(r"#0 \leftarrow #0 - \eta \, \frac{\hat{m}}{\sqrt{\hat{v}} + \epsilon}", [step.name])
    _adam_numbers(step, step.before, hats)


def _adamw(step: _Step) -> None:
    _moments(step, "#0")
    decay = step.setting("lr") * step.setting("weight_decay")
    hats = _corrected(step)
    latex = r"#0 \leftarrow #0 - \eta \lambda \, #0 - \eta \, \frac{\hat{m}}{\sqrt{\hat{v}} + \epsilon}"
    step.say(latex, [step.name])
    _adam_numbers(step, step.divided(step.before, 1 / (1 - decay)), hats)


def _moments(step: _Step, gradient: str) -> None:
    grad, named = step.tree(step.gradient), [step.grad, step.name]
    plain = gradient == "#0"
    for latex, name, beta, power in (("m", "exp_avg", _betas(step)[0], ""), ("v", "exp_avg_sq", _betas(step)[1], "^2")):
        place = "1" if latex == "m" else "2"
        step.say(
            rf"{latex} \leftarrow \beta_{place} \, {latex} + \left(1 - \beta_{place}\right) {{{gradient}}}{power}",
            named,
        )
        past, now = step.tree(step.zeros(name)), step.tree(step.state.get(name))
        factors: list[Tree] = [["mn", short(beta)], ["mn", short(round(1 - beta, 12))]]
        if plain:
            step.count(rf"= #0 \cdot #1 + #2 \cdot {{#3}}{power} = #4", [factors[0], past, factors[1], grad, now])
        else:
            step.count("= #0", [now])


def _corrected(step: _Step) -> list[Tree | None]:
    """The moments without the bias towards the zeros that they began with."""
    time = float((step.state.get("step") or (1.0,))[0])
    hats: list[Tree | None] = []
    for latex, name, beta in (("m", "exp_avg", _betas(step)[0]), ("v", "exp_avg_sq", _betas(step)[1])):
        moment = step.state.get(name)
        corrected = step.divided(moment, 1 - beta**time)
        place = "1" if latex == "m" else "2"
        trees: list[Tree | None] = [step.tree(moment), ["mn", short(beta)], ["mn", short(time)], step.tree(corrected)]
        step.count(
            rf"\hat{{{latex}}} = \frac{{{latex}}}{{1 - \beta_{place}^t}} = \frac{{#0}}{{1 - #1^{{#2}}}} = #3", trees
        )
        hats.append(step.tree(corrected))
    return hats


def _adam_numbers(step: _Step, start: Numbers, hats: Sequence[Tree | None]) -> None:
    """``start`` is the parameter after its own decay."""
    trees = [step.tree(start), step.number("lr"), *hats, step.number("eps"), step.tree(step.after)]
    step.count(r"= #0 - #1 \cdot \frac{#2}{\sqrt{#3} + #4} = #5", trees)


def _betas(step: _Step) -> tuple[float, float]:
    first, second = ast.literal_eval(step.settings.get("betas", "(0.9, 0.999)"))
    return float(first), float(second)


def _rmsprop(step: _Step) -> None:
    step.say(r"v \leftarrow \alpha \, v + \left(1 - \alpha\right) {#0}^2", [step.grad])
    alpha = step.setting("alpha")
    now, grad = step.tree(step.state.get("square_avg")), step.tree(step.gradient)
    factors: list[Tree] = [["mn", short(alpha)], ["mn", short(round(1 - alpha, 12))]]
    past = step.tree(step.zeros("square_avg"))
    step.count(r"= #0 \cdot #1 + #2 \cdot {#3}^2 = #4", [factors[0], past, factors[1], grad, now])
    step.say(r"#0 \leftarrow #0 - \eta \, \frac{#1}{\sqrt{v} + \epsilon}", [step.name, step.grad])
    trees = [step.tree(step.before), step.number("lr"), grad, now, step.number("eps"), step.tree(step.after)]
    step.count(r"= #0 - #1 \cdot \frac{#2}{\sqrt{#3} + #4} = #5", trees)


def _adagrad(step: _Step) -> None:
    step.say(r"s \leftarrow s + {#0}^2", [step.grad])
    now, grad = step.tree(step.state.get("sum")), step.tree(step.gradient)
    step.count("= #0", [now])
    step.say(r"#0 \leftarrow #0 - \eta \, \frac{#1}{\sqrt{s} + \epsilon}", [step.name, step.grad])
    trees = [step.tree(step.before), step.number("lr"), grad, now, step.number("eps"), step.tree(step.after)]
    step.count(r"= #0 - #1 \cdot \frac{#2}{\sqrt{#3} + #4} = #5", trees)


_FORMULAS: dict[str, tuple[Callable[[_Step], None], tuple[tuple[str, ...], ...]]] = {
    "SGD": (_sgd, (("maximize", "weight_decay"), ("maximize", "momentum"))),
    "Adam": (_adam, (("maximize",), ("amsgrad",))),
    "AdamW": (_adamw, (("maximize",), ("amsgrad",))),
    "RMSprop": (_rmsprop, (("maximize",), ("weight_decay",), ("momentum",), ("centered",))),
    "Adagrad": (_adagrad, (("maximize",), ("weight_decay",), ("lr_decay",))),
}
"""Who writes the lines, and the settings, alone or together, of which the lines do not speak."""
