"""Check my derivation: a learner's formula for each factor and each gradient, compared with autograd at many points."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache
from typing import NamedTuple

from gradwalk.notation import short
from gradwalk.perceptron.chain.factors import LOSS, Factors
from gradwalk.perceptron.chain.symbols import derivative, symbol
from gradwalk.perceptron.derivation import slips
from gradwalk.perceptron.derivation.mutations import Slip
from gradwalk.perceptron.derivation.points import Point, asked, names_of, points
from gradwalk.perceptron.derivation.recognition import NEAR, chains, key_of, recognised, right_formulas, tolerance
from gradwalk.perceptron.derivation.slips import agree
from gradwalk.perceptron.derivation.spoken import said
from gradwalk.perceptron.derivation.typed import PerRowError, Typed, candidates, computed, read_typed
from gradwalk.perceptron.settings.reading import Network, Row
from gradwalk.program import ProgramError, Span

MIN_POINTS = 3
"""The present one, and two others at least."""


class Question(NamedTuple):
    """One derivative that the learner is asked for."""

    key: str
    """``dL_dy_pred``"""
    latex: str
    """LaTeX of ∂L/∂ŷ."""
    names: tuple[str, ...]
    """The names that its formula may use."""
    is_gradient: bool
    """A gradient of the loss, and not one factor of the chain."""


class Answer(NamedTuple):
    """What is to be said about one formula."""

    key: str
    verdict: str
    """``right``, ``accident`` (right here, and not elsewhere), ``wrong``, ``refused`` or ``empty``."""
    sentence: str
    yours: float | None = None
    """The formula's number at the present point; of several rows the first one's."""
    right: float | None = None
    """What it should have been, by autograd in float64."""
    slip: str | None = None
    """The kind of slip, where it is a known one: ``missing factor``, ``sign``, ``plus for times`` …"""
    span: Span | None = None
    """The place of a refusal in the typed text."""


class Derivation(NamedTuple):
    answers: tuple[Answer, ...]
    first_wrong: str | None
    """The key of the first wrong factor, else of the first wrong gradient."""
    summary: str


def questions(network: Network, leaf: str = "") -> tuple[Question, ...]:
    """The factors of the chain to a weight (and of the bias beside it), then their gradients.

    Of a network with many factors only the gradients are asked.
    """
    name = Factors(network).leaf(leaf).name
    factors, leaves = asked(network, name)
    count = len(network.layers)
    plain = (*names_of(network), "N")
    found = [
        Question(factor.key, derivative(symbol(factor.above, count), symbol(factor.below, count)), plain, False)
        for factor in factors
    ]
    keys = tuple(factor.key for factor in factors)
    for each in leaves:
        latex = derivative(LOSS, symbol(each.name, count))
        found.append(Question(key_of(each.name), latex, (*plain, *keys), True))
    return tuple(found)


def check(network: Network, leaf: str, answers: Mapping[str, str], seed: int = 0) -> Derivation:
    """Compare formulas with autograd, here and at random other points.

    ``answers`` are texts by the keys of ``questions``; other keys are passed over.
    """
    name = Factors(network).leaf(leaf).name
    checker = _Checker(network, name, seed)
    found = tuple(checker.answer(question, answers.get(question.key, "")) for question in questions(network, name))
    wrong = next((answer.key for answer in found if answer.verdict in ("wrong", "accident", "refused")), None)
    return Derivation(found, wrong, _summary(found, wrong))


class _Checker:
    """One derivation under way: the points, and what the learner's own factors gave at each."""

    def __init__(self, network: Network, leaf: str, seed: int) -> None:
        self.network, self.leaf, self.seed = network, leaf, seed
        self.given: dict[str, Sequence[Row]] = {}
        self.wrong: list[str] = []

    @cached_property
    def points(self) -> tuple[Point, ...]:
        return points(self.network, self.leaf, self.seed)

    def answer(self, question: Question, text: str) -> Answer:
        if not text.strip():
            return Answer(question.key, "empty", "")
        if len(self.points) < MIN_POINTS or self.points[0].kind != "here":
            return Answer(question.key, "refused", _NOWHERE)
        try:
            answer = self._compared(question, *_computed(self.network, self.leaf, self.seed, question, text))
        except PerRowError as error:
            answer = Answer(question.key, "wrong", error.message, None, self._wanted(question, 0)[0], "sum")
        except ProgramError as error:
            answer = Answer(question.key, "refused", error.message, span=error.span)
        if answer.verdict != "right":
            self.wrong.append(question.key)
        return answer

    def _compared(self, question: Question, typed: Typed, numbers: Sequence[Row]) -> Answer:
        if not question.is_gradient:
            self.given[question.key] = numbers
        wanted = [self._wanted(question, place) for place in range(len(self.points))]
        fits = [
            agree(mine, right, tolerance(point))
            for mine, right, point in zip(numbers, wanted, self.points, strict=True)
        ]
        row = _first_apart(numbers[0], wanted[0])
        mine, here = numbers[0][row], wanted[0][row]
        if all(fits[1:]):
            return self._good(question, typed, fits[0], mine, here)
        if fits[0]:
            sentence, kind = self._accident(question, numbers, wanted, fits)
            return Answer(question.key, "accident", sentence, mine, here, kind)
        found = self._recognised(question, numbers)
        first = found.sentence if found else f"This is not {said(question.key)}."
        where = "Here" if self.network.rows == 1 or question.is_gradient else f"In row {row + 1}"
        sentence = f"{first} {where} it is {short(here)}; yours gives {short(mine)}."
        return Answer(question.key, "wrong", sentence, mine, here, found.kind if found else None)

    def _wanted(self, question: Question, place: int) -> Row:
        row = self.points[place].right[question.key]
        return row[:1] if question.is_gradient else row

    def _good(self, question: Question, typed: Typed, fits_here: bool, mine: float, here: float) -> Answer:
        """The verdict on a formula that is right at all random points."""
        wrong_epsilon = slips.epsilon(typed.tree)
        if wrong_epsilon is not None:
            return Answer(question.key, "wrong", wrong_epsilon, mine, here, "epsilon")
        if fits_here or self._held(question) or not math.isfinite(here):
            return Answer(question.key, "right", "Right, here and at every other point tried.", mine, here)
        sentence = f"Right as a formula. At this point rounding costs it its digits: {short(mine)} for {short(here)}."
        return Answer(question.key, "right", sentence, mine, here)

    def _held(self, question: Question) -> bool:
        """Whether clamp holds ŷ at the present point, so that no formula without it can be right there."""
        code = right_formulas(self.network, self.leaf).get(question.key)
        if code is None:
            return False
        (formula,) = candidates([code], self.points[0], {}, not question.is_gradient)
        return not agree(formula, self._wanted(question, 0), NEAR)

    def _accident(
        self, question: Question, numbers: Sequence[Row], wanted: Sequence[Row], fits: Sequence[bool]
    ) -> tuple[str, str | None]:
        """Right here and wrong elsewhere; perhaps for as long as the target stays."""
        place = fits.index(False)
        found = self._recognised(question, numbers)
        of_target = self.points[place].kind == "other target"
        start = f"Right only while {self._targets()}" if of_target else "Right here, but by accident"
        at = "with another target" if of_target else f"at {self._place(place)}"
        there = f"{at} it gives {short(numbers[place][0])} where {short(wanted[place][0])} is right."
        if found is not None:
            return f"{start}: {there} {found.sentence}", found.kind
        return (f"{start}: {there} The target belongs in it.", "target") if of_target else (f"{start}: {there}", None)

    def _targets(self) -> str:
        names = Factors(self.network).names
        found = [(names.y(unit), self.points[0].values) for unit in range(len(self.network.targets[0]))]
        return ", ".join(f"{said(name)} = {', '.join(map(short, values[name]))}" for name, values in found)

    def _place(self, place: int) -> str:
        values = self.points[place].values
        if self.network.rows > 1:
            return "another point"
        shown = [name for name in ("x", "x1", "x2", "w", "w1", "w2", "b", "z", "y_pred") if name in values]
        return ", ".join(f"{said(name)} = {short(values[name][0])}" for name in shown[:5]) or "another point"

    def _recognised(self, question: Question, numbers: Sequence[Row]) -> Slip | None:
        """A slip that was carried on from a factor, else the first known one that gives the learner's numbers."""
        carried = self._carried(question, numbers)
        return carried or recognised(self.network, self.leaf, self.seed, question.key, numbers)

    def _carried(self, question: Question, numbers: Sequence[Row]) -> Slip | None:
        """Whether a gradient is the product of the learner's own factors, of which one is wrong."""
        chain = [factor.key for factor in chains(self.network, self.leaf).get(question.key, ())]
        bad = next((key for key in chain if key in self.wrong and key in self.given), None)
        if bad is None:
            return None
        for point, place, mine in zip(self.points, range(len(numbers)), numbers, strict=True):
            rows = [self.given[key][place] if key in self.given else point.right[key] for key in chain]
            total = sum(math.prod(row) for row in zip(*rows, strict=True))
            if not agree((total,), mine, tolerance(point)):
                return None
        return Slip("carried on", "", f"This is the product of your factors; the slip is in {said(bad)}.")


