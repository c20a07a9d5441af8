"""One tiny request to a model before it is saved, and a look at what it does with tools and images."""

from __future__ import annotations

import asyncio
import base64
import struct
import time
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from earthshine.engines.deltas import ChatEnd, Reasoning, Text, ToolCallStart
from earthshine.engines.interleave import flat
from earthshine.engines.requests import ChatRequest, Sampling, ToolChoice
from earthshine.errors import EarthshineError, UpstreamFailed

if TYPE_CHECKING:
    from earthshine.engines.openai_compatible.engine import OpenAICompatible
    from earthshine.routing.deployment import Deployment

Probe = Literal["chat", "embedding", "tools", "vision"]

SECONDS = 90.0
"""For one request: a server that loads its models on demand takes its time with the first."""
_TOKENS = 32
_THINKING_TOKENS = 512
_SAID = 200
_TOOL: dict[str, Any] = {
    "type": "function",
    "function": {
        "name": "report_sum",
        "description": "Report the sum of two numbers.",
        "parameters": {
            "type": "object",
            "properties": {"sum": {"type": "integer"}},
            "required": ["sum"],
        },
    },
}


@dataclass(frozen=True, slots=True)
class Result:
    """How one request went."""

    probe: Probe
    ok: bool
    seconds: float
    said: str = ""
    """The beginning of the reply, or the length of the vector."""
    error: EarthshineError | None = None


async def attempt(deployment: Deployment, probes: list[Probe]) -> list[Result]:
    """Ask a deployment once for each probe; after a first failure of `chat` or `embedding`, no more."""
    engine = deployment.engine()
    results: list[Result] = []
    try:
        for probe in probes:
            results.append(await _one(engine, probe))
            if not results[-1].ok and probe in ("chat", "embedding"):
                break
    finally:
        await engine.close()
    return results


async def _one(engine: OpenAICompatible, probe: Probe) -> Result:
    started = time.monotonic()
    ok, said, error = False, "", None
    try:
        async with asyncio.timeout(SECONDS):
            match probe:
                case "embedding":
                    vectors = (await engine.embed(["hello"])).vectors
                    ok, said = True, str(len(vectors[0]))
                case "tools":
                    ok, said = await _tools(engine)
                case "vision":
                    said = await _reply_text(engine, _picture(), tokens=_THINKING_TOKENS)
                    ok = "red" in said.lower()
                case "chat":
                    said = await _reply_text(engine, "Say hello.", tokens=_TOKENS)
                    ok = True
    except EarthshineError as raised:
        error = raised
    except TimeoutError:
        error = UpstreamFailed(f"No whole answer within {SECONDS:g} seconds.", code="upstream_slow")
    return Result(probe, ok, round(time.monotonic() - started, 3), said[:_SAID], error)


async def _reply_text(engine: OpenAICompatible, content: Any, *, tokens: int) -> str:
    """Return what is said, else what was thought until the limit; both show that it answers."""
    request = ChatRequest([{"role": "user", "content": content}], sampling=Sampling(max_tokens=tokens))
    text, thought = "", ""
    async for delta in flat(engine.chat(request)):
        if isinstance(delta, Text):
            text += delta.text
        elif isinstance(delta, Reasoning):
            thought += delta.text
        elif isinstance(delta, ChatEnd):
            break
    return (text or thought).strip()


async def _tools(engine: OpenAICompatible) -> tuple[bool, str]:
    request = ChatRequest(
        [{"role": "user", "content": "What is 19 + 23? Report it with the tool."}],
        tools=[_TOOL],
        tool_choice=ToolChoice("auto"),
        sampling=Sampling(max_tokens=_THINKING_TOKENS),
    )
    text = ""
    async for delta in flat(engine.chat(request)):
        if isinstance(delta, ToolCallStart):
            return True, delta.name
        if isinstance(delta, Text):
            text += delta.text
    return False, text.strip()


def _picture() -> list[dict[str, Any]]:
    """Return the question for the colour of a red square."""
    side = 64
    row = b"\0" + b"\xe0\x10\x10" * side

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    png = (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(row * side)) + chunk(b"IEND", b"")
    )
    url = "data:image/png;base64," + base64.b64encode(png).decode()
    return [
        {"type": "text", "text": "Which colour is this square? Answer with one English word."},
        {"type": "image_url", "image_url": {"url": url}},
    ]
