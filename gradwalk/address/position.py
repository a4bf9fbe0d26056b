"""Where a reader stands, in the addresses of all pages: the step, the picture, how much is said, and what is asked."""

from __future__ import annotations

import re
from collections.abc import Mapping

MAX_STEP = 100_000

PICTURES = ("computation-saved", "grad_fn", "grad_fn-saved", "both", "both-saved")
"""What an address may say under ``picture``; the computation graph needs no word. The player reads it by itself."""


DENSITIES = ("learn", "pytorch")
"""What an address may say under ``density``. The player reads it by itself; else the reader's own choice holds."""


PREDICTED = ("forward", "local", "backward")
"""What an address may say under ``predict``, with commas; or ``all``. The player reads it by itself."""


_GROUPS = re.compile(r"([0-9]{1,4}:)?g[0-9]{1,5}(\.g[0-9]{1,5})*")
"""What an address may say under ``groups``, with commas: those of a graph that are open. The player reads it."""


def step_of(params: Mapping[str, str], notices: list[str]) -> int:
    """The step in an address; 0, and a sentence to ``notices``, where it is none."""
    text = params.get("step", "0")
    if re.fullmatch("[0-9]{1,6}", text) and int(text) <= MAX_STEP:
        return int(text)
    notices.append("The step in the address is no step number; the walk starts at the beginning.")
    return 0


def check_picture(params: Mapping[str, str], notices: list[str]) -> None:
    """Sentences to ``notices`` where the address asks for pictures, densities, questions, groups that are not there."""
    if params.get("picture", PICTURES[0]) not in PICTURES:
        notices.append("The address names no picture that there is, so the computation graph is shown.")
    if params.get("density", DENSITIES[0]) not in DENSITIES:
        notices.append("The address asks for neither learn nor pytorch under density; your own choice holds.")
    if not set(params.get("predict", "all").split(",")) <= {"all", *PREDICTED}:
        notices.append("The address asks for neither all nor forward, local or backward under predict; all is asked.")
    if not all(map(_GROUPS.fullmatch, params.get("groups", "g0").split(","))):
        notices.append("The address names no groups under groups, as g1.g5 does; as usual, the first ones are open.")
