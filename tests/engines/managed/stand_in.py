"""A program that listens, answers and fails as vLLM's and SGLang's servers do; what it does says `STAND_IN`.

It is run as the real ones are, `PYTHON -m vllm.entrypoints.openai.api_server ...`, by a Python that `made` writes.
"""

from __future__ import annotations

import json
import os
import socketserver
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

MODULES = {"vllm": "entrypoints/openai/api_server.py", "sglang": "launch_server.py"}
WORDS = ("The ", "light ", "is ", "on.")


def made(folder: Path, package: str, *, torch: str = "2.0+cpu") -> str:
    """Write a Python that has such a package, and return its path."""
    module = folder / "site" / package / MODULES[package]
    module.parent.mkdir(parents=True)
    for parent in module.relative_to(folder / "site").parents[:-1]:
        (folder / "site" / parent / "__init__.py").touch()
    module.write_text("from tests.engines.managed.stand_in import main\nmain()\n")
    for name, version in ((package, "1.0"), ("torch", torch)):
        about = folder / "site" / f"{name}-{version}.dist-info"
        about.mkdir()
        (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    python = folder / "python"
    root = Path(__file__).parents[3]
    python.write_text(f'#!/bin/sh\nPYTHONPATH={folder}/site:{root} exec {sys.executable} "$@"\n')
    python.chmod(0o755)
    return str(python)


def main() -> None:
    """Load for a moment, then serve."""
    arguments = dict(zip(sys.argv[1:], [*sys.argv[2:], ""], strict=True))
    what = os.environ.get("STAND_IN", "")
    say(f"args: {sys.argv[1:]} key {key(arguments)}")
    say(f"variables: {sorted(name for name in os.environ if 'EARTHSHINE' in name)}")
    if what == "dies":
        say("Traceback (most recent call last):\nValueError: Model architectures ['Odd'] are not supported")
        say("RuntimeError: Engine core initialization failed. See root cause above.")
        sys.exit(1)
    if what == "hangs":
        time.sleep(600)
    if what == "noisy":
        say("x" * 100_000)
        for number in range(200_000):
            say(f"line {number} of noise that nobody reads")
    if what == "family":
        # One in the same group, and one that leaves it, as the programs' own workers may.
        for session in (False, True):
            child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=session)
            say(f"child {child.pid}")
    time.sleep(0.3)
    Handler.key, Handler.what, Handler.model = key(arguments), what, arguments["--served-model-name"]
    Handler.context = int(arguments.get("--max-model-len") or arguments["--context-length"])
    serve(arguments)


def say(text: str) -> None:
    """Write a line of the log."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def key(arguments: dict[str, str]) -> str:
    """Return the key, wherever it was given."""
    if "--config" in arguments:
        return json.loads(Path(arguments["--config"]).read_text())["api-key"]
    return os.environ["VLLM_API_KEY"]


def spoken(content: Any) -> str:
    """Return the words of a message."""
    return content if isinstance(content, str) else "".join(part.get("text", "") for part in content)


class Threaded(socketserver.ThreadingMixIn, socketserver.TCPServer):
    daemon_threads = True
    allow_reuse_address = True


class ThreadedUnix(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True


def serve(arguments: dict[str, str]) -> None:
    if "--uds" in arguments:
        server: socketserver.BaseServer = ThreadedUnix(arguments["--uds"], Handler)
    else:
        server = Threaded((arguments["--host"], int(arguments["--port"])), Handler)
    say("Application startup complete.")
    server.serve_forever()


class Handler(BaseHTTPRequestHandler):
    """Answers one connection."""

    protocol_version = "HTTP/1.1"
    key = what = model = ""
    context = 0
    since = time.monotonic()

    def log_message(self, *args: Any) -> None:
        pass

    def address_string(self) -> str:
        return "local"

    def do_GET(self) -> None:
        if self.path == "/health":
            self.reply(503 if time.monotonic() - self.since < 0.5 else 200, {})
        elif self.allowed():
            data = [{"id": self.model, "object": "model", "max_model_len": self.context - 1}]
            self.reply(200, {"object": "list", "data": data})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path == "/tokenize":
            text = body.get("prompt") or "".join(str(each["content"]) for each in body["messages"])
            self.reply(200, {"count": len(text), "tokens": list(text.encode())})
        elif self.path == "/detokenize":
            self.reply(200, {"prompt": bytes(body["tokens"]).decode()})
        elif not self.allowed():
            pass
        elif self.path == "/v1/embeddings":
            data = [{"index": number, "embedding": [3.0, 4.0]} for number, _ in enumerate(body["input"])]
            self.reply(200, {"data": data, "usage": {"prompt_tokens": 2}})
        elif self.what == "broken":
            self.reply(500, {"error": {"message": "CUDA error: out of memory"}})
        elif body.get("max_tokens", 0) > self.context:
            self.reply(400, {"error": {"message": "too long for the context", "param": "max_tokens"}})
        else:
            self.stream(body)

    def stream(self, body: dict[str, Any]) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        said = spoken(body["messages"][-1]["content"]) if "messages" in body else body["prompt"]
        words = (json.dumps(body),) if said == "show" else WORDS
        for number, word in enumerate(words):
            if number == 2 and said == "die":
                threading.Timer(0, os._exit, [9]).start()
                time.sleep(5)
            if number == 2 and said == "wait":
                time.sleep(600)
            choice = {"delta": {"content": word}} if "messages" in body else {"text": word}
            self.event({"choices": [{"index": 0, **choice}]})
        self.event({"choices": [{"index": 0, "delta": {}, "text": "", "finish_reason": "stop"}]})
        self.event({"choices": [], "usage": {"prompt_tokens": 7, "completion_tokens": len(words)}})
        self.wfile.write(b"data: [DONE]\n\n")
        self.close_connection = True

    def event(self, chunk: dict[str, Any]) -> None:
        self.wfile.write(b"data: " + json.dumps(chunk).encode() + b"\n\n")
        self.wfile.flush()

    def allowed(self) -> bool:
        if self.headers.get("Authorization") == f"Bearer {self.key}":
            return True
        self.reply(401, {"error": "Unauthorized"})
        return False

    def reply(self, status: int, body: dict[str, Any]) -> None:
        raw = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)
