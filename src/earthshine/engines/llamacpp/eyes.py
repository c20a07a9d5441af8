"""Prompts with pictures in the engine's words, and how many tokens they are.

The engine finds a picture's place in a prompt by a marker of its own, and turns it into tokens as the projector of the
model asks. How many, it tells without computing any; that follows from the picture's size.
"""

from __future__ import annotations

import base64
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from earthshine.engines.llamacpp.client import Client
from earthshine.engines.llamacpp.prefix_cache import pack
from earthshine.engines.requests import SeenPrompt
from earthshine.pictures.picture import Picture

_SIZES = 1024
"""Sizes of pictures whose tokens are known at hand."""

Tokenize = Callable[[str], Awaitable[list[int]]]


@dataclass(frozen=True, slots=True)
class EnginePrompt:
    """A prompt as the engine takes it."""

    sent: list[int] | dict[str, Any]
    tokens: bytes
    """Packed; each token of a picture is a negative number made of its hash, so that equal prefixes compare equal."""
    count: int
    whole: bool = False
    """Whether it can be computed in one go only."""


class Eyes:
    """The projector of one child process."""

    def __init__(self, client: Client, tokenize: Tokenize) -> None:
        """Ask `client`; `tokenize` counts text as the engine does between pictures."""
        self._client, self._tokenize = client, tokenize
        self._marker = ""
        self._counts: OrderedDict[tuple[int, int], int] = OrderedDict()

    def forget(self) -> None:
        """The child was started anew: its marker is another."""
        self._marker = ""

    async def prompt(self, seen: SeenPrompt, first: list[int], bos: str) -> EnginePrompt:
        """Return a prompt with pictures; the engine itself puts `first`, which is written as `bos`, before it."""
        marker = await self._own_marker()
        tokens, text = list(first), ""
        for number, piece in enumerate(seen.pieces):
            if isinstance(piece, Picture):
                text += marker
                tokens += [-1 - int.from_bytes(piece.sha256[:4]) % 2**31] * await self.count(piece)
                continue
            if number == 0 and first and bos:
                piece = piece.removeprefix(bos)
            text += piece.replace(marker, "")
            tokens += await self._tokenize(piece)
        data = [base64.b64encode(picture.data).decode() for picture in seen.pictures]
        return EnginePrompt({"prompt_string": text, "multimodal_data": data}, pack(tokens), len(tokens), whole=True)

    async def count(self, picture: Picture) -> int:
        """Return how many tokens the engine makes of a picture of this size."""
        size = picture.width, picture.height
        if size not in self._counts:
            url = f"data:image/png;base64,{base64.b64encode(picture.data).decode()}"
            asked = {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": url}}]}]}
            around: str = (await self._client.post("/apply-template", asked))["prompt"]
            read: int = (await self._client.post("/v1/chat/completions/input_tokens", asked))["input_tokens"]
            texts = around.split(await self._own_marker())
            beside = [len(await self._tokenize(text)) for text in texts if text]
            first = len((await self._client.post("/tokenize", {"content": "", "add_special": True}))["tokens"])
            self._counts[size] = read - sum(beside) - first
            while len(self._counts) > _SIZES:
                self._counts.popitem(last=False)
        return self._counts[size]

    async def _own_marker(self) -> str:
        if not self._marker:
            self._marker = (await self._client.get("/props")).get("media_marker") or "<__media__>"
        return self._marker
