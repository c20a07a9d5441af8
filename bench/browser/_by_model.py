"""Tasks of MiniWoB++ by a real model: it has our tool `browser`, and is told where the page is and to do what it says.

The page begins by itself and reports its reward to whoever serves it, so that nothing which the model writes can count.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from openai import OpenAI

from bench.shared.server import KEY, Server

TASKS = (
    *("click-test", "click-test-2", "click-button", "click-link", "click-dialog", "click-dialog-2", "click-tab"),
    *("click-checkboxes", "click-option", "click-collapsible", "click-button-sequence", "enter-text", "focus-text"),
    *("choose-list", "enter-text-dynamic", "simple-arithmetic", "text-transform", "search-engine", "read-table"),
    "unicode-test",
)
_SECONDS = 240.0
"""For one task, of which much is the reading of a prompt."""
_CALLS = 8
_BEGIN = b"""<style>#reward-display {display: none !important}</style><script>
core.EPISODE_MAX_TIME = 600000;
const end = core.endEpisode;
core.endEpisode = (reward, ...more) => { fetch('/reward?value=' + reward); return end(reward, ...more); };
addEventListener('load', () => setTimeout(() => document.getElementById('sync-task-cover')?.click(), 100));
</script>"""
_SAID = (
    "Open {address} in the browser. The first line of the page is a task. Do it on that page, by its numbered "
    "elements, and press its button to submit where there is one. Say DONE when the task is done."
)


class Rewards:
    """What the page that is played now was worth; None while it has not ended. Its first end counts."""

    value: float | None = None


class _Pages(SimpleHTTPRequestHandler):
    def __init__(self, *arguments: Any, rewards: Rewards, **more: Any) -> None:
        self._rewards = rewards
        super().__init__(*arguments, **more)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """Send a page that begins by itself, or take in what it was worth."""
        asked = urlsplit(self.path)
        path = Path(self.translate_path(asked.path))
        if asked.path == "/reward":
            if self._rewards.value is None:
                self._rewards.value = float(parse_qs(asked.query)["value"][0])
            data = b"ok"
        elif path.suffix == ".html" and path.is_file():
            data = path.read_bytes().replace(b"</head>", _BEGIN + b"</head>", 1)
        else:
            super().do_GET()
            return
        self.send_response(200)
        self.send_header("content-type", "text/html; charset=utf-8")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


@contextmanager
def served(folder: Path, rewards: Rewards) -> Generator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Pages, directory=str(folder), rewards=rewards))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()


def play(root: Path, model: Path, tasks: Sequence[str], results: Path, engine: str) -> None:
    """Play the tasks that `results`, lines of JSON, does not have yet, and print the sums of all that are there."""
    there = (
        {each["task"]: each for each in map(json.loads, results.read_text().splitlines())} if results.exists() else {}
    )
    left = [each for each in tasks if each not in there]
    rewards = Rewards()
    with tempfile.TemporaryDirectory(prefix="miniwob-") as folder, served(root, rewards) as at:
        data = Path(folder) / "data"
        pull = (sys.executable, "-m", "earthshine", "pull", f"file:{model}", "--name", "played", "--data", str(data))
        subprocess.run(pull, check=True, stdout=sys.stderr)
        server = Server(data, web_fetch="private", llama_server=engine, default_model="played").start()
        try:
            with OpenAI(base_url=f"{server.url}/v1", api_key=KEY, timeout=2 * _SECONDS, max_retries=0) as client:
                for name in left:
                    rewards.value = None
                    there[name] = {"task": name, **_ask(client, f"{at}/miniwob/{name}.html", rewards)}
                    with results.open("a") as file:
                        file.write(json.dumps(there[name]) + "\n")
                    print(json.dumps(there[name]), flush=True)
        finally:
            server.stop()
    asked = [there[each] for each in tasks if each in there]
    print(json.dumps({"pages": len(asked), **Counter(each["outcome"] for each in asked)}))


def _ask(client: OpenAI, address: str, rewards: Rewards) -> dict[str, Any]:
    """Let the model do one task; say what came of it, what it called and how long it took."""
    begun, output = time.monotonic(), list[Any]()
    tools: Any = [{"type": "browser"}]
    asked: Any = {"temperature": 0, "max_tool_calls": _CALLS, "max_output_tokens": 1200, "store": False}
    said = _SAID.format(address=address)
    try:
        with client.responses.create(model="played", input=said, tools=tools, stream=True, **asked) as events:
            for event in events:
                if event.type == "response.output_item.done":
                    output.append(event.item)
                # What it does after the page has ended is of no interest, and leaving ends it.
                if rewards.value is not None or time.monotonic() - begun > _SECONDS:
                    break
    except Exception as error:  # one task that cannot be asked does not end the others
        return {"outcome": "error", "why": str(error)[:300], "seconds": round(time.monotonic() - begun)}
    calls = [f"{each.name} {each.arguments}" for each in output if each.type == "function_call"]
    opened = any(each.type == "function_call_output" and "Page:" in str(each.output) for each in output)
    outcome = "done" if (rewards.value or 0) > 0 else "wrong" if rewards.value is not None else "not ended"
    return {
        "outcome": outcome if opened else "not opened",
        "calls": calls,
        "seconds": round(time.monotonic() - begun),
    }
