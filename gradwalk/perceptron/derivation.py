"""Check my derivation: a learner's formula for each factor and each gradient, compared with autograd at many points."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from gradwalk.notation import short
from gradwalk.perceptron import slips
from gradwalk.perceptron.factors import LOSS, Factor, Factors, Leaf
from gradwalk.perceptron.mutations import Slip
from gradwalk.perceptron.points import Point, asked, names_of, points
from gradwalk.perceptron.reading import Network, Row
from gradwalk.perceptron.slips import agree
from gradwalk.perceptron.spoken import said
from gradwalk.perceptron.symbols import derivative, symbol
from gradwalk.perceptron.typed import PerRowError, Typed, candidates, computed, read_typed
from gradwalk.program import ProgramError, Span

MAX_FACTORS = 12
EXACT = 1e-6
"""How far two numbers may be apart, relative to the larger one, and still agree."""
NEAR = 1e-4
"""The same at the present point, where a saturated ŷ makes an epsilon of 1e-8 felt."""


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

    Of a network with more factors than ``MAX_FACTORS`` only the gradients are asked.
    """
    name = Factors(network).leaf(leaf).name
    factors, leaves = asked(network, name)
    count = len(network.layers)
    plain = (*names_of(network), "N")
    found = [
        Question(factor.key, derivative(symbol(factor.above, count), symbol(factor.below, count)), plain, False)
        for factor in factors
        if len(factors) <= MAX_FACTORS
    ]
    keys = tuple(factor.key for factor in factors)
    for each in leaves:
        latex = derivative(LOSS, symbol(each.name, count))
        found.append(Question(_key(each), latex, (*plain, *keys), True))
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
    """One derivation under way: what is right at each point, and what the learner's own factors gave."""

    def __init__(self, network: Network, leaf: str, seed: int) -> None:
        self.network = network
        self.points = points(network, leaf, seed)
        factors, leaves = asked(network, leaf)
        self.factors = {factor.key: factor for factor in factors}
        self.leaves = {_key(each): each for each in leaves}
        self.right = {key: factor.code for key, factor in self.factors.items()}
        self.chains: dict[str, tuple[Factor, ...]] = {}
        for key, each in self.leaves.items():
            of_network = Factors(network)
            if of_network.path_count(each) == 1:
                self.chains[key] = of_network.paths(each, 1)[0].factors
                code = " * ".join(f"({factor.code})" for factor in self.chains[key])
                self.right[key] = f"sum({code})" if network.rows > 1 else code
        self.given: dict[str, list[Row]] = {}
        """What the learner's formulas for the factors gave, point by point."""
        self.wrong: list[str] = []

    def answer(self, question: Question, text: str) -> Answer:
        if not text.strip():
            return Answer(question.key, "empty", "")
        per_row = not question.is_gradient
        try:
            typed = read_typed(text, question.key, question.names)
            numbers = [self._computed(typed, point, per_row) for point in self.points]
        except PerRowError as error:
            self.wrong.append(question.key)
            return Answer(
                question.key, "wrong", error.message, slip="sum", right=self._wanted(self.points[0], question)[0]
            )
        except ProgramError as error:
            return Answer(question.key, "refused", error.message, span=error.span)
        if per_row:
            self.given[question.key] = numbers
        answer = self._judged(question, typed, numbers)
        if answer.verdict != "right":
            self.wrong.append(question.key)
        return answer

    def _computed(self, typed: Typed, point: Point, per_row: bool) -> Row:
        known = {} if per_row else {key: point.right[key] for key in self.factors}
        return computed(typed, point, known, per_row)

    def _judged(self, question: Question, typed: Typed, numbers: list[Row]) -> Answer:
        wanted = [self._wanted(point, question) for point in self.points]
        fits = [
            agree(mine, right, NEAR if point.kind == "here" else EXACT)
            for mine, right, point in zip(numbers, wanted, self.points, strict=True)
        ]
        here, mine = wanted[0], numbers[0]
        place = next((row for row, pair in enumerate(zip(mine, here, strict=True)) if not agree(*_one(pair), NEAR)), 0)
        numbers_here = f"Here it is {short(here[place])}; yours gives {short(mine[place])}."
        if all(fit for fit, point in zip(fits, self.points, strict=True) if point.kind != "here"):
            return self._good(question, typed, fits[0], mine[place], here[place])
        if fits[0]:
            sentence, kind = self._accident(question, numbers, wanted, fits)
            return Answer(question.key, "accident", sentence, mine[place], here[place], kind)
        found = self._recognised(question, numbers)
        said_first = found.sentence if found else f"This is not {said(question.key)}."
        kind = found.kind if found else None
        return Answer(question.key, "wrong", f"{said_first} {numbers_here}", mine[place], here[place], kind)

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
        code = self.right.get(question.key)
        if code is None:
            return False
        (formula,) = candidates([code], self.points[0], {}, not question.is_gradient)
        return not agree(formula, self._wanted(self.points[0], question), NEAR)

    def _wanted(self, point: Point, question: Question) -> Row:
        row = point.right[question.key]
        return row[:1] if question.is_gradient else row

    def _accident(
        self, question: Question, numbers: list[Row], wanted: list[Row], fits: Sequence[bool]
    ) -> tuple[str, str | None]:
        """Right here and wrong elsewhere; perhaps for as long as the target stays."""
        same = all(fit for fit, point in zip(fits, self.points, strict=True) if point.kind != "other target")
        place = next(place for place, fit in enumerate(fits) if not fit)
        there = f"{short(numbers[place][0])} where {short(wanted[place][0])} is right"
        if same:
            names = ", ".join(
                f"{said(name)} = {short(row[0])}"
                for name, row in self.points[0].values.items()
                if name[0] == "y" and "p" not in name
            )
            return (
                f"Right only while {names}: with another target it gives {there}. The target belongs in it.",
                "target",
            )
        found = self._recognised(question, numbers)
        where = self._place(self.points[place])
        reason = f" {found.sentence}" if found else ""
        return f"Right here, but by accident: at {where} it gives {there}.{reason}", found.kind if found else None

    def _place(self, point: Point) -> str:
        names = ("x", "x1", "x2", "w", "w1", "w2", "b", "z", "y_pred", "y")
        shown = [name for name in names if name in point.values]
        if not shown or len(point.values["N"]) > 1:
            return "another point"
        return ", ".join(f"{said(name)} = {short(point.values[name][0])}" for name in shown[:5])

    def _recognised(self, question: Question, numbers: list[Row]) -> Slip | None:
        """The first known slip that gives the learner's numbers at every point."""
        carried = self._carried(question, numbers)
        if carried is not None:
            return carried
        for some in _batches(self._slips(question)):
            codes = [slip.code for slip in some]
            fitting = set(range(len(some)))
            for point, mine in zip(self.points, numbers, strict=True):
                found = candidates(codes, point, {}, not question.is_gradient)
                tolerance = NEAR if point.kind == "here" else EXACT
                fitting &= {place for place, row in enumerate(found) if agree(row, mine, tolerance)}
                if not fitting:
                    break
            if fitting:
                return some[min(fitting)]
        return None

    def _carried(self, question: Question, numbers: list[Row]) -> Slip | None:
        """Whether a gradient is the product of the learner's own factors, of which one is wrong."""
        chain = self.chains.get(question.key, ())
        bad = next((factor.key for factor in chain if factor.key in self.wrong), None)
        if bad is None:
            return None
        for place, mine in enumerate(numbers):
            rows = [
                self.given[factor.key][place] if factor.key in self.given else self.points[place].right[factor.key]
                for factor in chain
            ]
            total = math.fsum(math.prod(row) for row in zip(*rows, strict=True)) if _all_finite(rows) else math.nan
            if not agree((total,), mine, NEAR if place == 0 else EXACT):
                return None
        return Slip("carried on", "", f"This is the product of your factors; the slip is in {said(bad)}.")

    def _slips(self, question: Question) -> list[Slip]:
        if not question.is_gradient:
            found: Iterable[Slip] = slips.of_factor(self.factors[question.key], self.network, self.right)
        elif question.key in self.chains:
            found = slips.of_gradient(self._leaf(question.key), self.chains[question.key], self.network, self.right)
        else:
            return []
        first: dict[str, Slip] = {}
        for slip in found:
            first.setdefault(slip.code, slip)
        return list(first.values())[: slips.MOST]

    def _leaf(self, key: str) -> Leaf:
        return self.leaves[key]


def _key(leaf: Leaf) -> str:
    return f"d{LOSS}_d{leaf.name}"


def _one(pair: tuple[float, float]) -> tuple[Row, Row]:
    return (pair[0],), (pair[1],)


def _all_finite(rows: Sequence[Row]) -> bool:
    return all(math.isfinite(number) for row in rows for number in row)


def _batches(found: Sequence[Slip], size: int = 40) -> Iterable[Sequence[Slip]]:
    return (found[start : start + size] for start in range(0, len(found), size))


def _summary(answers: Sequence[Answer], wrong: str | None) -> str:
    given = [answer for answer in answers if answer.verdict != "empty"]
    if not given:
        return "Type a formula for any of these; each is compared with autograd here and at other points."
    if wrong is None:
        rest = len(answers) - len(given)
        return "All of it is right." if rest == 0 else f"Right so far; {rest} left."
    first = next(answer for answer in answers if answer.key == wrong)
    what = "cannot be read" if first.verdict == "refused" else "is wrong"
    before = [answer for answer in given if answer.verdict == "right"]
    start = f"The first slip is in {said(wrong)}" if first.verdict != "refused" else f"{said(wrong)} {what}"
    return f"{start}; {len(before)} of {len(given)} are right." if before else f"{start}."
