"""What a reader is told of gradients put there by hand, flags, hooks, results of autograd.grad, and the end."""

from __future__ import annotations

from gradwalk.analysis.index import Index
from gradwalk.analysis.ledger import array_of
from gradwalk.explain.account import Account
from gradwalk.explain.pieces import gist
from gradwalk.explain.wording.noticed import NOTICED
from gradwalk.recording import Assigned, Hooked, Result, Stopped, Switched


def hooked(index: Index, event: Hooked) -> Account:
    value = index.shown[event.value]
    key = "hooked looks" if event.before == event.after else "hooked changes"
    pieces = {"value": value, "name": event.name, "before": gist(event.before), "after": gist(event.after)}
    return Account(NOTICED["hooked"].format(value=value), NOTICED[key].format(**pieces))


def result(index: Index, event: Result) -> Account:
    of = index.shown[event.of]
    title = NOTICED["result"].format(of=of)
    if event.value is None:
        key = "result lost" if index.leads_to(event.call, event.of) else "result none"
        return Account(title, NOTICED[key].format(of=of))
    gradient = gist(array_of(index.values[event.value]))
    return Account(title, NOTICED["result given"].format(of=of, gradient=gradient))


def assigned(index: Index, event: Assigned) -> Account:
    leaf, after = index.shown[event.leaf], gist(array_of(index.values[event.value]))
    key = "assigned new" if event.before is None else "assigned over"
    before = "" if event.before is None else gist(event.before)
    return Account(NOTICED["assigned"].format(leaf=leaf), NOTICED[key].format(leaf=leaf, before=before, after=after))


def switched(index: Index, event: Switched) -> Account:
    name, after = index.shown[event.after], index.values[event.after]
    before = index.values[event.before]
    key = "flag"
    if event.by == "requires_grad":
        key = "requires_grad on" if after.requires_grad else "requires_grad off"
    elif event.by == "detach_" and after.is_leaf:
        key = "detach_"
    elif event.by == "retain_grad" and not before.is_leaf:
        key = "retain_grad"
    return Account(NOTICED["switched"].format(name=name), NOTICED[key].format(name=name, by=event.by))


def stopped(event: Stopped) -> Account:
    return Account(NOTICED["stopped"], event.text)
