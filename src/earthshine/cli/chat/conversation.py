"""A conversation: what was said, what the next request carries, and one turn of it on a screen."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from earthshine.cli.chat.client import ChatClient, ChatError
from earthshine.cli.chat.loading import show_loading
from earthshine.cli.chat.made_files import MadeFile, file_of
from earthshine.cli.chat.screen import Screen
from earthshine.cli.chat.sources import Sources
from earthshine.cli.chat.steps import asks, step_of, title_of

Approve = Callable[[dict[str, Any]], Awaitable[bool]]
"""Asks a person whether a call may be made. Raises `ChatError` when nobody answers."""

_BEFORE = frozenset({"response.created", "response.queued", "response.in_progress"})
"""Types of the events that come before the model writes."""


@dataclass
class Turn:
    """One message and the reply to it."""

    user: str | list[dict[str, Any]]
    """A text, or parts such as files beside one, as the API takes them."""
    reply: str = ""
    sources: Sources = field(default_factory=Sources)
    files: list[MadeFile] = field(default_factory=list[MadeFile])
    """Those that tools made, once for each citation."""
    response: dict[str, Any] = field(default_factory=dict[str, Any])
    """The Response as the server last told it."""

    @property
    def status(self) -> str:
        """`completed`, `incomplete`, `failed` or `cancelled`; `in_progress` when it was never told to end."""
        return str(self.response.get("status", "in_progress"))

    @property
    def shortfall(self) -> str:
        """Why the reply is not whole, in a word or two; empty when it is."""
        if self.status == "completed":
            return "a call waits for an approval" if self.asked else ""
        details: dict[str, Any] = self.response.get("incomplete_details") or {}
        return str(details.get("reason", self.status))

    @property
    def asked(self) -> list[dict[str, Any]]:
        """The calls that wait for the user's answer."""
        return [item for item in self.response.get("output") or () if asks(item)]


@dataclass
class Conversation:
    """The turns so far and the choices that hold for the next ones."""

    client: ChatClient
    model: str = "default"
    system: str = ""
    tools: Sequence[dict[str, Any]] = ()
    turns: list[Turn] = field(default_factory=list[Turn])
    _previous: str | None = None

    @property
    def files(self) -> list[MadeFile]:
        """Those that tools made in all turns, in their order."""
        return [file for turn in self.turns for file in turn.files]

    def forget(self) -> None:
        """Begin a new conversation."""
        self.turns.clear()
        self._previous = None

    async def send(
        self,
        content: str | list[dict[str, Any]],
        open_screen: Callable[[], Screen],
        approve: Approve | None = None,
    ) -> Turn:
        """Send a message and show the reply. Raises `ChatError`, also when the model failed.

        A call that waits for an approval is asked about, and the reply goes on; without `approve` it ends there.
        When the task is cancelled, the server is told to stop, and what was written so far stays in the conversation.
        """
        said: Any = content if isinstance(content, str) else [{"role": "user", "content": content}]
        turn = Turn(content)
        self.turns.append(turn)
        await self._ask(said, turn, open_screen())
        while approve is not None and (requests := turn.asked):
            said = [
                {"type": "mcp_approval_response", "approval_request_id": each["id"], "approve": await approve(each)}
                for each in requests
            ]
            await self._ask(said, turn, open_screen())
        return turn

    async def _ask(self, said: Any, turn: Turn, screen: Screen) -> None:
        request: dict[str, Any] = {"model": self.model, "input": said}
        if self.tools:
            request["tools"] = list(self.tools)
        if self.system:
            request["instructions"] = self.system
        if self._previous:
            request["previous_response_id"] = self._previous
        try:
            await self._follow(request, turn, screen)
        except ChatError:
            if not turn.response:
                self.turns.pop()  # never reached the model: the next message must not seem to follow it
            raise
        except asyncio.CancelledError:
            await self._stop(turn)
            raise
        finally:
            screen.end()
        self._previous = turn.response["id"]

    async def _follow(self, request: dict[str, Any], turn: Turn, screen: Screen) -> None:
        loading = asyncio.create_task(show_loading(self.client, self.model, screen))
        try:
            await self._read(request, turn, screen, loading)
        finally:
            loading.cancel()

    async def _read(self, request: dict[str, Any], turn: Turn, screen: Screen, loading: asyncio.Task[None]) -> None:
        async with aclosing(self.client.reply(request)) as events:
            async for event in events:
                turn.response = event.get("response", turn.response)
                if event["type"] not in _BEFORE:
                    loading.cancel()
                match event["type"]:
                    case "response.output_text.delta" | "response.refusal.delta":
                        turn.reply += event["delta"]
                        screen.text(event["delta"])
                    case "response.output_text.annotation.added":
                        if (file := file_of(event["annotation"])) is not None:
                            turn.files.append(file)
                        mark = turn.sources.mark(event["annotation"])
                        turn.reply += mark
                        screen.text(mark)
                    case "response.reasoning_text.delta" | "response.reasoning_summary_text.delta":
                        screen.thinking(event["delta"])
                    case "response.code_interpreter_call_code.delta":
                        screen.writing(event["delta"])
                    case "response.output_item.added" if title := title_of(event["item"]):
                        screen.working(title)
                    case "response.output_item.done" if (step := step_of(event["item"])) is not None:
                        screen.step(step)
                    case "response.failed":
                        error: dict[str, Any] = turn.response.get("error") or {}
                        raise ChatError(str(error.get("message", "The model failed.")))
                    case "error":
                        raise ChatError(str(event.get("message", "The server failed.")))
                    case _:
                        pass  # the other events repeat what these say, for clients that want it ready-made

    async def _stop(self, turn: Turn) -> None:
        if not turn.response:
            return
        with suppress(ChatError, TimeoutError):
            async with asyncio.timeout(5):
                await self.client.cancel(turn.response["id"])
                self._previous = turn.response["id"]

    def save(self, name: str) -> Path:
        """Write the conversation: JSON for a name that ends in `.json`, else Markdown. Raises `OSError`."""
        file = Path(name).expanduser()
        if file.suffix == ".json":
            turns = [{"user": turn.user, "assistant": turn.reply, "id": turn.response.get("id")} for turn in self.turns]
            text = json.dumps(
                {"model": self.model, "system": self.system, "turns": turns}, ensure_ascii=False, indent=2
            )
        else:
            text = "\n".join(f"## You\n\n{turn.user}\n\n## {self.model}\n\n{turn.reply}\n" for turn in self.turns)
        # Opened for making only: a slip of the keyboard must not replace a file.
        with file.open("x", encoding="utf-8") as stream:
            stream.write(text + "\n")
        return file
