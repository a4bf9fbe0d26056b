"""The view "By hand" as data: the table of the chain, the short cut, the traps, and what is said about a derivation."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from gradwalk.comparison.table import agreement
from gradwalk.formula.exactness import gives
from gradwalk.formula.mathml import Tree, template
from gradwalk.notation import short
from gradwalk.perceptron.chain.chain import Chain, FactorRow, Gradient, chain, leaves
from gradwalk.perceptron.chain.factors import Factors
from gradwalk.perceptron.chain.pieces import PieceSlope, piece_slope
from gradwalk.perceptron.chain.trap import LossTrap, loss_trap, step_facts
from gradwalk.perceptron.derivation import spoken
from gradwalk.perceptron.derivation.derivation import Derivation, check, questions
from gradwalk.perceptron.derivation.points import asked
from gradwalk.perceptron.settings.reading import Network, Row

Json = dict[str, Any]
MOST_FACTORS = 12


def by_hand(network: Network, wrt: str, answers: Mapping[str, str]) -> Json:
    """Ready for JSON. ``wrt`` names the weight whose chain is shown, ``answers`` are formulas by their keys."""
    known = leaves(network)
    leaf = wrt if wrt in known else known[0]
    chains = [chain(network, each.name) for each in asked(network, leaf)[1]]
    return {
        "leaves": [[name, spoken.said(name)] for name in known],
        "leaf": leaf,
        "rows": _rows(network, chains),
        "more": _more(chains[0]),
        "cut": _cut(chains[0]),
        "trap": _trap(loss_trap(network)),
        "step": _step(network),
        "derivation": _derivation(network, leaf, answers),
    }


def _math(latex: str) -> Tree:
    return template(latex, dotted=True).tree


def _filled(latex: str, shown: str) -> Tree:
    """The formula with its numbers put in; ``≈`` stands before it where they do not give exactly what is shown."""
    return _math(f"= {latex}" if gives(_math(latex), shown) else rf"\approx {latex}")


def _rows(network: Network, chains: Iterable[Chain]) -> list[Json]:
    """Every factor once, then the gradients."""
    known = [factor for found in chains for factor in Factors(network).behind(Factors(network).leaf(found.leaf))]
    pieces = {piece.key: piece for piece in known}
    factors = {factor.key: factor for found in chains for factor in found.factors}
    first = [(factor, pieces[key]) for key, factor in list(factors.items())[:MOST_FACTORS]]
    return [_factor(factor, piece_slope(network, piece, factor.autograd)) for factor, piece in first] + [
        _gradient(found.gradient) for found in chains
    ]


def _factor(factor: FactorRow, slope: PieceSlope) -> Json:
    lines = [_math(f"{factor.left} = {factor.right}")]
    if factor.filled is not None and factor.right != factor.filled:
        lines.append(_filled(factor.filled, _row_text(factor.hand)))
    return {
        "kind": "factor",
        "key": factor.key,
        "name": spoken.said(factor.key),
        "covered": _math(f"{factor.left} ="),
        "lines": lines,
        "cells": [
            [_row_text(factor.hand), ""],
            [_row_text(factor.autograd), _rows_agree(factor.hand, factor.autograd)],
            [_row_text(slope.numbers), _rows_near(factor.hand, slope.numbers)] if slope.numbers else None,
        ],
        "remark": slope.remark,
    }


def _row_text(numbers: Row) -> str:
    return ", ".join(map(short, numbers)) if numbers else "–"


def _rows_agree(mine: Row, theirs: Row) -> str:
    if len(mine) != 1 or len(theirs) != 1:
        return "equal" if mine and mine == theirs else ""
    return agreement(mine[0], theirs[0])


def _rows_near(mine: Row, theirs: Row) -> str:
    """How far two rows of numbers agree: as far as the pair that agrees least."""
    if len(mine) != len(theirs):
        return ""
    return agreement(*max(zip(mine, theirs, strict=True), key=_distance))


def _distance(pair: tuple[float, float]) -> float:
    mine, theirs = pair
    return abs(mine - theirs) / max(abs(mine), abs(theirs), 1e-300)


def _gradient(found: Gradient) -> Json:
    autograd = (
        ["None", ""] if found.autograd is None else [short(found.autograd), agreement(found.autograd, found.hand)]
    )
    difference = None
    if found.difference is not None:
        difference = [short(found.difference), agreement(found.difference, found.hand)]
    lines = [_math(f"{found.left} = {found.right}")]
    if found.filled is not None:
        lines.append(_filled(found.filled, short(found.hand)))
    return {
        "kind": "gradient",
        "key": f"dL_d{found.leaf}",
        "name": spoken.said(f"dL_d{found.leaf}"),
        "covered": _math(f"{found.left} ="),
        "lines": lines,
        "cells": [[short(found.hand), _whole(found.hand)], autograd, difference],
        "remark": found.remark,
    }


def _whole(number: float) -> str:
    """All digits, below the few that its column shows; nothing where those are all."""
    whole = digits(number)
    return "" if not math.isfinite(number) or len(whole) <= len(short(number)) else whole


def digits(number: float) -> str:
    """All digits of a number, as Python prints them; whole numbers without their point."""
    text = repr(number).removesuffix(".0")
    return "0" if number == 0 else text.replace("-", "−")


def _all_digits(numbers: Row) -> str:
    return digits(numbers[0]) if len(numbers) == 1 else _row_text(numbers)


def _more(found: Chain) -> str:
    notes = []
    if found.path_count > 1:
        notes.append(
            f"{found.path_count} ways lead from the loss to {spoken.said(found.leaf)}; along each the factors "
            "multiply, and the products add up."
        )
    if len(found.factors) > MOST_FACTORS:
        notes.append(f"Of {len(found.factors)} factors the first {MOST_FACTORS} are listed.")
    return " ".join(notes)


def _cut(found: Chain) -> Json | None:
    cut = found.short_cut
    if cut is None:
        return None
    rows = [["As one difference", _all_digits(cut.short)], ["The same in float64", _all_digits(cut.exact)]]
    if cut.long:
        rows.insert(0, ["As two factors", _all_digits(cut.long)])
    return {"line": _math(f"{cut.left} = {cut.right}"), "rows": rows, "why": cut.why}


def warning(network: Network) -> dict[str, str] | None:
    """What a student should be told who has met one of the traps: a title and a sentence."""
    found = loss_trap(network)
    if found is not None and found.sprung:
        return {"title": f"{found.dtype} at z = {short(found.z)}", "text": found.sentence}
    facts = step_facts(network)
    return None if facts is None else {"title": "A step cannot learn", "text": facts.sentence}


def _trap(found: LossTrap | None) -> Json | None:
    if found is None:
        return None
    rows = [[row.label, short(row.loss), short(row.gradient), row.holds] for row in found.rows]
    return {
        "title": f"Three ways to compute this loss at z = {short(found.z)}",
        "rows": [*rows, ["with logits, in float64", short(found.exact[0]), short(found.exact[1]), True]],
        "sprung": found.sprung,
        "sentence": found.sentence,
    }


def _step(network: Network) -> Json | None:
    facts = step_facts(network)
    return None if facts is None else {"sentence": facts.sentence, "error": facts.error}


def _derivation(network: Network, leaf: str, answers: Mapping[str, str]) -> Json:
    found: Derivation = check(network, leaf, answers)
    said = {answer.key: answer for answer in found.answers}
    listed = questions(network, leaf)
    return {
        "questions": [
            {
                "key": question.key,
                "line": _math(question.latex),
                "name": spoken.said(question.key),
                "gradient": question.is_gradient,
                "verdict": said[question.key].verdict,
                "sentence": said[question.key].sentence,
                "first": question.key == found.first_wrong,
            }
            for question in listed
        ],
        "names": ", ".join(listed[0].names) if listed else "",
        "summary": found.summary,
    }
