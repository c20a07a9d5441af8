"""One task of an agent, followed to where it rests: what it waits for is asked, and how it ended is an exit code."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import aclosing
from typing import Any

from earthshine.cli.agent.client import AgentClient
from earthshine.cli.agent.screen import Screen, ago
from earthshine.cli.chat.client import ChatError

Json = dict[str, Any]

DONE, FAILED, CANNOT, STOPPED = 0, 1, 2, 130
Ask = Callable[[Json], Awaitable[str]]
"""Asks a person about a call: `approve`, `deny`, or `always`, which is `approve` from then on."""


class Work:
    """Follows a session."""

    def __init__(self, client: AgentClient, screen: Screen, ask: Ask | None) -> None:
        """Without `ask` nobody is there to answer, and what waits is left waiting."""
        self.client, self.screen = client, screen
        self.last: Json = {}
        """The session as it was when it rested last."""
        self._ask = ask
        self._always = False

    async def follow(self) -> int:
        """Show what happens until the agent has nothing more to do; returns the exit code. Raises `ChatError`."""
        while True:
            async with aclosing(self.client.follow()) as events:
                async for event in events:
                    self.screen.event(event)
                    self.last = event.get("session", self.last)
            if self.last["status"] == "requires_action":
                for action in self.last["required_actions"]:
                    await self._answer(action)
            elif (await self.client.now())["status"] != "in_progress":
                # Words may have come between its end and our hearing of it.
                return await self._ended()

    async def replay(self) -> int:
        """Show what happened so far, with its times; returns the exit code. Raises `ChatError`."""
        since = shown = 0
        async with aclosing(self.client.replay()) as entries:
            async for at, event in entries:
                since = since or at
                if event["type"].endswith(("item.added", "turn.completed", "turn.failed")) and at - shown >= 1000:
                    self.screen.note(ago(at, since))
                    shown = at
                self.screen.event(event)
        self.last = await self.client.now()
        return await self._ended()

    async def _answer(self, action: Json) -> None:
        if action["type"] != "mcp_approval_request":
            raise ChatError(
                f"The agent waits for the function {action.get('name')!r}, which another client has to run: "
                f"{self.client.session_id}"
            )
        if self._ask is None:
            raise ChatError(
                f"A call waits for an approval, and nobody is here to give it: {action['request']['message']}. Answer "
                f"it at a terminal: earthshine agent --resume {self.client.session_id}"
            )
        said = "approve" if self._always else await self._ask(action)
        self._always |= said == "always"
        await self.client.approve(action["request_id"], "deny" if said == "deny" else "approve")

    async def _ended(self) -> int:
        turn = await self.client.last_turn()
        if self.last["status"] == "budget_reached":
            return CANNOT
        if turn is None or turn["status"] == "completed":
            return CANNOT if any(line["state"] == "failed" for line in await self.client.plan()) else DONE
        return STOPPED if turn["status"] == "cancelled" else FAILED