@lru_cache(maxsize=2048)
def _computed(network: Network, leaf: str, seed: int, question: Question, text: str) -> tuple[Typed, tuple[Row, ...]]:
    """A typed formula and its numbers at each point. Raises ProgramError."""
    typed = read_typed(text, question.key, question.names)
    factors = [factor.key for factor in asked(network, leaf)[0]] if question.is_gradient else []
    return typed, tuple(
        computed(typed, point, {key: point.right[key] for key in factors}, not question.is_gradient)
        for point in points(network, leaf, seed)
    )


def _first_apart(mine: Row, right: Row) -> int:
    """The first row in which two formulas differ, else the first of all."""
    pairs = enumerate(zip(mine, right, strict=True))
    return next((row for row, (a, b) in pairs if not agree((a,), (b,), NEAR)), 0)


_NOWHERE = (
    "No points lie away from kinks and from clamp, so there is nothing to compare with; another activation works."
)


def _summary(answers: Sequence[Answer], wrong: str | None) -> str:
    given = [answer for answer in answers if answer.verdict != "empty"]
    if not given:
        return "Type a formula for any of these; each is compared with autograd here and at other points."
    if wrong is None:
        rest = len(answers) - len(given)
        return "All of it is right." if rest == 0 else f"Right so far; {rest} left."
    first = next(answer for answer in answers if answer.key == wrong)
    before = [answer for answer in given if answer.verdict == "right"]
    start = f"{said(wrong)} cannot be read" if first.verdict == "refused" else f"The first slip is in {said(wrong)}"
    return f"{start}; {len(before)} of {len(given)} are right." if before else f"{start}."
