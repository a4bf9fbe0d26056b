"""Why a statement failed and what would work: sentences by key, with pieces in braces."""

from __future__ import annotations

from gradwalk.failures.wording.calls import CALLS
from gradwalk.failures.wording.functions import FUNCTIONS
from gradwalk.failures.wording.graph import GRAPH
from gradwalk.failures.wording.leaves import LEAVES
from gradwalk.failures.wording.losses import DTYPES, LOSSES
from gradwalk.failures.wording.machine import MACHINE
from gradwalk.failures.wording.modules import MODULES
from gradwalk.failures.wording.program import PYTHON
from gradwalk.failures.wording.released import RELEASED
from gradwalk.failures.wording.shapes import SHAPES
from gradwalk.failures.wording.use import USE

FAILURES: dict[str, tuple[str, str, str]] = {
    "call": ("{type}", "{function} said: “{message}”.", "What ran before this line stays as it is."),
    **RELEASED, **GRAPH, **LEAVES, **FUNCTIONS, **LOSSES, **DTYPES, **SHAPES, **MODULES, **PYTHON, **MACHINE, **CALLS,
    **USE,
}  # fmt: skip
"""By key: a title, why it happened, and what would work: of several ways, each on a line of its own."""

BY_INDEX = {"__getitem__": "Reading by an index", "__setitem__": "Writing by an index"}
"""What is no function by name."""

STOPPED = "The program stopped here."

FAILURE = ("{type}", "The program stopped here and said: “{message}”.", "What ran before this line stays as it is.")
WORDLESS = ("{type}", STOPPED, FAILURE[2])
"""Of an error without a message."""
ENDED = ("{type}", "The program ended itself here, with status {message}, as sys.exit() does.", FAILURE[2])

AT_STEP = "See step {step}."
"""The step of the event that is to blame."""
