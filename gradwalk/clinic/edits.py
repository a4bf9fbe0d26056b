"""A change of the program that takes what a finding tells out of it: for the findings that one small edit mends.

What is to change, and where, is known from the recording; only how it is written comes from the syntax around it.
"""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Callable

from gradwalk.clinic.finding import Finding
from gradwalk.failures.diagnosis import Remedy
from gradwalk.failures.fixes import Edit, difference
from gradwalk.failures.fixes.backward import below_the_pass
from gradwalk.program import Span
from gradwalk.program.syntax import Change, Code, behind, has, name_of, with_argument
from gradwalk.recording import Recording, Stepped, Update

_Builder = Callable[[Code, Recording, Finding, Span], list[Change] | None]


def edit_of(recording: Recording, finding: Finding) -> Edit | None:
    """None where the program around it is not as the edit needs it."""
    build, span = _BUILDERS.get(finding.kind), finding.span
    if build is None or span is None or span.file:
        return None
    code = Code(recording.source)
    if not code.has(span):
        return None
    changes = build(code, recording, finding, span)
    return difference(code.text, code.changed(changes)) if changes else None


def _clear_before(code: Code, recording: Recording, finding: Finding, place: Span) -> list[Change] | None:
    """``optimizer.zero_grad()`` as a line of its own before the pass, where one optimizer takes the steps."""
    statement = code.statement(place)
    is_pass = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call)
    if not is_pass or statement is None or not code.alone(statement):
        return None
    steps = {event.span for event in recording.events if isinstance(event, Update) and event.optimizer is not None}
    found = [code.call(span, "step") if span and not span.file and code.has(span) else None for span in steps]
    names = {code.piece(call.func.value) if call and isinstance(call.func, ast.Attribute) else "" for call in found}
    if len(names) != 1 or not all(name.isidentifier() for name in names):
        return None
    at = code.start(statement)
    return [Change(at, at, f"{names.pop()}.zero_grad()\n{code.indent(statement)}")]


def _clear_below(code: Code, recording: Recording, finding: Finding, place: Span) -> list[Change] | None:
    """``optimizer.zero_grad()`` as a line of its own below the step, where all steps are taken at one place."""
    steps = {event.span for event in recording.events if isinstance(event, Update) and event.optimizer is not None}
    span = steps.pop() if len(steps) == 1 else None
    call = code.call(span, "step") if span is not None and not span.file and code.has(span) else None
    statement = code.statement(span) if span is not None and call is not None else None
    if call is None or statement is None or not isinstance(call.func, ast.Attribute) or not code.alone(statement):
        return None
    name = code.piece(call.func.value)
    at = code.end(statement)
    return [Change(at, at, f"\n{code.indent(statement)}{name}.zero_grad()")] if name.isidentifier() else None


def _same_shape(code: Code, recording: Recording, finding: Finding, place: Span) -> list[Change] | None:
    """``.squeeze(1)`` behind the column of the pair."""
    node = code.at(place, ast.BinOp, ast.Call)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub):
        pair = [node.left, node.right]
    elif isinstance(node, ast.Call) and len(node.args) >= len(finding.values):
        pair = node.args[: len(finding.values)]
    else:
        return None
    shapes = [recording.values[value].shape for value in finding.values]
    column = next((at for at, shape in enumerate(shapes) if len(shape) == 2), None)
    return None if column is None else behind(code, pair[column], ".squeeze(1)")


def _clip_below(code: Code, recording: Recording, finding: Finding, place: Span) -> list[Change] | None:
    return below_the_pass(code, Remedy("below-pass", place))


def _number_alone(code: Code, recording: Recording, finding: Finding, place: Span) -> list[Change] | None:
    """``total += loss.item()`` for ``total += loss``."""
    statement = code.statement(place)
    if isinstance(statement, ast.AugAssign) and isinstance(statement.op, ast.Add):
        term = statement.value
    elif isinstance(statement, ast.Assign) and isinstance(statement.value, ast.BinOp):
        sides, target = [statement.value.left, statement.value.right], code.piece(statement.targets[0])
        others = [side for side in sides if code.piece(side) != target]
        if len(others) != 1 or not isinstance(statement.value.op, ast.Add):
            return None
        (term,) = others
    else:
        return None
    return behind(code, term, ".item()") if isinstance(term, ast.Name) else None


