"""Every sentence that a reader sees, as templates with named pieces: a translation replaces this one folder."""

from gradwalk.explain.wording.backward import ACCUMULATE, BACKWARD, FREE, SEED
from gradwalk.explain.wording.forward import FORWARD, NONFINITE, OVERFLOW, START
from gradwalk.explain.wording.learn import LEARN
from gradwalk.explain.wording.local import LOCAL, ORDINALS, SLOPES
from gradwalk.explain.wording.noticed import NOTICED
from gradwalk.explain.wording.program import BOUND, CALLABLES, SHOWN, UPDATE
from gradwalk.explain.wording.titles import EPISODE, PHASES, TITLES

__all__ = [
    "ACCUMULATE",
    "BACKWARD",
    "BOUND",
    "CALLABLES",
    "EPISODE",
    "FORWARD",
    "FREE",
    "LEARN",
    "LOCAL",
    "NONFINITE",
    "NOTICED",
    "ORDINALS",
    "OVERFLOW",
    "PHASES",
    "SEED",
    "SHOWN",
    "SLOPES",
    "START",
    "TITLES",
    "UPDATE",
]
