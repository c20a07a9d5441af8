"""One question to the JSON interface of a search engine, within bounds."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

import orjson

from earthshine.errors import UpstreamFailed
from earthshine.web_searches.base import SearchHit

Json = dict[str, Any]

_SECONDS = 20.0
_MOST_BYTES = 4 * 2**20
_MOST_SITES = 8


async def ask(
    name: str,
    url: str,
    *,
    params: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    body: Json | None = None,
    hint: str,
) -> Json:
    """Return an engine's answer; with `body`, it is sent by POST. `hint` is what an operator does about a refusal.

    Raises `UpstreamFailed`.
    """
    import aiohttp  # here: who searches nothing starts without it

    try:
        async with (
            asyncio.timeout(_SECONDS),
            aiohttp.ClientSession(headers={"Accept": "application/json", **(headers or {})}) as session,
            session.request(
                "GET" if body is None else "POST", url, params=params, json=body, allow_redirects=False
            ) as reply,
        ):
            data = await reply.content.read(1)
            while len(data) <= _MOST_BYTES and (piece := await reply.content.read(2**16)):
                data += piece
            status = reply.status
    except (aiohttp.ClientError, OSError, ValueError) as error:
        why = str(error)[:200] or f"it took more than {_SECONDS:.0f} seconds"
        raise UpstreamFailed(f"The search engine {name} does not answer: {why}.") from None
    if status in (401, 402, 403, 429):
        raise UpstreamFailed(f"The search engine {name} refused the search ({status}). {hint}")
    try:
        answer: Any = orjson.loads(data) if status == 200 and len(data) <= _MOST_BYTES else None
    except orjson.JSONDecodeError:
        answer = None
    if not isinstance(answer, dict):
        raise UpstreamFailed(f"The search engine {name} answered {status}, and not with its JSON. {hint}")
    return cast("Json", answer)


def hits(results: Any, snippet: str) -> Iterator[SearchHit]:
    """Yield what is whole of an engine's results; `snippet` is the field with what it says of a page."""
    for each in cast("list[Any]", results) if isinstance(results, list) else ():
        if isinstance(each, dict):
            found = cast("Json", each)
            url, title, text = found.get("url"), found.get("title"), found.get(snippet)
            if isinstance(url, str) and url.startswith(("http://", "https://")):
                yield SearchHit(url, _line(title), _line(text))


def of_sites(text: str, domains: Sequence[str]) -> str:
    """Return a query for some domains, in the words that most engines know; for very many, results are only sifted."""
    if not domains or len(domains) > _MOST_SITES:
        return text
    return f"{text} ({' OR '.join(f'site:{each}' for each in domains)})"


def _line(value: Any) -> str:
    return " ".join(value.split())[:500] if isinstance(value, str) else ""
