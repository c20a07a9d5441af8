"""Chat templates, rendered in a child process with a deadline; `render_worker` is the child.

One child serves all models, a question at a time. A template that exceeds the deadline costs the child its life and is
not tried again for a minute, so that the other models' requests do not wait behind it.
"""

from __future__ import annotations

import asyncio
import json
import logging
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from earthshine.engines.requests import Message
from earthshine.errors import InvalidRequest, ModelBroken
from earthshine.harness.templates.framing import read, write
from earthshine.harness.templates.tool_format import ToolFormat

if TYPE_CHECKING:
    from earthshine.catalog.card import Card

DEADLINE = 5.0
"""Seconds that one rendering may take. Usual ones take a millisecond."""
START = 60.0
"""Seconds that the child may take to start on a busy machine."""
PAUSE = 60.0
"""Seconds for which a template that was too slow is not tried again."""
_FORMATS = 64

log = logging.getLogger(__name__)

Key = tuple[str, str, str]


async def tool_format_of(card: Card) -> tuple[ToolFormat, str]:
    """Return the format of a model's tool calls, and a call that its template shows and nobody would recognise.

    Raises `ModelBroken` when the template is no Jinja, takes too long or too much memory.
    """
    key = _key(card)
    if key not in _formats:
        found: dict[str, Any] = await _request(card.name, key, {"what": "format"})
        unread: str = found.pop("unread")
        if len(_formats) >= _FORMATS:
            del _formats[next(iter(_formats))]
        _formats[key] = ToolFormat(**found), unread
    return _formats[key]


async def conversation(
    card: Card, messages: Sequence[Message], tools: Sequence[dict[str, Any]], variables: dict[str, Any]
) -> str:
    """Return the prompt for a reply to `messages`; see `Template.conversation`.

    Raises `InvalidRequest` with the template's own words, and `ModelBroken` like `tool_format_of`.
    """
    asked = {"what": "conversation", "messages": messages, "tools": tools, "variables": variables}
    return await _request(card.name, _key(card), asked)


def _key(card: Card) -> Key:
    return card.chat_template, card.bos_token, card.eos_token


async def _request(name: str, key: Key, question: dict[str, Any]) -> Any:
    if _slow.get(key, 0) > time.monotonic():
        raise _broken(name, f"it took longer than {DEADLINE:.0f} s")
    try:
        answer = await asyncio.get_running_loop().run_in_executor(
            _thread, _child.request, {**question, "template": key}
        )
    except TimeoutError:
        if len(_slow) >= _FORMATS:
            _slow.clear()
        _slow[key] = time.monotonic() + PAUSE
        raise _broken(name, f"it took longer than {DEADLINE:.0f} s") from None
    except OSError as error:
        raise _broken(name, "the process that runs it ended; it may have taken too much memory") from error
    match answer.get("fault"):
        case None:
            return answer["result"]
        case "request":
            raise InvalidRequest(answer["message"], param="messages")
        case _:
            raise _broken(name, answer["message"])


def _broken(name: str, why: str) -> ModelBroken:
    log.error("the chat template of %s cannot be used: %s", name, why)
    return ModelBroken(f"The chat template of {name!r} cannot be used: {why}. Install a file with a working template.")


class _Child:
    """The process, started at the first question and again after it was ended."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._end: socket.socket | None = None
        self._lock = threading.Lock()

    def request(self, question: dict[str, Any]) -> dict[str, Any]:
        """Return the answer. Raises `TimeoutError` past the deadline, another `OSError` when the child died."""
        with self._lock:
            end = self._running()
            try:
                return json.loads(self._answer(end, json.dumps(question).encode(), DEADLINE))
            except OSError:
                self.stop()
                raise

    def stop(self) -> None:
        """End the process."""
        if self._end is not None:
            self._end.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._process = self._end = None

    def _running(self) -> socket.socket:
        if self._end is not None and self._process is not None and self._process.poll() is None:
            return self._end
        self.stop()
        self._end, other = socket.socketpair()
        with other:
            worker = [sys.executable, "-m", "earthshine.harness.templates.render_worker"]
            self._process = subprocess.Popen(worker, stdin=other.fileno(), stdout=subprocess.DEVNULL)  # noqa: S603  our own module
        self._answer(self._end, None, START)
        return self._end

    @staticmethod
    def _answer(end: socket.socket, question: bytes | None, patience: float) -> bytes:
        until = time.monotonic() + patience
        end.settimeout(patience)
        if question is not None:
            write(end, question)
        end.settimeout(max(until - time.monotonic(), 0.001))
        answer = read(end)
        if answer is None:
            raise ConnectionError("the process ended")
        return answer


_child = _Child()
_thread = ThreadPoolExecutor(1, thread_name_prefix="templates")
_formats: dict[Key, tuple[ToolFormat, str]] = {}
_slow: dict[Key, float] = {}
