"""Pages that there are, and no others: what the real server answers at any other address."""

from __future__ import annotations

import re
from http.client import HTTPConnection, HTTPResponse
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, expect

from app import page_paths
from serving.known import no_such_page
from tests.conftest import CheckAxe, NewPage


def asked(server: str, path: str, method: str = "GET", **headers: str) -> tuple[HTTPResponse, str]:
    connection = HTTPConnection(urlsplit(server).netloc, timeout=10)
    connection.request(method, path, headers=headers)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer, body.decode(errors="replace")


def test_the_pages_are_named_by_their_paths() -> None:
    assert page_paths() == {"/": "Expression", "/code": "Code", "/perceptron": "Perceptron"}


def test_who_is_lost_is_led_to_the_pages() -> None:
    links = re.findall('<a href="(.*?)">(.*?)</a>', no_such_page({"/a/": "One", "/a/two": "Two"}))
    assert links == [("/a/", "One"), ("/a/two", "Two")]


@pytest.mark.parametrize("path", ["/", "/code", "/perceptron", "/expression", "/?z=x", "/code?lesson=1a_derivative"])
def test_a_page_that_there_is(server: str, path: str) -> None:
    answer, body = asked(server, path)
    assert answer.status == 200
    assert "<title>Gradwalk</title>" in body


UNKNOWN = (
    "/no-such-page /Code /code/other /index.html /wp-login.php /.env /static/none.js /readyz/x /_stcore/none "
    "/media/none /no-such-page?z=x /%2e%2e/app.py /app.py /page.html"
).split()


@pytest.mark.parametrize("path", UNKNOWN)
@pytest.mark.parametrize("headers", [{}, {"Range": "bytes=0-9"}, {"Range": "bytes=0-9,20-29"}], ids=str)
def test_any_other_address_is_not_found(server: str, path: str, headers: dict[str, str]) -> None:
    answer, body = asked(server, path, **headers)
    assert answer.status in ({404} if "%2e" not in path else {400, 404})
    assert "<script" not in body
    assert "none" not in body
    assert answer.headers["Content-Security-Policy"]


def test_a_post_to_nowhere_is_no_page(server: str) -> None:
    assert asked(server, "/no-such-page", "POST")[0].status in {404, 405}
    answer, body = asked(server, "/no-such-page", "HEAD")
    assert (answer.status, body) == (404, "")


def test_what_a_page_is_made_of_is_found(server: str) -> None:
    _, page = asked(server, "/")
    files = re.findall(r'(?:src|href)="\./([^"]+)"', page)
    assert files
    for path in [*files, "manifest.json", "_stcore/health", "_stcore/host-config", "readyz"]:
        assert asked(server, f"/{path}")[0].status == 200, path
    assert asked(server, "/code/")[0].status == 301


def test_a_visitor_reads_that_there_is_no_such_page(new_page: NewPage, axe: CheckAxe, server: str) -> None:
    page = new_page()
    page.set_content(asked(server, "/no-such-page")[1])
    expect(page).to_have_title("No such page · Gradwalk")
    expect(page.get_by_role("link")).to_have_text(["Expression", "Code", "Perceptron"])
    axe(page)


# Whom a page may ask


def sources(policy: str) -> list[str]:
    (rule,) = [rule for rule in policy.split("; ") if rule.startswith("connect-src ")]
    return rule.split()[1:]


def test_a_page_may_ask_its_own_host_only(server: str) -> None:
    host = urlsplit(server).netloc
    answer, _ = asked(server, "/")
    assert sources(answer.headers["Content-Security-Policy"]) == ["'self'", f"ws://{host}", f"wss://{host}"]
    answer, _ = asked(server, "/", Host="school.example:8443")
    expected = ["'self'", "ws://school.example:8443", "wss://school.example:8443"]
    assert sources(answer.headers["Content-Security-Policy"]) == expected


@pytest.mark.parametrize(
    "host", ["*", "a.example *", "a.example;script-src *", "[::1]:8501", "a.example, b.example", ""]
)
def test_a_host_that_is_none_gets_into_no_policy(server: str, host: str) -> None:
    answer, _ = asked(server, "/", Host=host)
    if answer.status == 200:
        assert sources(answer.headers["Content-Security-Policy"]) == ["'self'"]


def test_what_a_proxy_may_keep_names_no_host(server: str) -> None:
    _, page = asked(server, "/")
    script = re.findall(r'src="\./(static/[^"]+)"', page)[0]
    answer, _ = asked(server, f"/{script}", Host="attacker.example")
    assert sources(answer.headers["Content-Security-Policy"]) == ["'self'"]


def test_a_page_reaches_no_other_host(server: str, browser: Browser) -> None:
    """Not by a WebSocket either, which the policy once let go anywhere."""
    page = browser.new_page()
    page.goto(server)
    asks = """address => new Promise(done => {
        addEventListener("securitypolicyviolation", event => done(event.effectiveDirective), {once: true});
        if (address.startsWith("ws")) { new WebSocket(address).onerror = () => setTimeout(done, 1000, "went") }
        else { fetch(address).catch(() => setTimeout(done, 1000, "went")) }
    })"""
    assert page.evaluate(asks, "http://127.0.0.1:9/") == "connect-src"
    assert page.evaluate(asks, "ws://127.0.0.1:9/") == "connect-src"
    assert page.evaluate(asks, server.replace("http", "ws") + "/none") == "went"
    page.close()
