"""An OpenAI-compatible upstream that costs next to nothing: raw asyncio on uvloop, one fixed reply.

    python -m bench.load._mock_upstream        prints `ready http://127.0.0.1:PORT`

`stream: true` is answered with 20 chunks, usage and `[DONE]` in one write; anything else with one JSON object.
"""

from __future__ import annotations

import asyncio
import json
from typing import cast

import uvloop

TOKENS = 20
USAGE = {"prompt_tokens": 11, "completion_tokens": TOKENS, "total_tokens": 11 + TOKENS}
_HEAD = {"id": "chatcmpl-mock", "created": 1, "model": "mock"}


def _whole() -> bytes:
    choice = {
        "index": 0,
        "message": {"role": "assistant", "content": "word " * TOKENS},
        "finish_reason": "stop",
    }
    body = json.dumps({**_HEAD, "object": "chat.completion", "choices": [choice], "usage": USAGE}).encode()
    return b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s" % (len(body), body)


def _stream() -> bytes:
    def event(delta: dict[str, str], reason: str | None = None) -> str:
        choice = {"index": 0, "delta": delta, "finish_reason": reason}
        return "data: " + json.dumps({**_HEAD, "object": "chat.completion.chunk", "choices": [choice]}) + "\n\n"

    events = [event({"role": "assistant", "content": ""}), *(event({"content": "word "}) for _ in range(TOKENS))]
    events.append(event({}, "stop"))
    last = json.dumps({**_HEAD, "object": "chat.completion.chunk", "choices": [], "usage": USAGE})
    events += [f"data: {last}\n\n", "data: [DONE]\n\n"]
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(data), data) for data in (event.encode() for event in events))
    head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
    return head + chunks + b"0\r\n\r\n"


WHOLE, STREAM = _whole(), _stream()


class Upstream(asyncio.Protocol):
    """One connection: requests one after the other."""

    def __init__(self) -> None:
        self._data = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._data += data
        while (end := self._data.find(b"\r\n\r\n")) >= 0:
            head = self._data[:end].lower()
            at = head.find(b"content-length:")
            length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
            if len(self._data) < end + 4 + length:
                return
            body = self._data[end + 4 : end + 4 + length]
            self._data = self._data[end + 4 + length :]
            streamed = b'"stream":true' in body or b'"stream": true' in body
            self._transport.write(STREAM if streamed else WHOLE)


async def main() -> None:
    server = await asyncio.get_running_loop().create_server(Upstream, "127.0.0.1", 0)
    print(f"ready http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main())
