"""What is told of the examples in PyTorch's own documentation holds as well."""

from __future__ import annotations

import pytest

from gradwalk.cells.process import fresh
from tests.claims.documented import documented
from tests.claims.test_claims import faults
from tests.claims.test_names import check

EVERY = 6
"""One in so many is checked each time. All held when all were checked."""
PROGRAMS = dict(list(documented().items())[::EVERY])


def test_there_are_examples() -> None:
    assert len(PROGRAMS) > 60


@pytest.mark.parametrize("about", PROGRAMS)
def test_documented_programs_are_told_as_they_are(about: str) -> None:
    with fresh():  # some of them set a default of the whole process
        assert list(faults(PROGRAMS[about])) == []
    assert check(PROGRAMS[about])
