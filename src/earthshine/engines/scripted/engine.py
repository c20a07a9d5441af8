"""A model without weights that says what the last user message tells it to: for tests, demos and benches.

Without instructions it repeats, word by word, what it was asked. A line of the last user message that starts
with `!script` steers it, in JSON:

    !script {"text": "Hello there", "tokens_per_second": 50}

| key                 | meaning                                                                          |
|---------------------|----------------------------------------------------------------------------------|
| `text`              | what it says                                                                     |
| `pieces`            | say the text again and again until it has this many tokens                       |
| `reasoning`         | what it thinks first; dropped when `reasoning_effort` is `none`                  |
| `tool_calls`        | `[{"name": "f", "arguments": {...}}]`; `arguments` may be text, also broken JSON |
| `tool_call`         | the same for a single call                                                       |
| `finish`            | the finish reason: `stop`, `length`, `tool_calls` or `content_filter`            |
| `tokens_per_second` | speed; no delay by default                                                       |
| `first_token_after` | seconds before anything comes                                                    |
| `hang_after`        | after this many tokens nothing comes any more                                    |
| `error_after`       | fail after this many tokens of the whole reply; going on from there succeeds     |
| `error_always`      | with `error_after`: fail also when going on from there                           |
| `error`             | how: `engine_failed` (default), `upstream_failed`, `rate_limited`, `bug` (a 500) |
| `cached_tokens`     | the prompt tokens that it claims to have had in its cache                        |
| `picks`             | `{"an option": 0.8}`: it says a label of the options that stand as `A. an option` |

A JSON list of such objects scripts the replies one after the other: the first answers the user message, the
second the tool results that follow it, and so on; after the last one it falls back to repeating. Where one of them
has `when`, words that the user's message must have, the first that fits is said, whichever reply it is.

With `picks` its first token has the given probabilities, label by label; what they leave is nobody's. Otherwise its
probabilities are all 1, so sampling changes nothing, and log probabilities are 0. `tool_choice: required`
makes a call of the first allowed tool, and a JSON Schema a reply, with the smallest value that the schema
allows. Tokens are words and parts of words of up to five bytes; a token's id is its bytes read as a number.
`embed` adds up a pseudo-random vector for each token, so texts that share words lie near each other.
"""

from __future__ import annotations

import asyncio
import hashlib
import math
import time
from array import array
from collections.abc import AsyncIterator, Sequence

import orjson

from earthshine.catalog.card import Card
from earthshine.engines.base import Capabilities, Engine
from earthshine.engines.deltas import ChatEnd, CompletionEnd, Delta, Embeddings, Piece
from earthshine.engines.progress import Progress
from earthshine.engines.requests import ChatRequest, CompletionRequest
from earthshine.engines.scripted.reply import certain, plan_completion, plan_reply, prompt_tokens
from earthshine.engines.scripted.script import Script, count, message_text, tokens_of
from earthshine.errors import (
    ContextLengthExceeded,
    EngineFailed,
    InvalidRequest,
    RateLimited,
    UnsupportedParameter,
    UpstreamFailed,
)
from earthshine.settings import Settings
from earthshine.wire import aside, with_pauses

_PROMPTS = 128
"""Texts that one request may have."""


