"""The headers of every answer: the policy, who may frame the page, HTTPS where it is asked for."""

from __future__ import annotations

from dataclasses import replace

from gradwalk.settings import Settings
from serving.headers import content_security_policy, inline_script_hashes, security_headers, with_sockets_of


def test_hash_of_an_inline_script() -> None:
    # The example of the Content Security Policy standard, level 3, section 8.3.
    page = "<html><script>alert('Hello, world.');</script><script src='a.js'></script></html>"
    assert inline_script_hashes(page) == ("'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng='",)


def test_scripts_are_our_own_and_never_inline() -> None:
    rules = dict(rule.split(" ", 1) for rule in content_security_policy("<script>a</script>").split("; "))
    allowed = rules["script-src"].split()
    assert "'unsafe-inline'" not in allowed
    assert "'unsafe-eval'" not in allowed
    assert not [source for source in allowed if "://" in source or source in {"*", "data:"}]
    assert rules["default-src"] == "'self'"


def test_a_page_may_ask_its_own_hosts_only() -> None:
    policy = content_security_policy("")
    assert "; connect-src 'self'; " in policy
    assert "; connect-src 'self' ws://a.example:81 wss://a.example:81; " in with_sockets_of(policy, ("a.example:81",))
    assert (
        with_sockets_of(policy, ("", "*", "a.example *", "a;b", "[::1]", "a.example/x", "a..b", ".a", "a:b")) == policy
    )


def test_policy_names_who_may_frame_the_page() -> None:
    settings = Settings()
    assert security_headers("", settings)["Content-Security-Policy"].endswith("; frame-ancestors 'self'")
    school = replace(settings, frame_ancestors="'self' https://school.example")
    policy = security_headers("", school)["Content-Security-Policy"]
    assert policy.endswith("; frame-ancestors 'self' https://school.example")


def test_https_alone_is_asked_for_only_where_it_is_set() -> None:
    assert "Strict-Transport-Security" not in security_headers("", Settings())
    settings = replace(Settings(), strict_transport=31_536_000)
    assert security_headers("", settings)["Strict-Transport-Security"] == "max-age=31536000"
