"""A whole Earthshine server for one model, as a child of a replica: harness, engine and prefix cache are its own."""

from __future__ import annotations

import asyncio
import json
import math
import os
import re
import shutil
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import aiohttp

from earthshine.catalog.machine import Machine
from earthshine.cluster.ray_package import NODE_DATA
from earthshine.cluster.terms import Offer
from earthshine.cluster.weights import install
from earthshine.errors import EngineFailed

DRAIN = 60
"""Seconds that replies in progress get when a replica ends."""

# The kernel kills it when the replica dies, also after it has become the server.
_START = (
    "import os, sys; from earthshine.processes.guard import die_with_parent; die_with_parent(int(sys.argv[1])); "
    "os.execv(sys.executable, [sys.executable, '-m', 'earthshine', 'serve'])"
)
_HELD = re.compile(rb"^earthshine_model_requests(?:\{[^}]*\})? ([0-9.e+]+)$", re.MULTILINE)


class NodeServer:
    """The server of one replica."""

    def __init__(self, offer: Offer, host: str, share: float) -> None:
        """Serve the offer at `host`, with this `share` of the machine's memory where the terms name none."""
        self._offer = offer
        self._host = host
        self._share = share
        self._data = Path(tempfile.mkdtemp(prefix="earthshine-replica-"))
        self._headers = {"authorization": f"Bearer {offer.key}"}
        self._process: asyncio.subprocess.Process | None = None
        self._session: aiohttp.ClientSession | None = None
        self.url = ""
        """Without `/v1`; empty until it is ready."""
        self.context_length = 0
        """Tokens that it takes; 0 until the model is loaded."""

    async def start(self, places: dict[Path, Path]) -> None:
        """Start it, with the model's files at these places, and load the model. Raises `EngineFailed`."""
        install(self._offer, self._data / "models", places)
        if (node_data := os.environ.get(NODE_DATA)) and (builds := Path(node_data) / "engines").is_dir():
            (self._data / "engines").symlink_to(builds)
        with (self._data / "log").open("wb") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-c", _START, str(os.getpid())),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                env=self._environment(),
            )
        assert self._process.stdout is not None
        line = (await self._process.stdout.readline()).decode().strip()
        if not line.startswith("ready "):
            raise EngineFailed(f"The server of a replica did not start: {self._last_words()}")
        self.url = line.removeprefix("ready ")
        self._session = aiohttp.ClientSession(
            self.url,
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=5),
            connector=aiohttp.TCPConnector(limit=0),
            auto_decompress=False,
        )
        await self._load()

    @property
    def session(self) -> aiohttp.ClientSession:
        """Connections to it; whoever uses them sends the key."""
        assert self._session is not None, "it has not started"
        return self._session

    async def held(self) -> int:
        """Return the requests that it holds. Raises `aiohttp.ClientError`, `TimeoutError` when it does not answer."""
        async with asyncio.timeout(5), self.session.get("/metrics", headers=self._headers) as reply:
            return int(sum(float(each) for each in _HELD.findall(await reply.read())))

    def running(self) -> bool:
        """Tell whether its process is there."""
        return self._process is not None and self._process.returncode is None

    async def stop(self) -> None:
        """Let its replies end, then end it."""
        if self._process is not None and self._process.returncode is None:
            self._process.terminate()
            try:
                async with asyncio.timeout(DRAIN + 10):
                    await self._process.wait()
            except TimeoutError:
                self._process.kill()
                await self._process.wait()
        if self._session is not None:
            await self._session.close()
        await asyncio.to_thread(shutil.rmtree, self._data, ignore_errors=True)

    async def _load(self) -> None:
        """Have the model loaded, so that nobody's first request waits for that."""
        chat = "chat" in self._offer.card.abilities
        path = "/v1/chat/completions" if chat else "/v1/embeddings"
        asked = {"messages": [{"role": "user", "content": "."}], "max_tokens": 1} if chat else {"input": "."}
        async with self.session.post(path, json={"model": self._offer.name, **asked}, headers=self._headers) as reply:
            if reply.status != 200:
                said = await _message(reply)
                raise EngineFailed(f"The model {self._offer.name!r} does not load on {self._host}: {said}")
        async with self.session.get(f"/v1/models/{self._offer.name}", headers=self._headers) as reply:
            told: dict[str, Any] = await reply.json()
            self.context_length = int(told.get("context_length") or 0)

    def _environment(self) -> dict[str, str]:
        terms = self._offer.terms
        budget = terms.memory or int(Machine.here(self._data).memory * 0.7 * self._share / 2**20)
        settings: dict[str, Any] = {
            "host": self._host,
            "port": 0,
            "data": self._data,
            "bootstrap_key": self._offer.key,
            "embedded_model": False,
            "better_model": "off",
            "slots": terms.slots,
            "threads": max(1, math.ceil(terms.cpus)),
            "context": terms.context,
            "memory_budget": budget,
            "drain_seconds": DRAIN,
            "max_streams_per_key": 1000,
            "log_format": "json",
            "log_level": "warning",
        }
        # No settings of whoever started the node; and Ray gives each worker one thread for OpenMP.
        inherited = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("EARTHSHINE_") and name != "OMP_NUM_THREADS"
        }
        return inherited | {f"EARTHSHINE_{name.upper()}": str(value) for name, value in settings.items()}

    def _last_words(self) -> str:
        with suppress(OSError):
            lines = (self._data / "log").read_text(errors="replace").splitlines()
            return " | ".join(lines[-3:])[-800:] or "it wrote nothing"
        return "it wrote nothing"


async def _message(reply: aiohttp.ClientResponse) -> str:
    """Return what a server's refusal says."""
    body = await reply.read()
    try:
        return str(json.loads(body)["error"]["message"])
    except (ValueError, KeyError, TypeError):
        return body[:500].decode(errors="replace")
