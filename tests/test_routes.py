"""Metrics and readiness: what they tell, and to whom."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request as Asking
from urllib.request import urlopen

import pytest
from starlette.requests import Request

from serving.metrics import Metrics, memory
from serving.routes import closed_to, problems
from serving.work import Reply

TOKEN = "a-token-of-our-own"  # noqa: S105 (a test's)


def request(host: str = "127.0.0.1:8501", client: str = "127.0.0.1", **headers: str) -> Request:
    sent = {"host": host} | {name.replace("_", "-"): value for name, value in headers.items()}
    raw = [(name.encode(), value.encode()) for name, value in sent.items()]
    return Request({"type": "http", "scheme": "http", "path": "/metrics", "headers": raw, "client": (client, 1)})


@pytest.mark.parametrize("host", ["127.0.0.1:8501", "localhost", "[::1]:8501"])
def test_this_machine_may_look(host: str) -> None:
    assert not closed_to(request(host), "")


@pytest.mark.parametrize(
    "asked",
    [
        request(client="10.0.0.7"),
        request(client="testclient"),
        request("school.example"),
        request(x_forwarded_for="127.0.0.1"),
        request(forwarded="for=127.0.0.1"),
        request(x_real_ip="127.0.0.1"),
        request(via="1.1 proxy"),
        request("school.example", authorization="Bearer "),
        request("school.example", authorization="Bearer wrong"),
    ],
)
def test_nobody_else_may(asked: Request) -> None:
    assert closed_to(asked, "")
    assert closed_to(asked, TOKEN)


def test_who_knows_the_token_may_look_from_anywhere() -> None:
    asked = request("school.example", "10.0.0.7", authorization=f"Bearer {TOKEN}", x_forwarded_for="10.0.0.8")
    assert not closed_to(asked, TOKEN)
    assert closed_to(asked, "")


def test_a_server_says_what_it_lacks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert problems(0, 10, warm=True) == []
    assert problems(0, 10, warm=False) == ["PyTorch is not warm yet"]
    monkeypatch.setenv("PATH", str(tmp_path))
    assert problems(10, 10, warm=True) == ["Graphviz's program dot is not installed", "too many programs wait"]


def test_metrics_count_answers_refusals_and_layouts() -> None:
    metrics = Metrics()
    metrics.heard("recorded", Reply("done", b"", "", 0.02, 2), "done", 0.03)
    metrics.heard("recorded", Reply("done", b"", "", 0.02, 2), "kept", 0.001)
    metrics.heard("recorded", Reply("refused", b"", "time", 10.0), "done", 10.5)
    value = metrics.registry.get_sample_value
    labels = {"work": "recorded", "how": "kept", "outcome": "done"}
    assert value("gradwalk_answers_total", labels) == 1
    assert value("gradwalk_refusals_total", {"reason": "time"}) == 1
    assert value("gradwalk_layouts_total") == 2
    assert value("gradwalk_work_seconds_count", {"work": "recorded"}) == 2
    assert value("gradwalk_answer_seconds_count", {"work": "recorded"}) == 3


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the system does not tell")
def test_memory_is_that_of_all_processes_together() -> None:
    alone = memory([os.getpid()])
    assert alone > 10_000_000
    assert memory([]) == 0


# The real server


@pytest.fixture
def asked(server: str) -> Any:
    def ask(path: str, **headers: str) -> tuple[int, str]:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            with urlopen(Asking(server + path, headers=sent), timeout=10) as answer:  # noqa: S310 - our own server
                return answer.status, answer.read().decode()
        except HTTPError as error:
            return error.code, error.read().decode()

    return ask


def test_the_server_is_ready_once_it_answers(asked: Any) -> None:
    status, body = asked("/readyz")
    found = json.loads(body)
    assert (status, found["ready"], found["problems"]) == (200, True, [])
    assert found["lock"]


@pytest.mark.parametrize("path", ["/metrics", "/_stcore/metrics"])
def test_the_servers_metrics_are_for_this_machine(asked: Any, path: str) -> None:
    assert asked(path)[0] == 200
    assert asked(path, X_Forwarded_For="127.0.0.1")[0] == 403
    assert asked(path, Host="school.example")[0] == 403


def test_the_servers_metrics_tell_of_sessions_queue_and_memory(asked: Any) -> None:
    _, body = asked("/metrics")
    names = {line.split("{")[0].split(" ")[0] for line in body.splitlines() if not line.startswith("#")}
    assert {
        "gradwalk_sessions", "gradwalk_waiting", "gradwalk_long_waiting", "gradwalk_kept_bytes", "gradwalk_processes",
        "gradwalk_processes_memory_bytes", "gradwalk_layouts_total",
    } <= names  # fmt: skip
