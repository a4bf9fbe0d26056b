"""The steps of a story as they are written one after the other, with their phases and the formulas that they share."""

from __future__ import annotations

from typing import Any

from gradwalk.explain.account import Account
from gradwalk.explain.wording import PHASES
from gradwalk.formula import Formula, signed
from gradwalk.program import Span

_PHASES = {
    "forward": "forward",
    "local": "local",
    "seed": "backward",
    "backward": "backward",
    "accumulate": "backward",
    "free": "backward",
    "hook": "backward",
    "result": "backward",
    "update": "update",
    "failure": "failure",
}
"""Which phase a step of a kind belongs to; others belong to the phase that is going on."""


class Steps:
    def __init__(self) -> None:
        self.list: list[dict[str, Any]] = []
        self.phases: list[dict[str, Any]] = []
        self.trees: list[Any] = []
        self._formulas: dict[tuple[str, bool, int], int] = {}
        self._phase: str | None = None
        """Of the present episode."""
        self._broken: str | None = None
        """The phase that a failure broke off, and that what comes next belongs to."""
        self._episode = 0
        self._turned = False
        """Whether the present episode has had its backward pass."""

    @property
    def now(self) -> int:
        """The number of the latest step."""
        return max(0, len(self.list) - 1)

    def begin(self, episode: int, *, folded: bool = False) -> None:
        """What comes next belongs to this episode and begins a phase, unless it is folded as the one before was."""
        self.close()
        if not (folded and self._phase == "folded"):
            self._phase = None
        self._episode, self._turned = episode, False

    def start(self, account: Account) -> None:
        """The step before all others, outside every phase."""
        self._say(None, "start", account, None, [], None, {})

    def add(
        self,
        kind: str,
        account: Account,
        span: Span | None = None,
        now: list[str] | None = None,
        focus: str | None = None,
        *,
        phase: str | None = None,
        **more: Any,
    ) -> None:
        """A step. ``phase`` says which phase it belongs to, where that is not its kind's."""
        self._turn(phase or _PHASES.get(kind))
        self.phases[-1]["count"] += 1
        self._say(len(self.phases) - 1, kind, account, span, now or [], focus, more)

    def fold(self, account: Account, span: Span | None, **more: Any) -> None:
        """One step that stands for a whole episode; neighbours share a phase."""
        if self._phase != "folded":
            self._begin_phase("folded", "forward", PHASES["folded"])
        self.phases[-1]["count"] += 1
        self._say(len(self.phases) - 1, "folded", account, span, [], None, more)

    def _turn(self, own: str | None) -> None:
        current = self._broken if self._phase == "failure" else self._phase
        phase = own or current or "forward"
        if phase == "failure" and self._phase != "failure":
            self._broken = self._phase
        self._turned = self._turned or phase == "backward"
        if phase == "update" and not self._turned:
            phase = "forward"
        if phase == "forward" and self._turned:
            phase = "after"
        if phase != self._phase:
            kind = phase if phase in ("local", "backward", "failure") else "forward"
            self._begin_phase(phase, kind, PHASES[phase])

    def _begin_phase(self, phase: str, kind: str, title: str) -> None:
        self.close()
        self._phase = phase
        self.phases.append({"kind": kind, "title": title, "first": len(self.list), "count": 0})

    def close(self) -> None:
        """What is only shown at the end of a backward pass or an update is no part of it: it has its own phase."""
        if self._phase not in ("backward", "update") or not self.phases:
            return
        phase, shown = self.phases[-1], 0
        while shown < phase["count"] and self.list[-1 - shown]["kind"] == "output":
            shown += 1
        if 0 < shown < phase["count"]:
            phase["count"] -= shown
            first = len(self.list) - shown
            self.phases.append({"kind": "other", "title": PHASES["output"], "first": first, "count": shown})
            for step in self.list[first:]:
                step["phase"] = len(self.phases) - 1

    def _say(
        self, phase: int | None, kind: str, account: Account, span: Span | None, now: list[str], focus: str | None,
        more: dict[str, Any],
    ) -> None:  # fmt: skip
        step = {
            "phase": phase,
            "kind": kind,
            "title": account.title,
            "sentence": account.sentence,
            "formula": [self._line(formula) for formula in account.formula],
            "rule": account.rule._asdict() if account.rule else None,
            "span": list(span.place) if span and span.place else None,
            "now": now,
            "focus": focus,
            "episode": self._episode,
            **more,
        }
        if account.learn and (account.learn, account.learn_title) != (account.sentence, ""):
            step["learn"] = [account.learn_title, account.learn]
        self.list.append(step)

    def _line(self, formula: Formula) -> list[Any]:
        tree, arguments = signed(formula)
        key = (formula.latex, formula.dotted, len(arguments))  # the sign's slot comes after those of the arguments
        if key not in self._formulas:
            self._formulas[key] = len(self.trees)
            self.trees.append(tree)
        return [self._formulas[key], *arguments]