class Scripted(Engine):
    """The scripted model. It keeps no state: the same request always gets the same reply."""

    def __init__(self, context_length: int = 32768, dimensions: int = 64) -> None:
        """Serve with a context of `context_length` tokens and vectors of `dimensions` numbers."""
        self.capabilities = Capabilities(
            complete=True,
            chat=True,
            embed=True,
            tools=True,
            json_schema=True,
            logprobs=True,
            continues=True,
            context_length=context_length,
        )
        self._dimensions = dimensions

    async def chat(self, request: ChatRequest, progress: Progress | None = None) -> AsyncIterator[Sequence[Delta]]:
        """Give out the scripted reply, from where `written` ends."""
        if request.adapters:
            raise UnsupportedParameter("The scripted model has no adapters.", param="adapters")
        reply = await aside(_size(request), plan_reply, request, self.capabilities.context_length)
        written, logprobs = len(request.written), request.sampling.logprobs
        position, pace = 0, _Pace(reply.script)
        for number, token in enumerate(reply.tokens):
            size = len(token.lead) + len(token.text)
            cut = written - position
            position += size
            if cut >= size:
                continue
            await pace.step(number, resumed=written > 0 and cut >= 0)
            yield (token.delta(max(0, cut), logprobs),)
        await pace.step(len(reply.tokens), resumed=written >= position > 0)
        yield (ChatEnd(reply.reason, reply.usage, reply.ending[max(0, written - position) :], stop=reply.stop),)

    async def complete(self, request: CompletionRequest) -> AsyncIterator[Sequence[Piece | CompletionEnd]]:
        """Continue a text: with the script in it, or with the text itself once more."""
        if request.grammar is not None:
            raise UnsupportedParameter("The scripted model knows no grammars.", param="grammar")
        if request.adapters:
            raise UnsupportedParameter("The scripted model has no adapters.", param="adapters")
        prompt = request.plain if isinstance(request.plain, str) else await self.detokenize(request.plain)
        limit = self.capabilities.context_length
        # A request may have 128 prompts, which all begin in the same moment.
        reply, reason, stop = await aside(_PROMPTS * len(prompt), plan_completion, prompt, request.sampling, limit)
        logprobs, pace = request.sampling.logprobs, _Pace(reply.script)
        for number, token in enumerate(reply.tokens):
            await pace.step(number, resumed=False)
            yield (Piece(token.text, () if logprobs is None else (certain(token.text, logprobs),)),)
        await pace.step(len(reply.tokens), resumed=False)
        yield (CompletionEnd(reason, reply.usage, stop),)

    async def count(self, request: ChatRequest) -> int:
        """Return the tokens of all that a request says, by `tokenize`."""
        return await aside(_size(request), prompt_tokens, request)

    async def embed(self, inputs: Sequence[str | Sequence[int]], dimensions: int | None = None) -> Embeddings:
        """Return the sum of each token's own pseudo-random vector, scaled to length 1."""
        vectors: list[array[float]] = []
        total, size = 0, dimensions or self._dimensions
        async for item in with_pauses(inputs):
            # Counted first: the tokens of a long text take forty times its memory.
            read = await aside(len(item), count, item) if isinstance(item, str) else len(item)
            if read > self.capabilities.context_length:
                raise ContextLengthExceeded(limit=self.capabilities.context_length, tokens=read, param="input")
            tokens = await self.tokenize(item) if isinstance(item, str) else item
            total += read
            vectors.append(array("d", await aside(size * read, _vector, tokens, size)))
        return Embeddings(vectors, total)

    async def tokenize(self, text: str, *, special: bool = True) -> list[int]:
        """Return each token's bytes as a number."""
        return await aside(len(text), _ids, text)

    async def detokenize(self, tokens: Sequence[int]) -> str:
        """Turn numbers back into their bytes; raises `InvalidRequest` for one that is no token."""
        try:
            parts = [token.to_bytes(max(1, (token.bit_length() + 7) // 8), "big") for token in tokens]
            return "".join(part.decode("utf-8", "surrogatepass") for part in parts)
        except (OverflowError, UnicodeDecodeError):
            raise InvalidRequest("One of the token ids is not a token of this model.", param="prompt") from None

    async def close(self) -> None:
        """Do nothing: there is nothing to give back."""


async def load(card: Card, settings: Settings) -> Engine:
    """Return the engine of a card; the registry's factory."""
    return Scripted(context_length=card.context_length or settings.context or 32768)


class _Pace:
    """When each token comes, and what goes wrong on the way."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self._begin: float | None = None
        self._first = 0

    async def step(self, number: int, *, resumed: bool) -> None:
        """Wait until token `number` is due. `resumed` tells that it is the first one after `written`."""
        script = self._script
        if self._begin is None:
            if script.first_token_after:
                await asyncio.sleep(script.first_token_after)
            self._begin, self._first = time.monotonic(), number
        if script.error_after is not None and (
            (number == script.error_after and not resumed) or (number >= script.error_after and script.error_always)
        ):
            raise _failure(script)
        if script.hang_after is not None and number >= script.hang_after:
            await asyncio.Event().wait()
        delay = 0.0
        if script.tokens_per_second:
            delay = self._begin + (number - self._first) / script.tokens_per_second - time.monotonic()
        # Sleeping also without a delay lets other tasks run between two tokens, as with a real engine.
        await asyncio.sleep(max(0.0, delay))


def _failure(script: Script) -> Exception:
    message = f"The script asked for a failure after {script.error_after} tokens."
    match script.error:
        case "engine_failed":
            return EngineFailed(message, retry_after=1)
        case "upstream_failed":
            return UpstreamFailed(message)
        case "rate_limited":
            return RateLimited(message, retry_after=7)
        case "bug":
            return RuntimeError(message)


def _size(request: ChatRequest) -> int:
    """Return about how many characters are read for a request; its schemas are written down to be counted."""
    said = sum(len(message_text(message)) for message in request.messages)
    return said + len(orjson.dumps([request.tools, request.output.schema]))


def _ids(text: str) -> list[int]:
    return [int.from_bytes(token.encode("utf-8", "surrogatepass"), "big") for token in tokens_of(text)]


def _vector(tokens: Sequence[int], dimensions: int) -> list[float]:
    total = [0.0] * dimensions
    for token in tokens or (0,):
        digest = hashlib.shake_256(str(token).encode()).digest(dimensions)
        total = [value + byte - 127.5 for value, byte in zip(total, digest, strict=True)]
    length = math.sqrt(sum(value * value for value in total))
    return [value / length for value in total]
