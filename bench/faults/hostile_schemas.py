"""What do hostile schemas do to a server? Each as a tool, strict and not, and over a WebSocket, with a real model.

`python -m bench.faults.hostile_schemas [--only TEXT] [--times 1]` starts a server of its own with the model of the
default installation, and prints for each how long the slowest `/health` took meanwhile; the bound is half a second on a
quiet machine. The schemas are those of tests/harness/json_schema/test_budget.py.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
from tests.harness.json_schema.test_budget import HOSTILE
from tests.wire.hostile import Attack, Harm, Target
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from bench.shared.server import KEY, Server

WAYS = ("chat", "demanded", "responses", "websocket")
"""With `demanded`, the model must call: the engine reads the grammar at once."""


def main() -> None:
    """Try all, then print the table, the slowest first."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--only", default="", help="part of 'WAY strict|loose NAME'")
    options.add_argument("--model", default="default")
    options.add_argument("--times", type=int, default=1, help="the median of so many")
    given = options.parse_args()
    rows: list[tuple[float, float, int, str]] = []
    with (
        tempfile.TemporaryDirectory() as folder,
        Server(Path(folder) / "data", embedded_model=True) as server,
        Watched("127.0.0.1", server.port, KEY, server.pid) as target,
    ):
        headers = {"authorization": f"Bearer {KEY}"}
        warm = httpx2.post(f"{server.url}/v1/responses", json=_body("responses", given.model, {}, strict=False),
                           headers=headers, timeout=300)  # fmt: skip
        print(f"warm: {warm.status_code}", flush=True)
        for name, schema in HOSTILE.items():
            for way in WAYS:
                for strict in (True, False):
                    label = f"{way} {'strict' if strict else 'loose'} {name}"
                    if given.only in label:
                        path = "/v1/chat/completions" if way in ("chat", "demanded") else "/v1/responses"
                        body = json.dumps(_body(way, given.model, schema, strict=strict)).encode()
                        attack = Attack("WS" if way == "websocket" else "POST", path, label, partial(bytes, body))
                        harms = [target.suffer(attack) for _ in range(given.times)]
                        row = _median(harms, label)
                        rows.append(row)
                        _show(row)
    print("--- the slowest")
    for row in sorted(rows, reverse=True)[:15]:
        _show(row)


def _body(way: str, model: str, schema: dict[str, Any], *, strict: bool) -> dict[str, Any]:
    function = {"name": "f", "description": "Does something.", "parameters": schema, "strict": strict}
    if way in ("chat", "demanded"):
        tools = [{"type": "function", "function": function}]
        messages = [{"role": "user", "content": "Hi"}]
        choice, most = ("required", 16) if way == "demanded" else ("auto", 2)
        asked = {"model": model, "messages": messages, "tools": tools, "tool_choice": choice}
        return asked | {"max_completion_tokens": most}
    body = {"model": model, "input": "Hi", "tools": [{"type": "function", **function}], "max_output_tokens": 16}
    return {"type": "response.create", **body} if way == "websocket" else body


@dataclass
class Watched(Target):
    """A target that takes messages over a WebSocket too."""

    def _send(self, attack: Attack, body: bytes) -> int:
        if attack.method != "WS":
            return super()._send(attack, body)
        headers = {"authorization": f"Bearer {self.key}"}
        url = f"ws://{self.host}:{self.port}{attack.path}"
        try:
            with connect(url, additional_headers=headers, max_size=None, open_timeout=self.patience) as socket:
                socket.send(body.decode())
                while True:
                    event = json.loads(socket.recv(timeout=self.patience))
                    if event["type"] == "error":
                        return int(event.get("status", 400))
                    if event["type"] in ("response.completed", "response.incomplete", "response.failed"):
                        return 200
        except (OSError, WebSocketException):
            return 0


def _median(harms: list[Harm], label: str) -> tuple[float, float, int, str]:
    health = statistics.median(harm.health for harm in harms)
    return health, statistics.median(harm.seconds for harm in harms), harms[-1].status, label


def _show(row: tuple[float, float, int, str]) -> None:
    print(f"{row[0]:7.3f} s health  {row[1]:7.2f} s in all  {row[2]}  {row[3]}", flush=True)


if __name__ == "__main__":
    main()
