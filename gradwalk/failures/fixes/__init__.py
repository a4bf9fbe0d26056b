"""A way out of a failure, as a changed program: for the failures that one small edit mends.

What is to change, and where, is known from the recording; only how it is written comes from the syntax around the
place. Nothing is run here: that the changed program passes the place is what the tests assert.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable
from typing import NamedTuple

from gradwalk.failures.diagnosis import Remedy
from gradwalk.failures.fixes import attached, backward, changes, functions, leaves, programs, use
from gradwalk.program.syntax import Change, Code

_Builder = Callable[[Code, Remedy], list[Change] | None]

REMEDIES: dict[str, _Builder] = {
    "keep-graph": backward.keep_the_graph,
    "create-graph": backward.create_the_graph,
    "sum-root": backward.sum_the_root,
    "seed-of-ones": backward.a_seed_of_ones,
    "into-loop": backward.into_the_loop,
    "detach-before": backward.detach_before,
    "below-pass": backward.below_the_pass,
    "retain-gradient": backward.retain_the_gradient,
    "keep-attached": attached.keep_attached,
    "gradients-on": attached.gradients_on,
    "uncopied": attached.uncopied,
    "drop-line": attached.drop_line,
    "floats": leaves.floats,
    "track": leaves.track,
    "untrack": leaves.untrack,
    "no-grad": leaves.under_no_grad,
    "update-in-place": leaves.update_in_place,
    "leaf-last": leaves.leaf_last,
    "clear-if-there": leaves.clear_if_there,
    "grad-to-none": leaves.grad_to_none,
    "detached": leaves.detached,
    "new-value": changes.a_new_value,
    "no-inplace": changes.without_inplace,
    "clone-alias": changes.clone_the_alias,
    "clone-before": changes.clone_before,
    "reshape": changes.reshape,
    "detach-for-numpy": changes.detach_for_numpy,
    "detach-arguments": changes.detach_the_arguments,
    "convert": changes.convert,
    "keep-tensor": changes.keep_the_tensor,
    "rsample": changes.rsample,
    "no-grad-mode": changes.no_grad_mode,
    "rename": programs.rename,
    "rename-import": programs.rename_import,
    "rename-attribute": programs.rename_attribute,
    "import": programs.add_import,
    "append": programs.append,
    "bracket": programs.bracket,
    "list": programs.as_list,
    "call": programs.call,
    "super-init": programs.super_init,
    "static": programs.static,
    "argument": use.one_argument_more,
    "make": use.make,
    "stacked": use.stacked,
    "swap": use.swap,
    "squeeze-last": use.squeeze_last,
    "as-tensor": use.as_tensor,
    "features": use.features,
    "uncall": use.uncall,
    "range": use.in_range,
    "of-self": use.of_self,
    "rename-method": use.rename_method,
    "as-method": use.as_method,
    "as-logits": use.as_logits,
    "return": functions.with_return,
    "return-nones": programs.return_nones,
    "save-for-backward": functions.save_for_backward,
    "unpack-saved": functions.unpack_saved,
    "small-tensor": programs.small_tensor,
    "choose-device": programs.choose_device,
    "close": programs.close,
    "close-cell": programs.close_cell,
    "colon": programs.colon,
}
"""How each kind of remedy is written; None where the program around it is not as the edit needs it."""


class Edit(NamedTuple):
    """A changed program as one replacement: a piece of the text, in characters, and what stands there instead."""

    start: int
    end: int
    text: str
    label: str
    """What changes, as it will read."""


def edit(source: str, remedy: Remedy | None) -> Edit | None:
    """The smallest replacement that makes the program of ``fix``."""
    fixed = fix(source, remedy)
    return None if fixed is None else difference(source, fixed)


def difference(source: str, fixed: str) -> Edit | None:
    """The smallest replacement that makes another text of one; None where they are the same."""
    if fixed == source:
        return None
    most = min(len(source), len(fixed))
    start = next((at for at in range(most) if source[at] != fixed[at]), most)
    same = next((at for at in range(most - start) if source[-1 - at] != fixed[-1 - at]), most - start)
    end = len(source) - same
    return Edit(start, end, fixed[start : len(fixed) - same], _label(source, fixed))


def _label(source: str, fixed: str, most: int = 2) -> str:
    """The lines that are new, each once."""
    old, new = source.split("\n"), fixed.split("\n")
    if sorted(old) == sorted(new):  # lines that change places
        at = [place for place, (one, other) in enumerate(zip(old, new, strict=True)) if one != other]
        return _joined([line.strip() for line in new[at[0] : at[-1] + 1]], most)
    changed_lines = difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    changed = [line.strip() for kind, _, _, start, end in changed_lines if kind != "equal" for line in new[start:end]]
    lines = list(dict.fromkeys(changed))
    if not any(lines):
        gone = [line.strip() for kind, start, end, _, _ in changed_lines if kind != "equal" for line in old[start:end]]
        return f"without {' '.join(gone)}"
    return _joined(lines, most)


def _joined(lines: list[str], most: int) -> str:
    return " ".join(lines if len(lines) <= most else [*lines[: most - 1], "…"])


def fix(source: str, remedy: Remedy | None) -> str | None:
    """The program with the failure mended; None where no small edit would."""
    if remedy is None:
        return None
    code = Code(source)
    if not code.has(remedy.span):
        return None  # a place of another program
    found = REMEDIES[remedy.kind](code, remedy)
    return code.changed(found) if found else None
