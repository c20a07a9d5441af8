"""Any server that speaks OpenAI's chat completions: vLLM, SGLang, Ollama, llama.cpp's own, and hosted vendors.

The card's options say where it is: `base_url` (up to and including `/v1`), `api_key`, `model` (the upstream's name for
it), `timeout` (seconds between two pieces of a reply), `connect_timeout` and `continues` (how it goes on from a partial
assistant message; see `Upstream` in the settings). Redirects are not followed: the key would go with them. The id and
the trace of the request are sent along. Usage is what the upstream counted; what it does not count is estimated. A
reply that is gone on with is counted as the upstream counts that second request: what was written before is then part
of the prompt.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import orjson

from earthshine.catalog.card import Card
from earthshine.engines.base import Capabilities, Engine
from earthshine.engines.deltas import CompletionEnd, Delta, Embeddings, Piece
from earthshine.engines.openai_compatible.body import Body, Continues, chat_body, completion_body
from earthshine.engines.openai_compatible.chunks import ChunkReader
from earthshine.engines.openai_compatible.errors import CONNECT_SECONDS, failure, unreachable
from earthshine.engines.openai_compatible.reading import LARGEST_REPLY, drain, in_turns, read_all
from earthshine.engines.openai_compatible.sse import SseReader
from earthshine.engines.openai_compatible.texts import TextReader, read_embeddings
from earthshine.engines.progress import Progress
from earthshine.engines.requests import ChatRequest, CompletionRequest
from earthshine.errors import EarthshineError, ModelBroken, UpstreamFailed
from earthshine.outbound import check_url, connector_options
from earthshine.settings import Settings
from earthshine.telemetry.spans import call

_LARGEST_ERROR = 64 * 2**10
_LARGEST_VECTOR = 256 * 2**10
"""Bytes that one vector may take; 8,192 numbers in full precision take less."""
_LARGEST_UNPACKED = 32 * 2**20
"""Bytes of a whole stream that came packed although it was asked not to be."""
_IN_THE_LOOP = 256 * 2**10
"""Bytes of vectors that are read at once; more are read beside the event loop."""
_CHECK_SECONDS = 10


class OpenAICompatible(Engine):
    """One model of one upstream, over connections that stay open between requests."""

    def __init__(
        self,
        *,
        base_url: str,
        model: str,
        api_key: str = "",
        timeout: float = 600,
        connect_timeout: float = CONNECT_SECONDS,
        continues: Continues = "none",
        capabilities: Capabilities | None = None,
        private: bool = True,
        socket: Path | None = None,
    ) -> None:
        """Serve `model` of the server at `base_url`; nothing is sent before the first request.

        With `socket`, the server is not asked over the network but at this unix socket. With `private` off, connections
        go to public addresses only, and not through a proxy, which would resolve the name once more.
        """
        self.capabilities = capabilities or Capabilities(
            chat=True, tools=True, json_schema=True, logprobs=True, continues=continues != "none", remote=True
        )
        self._base_url = base_url.rstrip("/")
        self._host = urlsplit(base_url).netloc
        self._model = model
        self._continues: Continues = continues
        self._limit_field = "max_completion_tokens" if self._host == "api.openai.com" else "max_tokens"
        # Streams of tokens gain nothing from being packed, and what is not packed cannot burst.
        self._headers = {"content-type": "application/json", "accept-encoding": "identity"}
        if api_key:
            self._headers["authorization"] = f"Bearer {api_key}"
        self._seconds = timeout
        self._connect_seconds = min(connect_timeout, timeout)
        self._private = private
        self._socket = socket
        self._session: aiohttp.ClientSession | None = None

    async def chat(self, request: ChatRequest, progress: Progress | None = None) -> AsyncIterator[Sequence[Delta]]:
        """Stream one reply. Closing the iterator closes the connection, which stops the upstream's work."""
        body = chat_body(request, model=self._model, continues=self._continues, limit_field=self._limit_field)
        chunks = ChunkReader(request)
        done = False
        async with self._post("/chat/completions", body) as reply:
            async for batch in self._batches(reply):
                deltas: list[Delta] = []
                try:
                    done = chunks.read(batch, deltas)
                except EarthshineError:
                    # What came before it counts.
                    if deltas:
                        yield deltas
                    raise
                if deltas:
                    yield deltas
                if done:
                    await drain(reply)
                    break
        yield list(chunks.finish(done=done))

    async def complete(self, request: CompletionRequest) -> AsyncIterator[Sequence[Piece | CompletionEnd]]:
        """Continue a text by the upstream's older endpoint."""
        texts = TextReader(request)
        done = False
        async with self._post("/completions", completion_body(request, model=self._model)) as reply:
            async for batch in self._batches(reply):
                pieces: list[Piece] = []
                for data in batch:
                    if data == b"[DONE]":
                        done = True
                        break
                    pieces += texts.read(data)
                if pieces:
                    yield pieces
                if done:
                    await drain(reply)
                    break
        yield (texts.end(done=done),)

    async def embed(self, inputs: Sequence[str | Sequence[int]], dimensions: int | None = None) -> Embeddings:
        """Return the upstream's vectors, scaled to length 1 where they are not."""
        if not self.capabilities.embed:
            return await super().embed(inputs, dimensions)
        body: Body = {"model": self._model, "input": list(inputs), "encoding_format": "float"}
        if dimensions is not None:
            body["dimensions"] = dimensions
        async with self._post("/embeddings", body) as reply:
            raw = await read_all(reply, LARGEST_REPLY + len(inputs) * _LARGEST_VECTOR)
        if len(raw) <= _IN_THE_LOOP:
            return read_embeddings(raw, inputs)
        return await asyncio.to_thread(read_embeddings, raw, inputs)

    async def probe(self) -> bool:
        """Ask the upstream for its models, which costs nothing; tell whether ours is among them.

        An upstream that has no such list is reachable, and so passes. Raises what a request would raise.
        """
        listed = await self.models()
        return listed is None or self._model in {str(model.get("id")) for model in listed}

    async def models(self) -> list[dict[str, Any]] | None:
        """Return what the upstream tells of its models; None when it has no such list. Raises as `probe`."""
        session = self._session
        if session is None:
            session = self._session = self._connect()
        wait = aiohttp.ClientTimeout(total=min(self._seconds, _CHECK_SECONDS), sock_connect=self._connect_seconds)
        url = f"{self._base_url}/models"
        try:
            async with session.get(url, headers=self._headers, timeout=wait, allow_redirects=False) as reply:
                if reply.status in (404, 405):
                    return None
                said = await read_all(reply)
                if reply.status != 200:
                    raise failure(reply.status, reply.headers, said, host=self._host, model=self._model)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise self._unreachable(error) from error
        try:
            listed: list[Any] = orjson.loads(said)["data"]
            return [{**each, "id": each["id"]} for each in listed]
        except (orjson.JSONDecodeError, KeyError, TypeError):
            return None

    async def ask(self, path: str, body: Body) -> Any:
        """Return the JSON reply to a short call beside the API, such as `/tokenize`. Raises what a request raises."""
        async with self._post(path, body, base=self._base_url.removesuffix("/v1")) as reply:
            said = await read_all(reply)
        try:
            return orjson.loads(said)
        except orjson.JSONDecodeError as error:
            raise UpstreamFailed(f"The upstream {self._host} answered {path} with what is no JSON.") from error

    async def close(self) -> None:
        """Close all connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    # --- one request -------------------------------------------------------------------------------------------------

    @asynccontextmanager
    async def _post(self, path: str, body: Body, base: str = "") -> AsyncGenerator[aiohttp.ClientResponse]:
        """Send a request; raise its error, or give the reply whose body is still to be read."""
        payload = orjson.dumps(body)
        try:
            with call(f"POST {path}", host=self._host) as told:
                reply = await self._send((base or self._base_url) + path, payload, self._headers | told)
                try:
                    if reply.status != 200:
                        said = await read_all(reply, _LARGEST_ERROR, cut=True)
                        raise failure(reply.status, reply.headers, said, host=self._host, model=self._model)
                    yield reply
                finally:
                    # Not `release`: an unread body must end the upstream's work, not wait in the pool.
                    if reply.content.at_eof():
                        reply.release()
                    else:
                        reply.close()
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise self._unreachable(error) from error

    def _unreachable(self, error: BaseException) -> UpstreamFailed:
        return unreachable(error, host=self._host, seconds=self._seconds, connect_seconds=self._connect_seconds)

    async def _send(self, url: str, payload: bytes, headers: dict[str, str]) -> aiohttp.ClientResponse:
        session = self._session
        if session is None:
            session = self._session = self._connect()
        try:
            return await session.post(url, data=payload, headers=headers, allow_redirects=False)
        except aiohttp.ServerDisconnectedError:
            # A kept connection that the upstream closed at this very moment: nothing has come yet, so once more.
            return await session.post(url, data=payload, headers=headers, allow_redirects=False)

    def _connect(self) -> aiohttp.ClientSession:
        check_url(self._base_url, private=self._private, param="base_url")
        wait = aiohttp.ClientTimeout(total=None, sock_connect=self._connect_seconds, sock_read=self._seconds)
        if self._socket is not None:
            connector: aiohttp.BaseConnector = aiohttp.UnixConnector(str(self._socket), limit=0, keepalive_timeout=30)
        else:
            connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=30, **connector_options(private=self._private))
        loopback = urlsplit(self._base_url).hostname in ("localhost", "127.0.0.1", "::1")
        return aiohttp.ClientSession(
            connector=connector,
            timeout=wait,
            # A cookie that one client's request was given is none of another's business.
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=True,
            trust_env=self._private and not loopback,
        )

    async def _batches(self, reply: aiohttp.ClientResponse) -> AsyncIterator[Sequence[bytes]]:
        """Give the data of the events that came together; an upstream that does not stream gives its whole reply."""
        if reply.content_type == "application/json":
            yield [await read_all(reply)]
            return
        if reply.content_type == "text/html":
            raise UpstreamFailed(f"The upstream {self._host} answered with a web page; check its `base_url`.")
        reader, total = SseReader(), 0
        packed = "content-encoding" in reply.headers
        async for piece in in_turns(reply):
            total += len(piece)
            if packed and total > _LARGEST_UNPACKED:
                raise UpstreamFailed("The upstream sent a packed stream of more than 32 MiB.")
            if events := reader.feed(piece):
                yield events
        yield reader.end()


async def load(card: Card, settings: Settings) -> Engine:
    """Return the engine of a card; the registry's factory."""
    options = card.options
    if not options.get("base_url"):
        raise ModelBroken(f"The card of {card.name!r} names no `base_url` for its upstream.")
    continues: Continues = options.get("continues", "none")
    return OpenAICompatible(
        base_url=options["base_url"],
        model=options.get("model") or card.name,
        api_key=options.get("api_key", ""),
        timeout=options.get("timeout", 600),
        connect_timeout=options.get("connect_timeout", CONNECT_SECONDS),
        continues=continues,
        capabilities=Capabilities(
            chat="chat" in card.abilities,
            embed="embedding" in card.abilities,
            tools=True,
            json_schema=True,
            logprobs=True,
            images="vision" in card.abilities,
            continues=continues != "none",
            remote=True,
            context_length=card.context_length,
        ),
    )
