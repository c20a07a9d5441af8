"""Lists of domains."""

from __future__ import annotations

import pytest

from earthshine.errors import InvalidRequest
from earthshine.webpages.domains import domain_of, host_of, within


@pytest.mark.parametrize(
    ("url", "inside"),
    [
        ("https://example.org/a", True),
        ("https://A.Example.ORG./", True),
        ("https://user@example.org:99", True),
        ("https://notexample.org/", False),
        ("https://example.org.evil.test/", False),
        ("https://evil.test/example.org", False),
        ("https://[broken", False),
        ("nonsense", False),
    ],
)
def test_a_domain_means_all_below_it(url: str, inside: bool) -> None:
    assert within(url, [domain_of("Example.org.")]) is inside


@pytest.mark.parametrize("domain", ["https://a.b", "a.b/c", "", "*.a.b", "a b", "a:1", "a..b"])
def test_what_is_no_domain(domain: str) -> None:
    with pytest.raises(InvalidRequest, match="no domain"):
        domain_of(domain)


def test_names_in_other_scripts() -> None:
    assert within("https://xn--mnchen-3ya.de", [domain_of("münchen.de")])
    assert host_of("https://EXAMPLE.org.:1") == "example.org"
