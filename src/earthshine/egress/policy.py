"""Where a sandbox may connect to, and how much."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from earthshine.errors import InvalidRequest

_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_LONGEST_HOST = 253
_USUAL_PORTS = frozenset({80, 443})
_FREE_PORTS = 1024
"""From here on services are no machine's own; below are mail, names and remote shells."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one sandbox may move, for as long as its proxy serves."""

    most_bytes: int = 1 << 30
    """Of all connections together, both ways."""
    most_seconds: float = 600.0
    """Of one connection."""
    idle_seconds: float = 60.0
    """In which nothing moves."""
    most_at_once: int = 64
    """Connections; one more is refused."""


@dataclass(frozen=True, slots=True)
class _Rule:
    host: str
    below: bool
    ports: frozenset[int]

    def covers(self, other: _Rule) -> bool:
        same = other.host == self.host and other.below == self.below
        return other.ports <= self.ports and (same or (self.below and self.names(other.host)))

    def names(self, host: str) -> bool:
        return host.endswith("." + self.host) if self.below else host == self.host


@dataclass(frozen=True, slots=True)
class Policy:
    """The hosts and ports that are allowed; nothing else is."""

    rules: tuple[_Rule, ...] = ()
    limits: Limits = field(default_factory=Limits)
    private: bool = False
    """Whether an allowed name may lead to an address of this machine or its network: the operator's word alone."""
    anywhere: bool = False
    """Whether all hosts but those of the rules are allowed, addresses without a name too: what browsers have."""

    @classmethod
    def all_but(cls, domains: Iterable[str], *, private: bool = False) -> Policy:
        """Return the policy under which these domains, with all below each, are refused, and no others are."""
        rules = tuple(_Rule(each, below, frozenset()) for each in domains for below in (False, True))
        return cls(rules, private=private, anywhere=True)

    @classmethod
    def allow(
        cls, domains: Iterable[str], *, limits: Limits | None = None, private: bool = False, param: str | None = None
    ) -> Policy:
        """Return the policy of a list: `example.org`, all below it as `*.example.org`, a port as `example.org:8443`.

        Without a port, 80 and 443 are meant. Raises `InvalidRequest` at `param` for what is no such name.
        """
        rules = tuple(_rule(each, param) for each in domains)
        return cls(rules, limits or Limits(), private)

    def covers(self, other: Policy) -> bool:
        """Tell whether all that another policy allows is allowed."""
        return all(any(rule.covers(each) for rule in self.rules) for each in other.rules)

    def allows(self, host: str, port: int) -> bool:
        """Tell whether a host, as `host_name` returns it, may be reached at a port."""
        if self.anywhere:
            return (port in _USUAL_PORTS or port >= _FREE_PORTS) and not any(rule.names(host) for rule in self.rules)
        return any(rule.names(host) and port in rule.ports for rule in self.rules)


def host_name(text: str) -> str | None:
    """Return a host in the form in which hosts are compared: small ASCII letters, no final dot.

    None for what is no name with two labels at least, an IP address in any of its spellings included.
    """
    host = text.strip().lower().removesuffix(".")
    if not host.isascii():
        try:
            host = host.encode("idna").decode("ascii").lower()
        except UnicodeError:
            return None
    labels = host.split(".")
    if len(host) > _LONGEST_HOST or len(labels) < 2 or not all(_LABEL.fullmatch(each) for each in labels):
        return None
    # Resolvers take 0177.1, 0x7f.1 and 127.1 for addresses, and no name ends in a number.
    return None if _NUMBER.fullmatch(labels[-1]) else host


def literal(text: str) -> str | None:
    """Return an IP address in its usual spelling, or this machine's own name; None for anything else."""
    host = text.strip().lower().removeprefix("[").removesuffix("]")
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        return host if host == "localhost" else None


def _rule(domain: str, param: str | None) -> _Rule:
    name, colon, port = domain.strip().partition(":")
    below = name.startswith("*.")
    host = host_name(name.removeprefix("*."))
    if host is None or (colon and not (port.isascii() and port.isdigit() and 0 < int(port) < 65_536)):
        raise InvalidRequest(
            f"{domain[:200]!r} is no domain that can be allowed{_why(name)}: write a name such as 'example.org', "
            "'*.example.org' for all below it, or 'example.org:8443' for a port of its own.",
            param=param,
        )
    return _Rule(host, below, frozenset({int(port)}) if colon else _USUAL_PORTS)


def _why(name: str) -> str:
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return ""
    return ", for it is an address and no name"
