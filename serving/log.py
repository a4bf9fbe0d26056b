"""Logs: one line of JSON an event, on the standard error stream. None of them holds what somebody typed."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import Any

from serving.work import Reply, told

LOGGER = logging.getLogger("gradwalk")
_OTHERS = ("streamlit", "uvicorn", "websockets", "asyncio")
_OPEN = ("uvicorn.error",)
"""Loggers of others whose messages tell of the server alone: its start, its end, its port."""


class OneLine(logging.Formatter):
    """An event as JSON. Of others' events it tells where they come from and what was raised, and not their message."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line: dict[str, Any] = {"time": at, "level": record.levelname.lower()}
        if record.name == LOGGER.name:
            line |= {"event": record.msg, **getattr(record, "fields", {})}
        else:
            line |= {"event": "log", "logger": record.name, "place": f"{record.funcName}:{record.lineno}"}
            if record.name in _OPEN and record.levelno < logging.ERROR:
                line["message"] = record.getMessage()
        if record.exc_info and record.exc_info[1] is not None:
            line |= {"event": "error", "error": told(record.exc_info[1])}
        return json.dumps(line, ensure_ascii=False)


def start(level: str) -> None:
    """Log from now on, the server's own loggers too."""
    LOGGER.setLevel(level)
    LOGGER.propagate = False
    if not LOGGER.handlers:
        LOGGER.addHandler(logging.StreamHandler())
    for logger in (LOGGER, *_others()):
        for handler in logger.handlers:
            handler.setFormatter(OneLine())


def _others() -> list[logging.Logger]:
    loggers = logging.root.manager.loggerDict.values()
    return [one for one in loggers if isinstance(one, logging.Logger) and one.name.split(".")[0] in _OTHERS]


def event(name: str, level: int = logging.INFO, /, **fields: Any) -> None:
    """One event. ``fields`` are numbers and words of ours."""
    LOGGER.log(level, name, extra={"fields": fields})


def heard(work: str, reply: Reply, how: str, seconds: float) -> None:
    """An answer was given."""
    level = logging.ERROR if reply.outcome == "failed" else logging.DEBUG if how == "kept" else logging.INFO
    reason = {"reason": reply.reason} if reply.reason else {}
    event("answer", level, work=work, outcome=reply.outcome, how=how, seconds=round(seconds, 4), **reason)
