"""Lists of domains, as requests and settings write them: each means itself and all that is below it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from earthshine.errors import InvalidRequest


def host_of(url: str) -> str:
    """Return the host of an address, in small letters and without a final dot; empty where there is none."""
    try:
        return (urlsplit(url).hostname or "").rstrip(".").lower()
    except ValueError:
        return ""


def within(url: str, domains: Sequence[str]) -> bool:
    """Tell whether an address is of one of some domains."""
    host = host_of(url)
    return any(host == each or host.endswith("." + each) for each in domains)


@dataclass(frozen=True, slots=True)
class Domains:
    """Which pages a request may look at."""

    allowed: Sequence[str] = ()
    """Those that they must be of; empty for all."""
    blocked: Sequence[str] = ()

    def take(self, url: str) -> bool:
        """Tell whether an address is one of them."""
        return not within(url, self.blocked) and (not self.allowed or within(url, self.allowed))


ALL = Domains()


def domain_of(written: str) -> str:
    """Return a domain as it is compared. Raises `InvalidRequest` for what is none."""
    name = written.strip().lower().removesuffix(".")
    try:
        name = name.encode("idna").decode("ascii")
    except UnicodeError:
        name = ""
    if not name or any(sign in name for sign in "/:@?#*[] "):
        raise InvalidRequest(
            f"{written[:100]!r} is no domain. Write it as 'example.org', without 'https://' and path; all that is "
            "below it is meant too."
        )
    return name
