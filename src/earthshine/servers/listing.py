"""From an address as people type it to the models that stand there."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from earthshine.engines.openai_compatible.errors import failure
from earthshine.errors import EarthshineError, UpstreamFailed, UpstreamUnreachable
from earthshine.outbound import is_loopback
from earthshine.servers.addresses import base_urls
from earthshine.servers.client import ServerClient, ServerReply
from earthshine.servers.extras import enrich, kind
from earthshine.servers.facts import FoundModel, read_entry
from earthshine.servers.vendors import Vendor, hosted_at

MOST_MODELS = 1000
SECONDS = 25.0
"""For all that is asked."""
_CONTAINER = (Path("/.dockerenv"), Path("/run/.containerenv"))


@dataclass(frozen=True, slots=True)
class Listing:
    """What stands at an address."""

    base_url: str
    """The one that was taken."""
    vendor: Vendor | None
    """Who it is, if that is known."""
    listed: bool
    """Whether it has a list; else its models are to be named by hand."""
    models: list[FoundModel]
    left_out: int
    """Models beyond the most that are shown."""


async def discover(given: str, *, api_key: str, private: bool) -> Listing:
    """Find the server at an address, and its models.

    Raises a 400 for what is no address or may not be asked, and `UpstreamFailed` that says what stands there instead.
    """
    candidates = base_urls(given)
    try:
        async with asyncio.timeout(SECONDS), ServerClient(api_key=api_key, private=private) as client:
            return await _first(client, candidates, has_key=bool(api_key))
    except TimeoutError:
        host = urlsplit(candidates[0]).netloc
        raise UpstreamFailed(
            f"{host} takes the connection but says nothing for {SECONDS:g} seconds. Check that it runs, and its port.",
            code="upstream_slow",
        ) from None


async def _first(client: ServerClient, candidates: list[str], *, has_key: bool) -> Listing:
    worst: EarthshineError | None = None
    unlisted = ""
    dead: set[str] = set()
    for base in candidates:
        scheme = base.partition("://")[0]
        if scheme in dead:
            continue
        try:
            answer = await client.get(f"{base}/models")
            entries = _entries(answer)
            if entries is not None:
                return await _listing(client, base, entries)
            error = _refusal(answer, base, has_key=has_key)
        except UpstreamFailed as raised:
            error = raised
            if isinstance(raised, UpstreamUnreachable):
                dead.add(scheme)
        if error is None:
            unlisted = unlisted or base
        elif worst is None or _weight(error) > _weight(worst):
            worst = error
    if unlisted and (worst is None or _weight(worst) <= 1):
        return Listing(unlisted, hosted_at(unlisted), listed=False, models=[], left_out=0)
    assert worst is not None
    raise _with_hint(worst, candidates[0])


async def _listing(client: ServerClient, base: str, entries: list[Any]) -> Listing:
    known = [cast("dict[str, Any]", each) for each in entries[:MOST_MODELS] if isinstance(each, dict)]
    vendor = hosted_at(base) or kind(known)
    found = {each.target: each for entry in known if (each := read_entry(entry, vendor)) is not None}
    models = await enrich(client, base, vendor, list(found.values()))
    return Listing(base, vendor, listed=True, models=models, left_out=max(0, len(entries) - MOST_MODELS))


def _entries(answer: ServerReply) -> list[Any] | None:
    """OpenAI's form, the bare list of Together, or None."""
    if answer.status != 200:
        return None
    if answer.listed is not None:
        return answer.listed
    data = answer.object.get("data")
    # Ollama without models says null.
    if data is None and answer.object.get("object") == "list":
        return []
    return cast("list[Any]", data) if isinstance(data, list) else None


def _refusal(answer: ServerReply, base: str, *, has_key: bool) -> EarthshineError | None:
    """Return what an answer that is no list means; None for a server that speaks JSON and has no list."""
    host = urlsplit(base).netloc
    if answer.status in (401, 403) and not has_key:
        return UpstreamFailed(f"{host} wants a key. Give the one that it gave you.", code="upstream_key_wanted")
    if 300 <= answer.status < 400:
        to = next((value for name, value in answer.headers.items() if name.lower() == "location"), "")[:300]
        return UpstreamFailed(
            f"{host} sends requests on to {to or 'another address'}; give that address if it is the right one.",
            code="upstream_redirects",
        )
    if answer.status in (404, 405) and answer.object:
        return None
    if answer.status in (200, 404, 405):
        return UpstreamFailed(
            f"{host} answers, but not as an OpenAI-compatible server does ({base}/models is no list of models). "
            "Check the address and its port.",
            code="upstream_not_openai",
        )
    return failure(answer.status, answer.headers, answer.body[:65536], host=host, model="")


def _weight(error: EarthshineError) -> int:
    """How much an error tells: of several addresses that were tried, the one that came nearest is told of."""
    if error.code in ("upstream_key_refused", "upstream_key_wanted"):
        return 4
    if error.code == "upstream_not_openai":
        return 1
    if isinstance(error, UpstreamUnreachable):
        return 0
    return 3 if error.code == "upstream_redirects" else 2


def _with_hint(error: EarthshineError, base: str) -> EarthshineError:
    at_home = isinstance(error, UpstreamUnreachable) and is_loopback(urlsplit(base).hostname or "")
    if at_home and any(file.exists() for file in _CONTAINER):
        error.message += (
            " This server runs in a container, for which `localhost` is the container itself; a server on its host "
            "is often at `host.docker.internal`, and must listen there."
        )
    return error
