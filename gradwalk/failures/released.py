"""A backward() through nodes that have lost what they saved: which call took it, and how the two hang together."""

from __future__ import annotations

from gradwalk.failures.carried import carried
from gradwalk.failures.diagnosis import Diagnosis, Remedy, diagnosis
from gradwalk.failures.history import History, in_program
from gradwalk.failures.missing_gradient import leaf_last, nameless_leaf
from gradwalk.program import Span
from gradwalk.recording import BackwardCall, Cleared, Free, Statement, Update, Value


def released(history: History) -> Diagnosis:
    """Why the graph cannot be walked, told by what took what its nodes had saved."""
    call = history.failed_call
    if call is None:
        return diagnosis("backward-twice") if history.failure.call else _read(history)
    gone = [node for node in history.reached(call) if node in history.freed]
    if not gone:
        return diagnosis("backward-twice")
    event = history.freed[max(gone, key=history.age)]
    if event.call is None:
        found = diagnosis("freed-unseen", _keep(history, event), line=_line(event))
        return found._replace(event=event, nodes=tuple(sorted(gone)))
    found = _Two(history, call, history.calls[event.call], event).explained()
    return found._replace(event=event, nodes=tuple(sorted(gone)))


def _read(history: History) -> Diagnosis:
    """No backward() failed: the program itself asked for a saved tensor."""
    calls = {event.call: event for event in history.freed.values()}
    if len(calls) != 1:
        return diagnosis("freed-read")
    (event,) = calls.values()
    return diagnosis("freed-read-by", _keep(history, event), event, line=_line(event))


def _keep(history: History, call: BackwardCall | Free) -> Remedy | None:
    """retain_graph=True in a call that ran only once."""
    span = in_program(call.span)
    return None if span is None or history.runs[span] > 1 else Remedy("keep-graph", span)


def _line(call: BackwardCall | Free) -> int:
    return 0 if call.span is None else call.span.line


