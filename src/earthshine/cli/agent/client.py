"""The agent's side of the wire: one session, told things and followed; cut connections lose no event.

It is a client of the Agents API like any other, and of the replay, from which it learns what it missed.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import aiohttp

from earthshine.cli.chat.client import PATIENCE, ChatClient, ChatError

Json = dict[str, Any]

_RESTS = tuple(f"agent.session.{each}" for each in ("idle", "requires_action", "failed", "budget_reached"))
_SESSIONS, _OWN = "/v1/agents/sessions", "/earthshine/v1/agents/sessions"


class AgentClient:
    """One session of a server."""

    def __init__(self, chat: ChatClient, session_id: str = "") -> None:
        self.chat = chat
        self.session_id = session_id
        self._seen: set[str] = set()

    @property
    def _path(self) -> str:
        return f"{_SESSIONS}/{self.session_id}"

    async def begin(self, model: str, environment: str, goal: str | None, limits: Json) -> Json:
        """Make a session; without a goal it waits for words. Raises `ChatError`."""
        body: Json = {"agent": {"model": model}, "environment": {"type": environment}}
        if goal is not None:
            body["input"] = goal
        if limits:
            body["earthshine"] = {"limits": limits}
        made = await self.chat.json("POST", _SESSIONS, body)
        self.session_id = made["id"]
        return made

    async def find(self, named: str) -> Json:
        """Take up a session: `last` is the newest. Raises `ChatError`."""
        if named == "last":
            found = (await self.chat.json("GET", f"{_SESSIONS}?limit=1"))["data"]
            if not found:
                raise ChatError("There is no session to take up. Begin one with a goal.")
            named = found[0]["id"]
        self.session_id = named
        return await self.now()

    async def now(self) -> Json:
        """Return the session as it is. Raises `ChatError`."""
        return await self.chat.json("GET", self._path)

    async def last_turn(self) -> Json | None:
        """Return the turn that is under way, or was last. Raises `ChatError`."""
        found = (await self.chat.json("GET", f"{self._path}/turns?limit=1"))["data"]
        return found[0] if found else None

    async def plan(self) -> list[Json]:
        """Return the lines of the plan; none where the model works freely, or the server knows no plans."""
        try:
            return (await self.chat.json("GET", f"{_OWN}/{self.session_id}/plan"))["lines"]
        except (ChatError, KeyError):
            return []

    async def say(self, text: str) -> None:
        """Tell the agent something, also while it works; said twice by a broken connection, it is taken once."""
        content = [{"type": "input_text", "text": text}]
        await self._send({"type": "agent.session.input.message", "input": [{"role": "user", "content": content}]})

    async def approve(self, request_id: str, decision: str) -> None:
        """Allow a call (`approve`) or not (`deny`). Raises `ChatError`."""
        response = {"type": "mcp_tool_call", "decision": decision}
        kind = "agent.session.input.mcp_approval_request_result"
        await self._send({"type": kind, "request_id": request_id, "response": response})

    async def stop(self) -> None:
        """Cancel the turn that is under way. Raises `ChatError`."""
        await self._send({"type": "agent.session.input.cancel"})

    async def hold(self, *, pause: bool) -> None:
        """Let the turn wait at its next step, or go on. Raises `ChatError`."""
        await self.chat.json("POST", f"{_OWN}/{self.session_id}/{'pause' if pause else 'resume'}")

    async def _send(self, event: Json) -> None:
        headers = {"idempotency-key": secrets.token_hex(16)}
        ends = time.monotonic() + PATIENCE
        while True:
            try:
                await self.chat.json("POST", f"{self._path}/events", {"events": [event]}, headers)
                return
            except ChatError as error:
                if error.status not in (0, 503) or time.monotonic() > ends:
                    raise
            await asyncio.sleep(1)

    async def replay(self, turn_id: str = "") -> AsyncGenerator[tuple[int, Json]]:
        """Yield what happened so far, and when, in Unix milliseconds. Raises `ChatError`."""
        query = f"?turn_id={turn_id}" if turn_id else ""
        try:
            async with aclosing(self.chat.events("GET", f"{_OWN}/{self.session_id}/replay{query}")) as entries:
                async for entry in entries:
                    if entry["type"] == "replay.event":
                        self._seen.add(entry["event"]["event_id"])
                        yield entry["at_ms"], entry["event"]
        except (aiohttp.ClientError, TimeoutError, ConnectionError) as error:
            raise ChatError(f"The connection to {self.chat.url} broke ({error}).") from error

    async def follow(self) -> AsyncGenerator[Json]:
        """Yield the events of the last turn, each once, and then what the session is: until it rests.

        The last is one of `_RESTS`, with the session. Raises `ChatError`.
        """
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                async with aclosing(self._once()) as events:
                    async for event in events:
                        deadline = time.monotonic() + PATIENCE
                        yield event
                        if event["type"] in _RESTS:
                            return
            except (aiohttp.ClientError, TimeoutError, ConnectionError):
                pass
            except ChatError as error:
                if error.status not in (0, 503):
                    raise
            if time.monotonic() > deadline:
                raise ChatError(
                    f"The connection to {self.chat.url} was lost and did not come back. The agent goes on without it: "
                    f"earthshine agent --resume {self.session_id}"
                )
            await asyncio.sleep(0.5)

    async def _once(self) -> AsyncGenerator[Json]:
        """Follow by one connection. What came before it is read from the replay, once it is known to miss nothing."""
        path = f"{self._path}/events?include_obfuscation=false"
        async with aclosing(self.chat.events("GET", path, heard=True)) as live:
            async for event in live:
                if event["type"] == "heard":
                    # First how it is, then what led there: nothing comes between the two.
                    now, turn = await self.now(), await self.last_turn()
                    if turn is not None:
                        async for told in self._missed(turn["id"]):
                            yield told
                    if now["status"] in ("idle", "requires_action", "failed", "budget_reached"):
                        kind = "requires_action" if now["status"] == "requires_action" else "idle"
                        yield {"type": f"agent.session.{kind}", "session": now}
                        return
                elif event.get("event_id") not in self._seen:
                    self._seen.add(event.get("event_id", ""))
                    yield event

    async def _missed(self, turn_id: str) -> AsyncGenerator[Json]:
        known = set(self._seen)
        async with aclosing(self.replay(turn_id)) as entries:
            async for _, event in entries:
                if event["event_id"] not in known:
                    yield event
