"""Where a server is, and what it is sent beside messages, as people write it down."""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from earthshine.errors import InvalidRequest
from earthshine.outbound import check_url, is_loopback
from earthshine.settings import Settings
from earthshine.wire.strict import as_validator

_MOST_HEADERS, _LONGEST_HEADER = 32, 8192
_HEADER_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,128}")
_HEADER_VALUE = re.compile(r"[\x20-\x7e\x80-\xff\t]*")
_OURS = frozenset(
    {"accept", "accept-encoding", "connection", "content-length", "content-type", "host", "te", "transfer-encoding"}
)
"""Headers that the client of the protocol sets itself, as it does those that begin with `mcp-`."""


def _check_address(value: str) -> str:
    if urlsplit(value).scheme not in ("http", "https"):
        raise InvalidRequest(
            "An MCP server is reached by its http or https address; one that speaks over stdio is kept as a connector "
            "with its `command`."
        )
    # Whether the address may be a private one, the operator says: it is judged where it is asked.
    check_url(value, private=True, param="server_url", query=True)
    return value


def _check_headers(value: dict[str, str]) -> dict[str, str]:
    if len(value) > _MOST_HEADERS:
        raise InvalidRequest(f"A server is sent {_MOST_HEADERS} headers at most.")
    for name, each in value.items():
        if not _HEADER_NAME.fullmatch(name) or name.lower() in _OURS or name.lower().startswith("mcp-"):
            raise InvalidRequest(f"The header {name[:64]!r} cannot be set; leave it out.")
        if len(each) > _LONGEST_HEADER or not _HEADER_VALUE.fullmatch(each):
            raise InvalidRequest(f"The value of the header {name[:64]!r} is too long, or no text of one line.")
    return value


def _check_token(value: str) -> str:
    return _check_headers({"x-token": value})["x-token"]


Address = Annotated[str, Field(min_length=1, max_length=2048), AfterValidator(as_validator(_check_address))]
Headers = Annotated[dict[str, str], AfterValidator(as_validator(_check_headers))]
Token = Annotated[str, Field(min_length=1), AfterValidator(as_validator(_check_token))]


def may_be_private(url: str, own: Settings) -> bool:
    """Tell whether the operator lets this very host be one of this machine or its network."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    if own.private_mcp_servers:
        named = {each.strip().lower() for each in own.private_mcp_servers.split(",")}
        return not named.isdisjoint({host, f"{host}:{parts.port}"})
    return is_loopback(host) and is_loopback(own.host) and not own.public_url


def host_of(url: str) -> str:
    """Return the host of an address, in lower case."""
    return (urlsplit(url).hostname or "").lower()
