"""The self-test: it finds a lock that holds, and one that does not."""

from __future__ import annotations

import pytest

from gradwalk.sandbox import landlock
from gradwalk.sandbox.configuration import Configuration
from gradwalk.sandbox.processes import Gone, Nursery, selftest
from gradwalk.sandbox.selftest import Held
from tests.sandbox.conftest import WORK


def held(configuration: Configuration) -> Held:
    started = Nursery(configuration)
    try:
        return started.start()
    finally:
        started.stop()


def test_this_machine_has_a_lock_that_holds() -> None:
    found = selftest()
    assert landlock.version() >= 1
    assert found.holds
    assert found.landlock == landlock.version()
    assert found.through == ()
    assert {"read a file", "write a file", "connect", "fork", "exec", "signal another process"} < set(found.refused)
    assert found.sentence.startswith(f"Programs are locked by Landlock (version {found.landlock}) and a filter")


def test_without_landlock_the_filter_holds_alone() -> None:
    found = held(Configuration(work=WORK, landlock=False))
    assert found.holds
    assert found.landlock == 0
    assert "so a program opens no file at all" in found.sentence


def test_a_lock_that_was_turned_off_is_told() -> None:
    found = held(Configuration(work=WORK, lock=False))
    assert not found.holds
    assert found.sentence == "Programs are not locked. The lock was turned off."


def test_without_a_lock_everything_that_is_tried_gets_through() -> None:
    """Else a refusal would prove nothing."""
    started = Nursery(Configuration(work=WORK, lock=False))
    try:
        started.start()
        found = started.test()
    finally:
        started.stop()
    assert not found.holds
    assert found.refused == ()
    assert {"read a file", "write a file", "connect", "fork", "signal another process"} < set(found.through)
    assert found.through[-2:] == ("start another program, or end", "change a folder")
    assert found.sentence.startswith("The lock does not hold: read a file, read /etc/passwd, ")


def test_a_nursery_that_cannot_start_says_so(capfd: pytest.CaptureFixture[str]) -> None:
    broken = Nursery(Configuration(work="tests.sandbox.nothing:work"))
    with pytest.raises(Gone, match="why stands above"):
        broken.start()
    assert "No module named 'tests.sandbox.nothing'" in capfd.readouterr().err
