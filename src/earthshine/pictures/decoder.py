"""Decoding in a child process: bytes that anybody may have sent become pictures that may be shown to a model."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import os
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import orjson

from earthshine.errors import InvalidRequest, Unavailable
from earthshine.pictures.picture import LONGEST, MOST_BYTES, MOST_PIXELS, Detail, Picture
from earthshine.processes.child import Child

SECONDS = 15.0
"""For one picture."""
_START = 60.0
"""Seconds that the child may take to start on a busy machine."""
_MEMORY = 1024 * 2**20
"""Bytes of address space of the child."""
_LINE = 32 * 2**20
"""Bytes of a picture as the child gives it back."""
_KEPT = ("PATH", "PYTHONPATH", "LANG", "LD_LIBRARY_PATH", "HOME")
"""Variables that a child is given: no secret that the server's environment may hold."""
_FAULTS = {
    "no_picture": "It is no picture of a kind that is read here; send PNG, JPEG, WebP or GIF.",
    "damaged": "The picture is damaged and cannot be decoded; save it anew and send that.",
    "too_much_memory": "The picture takes too much memory to decode; send a smaller one.",
    "too_many_pixels": f"The picture has more than {MOST_PIXELS // 1_000_000} million pixels; send a smaller one.",
    "took_too_long": "The picture takes too long to decode; send a simpler one, as PNG or JPEG.",
}
NO_DECODER = "This server cannot read pictures yet; its operator runs `pip install 'earthshine[pictures]'`."


class Decoder:
    """Decodes pictures, as many requests at once as there are cores."""

    def __init__(self) -> None:
        """Begin with nothing running."""
        self._turns = asyncio.Semaphore(os.cpu_count() or 1)

    @asynccontextmanager
    async def opened(self) -> AsyncGenerator[Decoding]:
        """Start a child for the pictures of one request. Raises `Unavailable`."""
        async with self._turns:
            try:
                command = (sys.executable, "-P", "-m", "earthshine.pictures.worker")
                environment = {key: os.environ[key] for key in _KEPT if key in os.environ}
                child = await Child.start(command, environment, inherit=False, line=_LINE)
            except OSError as error:
                raise Unavailable(f"No process could be started to read a picture: {error}.", retry_after=10) from None
            try:
                first = await child.greet({"parent": os.getpid(), "memory": _MEMORY, "seconds": SECONDS}, _START)
                if first.get("error") == "no_decoder":
                    raise Unavailable(NO_DECODER)
                if not first:
                    raise Unavailable("The process that reads pictures did not start.", retry_after=10)
                yield Decoding(child)
            except TimeoutError:
                raise Unavailable("The process that reads pictures did not start in time.", retry_after=10) from None
            finally:
                child.kill()
                await child.end()


class Decoding:
    """One child at work."""

    def __init__(self, child: Child) -> None:
        """Ask `child`, which is ready."""
        self._child = child

    @property
    def memory(self) -> int:
        """Bytes that the child has resident."""
        return self._child.memory

    async def decode(self, data: bytes, detail: Detail, param: str) -> Picture:
        """Return the picture in `data`. Raises `InvalidRequest` at `param` for what is none, or none that is safe."""
        if len(data) > MOST_BYTES:
            raise too_large(param)
        answer = await self._asked({"data": base64.b64encode(data).decode(), "longest": LONGEST[detail]})
        if fault := answer.get("error"):
            raise InvalidRequest(_FAULTS.get(fault, _FAULTS["damaged"]), param=param, code="invalid_image")
        drawn = base64.b64decode(answer["data"])
        return Picture(drawn, answer["width"], answer["height"], hashlib.sha256(drawn).digest())

    async def _asked(self, question: dict[str, Any]) -> dict[str, Any]:
        try:
            self._child.tell(question)
            async with asyncio.timeout(SECONDS):
                line = await self._child.line()
        except TimeoutError:
            return {"error": "took_too_long"}
        except (OSError, ValueError):
            return {"error": "too_much_memory"}
        if not line.endswith(b"\n"):
            await self._child.wait()
            return {"error": "took_too_long" if self._child.ending == "signal 24" else "damaged"}
        return orjson.loads(line)


def too_large(param: str) -> InvalidRequest:
    """Return the error for a picture of too many bytes."""
    return InvalidRequest(
        f"A picture may have {MOST_BYTES // 2**20} MiB; send a smaller one.", param=param, code="invalid_image"
    )
