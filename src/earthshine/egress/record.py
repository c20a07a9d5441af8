"""What is told of each connection that a sandbox tried to make."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Verdict = Literal[
    "open",
    "done",
    "bad_request",
    "not_allowed",
    "not_found",
    "private_address",
    "unreachable",
    "not_tls",
    "other_server_name",
    "untrusted",
    "too_many",
    "over_bytes",
    "over_time",
]
"""`done`, or why it was refused or cut. `other_server_name`: TLS named another host than the proxy was asked for, or
none, or hid which. `untrusted`: a host that has secrets could not show that it is the host."""


@dataclass(slots=True)
class Record:
    """One connection. It is told when it has ended."""

    method: str = ""
    """`CONNECT`, or the method of a request in plain HTTP."""
    host: str = ""
    port: int = 0
    address: str = ""
    """The IP address that was connected to; empty where none was."""
    verdict: Verdict = "open"
    sent: int = 0
    """Bytes from the sandbox."""
    received: int = 0
    """Bytes to it."""
    at: float = field(default_factory=time.time)
    """Unix time."""
    seconds: float = 0.0

    def form(self) -> dict[str, Any]:
        """Return it as JSON."""
        return asdict(self)


class Refused(Exception):
    """A connection that is not made, or cut; why, and the status of the answer in HTTP."""

    def __init__(self, verdict: Verdict, status: str, message: str) -> None:
        super().__init__(message)
        self.verdict: Verdict = verdict
        self.status, self.message = status, message