def _scores_themselves(code: Code, recording: Recording, finding: Finding, place: Span) -> list[Change] | None:
    """``cross_entropy(z, y)`` for ``cross_entropy(softmax(z, 1), y)``."""
    loss = code.at(place, ast.Call)
    if loss is None or not loss.args:
        return None
    if not isinstance(loss.args[0], ast.Call) or name_of(loss.args[0].func) not in _SQUASHING:
        return _squashed_before(code, recording, finding, loss)
    made = loss.args[0]
    function = made.func
    is_method = isinstance(function, ast.Attribute) and not (
        isinstance(function.value, ast.Name) and function.value.id in ("torch", "F", "functional")
    )
    if is_method and isinstance(function, ast.Attribute):
        return [Change(code.end(function.value), code.end(made), "")]
    return [Change(code.start(made), code.end(made), code.piece(made.args[0]))] if made.args else None


_SQUASHING = ("softmax", "sigmoid")


def _squashed_before(code: Code, recording: Recording, finding: Finding, loss: ast.Call) -> list[Change] | None:
    """Where softmax or sigmoid is a layer at a model's end, what forward() returns, or a line of its own."""
    maker = recording.values[finding.values[0]].operation
    place = None if maker is None else recording.operations[maker].span
    if place is None or place.file or not code.has(place):
        return None
    made = code.call(place, *_SQUASHING)
    if made is None:
        return _last_layer(code)
    statement = code.statement(place)
    given = _given_to(made)
    if given is None or not isinstance(statement, ast.Assign | ast.Return) or statement.value is not made:
        return None
    if isinstance(statement, ast.Assign):
        uses = [node for node in code.all(ast.Name) if node.id == code.piece(statement.targets[0])]
        if len(uses) > 2 and code.piece(given) != code.piece(statement.targets[0]):
            return _handed_on(code, statement, given, loss)
        if code.piece(given) == code.piece(statement.targets[0]) and code.alone(statement):
            at = code.start(statement) - len(code.indent(statement))
            return [Change(at, code.end(statement) + 1, "")]
    return [Change(code.start(made), code.end(made), code.piece(given))]


def _given_to(made: ast.Call) -> ast.expr | None:
    """The scores that softmax or sigmoid is given, as a function or as a method."""
    function = made.func
    if isinstance(function, ast.Attribute) and not (
        (isinstance(function.value, ast.Name) and function.value.id in ("torch", "F", "functional"))
        or (isinstance(function.value, ast.Attribute) and function.value.attr == "functional")
    ):  # fmt: skip
        return function.value
    return made.args[0] if made.args else None


def _handed_on(code: Code, statement: ast.Assign, given: ast.expr, loss: ast.Call) -> list[Change] | None:
    """The scores for the loss, where what was made of them is used elsewhere too: they need a name."""
    if not isinstance(given, ast.Name) or code.piece(loss.args[0]) != code.piece(statement.targets[0]):
        return None
    set_again = [n for n in code.all(ast.Name) if n.id == given.id and isinstance(n.ctx, ast.Store)]
    if len(set_again) != 1:
        return None
    return [Change(code.start(loss.args[0]), code.end(loss.args[0]), given.id)]


def _last_layer(code: Code) -> list[Change] | None:
    """``nn.Sequential(…, nn.Linear(4, 3))`` for one that ends with ``nn.Softmax(dim=1)``."""
    models = [call for call in code.all(ast.Call) if name_of(call.func) == "Sequential" and len(call.args) > 1]
    ends = [call for call in models if isinstance(call.args[-1], ast.Call)]
    found = [call for call in ends if name_of(call.args[-1].func) in ("Softmax", "Sigmoid")]  # type: ignore[attr-defined]
    layers = [call for call in code.all(ast.Call) if name_of(call.func) in ("Softmax", "Sigmoid")]
    if len(found) != 1 or len(layers) != 1:
        return None
    before, last = found[0].args[-2:]
    return [Change(code.end(before), code.end(last), "")]


def _add_to_it(code: Code, recording: Recording, finding: Finding, place: Span) -> list[Change] | None:
    """``loss += x`` for ``loss =+ x``."""
    statement = code.statement(place)
    if not (isinstance(statement, ast.Assign) and isinstance(signed := statement.value, ast.UnaryOp)):
        return None
    between = code.end(statement.targets[-1]), code.start(signed.operand)
    is_slip = re.fullmatch(r"(\s*)=\+(\s*)", code.text[between[0] : between[1]])
    return [Change(*between, f"{is_slip[1]}+={is_slip[2]}")] if is_slip and len(statement.targets) == 1 else None


