"""A load client that asks at fixed moments, whatever the server does, and counts from when a request was due.

A closed loop waits for a slow server and so hides its queue; this one does not. Raw asyncio on uvloop, connections
are kept and as many as are needed.

    python -m bench.load._open_loop URL --rate 200 --seconds 10 --stream --key KEY --model NAME
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from typing import cast
from urllib.parse import urlsplit

import uvloop


class Connection(asyncio.Protocol):
    """One kept connection: one request at a time, done when the whole reply has come."""

    def __init__(self) -> None:
        self._done: asyncio.Future[bool] | None = None
        self._data = b""
        self.first = 0.0
        self.open = True

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)

    def connection_lost(self, error: Exception | None) -> None:
        self.open = False
        if self._done is not None and not self._done.done():
            self._done.set_result(False)

    def data_received(self, data: bytes) -> None:
        if not self._data:
            self.first = time.perf_counter()
        self._data += data
        if self._done is not None and not self._done.done() and self._complete():
            self._done.set_result(self._data.startswith(b"HTTP/1.1 200"))

    def _complete(self) -> bool:
        end = self._data.find(b"\r\n\r\n")
        if end < 0:
            return False
        head = self._data[:end].lower()
        if b"transfer-encoding: chunked" in head:
            return self._data.endswith(b"0\r\n\r\n")
        at = head.find(b"content-length:")
        length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        return len(self._data) >= end + 4 + length

    async def ask(self, request: bytes) -> bool:
        """Send a request; True when it was answered with 200 and the reply is whole."""
        self._data = b""
        self._done = asyncio.get_running_loop().create_future()
        self.transport.write(request)
        return await self._done


class Load:
    """Requests at a rate, or as many as there can be with `workers` connections."""

    def __init__(self, url: str, path: str, key: str, body: bytes, headers: dict[str, str]) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "127.0.0.1", parts.port or 80
        extra = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        self._request = (
            f"POST {parts.path.rstrip('/')}{path} HTTP/1.1\r\nhost: {parts.netloc}\r\nauthorization: Bearer {key}\r\n"
            f"content-type: application/json\r\n{extra}content-length: {len(body)}\r\n\r\n"
        ).encode() + body
        self._idle: list[Connection] = []
        self.whole: list[float] = []
        """Seconds from when a request was due to the end of its reply."""
        self.first: list[float] = []
        self.errors = 0

    async def one(self, due: float) -> None:
        """Send one request that was due at `due`."""
        connection = await self._connection()
        fine = await connection.ask(self._request)
        now = time.perf_counter()
        if fine:
            self.whole.append(now - due)
            self.first.append(connection.first - due)
        else:
            self.errors += 1
        if connection.open:
            self._idle.append(connection)

    async def open_loop(self, rate: float, seconds: float) -> None:
        """Ask `rate` times a second for `seconds`, then wait for what is left (30 s at most)."""
        begin = time.perf_counter() + 0.05
        tasks: list[asyncio.Task[None]] = []
        for number in range(int(rate * seconds)):
            due = begin + number / rate
            pause = due - time.perf_counter()
            if pause > 0:
                await asyncio.sleep(pause)
            tasks.append(asyncio.create_task(self.one(due)))
        _, late = await asyncio.wait(tasks, timeout=30)
        self.errors += len(late)
        for task in late:
            task.cancel()

    async def closed_loop(self, workers: int, seconds: float) -> float:
        """Ask without pause on `workers` connections; returns replies per second."""
        begin = time.perf_counter()

        async def work() -> None:
            while time.perf_counter() - begin < seconds:
                try:
                    async with asyncio.timeout(30):
                        await self.one(time.perf_counter())
                except TimeoutError:
                    self.errors += 1

        await asyncio.gather(*(work() for _ in range(workers)))
        return len(self.whole) / (time.perf_counter() - begin)

    async def _connection(self) -> Connection:
        while self._idle:
            connection = self._idle.pop()
            if connection.open:
                return connection
        _, connection = await asyncio.get_running_loop().create_connection(Connection, self._host, self._port)
        return connection


def quantiles(values: list[float]) -> dict[str, float]:
    """Return p50 and p99 in milliseconds."""
    ordered = sorted(values) or [float("nan")]
    return {
        "p50_ms": round(1000 * ordered[len(ordered) // 2], 2),
        "p99_ms": round(1000 * ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))], 2),
    }


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("url", help="with /v1")
    parser.add_argument("--rate", type=float, default=200, help="requests a second; 0: as many as there can be")
    parser.add_argument("--workers", type=int, default=32, help="connections when the rate is 0")
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--stream", action="store_true")
    parser.add_argument("--key", default="none")
    parser.add_argument("--model", default="mock")
    parser.add_argument("--path", default="/chat/completions", help="or /messages, of Anthropic's dialect")
    parser.add_argument("--header", action="append", default=[], help="NAME=VALUE")
    options = parser.parse_args()
    body: dict[str, object] = {
        "model": options.model,
        "messages": [{"role": "user", "content": "Tell me of the moon."}],
    }
    if options.stream:
        body["stream"] = True
    if options.path == "/messages":
        body["max_tokens"] = 1024
    elif options.stream:
        body["stream_options"] = {"include_usage": True}
    headers = dict(header.split("=", 1) for header in options.header)
    load = Load(options.url, options.path, options.key, json.dumps(body).encode(), headers)
    row: dict[str, object] = {}
    if options.rate:
        await load.open_loop(options.rate, options.seconds)
    else:
        row["per_second"] = round(await load.closed_loop(options.workers, options.seconds), 1)
    row |= {"replies": len(load.whole), "errors": load.errors, **quantiles(load.whole)}
    row |= {f"first_{name}": value for name, value in quantiles(load.first).items()}
    print(json.dumps(row))


if __name__ == "__main__":
    uvloop.run(main())
