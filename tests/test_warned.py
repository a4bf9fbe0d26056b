"""Warnings of a run are shown under its cell, and the process's filters stay as they were."""

from __future__ import annotations

import threading
import warnings

import pytest

from gradwalk.language.warned import heard
from gradwalk.recorder import record

NON_LEAF = "import torch\nx = torch.ones(2, requires_grad=True)\ny = x * 2\ny.grad\ny.grad"


def test_a_warning_is_shown_once_for_each_place() -> None:
    shown = record(NON_LEAF).cells[0].shown.split("\n")
    assert len(shown) == 2
    assert all(line.startswith("UserWarning: The .grad attribute of a Tensor that is not a leaf") for line in shown)


def test_the_filters_are_left_as_they_were() -> None:
    before = list(warnings.filters)
    record(NON_LEAF)
    assert list(warnings.filters) == before


def test_a_program_may_ask_for_silence() -> None:
    source = "import warnings\nwarnings.filterwarnings('ignore')\n" + NON_LEAF
    assert record(source).cells[0].shown == ""


def test_another_thread_hears_its_own_warnings() -> None:
    told: list[str] = []
    elsewhere: list[str] = []

    def warn() -> None:
        try:
            warnings.warn("from elsewhere", UserWarning, stacklevel=1)
        except UserWarning as error:  # the tests' own filter makes it an error
            elsewhere.append(str(error))

    with heard(told.append):
        other = threading.Thread(target=warn)
        other.start()
        other.join()
        warnings.warn("from here", RuntimeWarning, stacklevel=1)
    assert told == ["RuntimeWarning: from here"]
    assert elsewhere == ["from elsewhere"]


def test_after_the_run_warnings_are_the_processs_again() -> None:
    with heard(lambda text: None):
        pass
    with pytest.raises(UserWarning, match="later"):
        warnings.warn("later", UserWarning, stacklevel=1)
