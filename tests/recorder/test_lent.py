"""Memory that NumPy or a loader's process has as well: it is looked at again and again, in few places."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from gradwalk import record
from gradwalk.recorder.copying import Copier
from gradwalk.recorder.values import FEW_LENT, MOST_LENT, LiveValues


@pytest.mark.parametrize(("keeps", "most"), [(False, FEW_LENT + 1), (True, MOST_LENT)])
def test_a_loop_over_arrays_is_looked_at_in_few_places(keeps: bool, most: int) -> None:
    values, kept = LiveValues(Copier(1 << 20)), []
    for row in np.ones((200, 3)):
        values.bind("x", one := torch.from_numpy(row.copy()))
        if keeps:
            kept.append(one)
        assert len(values.lent) <= most
    del one
    values.release()


@pytest.mark.parametrize("kept", ["", "kept.append(x)"])
def test_what_numpy_changes_is_seen_behind_a_loop_over_arrays(kept: str) -> None:
    recording = record(
        "import numpy as np, torch\n"
        "kept = []\n"
        "n = np.ones(2, dtype='float32')\n"
        "for row in np.ones((40, 2), dtype='float32'):\n"
        f"    x = torch.from_numpy(row); {kept}\n"
        "u = torch.from_numpy(n)\n"
        "n[0] = 5\n"
        "y = u * 2\n"
    )
    assert recording.cells[0].failure is None
    assert recording.values[recording.operations[-1].edges[0].value].numbers == (5.0, 1.0)
    assert recording.values[recording.operations[-1].results[0]].numbers == (10.0, 2.0)