def _smaller_steps(code: Code, recording: Recording, finding: Finding, place: Span) -> list[Change] | None:
    """``lr=0.1`` for ``lr=10.0``: the step that left the domain is less than half of the way to 0 then."""
    moved = (event for event in recording.events if isinstance(event, Update) and event.after == finding.values[-1])
    step = next(moved, None)
    if step is None or step.optimizer is None:
        return None
    rates = [setting.text for setting in step.settings if setting.name == "lr"]
    calls = [call for call in code.all(ast.Call) if name_of(call.func) == step.optimizer]
    given = [item.value for call in calls for item in call.keywords if item.arg == "lr"]
    if len(calls) != 1 or len(given) != 1 or not isinstance(given[0], ast.Constant) or not rates:
        return None
    rate, most = given[0].value, _part_of_the_way(recording, step)
    if not isinstance(rate, int | float) or float(rates[0]) != rate or not 0 < most < 1:
        return None
    smaller = rate / 10 ** math.ceil(-math.log10(most))
    return [Change(code.start(given[0]), code.end(given[0]), f"{smaller:.6g}")]


def _part_of_the_way(recording: Recording, step: Update) -> float:
    """What part of the step goes half of the way to 0, for each number that it took below."""
    before, after = (recording.values[value].numbers or () for value in (step.before, step.after))
    pairs = zip(before, after, strict=False)
    return min((one / 2 / (one - other) for one, other in pairs if one > 0 and other <= 0), default=0.0)


def _made_once(code: Code, recording: Recording, finding: Finding, place: Span) -> list[Change] | None:
    """The statement that makes an optimizer stands before the outermost loop that it can leave."""
    statement = code.statement(place)
    if not isinstance(statement, ast.Assign) or not code.alone(statement) or len(code.block(statement)) < 2:
        return None
    read = {node.id for node in ast.walk(statement.value) if isinstance(node, ast.Name)}
    loop: ast.stmt | None = None
    around = code.parents.get(statement)
    while isinstance(around, ast.For | ast.While | ast.If | ast.With):
        if isinstance(around, ast.For | ast.While):
            set_there = {n.id for n in ast.walk(around) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
            if set_there & read:
                break
            loop = around
        around = code.parents.get(around)
    if loop is None:
        return None
    at, start = code.start(loop), code.start(statement)
    line = code.text.find("\n", code.end(statement)) + 1 or len(code.text)
    written = f"{code.text[start:line].rstrip()}\n{code.indent(loop)}"
    return [Change(at, at, written), Change(start - len(code.indent(statement)), line, "")]


def _set_in_the_groups(code: Code, recording: Recording, finding: Finding, place: Span) -> list[Change] | None:
    """``group["lr"] = …`` in a loop over ``param_groups`` for ``optimizer.lr = …``."""
    unread = {one.name for event in recording.events if isinstance(event, Stepped) for one in event.unread}
    changes = []
    for statement in code.all(ast.Assign):
        target = code.piece(statement.targets[0])
        if target in unread and code.alone(statement) and len(statement.targets) == 1:
            owner, _, setting = target.rpartition(".")
            loop = f'for group in {owner}.param_groups:\n{code.indent(statement)}    group["{setting}"]'
            changes.append(Change(code.start(statement), code.end(statement.targets[0]), loop))
    return changes or None


def _logarithm(code: Code, recording: Recording, finding: Finding, place: Span) -> list[Change] | None:
    """``log_softmax`` for ``softmax``, in the call that gave what kl_div is handed, and which nothing else uses."""
    number = finding.values[0]
    maker = recording.values[number].operation
    users = {one.span for one in recording.operations if any(edge.value == number for edge in one.edges)}
    made = None if maker is None else recording.operations[maker].span
    if made is None or made.file or not code.has(made) or users != {finding.span}:
        return None
    call = code.call(made, "softmax")
    if call is not None:
        return [Change(code.end(call.func) - len("softmax"), code.end(call.func), "log_softmax")]
    layers = [one for one in code.all(ast.Call) if name_of(one.func) == "Softmax"]
    return [Change(code.end(one.func) - 7, code.end(one.func), "LogSoftmax") for one in layers[:1] if len(layers) == 1]


def _batch_first(code: Code, recording: Recording, finding: Finding, place: Span) -> list[Change] | None:
    """``batch_first=True`` where the layer is made, if there is only one of its kind."""
    layers = [call for call in code.all(ast.Call) if name_of(call.func) in ("LSTM", "GRU", "RNN")]
    if len(layers) != 1 or has(layers[0], "batch_first"):
        return None
    return [with_argument(code, layers[0], "batch_first=True")]


_BUILDERS: dict[str, _Builder] = {
    "optimizer-anew": _made_once,
    "setting-unread": _set_in_the_groups,
    "kl-of-probabilities": _logarithm,
    "one-sequence": _batch_first,
    "nonfinite-moved": _smaller_steps,
    "zero-grad-forgotten": _clear_before,
    "zero-grad-after-passes": _clear_below,
    "clipped-too-early": _clip_below,
    "broadcast-loss": _same_shape,
    "plus-for-sum": _add_to_it,
    "running-sum": _number_alone,
    "softmax-twice": _scores_themselves,
    "sigmoid-twice": _scores_themselves,
}
