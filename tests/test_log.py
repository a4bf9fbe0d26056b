"""Logs: one line of JSON an event, and never what somebody typed."""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from serving import log
from serving.work import Reply
from tests.browser import settled


def line(record: logging.LogRecord) -> dict[str, Any]:
    text = log.OneLine().format(record)
    assert "\n" not in text
    found: dict[str, Any] = json.loads(text)
    return found


def record(
    name: str, message: str, *arguments: Any, level: int = logging.INFO, error: bool = False
) -> logging.LogRecord:
    raised = sys.exc_info() if error else None
    return logging.LogRecord(name, level, __file__, 7, message, arguments, raised, "somewhere")


def test_an_event_is_one_line_of_json(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log.LOGGER, "propagate", True)
    monkeypatch.setattr(log.LOGGER, "level", logging.INFO)
    with caplog.at_level(logging.INFO, "gradwalk"):
        log.heard("recorded", Reply("refused", b"secret", "queue"), "done", 0.123456)
    told = line(caplog.records[0])
    assert told.pop("time").endswith("+00:00")
    assert told == {
        "level": "info", "event": "answer", "work": "recorded", "outcome": "refused", "how": "done", "seconds": 0.1235,
        "reason": "queue",
    }  # fmt: skip


@pytest.mark.parametrize("name", ["streamlit.runtime.app_session", "uvicorn.error", "websockets.server", "asyncio"])
def test_messages_of_others_may_hold_what_was_typed_and_are_left_out(name: str) -> None:
    told = line(record(name, "cannot read %s", "secret", level=logging.ERROR))
    assert "secret" not in str(told)
    assert told["logger"] == name
    assert told["place"] == "somewhere:7"


def test_what_was_raised_is_told_by_its_type_and_place() -> None:
    try:
        raise KeyError("secret")
    except KeyError:
        told = line(record("streamlit.error_util", "secret", level=logging.ERROR, error=True))
    assert told["event"] == "error"
    assert told["error"].startswith("KeyError test_what_was_raised_is_told_by_its_type_and_place:")
    assert "secret" not in str(told)


def test_the_servers_own_start_is_told() -> None:
    assert line(record("uvicorn.error", "Application startup complete."))["message"] == "Application startup complete."


def test_events_are_written_to_the_standard_error_stream(capsys: pytest.CaptureFixture[str]) -> None:
    handlers, propagate = log.LOGGER.handlers[:], log.LOGGER.propagate
    log.LOGGER.handlers.clear()
    try:
        log.start("INFO")
        log.event("ready", processes=2)
        log.event("detail", logging.DEBUG)
    finally:
        log.LOGGER.handlers[:], log.LOGGER.propagate = handlers, propagate
    (written,) = capsys.readouterr().err.splitlines()
    assert json.loads(written)["event"] == "ready"


def test_a_servers_log_does_not_hold_what_a_visitor_typed(page: Page, server_log: Path) -> None:
    page.goto("/?z=sin(secretname)&secretname=4711.25")
    settled(page)
    page.get_by_label("Expression", exact=True).fill("z = sin(othersecret) + import")
    expect(page.locator("#refusal").first).not_to_be_empty()
    written = server_log.read_text(encoding="utf-8")
    assert '"event": "answer"' in written
    for word in ("secretname", "4711", "othersecret"):
        assert word not in written
