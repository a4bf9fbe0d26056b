"""The clinic's sentences by kind of finding: a title, what is so, why, and a way out; with pieces in braces.

A kind without a way out is a measurement.
"""

from __future__ import annotations

from gradwalk.clinic.wording.gradients import GRADIENTS
from gradwalk.clinic.wording.losses import LOSSES
from gradwalk.clinic.wording.memory import MEMORY
from gradwalk.clinic.wording.numbers import NUMBERS, WAYS
from gradwalk.clinic.wording.steps import STEPS

__all__ = ["SENTENCES", "WAYS"]

SENTENCES: dict[str, tuple[str, str, str, str]] = NUMBERS | GRADIENTS | STEPS | LOSSES | MEMORY
