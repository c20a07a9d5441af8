"""A question as somebody would look for it: the same in fewer words, written by the installation's chat model."""

from __future__ import annotations

import asyncio
import re
from contextlib import aclosing
from dataclasses import replace

from earthshine.accounts.authorization.caller import Caller
from earthshine.catalog import DEFAULT
from earthshine.engines.deltas import ChatEnd, Text
from earthshine.engines.interleave import flat
from earthshine.engines.requests import ChatRequest, Sampling
from earthshine.ids import new_id
from earthshine.metering.meter import Meter
from earthshine.metering.usage_estimate import UsageEstimate, text_bytes
from earthshine.routing.router import Router

_TASK = (
    "Write the user's question as a query for a search engine, in one line and in the language of the question. Keep "
    "names, numbers and technical words as they are; leave out greetings and what says nothing. Do not answer it."
)
_TOKENS = 96
_SECONDS = 20.0
_LABEL = re.compile(r"^(?:search )?query\s*:\s*|^(?:requête|查询|استعلام)\s*[:：]\s*", re.IGNORECASE)
_QUOTES = "\"'`«»“”「」 "


class QueryRewriter:
    """Rewrites queries with `default`, through the router like any request; charged to whoever asked."""

    def __init__(self, router: Router, meter: Meter) -> None:
        self._router = router
        self._meter = meter

    async def rewrite(self, query: str, who: Caller) -> str:
        """Return the query in other words; as it is where the model writes none.

        Raises:
            ModelNotFound: there is no chat model.
            TimeoutError: it takes too long.
            EarthshineError: what `Meter.admit`, `Router.use` and `Engine.chat` raise.
        """
        # Which models a key may be asked for with is said of what its owner writes in `model`.
        who = replace(who, models=())
        messages = [{"role": "system", "content": _TASK}, {"role": "user", "content": query}]
        request = ChatRequest(
            messages=messages, reasoning_effort="none", sampling=Sampling(temperature=0, max_tokens=_TOKENS)
        )
        estimate = UsageEstimate(
            "chat.completions", lambda: text_bytes(_TASK) + text_bytes(query), output_limit=_TOKENS
        )
        written = ""
        with await self._meter.admit(who, DEFAULT, estimate) as reservation:
            async with asyncio.timeout(_SECONDS), self._router.use(DEFAULT, who) as model:
                reservation.begin()
                async with aclosing(flat(model.engine.chat(request))) as deltas:
                    async for delta in deltas:
                        match delta:
                            case Text(text=text):
                                written += text
                            case ChatEnd(usage=usage, served_by=served_by):
                                reservation.settle(new_id("rewr"), usage, deployment=served_by)
                            case _:
                                pass
        return _clean(written, most=max(200, 2 * len(query))) or query


def _clean(written: str, *, most: int) -> str:
    """Return the query that a model wrote; nothing where it wrote something else."""
    lines = [line for each in written.splitlines() if (line := _LABEL.sub("", each.strip(_QUOTES)).strip(_QUOTES))]
    if not lines or len(lines[0]) > most or not any(map(str.isalnum, lines[0])):
        return ""
    return lines[0]
