"""An engine of containers for machines that have none: it speaks the wire, and starts the agent as a child of its own.

It holds nothing back, so nothing hostile may run in it.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import web

Json = dict[str, Any]


class FakeEngine:
    """One engine, with the image `there`; whose containers find what is mounted where the host has it."""

    def __init__(self) -> None:
        self.made: dict[str, Json] = {}
        self.removed: list[str] = []
        self._children: dict[str, asyncio.subprocess.Process] = {}
        self.words = ""
        """What containers print instead of starting."""

    @asynccontextmanager
    async def serve(self, path: Path) -> AsyncGenerator[str]:
        """Answer at a Unix socket; yields the address."""
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._answer)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.UnixSite(runner, str(path)).start()
        try:
            yield f"unix://{path}"
        finally:
            await runner.cleanup()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        match request.method, request.path.strip("/").split("/"):
            case "GET", ["version"]:
                return web.json_response({"Version": "1.0", "Components": [{"Name": "Fake Engine"}]})
            case "GET", ["images", name, "json"]:
                known = name == "there"
                return web.json_response({} if known else {"message": "no such image"}, status=200 if known else 404)
            case "GET", ["containers", "json"]:
                [label] = json.loads(request.query["filters"])["label"]
                found = [{"Id": each, "Labels": body["Labels"]} for each, body in self.made.items()]
                return web.json_response([each for each in found if label in each["Labels"]])
            case "POST", ["containers", "create"]:
                name = f"c{len(self.made) + len(self.removed)}"
                self.made[name] = await request.json()
                return web.json_response({"Id": name, "Warnings": []}, status=201)
            case "POST", ["containers", name, "start"]:
                await self._start(name)
                return web.Response(status=204)
            case "POST", ["containers", name, "wait"]:
                if name not in self.made:
                    return web.json_response({"message": "no such container"}, status=404)
                return web.json_response({"StatusCode": await self._children[name].wait()})
            case "GET", ["containers", name, "json"]:
                return web.json_response({"State": {"Pid": self._children[name].pid}})
            case "GET", ["containers", _, "logs"]:
                words = self.words.encode()
                return web.Response(body=b"\2\0\0\0" + len(words).to_bytes(4, "big") + words)
            case "DELETE", ["containers", name]:
                if self.made.pop(name, None) is None:
                    return web.json_response({"message": "no such container"}, status=404)
                self.removed.append(name)
                child = self._children.pop(name, None)
                if child is not None and child.returncode is None:
                    child.kill()
                return web.Response(status=204)
            case _:
                return web.json_response({"message": "page not found"}, status=404)

    async def _start(self, name: str) -> None:
        body = self.made[name]
        places = {each["Target"]: each["Source"] for each in body["HostConfig"]["Mounts"]}
        code: str = body["Entrypoint"][-1]
        code = code.replace("/run/earthshine/link", places["/run/earthshine/link"])
        code = code.replace("'/run/earthshine'", repr(str(Path(places["/run/earthshine/inside"]).parent)))
        if self.words:
            code = "raise SystemExit(1)"
        self._children[name] = await asyncio.create_subprocess_exec(sys.executable, "-I", "-S", "-c", code)
