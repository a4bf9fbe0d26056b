"""What a reader is told about the program itself: names that are bound, texts that are shown, whole episodes."""

from __future__ import annotations

from gradwalk.analysis.index import Index
from gradwalk.explain.account import Account, joined
from gradwalk.explain.wording import BOUND, CALLABLES, EPISODE, SHOWN, START, TITLES
from gradwalk.formula.arrays import number_text
from gradwalk.notation import pretty, shape_text
from gradwalk.recording import BackwardCall, Binding, Failure, Operation, Output, Statement, Value

MOST_SHOWN = 160
MOST_NAMES = 4


def beginning(index: Index, first: Operation | None) -> Account:
    """Before a program that is told statement by statement."""
    events = index.recording.events
    if first is None and not any(isinstance(event, BackwardCall | Statement | Output) for event in events):
        return Account(TITLES["start"], START["nothing"])
    return Account(TITLES["start"], EPISODE["beginning" if first is None else "beginning graph"])


def bound(index: Index, event: Statement) -> Account:
    """A statement gave names to what no operation made: a leaf, a constant, a second name, plain Python."""
    shown = [_shown(index, binding) for binding in event.bindings[:MOST_NAMES]]
    title = TITLES["bound"].format(names=", ".join(shown) + (", …" if len(event.bindings) > MOST_NAMES else ""))
    said = dict.fromkeys(_bound(index, binding) for binding in event.bindings[:MOST_NAMES])
    return Account(title, joined(*said))


def _shown(index: Index, binding: Binding) -> str:
    name = pretty(binding.name)
    if binding.value is None and binding.text in CALLABLES:
        return name
    if binding.value is None:
        return BOUND["is"].format(name=name, text=binding.text)
    value = index.values[binding.value]
    number = number_text(value.shape, value.numbers)
    if number is None:
        return BOUND["has"].format(name=name, shape=shape_text(value.shape))
    return BOUND["is"].format(name=name, text=number)


def _bound(index: Index, binding: Binding) -> str:
    name = pretty(binding.name)
    if binding.value is None:
        return _module(index, binding) or _plain(name, binding.text)
    value = index.values[binding.value]
    node = _node(index, value)
    key = "constant" if not value.requires_grad else "leaf" if value.is_leaf else "tracked" if node else "computed"
    return joined(BOUND[key].format(name=name, node=node), _sharing(index, value, name))


def _node(index: Index, value: Value) -> str:
    """The name of a value's grad_fn."""
    made = None if value.operation is None else index.operations[value.operation].node
    node = value.node if made is None else made
    return index.nodes[node].name if node in index.nodes else ""


def _plain(name: str, text: str) -> str:
    if text in CALLABLES:
        return BOUND["callable"].format(name=name, what=CALLABLES[text])
    if text.isidentifier() and text not in ("True", "False", "None", "int", "float", "str", "list", "tuple", "dict"):
        return BOUND["object"].format(name=name, text=text)
    if text.startswith(("tuple of ", "list of ")):  # what it holds may well have a graph
        return BOUND["held"].format(name=name, text=text)
    return BOUND["plain"].format(name=name, text=text)


def _module(index: Index, binding: Binding) -> str:
    """Of a module that runs: what it holds. Nothing is said where several had its name, one after the other."""
    mine = [m for m in index.recording.modules if (m.path, m.type, m.parent) == (binding.name, binding.text, None)]
    bound = (b for event in index.recording.events if isinstance(event, Statement) for b in event.bindings)
    if len(mine) != 1 or sum(one.name == binding.name for one in bound) != 1:
        return ""
    parameter = next((one for one in mine[0].parameters if index.values[one.value].requires_grad), None)
    if parameter is None:
        return ""
    value = index.values[parameter.value]
    return BOUND["module"].format(
        name=pretty(binding.name), article=_article(binding.text), text=binding.text,
        parameter=index.shown[value.id], shape=shape_text(value.shape),
    )  # fmt: skip


def _article(name: str) -> str:
    return "an" if _begins_with_a_vowel(name) else "a"


def _begins_with_a_vowel(name: str) -> bool:
    """As it is spoken: the letters of SGD one by one, an S first."""
    return name[0] in ("AEFHILMNORSX" if name[:2].isupper() else "AEIOaeio")


def rebound(index: Index, event: Statement) -> Account:
    """A name that stood for a leaf stands for a result now: ``w = w - lr * w.grad``."""
    binding = event.bindings[0]
    value = index.values[binding.value or 0]
    node = _node(index, value)
    name = pretty(binding.name)
    return Account(TITLES["rebound"].format(name=name), BOUND["rebound"].format(name=name, node=node))


def _sharing(index: Index, value: Value, name: str) -> str:
    """That the tensor has another name, or that another one lies in its memory, each by its name in the picture."""
    shown = index.shown[value.id]
    if shown != name and len(value.names) > 1:
        return BOUND["same"].format(name=name, other=shown)
    others = (v for v in index.recording.values if v.storage == value.storage and v.id < value.id and v.names)
    other = next((v for v in others if v.tensor != value.tensor), None)
    return "" if other is None else BOUND["shares"].format(name=name, other=index.shown[other.id])


def shown(event: Output) -> Account:
    text = " ".join(event.text.split())
    key = "short" if len(text) <= MOST_SHOWN else "long"
    return Account(TITLES[event.stream], SHOWN[key].format(text=text[:MOST_SHOWN]))


def folded(turn: tuple[int, int], root: str | None) -> Account:
    """A whole turn of a loop in one step; ``turn`` is its number and of how many, ``root`` what it starts from."""
    sentence = EPISODE["folded"] if root is None else EPISODE["folded root"].format(root=root)
    return Account(episode_title(turn), sentence)


NO_TURN = frozenset(TITLES[key] for key in ("no turn", "failed turn", "failed"))
"""What is no turn of a loop is called."""


def episode_title(turn: tuple[int, int] | None, failure: Failure | None = None) -> str:
    """``backward() 3 of 100``; ``turn`` is None for a stretch without a backward(), or with one that failed."""
    if turn is None:
        walks = failure is not None and failure.call.endswith((".backward", "autograd.grad"))
        return TITLES["failed turn" if walks else "no turn" if failure is None else "failed"]
    place, count = turn
    return TITLES["turn" if count > 1 else "one turn"].format(place=place, count=count)
