"""The way of one chat completion through the code: the modules it enters, and the frames that each token crosses.

    python -m bench.load.chat_path            by an upstream
    python -m bench.load.chat_path --model .cache/models/smollm2-135m.gguf       and by llama.cpp

The application runs in this process and is asked through ASGI. Warm requests go first; then one streamed request is
watched: the modules of `earthshine` in which a function runs on its behalf (`entered`), those among them that hold the
request while something is waited for (`modules`: a coroutine or generator of theirs), and at each token that an engine
gives the coroutines and generators between it and the reply (`frames`). Bars: at most 25 modules, at most 6 frames.
`--show` names them.
"""

from __future__ import annotations

import argparse
import asyncio
import inspect
import json
import os
import subprocess
import sys
import tempfile
from contextvars import ContextVar
from pathlib import Path
from types import FrameType
from typing import Any

import earthshine
from bench.shared.server import KEY, install

HERE = Path(__file__).parent
ROOT = Path(earthshine.__file__).parent
WAITS = inspect.CO_ASYNC_GENERATOR | inspect.CO_COROUTINE
WATCHED: ContextVar[bool] = ContextVar("watched", default=False)
"""Set in the request's own context, which the tasks made for it inherit."""


class Way:
    """What was seen of one request."""

    def __init__(self) -> None:
        self.entered: set[str] = set()
        self.modules: set[str] = set()
        self.frames: list[str] = []

    def __call__(self, frame: FrameType, event: str, value: Any) -> None:
        if event not in ("call", "return") or not WATCHED.get():
            return
        if (module := module_of(frame)) is None:
            return
        if event == "call":
            self.entered.add(module)
            if frame.f_code.co_flags & WAITS:
                self.modules.add(module)
        elif value is not None and module.startswith("engines.") and frame.f_code.co_flags & inspect.CO_ASYNC_GENERATOR:
            crossed = list(coroutines(frame))
            if len(crossed) >= len(self.frames):
                self.frames = crossed


def module_of(frame: FrameType) -> str | None:
    """Return the module of ours that a frame runs in."""
    path = Path(frame.f_code.co_filename)
    if ROOT not in path.parents or frame.f_code.co_name == "<module>":
        return None
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def coroutines(frame: FrameType | None) -> Any:
    """Return the coroutines and asynchronous generators of ours on the stack, the innermost first."""
    while frame is not None:
        if frame.f_code.co_flags & WAITS and (module := module_of(frame)) is not None:
            yield f"{module}.{frame.f_code.co_name}"
        frame = frame.f_back


async def ask(app: Any, model: str) -> bytes:
    """Ask for a streamed completion, and return the reply."""
    body = {
        "model": model,
        "stream": True,
        "max_tokens": 8,
        "messages": [{"role": "user", "content": "Say one two three."}],
    }
    payload = json.dumps(body).encode()
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": "/v1/chat/completions",
        "raw_path": b"/v1/chat/completions",
        "root_path": "",
        "query_string": b"",
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 1),
        "headers": [
            (b"authorization", f"Bearer {KEY}".encode()),
            (b"content-type", b"application/json"),
            (b"content-length", str(len(payload)).encode()),
        ],
    }
    said: list[bytes] = []
    sent = False

    async def receive() -> dict[str, Any]:
        nonlocal sent
        if sent:
            await asyncio.Event().wait()
        sent = True
        return {"type": "http.request", "body": payload, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        said.append(message.get("body", b""))

    await app(scope, receive, send)
    return b"".join(said)


async def watch(app: Any, model: str) -> Way:
    """Return the way of one warm request."""
    for _ in range(3):
        said = await ask(app, model)
        assert said.endswith(b"data: [DONE]\n\n"), said
    seen = Way()

    async def watched() -> None:
        WATCHED.set(True)
        sys.setprofile(seen)
        try:
            await ask(app, model)
        finally:
            sys.setprofile(None)

    await asyncio.create_task(watched())
    return seen


async def measure(options: argparse.Namespace, upstream: str, folder: Path) -> list[tuple[str, Way]]:
    """Run the application, and watch each way."""
    from earthshine.server import create_app
    from earthshine.settings import Settings

    models = {"upstream": "mock"}
    config = folder / "earthshine.toml"
    config.write_text(f'[upstreams.mock]\nbase_url = "{upstream}/v1"\nmodels = {{ mock = "mock" }}\n')
    os.environ["EARTHSHINE_CONFIG"] = str(config)
    if options.model:
        models["llama.cpp"] = await asyncio.to_thread(install, folder, options.model)
    app = create_app(Settings(data=folder, bootstrap_key=KEY, embedded_model=False))
    async with app.router.lifespan_context(app):
        return [(way, await watch(app, model)) for way, model in models.items()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, help="a GGUF file, for the way to llama.cpp")
    parser.add_argument("--show", action="store_true", help="name the modules and frames")
    options = parser.parse_args()
    command = [sys.executable, str(HERE / "_mock_upstream.py")]
    with (
        tempfile.TemporaryDirectory() as name,
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as upstream,
    ):
        assert upstream.stdout is not None
        try:
            url = upstream.stdout.readline().split()[1]
            ways = asyncio.run(measure(options, url, Path(name)))
        finally:
            upstream.kill()
    for way, seen in ways:
        counts = {"entered": len(seen.entered), "modules": len(seen.modules), "frames": len(seen.frames)}
        print(json.dumps({"bench": "chat_path", "way": way, **counts}))
        if options.show:
            print("  entered (* holds the request):")
            for module in sorted(seen.entered):
                print(f"    {'*' if module in seen.modules else ' '} {module}")
            print("  frames, the innermost first:", *seen.frames, sep="\n    ")


if __name__ == "__main__":
    main()
