"""match: a value is compared with patterns, which may bind names."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from gradwalk.language import library
from gradwalk.language.run import Run, statement


@statement(ast.Match)
def _match(run: Run, node: ast.Match) -> None:
    subject = run.value(node.subject)
    for case in node.cases:
        found: dict[str, Any] = {}
        if not _fits(run, case.pattern, subject, found):
            continue
        for name, value in found.items():
            run.scope.bind(name, value)
            run.bound.append(name)
        if case.guard is None or run.value(case.guard):
            run.block(case.body)
            return


def _fits(run: Run, pattern: ast.pattern, subject: Any, found: dict[str, Any]) -> bool:
    return _RULES[type(pattern)](run, pattern, subject, found)


def _value(run: Run, pattern: ast.MatchValue, subject: Any, found: dict[str, Any]) -> bool:
    return bool(run.apply(library.OPERATORS["Eq"], (subject, run.value(pattern.value)), pattern))


def _singleton(run: Run, pattern: ast.MatchSingleton, subject: Any, found: dict[str, Any]) -> bool:
    return subject is pattern.value


def _as(run: Run, pattern: ast.MatchAs, subject: Any, found: dict[str, Any]) -> bool:
    if pattern.pattern is not None and not _fits(run, pattern.pattern, subject, found):
        return False
    if pattern.name is not None:
        found[pattern.name] = subject
    return True


def _or(run: Run, pattern: ast.MatchOr, subject: Any, found: dict[str, Any]) -> bool:
    return any(_fits(run, part, subject, found) for part in pattern.patterns)


def _sequence(run: Run, pattern: ast.MatchSequence, subject: Any, found: dict[str, Any]) -> bool:
    if not isinstance(subject, list | tuple | range):
        return False
    parts = pattern.patterns
    star = next((index for index, part in enumerate(parts) if isinstance(part, ast.MatchStar)), None)
    if star is None:
        return len(parts) == len(subject) and all(
            _fits(run, part, item, found) for part, item in zip(parts, subject, strict=True)
        )
    after = len(parts) - star - 1
    if len(subject) < star + after:
        return False
    rest = parts[star]
    if isinstance(rest, ast.MatchStar) and rest.name is not None:
        found[rest.name] = list(subject[star : len(subject) - after])
    last = zip(parts[star + 1 :], subject[len(subject) - after :], strict=True)
    return all(_fits(run, part, item, found) for part, item in (*zip(parts[:star], subject, strict=False), *last))


_RULES: dict[type[ast.pattern], Callable[[Run, Any, Any, dict[str, Any]], bool]] = {
    ast.MatchValue: _value,
    ast.MatchSingleton: _singleton,
    ast.MatchAs: _as,
    ast.MatchOr: _or,
    ast.MatchSequence: _sequence,
}
