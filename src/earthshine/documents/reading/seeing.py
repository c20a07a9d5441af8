"""Pictures read by a chat model that sees, where no OCR reads them."""

from __future__ import annotations

import base64
from dataclasses import replace

from earthshine.accounts.authorization.caller import Caller
from earthshine.catalog import Catalog
from earthshine.engines.deltas import ChatEnd, Text
from earthshine.engines.interleave import closing, flat
from earthshine.engines.requests import ChatRequest, Sampling
from earthshine.ids import new_id
from earthshine.metering.meter import Meter
from earthshine.metering.usage_estimate import UsageEstimate, json_bytes
from earthshine.routing.router import Router

FORMATS = frozenset({"png", "jpeg", "gif", "webp"})
"""What models that see are made to take."""
MOST_BYTES = 20 * 2**20
_MOST_TOKENS = 4096
_QUESTION = (
    "Write down all text in this picture, word for word, in its own language and order. Then, after an empty line, say "
    "in a sentence or two of the same language what the picture shows. If it has no text, say only what it shows."
)


class Seeing:
    """Asks a model what is in a picture."""

    def __init__(self, catalog: Catalog, router: Router, meter: Meter) -> None:
        self._catalog, self._router, self._meter = catalog, router, meter

    def model(self) -> str:
        """Return the name of a model that sees, the default one if it does; empty where there is none."""
        return self._catalog.seeing()

    async def describe(self, picture: bytes, kind: str, model: str, who: Caller) -> str:
        """Return the text in a picture, and what it shows; charged to whoever had the file read.

        `kind` is one of `FORMATS`, `model` what `model` returned. Raises what `Meter.admit`, `Router.use` and
        `Engine.chat` raise.
        """
        # Which models a key may be asked for with is said of what its owner writes in `model`.
        who = replace(who, models=())
        url = f"data:image/{kind};base64,{base64.b64encode(picture).decode()}"
        parts = [{"type": "text", "text": _QUESTION}, {"type": "image_url", "image_url": {"url": url}}]
        shown = [{"type": "text", "text": _QUESTION}, {"type": "image_url", "image_url": {"url": ""}}]
        request = ChatRequest([{"role": "user", "content": parts}], sampling=Sampling(max_tokens=_MOST_TOKENS))
        estimate = UsageEstimate("chat.completions", lambda: json_bytes(shown), _MOST_TOKENS)
        written: list[str] = []
        with await self._meter.admit(who, model, estimate) as reservation:
            async with self._router.use(model, who) as loaded:
                reservation.begin()
                async with closing(flat(loaded.engine.chat(request))) as deltas:
                    async for delta in deltas:
                        if isinstance(delta, Text):
                            written.append(delta.text)
                        elif isinstance(delta, ChatEnd):
                            reservation.settle(new_id("seen"), delta.usage, deployment=delta.served_by)
        return "".join(written).strip()
