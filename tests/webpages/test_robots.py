"""What a robots.txt allows, by the examples of RFC 9309 and by what real files do."""

from __future__ import annotations

import time

import pytest

from earthshine.webpages.robots import allows, rules_of

FILE = """\
User-agent: *
Disallow: *.gif$
Disallow: /example/
Allow: /publications/

User-Agent: foobot
Disallow:/
Allow:/example/page.html
Allow:/example/allowed.gif

User-agent: barbot # two names, one group
User-agent: Earthshine/2.0
Disallow: /example/page.html
Crawl-delay: 5
Disallow: /with space
Disallow: /q?a=*&b

user-agent: quxbot
"""


@pytest.mark.parametrize(
    ("agent", "path", "allowed"),
    [
        ("other", "/", True),
        ("other", "/example/a", False),
        ("other", "/example", True),
        ("other", "/a.gif", False),
        ("other", "/a.gif?b", True),
        ("foobot", "/example/page.html", True),
        ("foobot", "/example/other.html", False),
        ("foobot", "/example/allowed.gif", True),
        ("earthshine", "/example/page.html", False),
        ("earthshine", "/example/other", True),
        ("earthshine", "/with%20space", False),
        ("earthshine", "/q?a=1&b=2", False),
        ("earthshine", "/q?a=1", True),
        ("quxbot", "/example/a", True),
    ],
)
def test_allowed(agent: str, path: str, allowed: bool) -> None:
    assert allows(rules_of(FILE, agent), f"https://example.org{path}") is allowed


@pytest.mark.parametrize(
    "text", ["", "Disallow: /", "\ufeffUser-agent: *\nDisallow:\n", "<html>Disallow: /</html>", "::\n:"]
)
def test_nothing_said_is_allowed(text: str) -> None:
    assert allows(rules_of(text), "https://example.org/a")


def test_the_longest_rule_decides_and_of_two_the_one_that_allows() -> None:
    rules = rules_of("User-agent: *\nAllow: /p\nDisallow: /\nDisallow: /page\nAllow: /page\n")
    assert allows(rules, "https://example.org/page1")
    assert not allows(rules, "https://example.org/other")


def test_hostile_rules_take_little_time() -> None:
    rules = rules_of("User-agent: *\n" + ("Disallow: /" + "*a" * 400 + "$\n") * 5000)
    begun = time.monotonic()
    allows(rules, "https://example.org/" + "a" * 1900)
    assert time.monotonic() - begun < 5
