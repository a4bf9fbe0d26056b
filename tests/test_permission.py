"""Where the system has no lock: at home a stranger's program waits for a word, and a public server runs none."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from components.program import KEY
from components.shared import visitor, work
from gradwalk.address.program import to_query
from gradwalk.lessons import BY_SLUG
from gradwalk.sandbox.selftest import Held
from serving.permission import FREELY, permission
from tests.browser import ROOT
from tests.test_code_page import SHORT, send, shown, visit
from tests.visits import data

HOLDS = Held(locked=True, landlock=7, refused=("read a file",))
BLIND = Held(locked=True, landlock=0, refused=("read a file",))
LEAKS = Held(locked=True, landlock=7, refused=("read a file",), through=("connect",))
NONE = Held(locked=False, why="There is none.")


@pytest.mark.parametrize("home", [True, False])
@pytest.mark.parametrize("lock", ["use", "demand"])
def test_where_the_lock_holds_everything_runs(lock: str, home: bool) -> None:
    assert permission(lock, HOLDS, home=home) == FREELY
    less = permission(lock, BLIND, home=home)
    assert less.runs
    assert not less.asks
    assert "opens no file" in less.said


@pytest.mark.parametrize("held", [LEAKS, NONE])
@pytest.mark.parametrize("lock", ["use", "off"])
def test_where_it_does_not_hold_only_a_home_runs_programs(lock: str, held: Held) -> None:
    home, public = (permission(lock, held, home=home) for home in (True, False))
    assert (home.runs, home.asks) == (True, True)
    assert (public.runs, public.asks) == (False, False)
    assert not permission("demand", held, home=True).runs


@pytest.mark.parametrize("held", [LEAKS, NONE])
def test_a_lock_that_is_demanded_is_demanded_at_home_too(held: Held) -> None:
    assert not permission("demand", held, home=True).runs


@pytest.mark.parametrize(
    ("address", "headers", "ip", "home"),
    [
        ("127.0.0.1", {"Host": "localhost:8501"}, None, True),
        ("::1", {"Host": "[::1]:8501"}, None, True),
        ("127.0.0.1", {"Host": "school.example"}, None, False),  # a name that somebody bent to this machine
        ("127.0.0.1", {"Host": "localhost:8501", "X-Forwarded-For": "1.2.3.4"}, None, False),
        ("127.0.0.1", {"Host": "localhost:8501"}, "10.0.0.7", False),
        ("127.0.0.1", {}, None, False),
        ("0.0.0.0", {"Host": "localhost:8501"}, None, False),  # noqa: S104 (a setting)
        (None, {"Host": "localhost:8501"}, None, False),
    ],
)
def test_home_is_a_server_for_this_machine_asked_from_it(
    monkeypatch: pytest.MonkeyPatch, address: str | None, headers: dict[str, str], ip: str | None, home: bool
) -> None:
    class Context:
        def __init__(self) -> None:
            self.headers = {name.lower(): value for name, value in headers.items()} | headers
            self.ip_address = ip

    monkeypatch.setattr("streamlit.config.get_option", {"server.address": address}.get)
    monkeypatch.setattr("streamlit.context", Context())
    assert visitor.at_home() is home


# The page

At = Callable[..., None]


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Iterator[At]:
    before = work.server()

    def use(held: Held, *, home: bool) -> None:
        work.use(work.Server(before.desk, held))
        monkeypatch.setattr(work, "at_home", lambda: home)

    yield use
    work.use(before)


def waits(page: AppTest) -> bool:
    buttons = [button.label for button in page.button]
    assert buttons in ([], ["Run this program"])
    assert (data(page, "player")["story"] is None) == bool(buttons)
    return bool(buttons)


def test_a_program_that_came_by_a_link_waits_until_somebody_says_so(at: At) -> None:
    at(NONE, home=True)
    page = visit(to_query(SHORT))
    assert waits(page)
    assert "came by a link" in page.warning[0].value
    assert data(page, "notebook")["text"] == SHORT
    send(page, text=SHORT + "x")
    assert waits(page), "one letter does not make it one's own"
    page.button[0].click().run()
    assert not waits(page)
    assert shown(page) == "tensor(3., requires_grad=True)"
    send(page, text=SHORT)
    assert not waits(page)


def test_so_does_one_from_a_file_and_one_from_before_the_server_started(at: At) -> None:
    at(NONE, home=True)
    page = send(visit(), file={"name": "a.py", "text": SHORT})
    assert waits(page)
    send(page, example="1a_derivative")
    assert not waits(page)
    page = AppTest.from_file(str(ROOT / "pages" / "main.py"), default_timeout=60).switch_page("code.py")
    page.session_state[KEY] = {"entry": {"text": SHORT, "opened": "other", "count": 7}}
    assert waits(page.run())


def test_what_is_typed_and_what_is_ours_runs_at_home(at: At) -> None:
    at(NONE, home=True)
    page = visit()
    assert not waits(page)
    assert not waits(send(page, text=SHORT))
    assert not waits(visit("lesson=4d_training_loop"))
    assert not waits(visit(to_query(BY_SLUG["1d_leaf"].source)))


def test_a_public_server_without_a_lock_runs_no_program_and_says_so(at: At) -> None:
    at(NONE, home=False)
    page = visit()
    assert data(page, "player")["story"] is None
    assert "its system has no lock" in data(page, "notebook")["refusal"]["message"]
    other = AppTest.from_file(str(ROOT / "pages" / "main.py"), default_timeout=60).run()
    found: list[Any] = [json.loads(one.proto.json or one.proto.bytes) for one in other.get("bidi_component")]
    assert any(one.get("story") for one in found)


def test_the_page_says_where_less_runs(at: At) -> None:
    at(BLIND, home=False)
    page = visit()
    assert not waits(page)
    assert "opens no file" in page.caption[0].value
    at(HOLDS, home=False)
    assert not visit().caption