class _Two:
    """The call that failed, and the one before it that took what it needs."""

    def __init__(self, history: History, call: BackwardCall, first: BackwardCall, event: Free) -> None:
        self._history = history
        self._call, self._first, self._event = call, first, event
        self._now, self._then = history.reached(call), history.reached(first)
        self._root = history.values[call.root]
        self._again = call.span is not None and call.span == first.span

    def explained(self) -> Diagnosis:
        if self._first.node in self._now:
            return self._same() if self._call.node in self._then else self._part()
        if self._call.node in self._then:
            keep = None if self._changed() else _keep(self._history, self._first)
            return self._said("freed-inside" if keep else "freed-inside-and-changed", keep)
        crossing = self._crossing()
        return diagnosis("backward-twice") if crossing is None else self._across(*crossing)

    def _said(self, key: str, remedy: Remedy | None = None, /, **pieces: object) -> Diagnosis:
        root, line = self._history.called(self._root), _line(self._first)
        return diagnosis(key, remedy, None, root=root, line=line, **pieces)

    def _same(self) -> Diagnosis:
        """Both start from one node."""
        if self._again and (kept := self._grad_again(self._history.called(self._root))) is not None:
            return kept
        if self._again:
            return self._said("freed-in-loop", self._into_loop(self._now), made=self._history.line(self._root))
        changes = self._history.changes(self._now, self._event)
        if changes:
            name = self._history.called(self._history.values[changes[0].after], "a leaf")
            return self._said("freed-and-changed", changed=name, change=_line_of(changes[0]))
        key = "freed-by-grad" if self._first.function == "grad" else "freed-same"
        return self._said(key, _keep(self._history, self._first))

    def _part(self) -> Diagnosis:
        """What the first started from is a part of what the second starts from."""
        if self._again:
            return self._said("freed-running-sum")
        shared = self._history.called(self._history.values[self._first.root], "an earlier result")
        keep = None if self._changed() else _keep(self._history, self._first)
        return self._said("freed-part" if keep else "freed-parts", keep, shared=shared)

    def _changed(self) -> bool:
        """Whether gradients or parameters were touched between the two."""
        return bool(self._history.all(Update, self._event) or self._history.all(Cleared, self._event))

    def _crossing(self) -> tuple[Value, Span | None] | None:
        """The value at which the second graph leads into the first, and the place that uses it."""
        later = next(iter(self._history.crossings(self._now, self._event)), None)
        if later is not None and self._leads_back(later[0]):
            return later
        for operation in self._history.made_by(self._now - self._then):
            for edge in operation.edges:
                value = self._history.values[edge.value]
                if self._history.node_of(value) in self._then and edge.route is not None:
                    return value, operation.span
        return None

    def _leads_back(self, value: Value) -> bool:
        return bool(self._history.behind([self._history.node_of(value)]) & self._then)

    def _carried(self) -> list[tuple[Value, Span | None]]:
        """All that lead from this turn into the one before."""
        history = self._history
        found = history.crossings(self._now, self._event)
        return [
            (value, use)
            for value, use in found
            if self._leads_back(value) and (m := history.maker(value)) and history.runs_again(m, self._event)
        ]

    def _across(self, value: Value, use: Span | None) -> Diagnosis:
        history, maker = self._history, self._history.maker(value)
        shared = history.called(value)
        if maker is not None and history.runs_again(maker, self._event):
            found = carried(history, self._carried() or [(value, use)])
            key = "freed-carried" if found.named else "freed-carried-nameless"
            return self._said(key, found.remedy, **found.pieces)._replace(values=(value.id,))
        if self._again and (kept := self._grad_again(shared)) is not None:
            return kept
        if self._again and maker is not None and len(maker.edges) == 1 and nameless_leaf(history, value):
            made = self._said("freed-outside-made", leaf_last(history, value), shared=shared, made=history.line(value))
            return made._replace(values=(value.id,))
        if self._again:
            anew = self._is_trained(value) and not self._is_fresh(value)
            remedy = self._into_loop(self._now & self._then) if anew else None
            outside = self._said("freed-outside", remedy, shared=shared, made=history.line(value))
            return outside._replace(values=(value.id,))
        if (found_detach := self._not_detached(value)) is not None:
            return found_detach._replace(values=(value.id,))
        keep = None if self._changed() else _keep(history, self._first)
        return self._said("freed-shared" if keep else "freed-shared-and-changed", keep, shared=shared)

    def _grad_again(self, shared: str) -> Diagnosis | None:
        """autograd.grad in a loop over one graph, as for the rows of a Jacobian: there the graph is to be kept."""
        span = in_program(self._call.span)
        if self._call.function != "grad" or span is None or self._changed():
            return None
        return self._said("freed-by-grad-again", Remedy("keep-graph", span), shared=shared)

    def _is_trained(self, value: Value) -> bool:
        """Whether leaves behind a value have been moved since the first call."""
        history = self._history
        moved = {history.values[event.after].storage for event in history.all(Update, self._event)}
        return bool(moved & history.storages_behind(history.node_of(value)))

    def _is_fresh(self, value: Value) -> bool:
        """Whether this turn goes to the leaves behind a value by a way of its own too: then it may be data here."""
        history = self._history
        own = self._now - history.behind([history.node_of(value)])
        makers = history.made_by(own)
        leaves = {history.values[edge.value].storage for maker in makers for edge in maker.edges
                  if edge.route is not None and history.values[edge.value].is_leaf}  # fmt: skip
        return bool(leaves & history.storages_behind(history.node_of(value)))

    def _not_detached(self, value: Value) -> Diagnosis | None:
        """The first of two results was for what does not lie behind the value that both share: a discriminator, say."""
        history = self._history
        steps = [event for event in history.all(Update, self._event) if event.optimizer is not None]
        if not steps or self._is_trained(value):
            return None
        uses = [o for o in history.made_by(self._then) if any(e.value == value.id and e.route for e in o.edges)]
        use = in_program(uses[-1].span) if uses else None
        names, maker = history.names(value), history.maker(value)
        made = None if maker is None else in_program(maker.span)
        if use is None:
            return None
        remedy = Remedy("convert", use, ("detach()", *names), () if made is None else (made,))
        step = steps[0].span
        given = {"step": 0 if step is None else step.line, "use": use.line}
        return self._said("freed-not-detached", remedy, shared=history.called(value), **given)

    def _into_loop(self, nodes: set[int]) -> Remedy | None:
        """The statements that made the graph's values, to be moved into the loop in which backward() stands."""
        place, history = in_program(self._call.span), self._history
        made = {value for operation in history.made_by(nodes) for value in operation.results}
        statements = [event for event in history.all(Statement) if any(b.value in made for b in event.bindings)]
        spans = tuple(dict.fromkeys(event.span for event in statements if not event.span.file))
        return Remedy("into-loop", place, (), spans) if place is not None and spans else None


def _line_of(event: Update) -> int:
    return 0 if event.span is None else event.span.line
