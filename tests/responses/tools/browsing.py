"""A server with browsers, the pages that they look at, and a model that sees: its words are a test's."""

from __future__ import annotations

import json
import threading
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from openai import OpenAI

from tests.browser.pages import PAGES
from tests.responses.clients import MODEL

Json = dict[str, Any]
BIG = """<title>Big</title><style>body {margin: 0} input {display: block; width: 300px; height: 40px}</style>
<button style='width: 400px; height: 300px' onclick="out.textContent='pressed'">Press</button>
<input autofocus oninput="fetch('/typed?' + value)"><input type=password><p id=out></p>"""


class Eyes:
    """A model that sees, behind another server: what it calls next, and what it was shown."""

    def __init__(self) -> None:
        self.calls: list[Json] = []
        self.bodies: list[Json] = []

    def answer(self, body: Json) -> Json:
        """Return the next call as a piece of a stream, or words when there is none left."""
        self.bodies.append(body)
        if not self.calls:
            return {"content": "Done."}
        function = {"name": "computer", "arguments": json.dumps(self.calls.pop(0))}
        return {"tool_calls": [{"index": 0, "id": f"c{len(self.calls)}", "type": "function", "function": function}]}


class World:
    """All of it."""

    def __init__(self, client: OpenAI, url: str, eyes: Eyes, paths: list[str]) -> None:
        self.client, self.url, self.eyes, self.paths = client, url, eyes, paths

    def ask(self, *calls: Json, said: str = "Look.", **more: Any) -> Any:
        """Have the scripted model call these, one after the other."""
        # What the script calls with is no address that the user named: each is written otherwise there.
        script = json.dumps([*({"tool_call": each} for each in calls), {"text": "Done."}]).replace("/", "\\/")
        tools: Any = [{"type": "browser"}]
        return self.client.responses.create(model=MODEL, input=f"{said}\n!script {script}", tools=tools, **more)

    def open(self, page: str) -> Json:
        """Return the call that opens a page."""
        return {"name": "browser_open", "arguments": {"url": f"{self.url}/{page}"}}


@contextmanager
def a_site() -> Generator[tuple[str, Eyes, list[str]]]:
    """Serve the pages and the model that sees; yields their address, the model, and the paths that were asked for."""
    eyes, paths = Eyes(), list[str]()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            name = self.path.strip("/")
            if name == "file.bin":
                self.send(b"moon" * 100, "application/octet-stream", 'attachment; filename="moon.bin"')
                return
            text = {**PAGES, "big": BIG}.get(name, "nothing")
            self.send(text.encode(), "text/html; charset=utf-8")

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            delta = eyes.answer(body)
            finish = "tool_calls" if "tool_calls" in delta else "stop"
            chunks = [{"id": "x", "choices": [{"index": 0, "delta": delta, "finish_reason": None}]}]
            chunks += [{"id": "x", "choices": [{"index": 0, "delta": {}, "finish_reason": finish}]}]
            lines = [f"data: {json.dumps(each)}\n\n" for each in chunks]
            self.send("".join([*lines, "data: [DONE]\n\n"]).encode(), "text/event-stream")

        def send(self, data: bytes, kind: str, disposition: str = "inline") -> None:
            self.send_response(200)
            for key, value in (("content-type", kind), ("content-disposition", disposition)):
                self.send_header(key, value)
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}", eyes, paths
    server.shutdown()
    server.server_close()
