"""What an upstream's refusals and failures mean to our own clients."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any, cast

import orjson

from earthshine.errors import (
    BodyTooLarge,
    BrieflyLimited,
    EarthshineError,
    InvalidRequest,
    NotFound,
    RateLimited,
    UpstreamBroke,
    UpstreamFailed,
    UpstreamUnreachable,
)
from earthshine.outbound import PrivateAddress

CONNECT_SECONDS = 10
"""Time that an upstream has to take a connection."""
LONGEST_PAUSE = 600.0
"""Most seconds for which an upstream may ask to be left alone: a wrong number must not end its service."""
_LONGEST_MESSAGE = 500

HOPELESS = frozenset({"upstream_key_refused", "upstream_account", "upstream_redirects", "upstream_address"})
"""Codes of failures that stay until the operator mends the upstream: asking once more is useless."""


def failure(status: int, headers: Mapping[str, str], body: bytes, *, host: str, model: str) -> EarthshineError:
    """Return the error for an HTTP reply that is none of success.

    What the client can mend (400, 404, 413, 422, 429) stays its error; a wrong key, an empty account and a broken
    server are the installation's, and say so.
    """
    error = _error_object(body)
    said = _message(error) or f"HTTP {status}"
    wait = retry_after(headers)
    match status:
        case 401 | 403:
            return UpstreamFailed(
                f"The upstream {host} refused the key that this server has for it ({said}). "
                "Give this upstream another `api_key`.",
                code="upstream_key_refused",
            )
        case 402:
            return UpstreamFailed(
                f"The account at the upstream {host} cannot pay for this: {said}", code="upstream_account"
            )
        case _ if 300 <= status < 400:
            return UpstreamFailed(
                f"The upstream {host} sends requests on to another address; give that one as its `base_url`.",
                code="upstream_redirects",
            )
        case 404:
            return NotFound(
                f"The upstream {host} has no model {model!r}, or no such endpoint: {said}",
                param="model",
                code="model_not_found",
            )
        case 413:
            return BodyTooLarge(f"The upstream {host} says that the request is too large: {said}")
        case 429:
            said = f"The upstream {host} is limiting requests: {said}"
            return BrieflyLimited(said, retry_after=1) if wait is None else RateLimited(said, retry_after=wait)
        case _ if 400 <= status < 500 and status != 408:
            return InvalidRequest(said, param=_word(error, "param"), code=_word(error, "code"))
        case _:
            return UpstreamFailed(f"The upstream {host} failed with status {status}: {said}", retry_after=wait)


def unreachable(
    error: BaseException, *, host: str, seconds: float, connect_seconds: float = CONNECT_SECONDS
) -> UpstreamFailed:
    """Return the error for a connection that failed; `seconds` and `connect_seconds` are the upstream's time-outs."""
    import aiohttp  # here: who has no upstream starts without it

    if isinstance(error, aiohttp.ClientConnectorError) and isinstance(error.os_error, PrivateAddress):
        return UpstreamFailed(
            f"The upstream {host} is at an address of this machine or its network; the console "
            "(Deployments) or the setting `allow_private_upstreams` allows that.",
            code="upstream_address",
        )
    connected = False
    match error:
        case aiohttp.ConnectionTimeoutError():
            what = f"did not take the connection within {connect_seconds:g} seconds"
        case asyncio.TimeoutError():
            connected, what = True, f"sent nothing for {seconds:g} seconds; raise its `timeout` if it is only slow"
        case aiohttp.ClientConnectorCertificateError() | aiohttp.ClientSSLError():
            what = "has a TLS certificate that cannot be trusted"
        case aiohttp.ClientConnectorDNSError():
            what = "has a name that does not resolve; check its `base_url`"
        case aiohttp.ClientConnectorError():
            what = "refuses the connection; check that it runs and that its `base_url` is right"
        case aiohttp.InvalidURL():
            what = "has a `base_url` that is no address"
        case _:
            connected, what = True, "broke the connection"
    kind = UpstreamBroke if connected else UpstreamUnreachable
    return kind(f"The upstream {host} {what}.", retry_after=1)


def failure_in_stream(chunk: dict[str, Any]) -> EarthshineError:
    """Return the error for an error object in the middle of a stream."""
    error = chunk.get("error") or chunk
    error = cast("dict[str, Any]", error) if isinstance(error, dict) else {"message": str(error)}
    said = _message(error) or "no reason given"
    if error.get("code") in (429, "429", "rate_limit_exceeded"):
        return BrieflyLimited(f"The upstream is limiting requests: {said}", retry_after=1)
    return UpstreamFailed(f"The upstream failed in the middle of its reply: {said}")


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that the upstream asks to wait, 600 at most, from either header and either form."""
    given = headers.get("retry-after-ms")
    seconds = _seconds(given, 0.001) if given is not None else _seconds(headers.get("retry-after", ""))
    return None if seconds is None else min(seconds, LONGEST_PAUSE)


def _seconds(value: str, unit: float = 1) -> float | None:
    """Return a number of seconds or the time to a date; None for what is neither, and for what has passed."""
    try:
        seconds = float(value) * unit
    except ValueError:
        try:
            seconds = parsedate_to_datetime(value).timestamp() - time.time()
        except (ValueError, OverflowError, OSError):
            return None
    return seconds if seconds > 0 else None  # which not a number is not


def _error_object(body: bytes) -> dict[str, Any]:
    try:
        value: Any = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {"message": body.decode("utf-8", "replace").strip()}
    while isinstance(value, dict):
        outer = cast("dict[str, Any]", value)
        inner = outer.get("error")
        if inner is None:
            return outer
        value = inner
    return {"message": str(value)}


def _message(error: dict[str, Any]) -> str:
    said = error.get("message") or error.get("detail") or error.get("error_msg") or ""
    text = said if isinstance(said, str) else orjson.dumps(said, default=str).decode()
    return text if len(text) <= _LONGEST_MESSAGE else text[:_LONGEST_MESSAGE] + "..."


def _word(error: dict[str, Any], name: str) -> str | None:
    value = error.get(name)
    return value if isinstance(value, str) and value else None
