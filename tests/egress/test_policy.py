"""Which hosts a list allows, however they are written."""

from __future__ import annotations

import pytest

from earthshine.egress import Policy
from earthshine.egress.policy import host_name
from earthshine.errors import InvalidRequest


@pytest.mark.parametrize(
    ("host", "port", "allowed"),
    [
        ("example.org", 443, True),
        ("example.org", 80, True),
        ("example.org", 22, False),
        ("www.example.org", 443, False),
        ("a.b.wild.test", 443, True),
        ("wild.test", 443, False),
        ("notwild.test", 443, False),
        ("odd.test", 8443, True),
        ("odd.test", 443, False),
        ("xn--mnchen-3ya.test", 443, True),
    ],
)
def test_allowed(host: str, port: int, allowed: bool) -> None:
    policy = Policy.allow(["Example.ORG.", "*.wild.test", "odd.test:8443", "münchen.test"])
    assert policy.allows(host, port) is allowed


@pytest.mark.parametrize(
    ("host", "port", "allowed"),
    [
        ("example.org", 443, True),
        ("example.org", 8080, True),
        ("example.org", 25, False),
        ("bad.test", 443, False),
        ("www.bad.test", 443, False),
        ("notbad.test", 443, True),
        ("192.0.2.1", 80, True),
    ],
)
def test_all_but_some(host: str, port: int, allowed: bool) -> None:
    assert Policy.all_but(["bad.test"]).allows(host, port) is allowed


def test_nothing_is_allowed_by_default() -> None:
    assert not Policy().allows("example.org", 443)


@pytest.mark.parametrize(
    "domain",
    [
        "",
        "*",
        "*.",
        "*.org",
        "org",
        "localhost",
        "10.0.0.1",
        "[::1]",
        "0x7f.1",
        "a..b",
        "https://a.b",
        "a.b:0",
        "a.b:x",
        "a.b:99999",
        "a b.c",
        "a.b/c",
        "user@a.b",
        "a.*.b",
        "-a.b",
        "x" * 64 + ".org",
    ],
)
def test_no_domain(domain: str) -> None:
    with pytest.raises(InvalidRequest, match="no domain that can be allowed") as caught:
        Policy.allow(["example.org", domain], param="network_policy.allowed_domains[1]")
    assert caught.value.param == "network_policy.allowed_domains[1]"


@pytest.mark.parametrize(
    "text", ["127.1", "2130706433", "0x7f000001.", "1.2.3.4", "::1", "a", "a.b.7", "a\x00.b", "a_b.\n"]
)
def test_no_name(text: str) -> None:
    assert host_name(text) is None
