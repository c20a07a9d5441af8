"""The agent's terminal: its work scrolls above a line, on which a person steers it, answers it, and stops it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from prompt_toolkit import PromptSession
from prompt_toolkit.formatted_text import FormattedText
from prompt_toolkit.patch_stdout import patch_stdout

from earthshine.cli.agent.client import AgentClient
from earthshine.cli.agent.screen import WorkScreen, plan_lines
from earthshine.cli.agent.work import STOPPED, Work
from earthshine.cli.chat.client import ChatError

Json = dict[str, Any]

HELP = """Type to steer it: it takes your words at its next step.
/plan    show what it does
/pause   let it wait at its next step; /go lets it go on
/stop    stop it
/leave   leave it running
Ctrl-C   pause, and choose"""
_ANSWERS = {"y": "approve", "yes": "approve", "n": "deny", "no": "deny", "a": "always", "always": "always"}


class AgentPrompt:
    """Reads what a person says while the work goes on."""

    def __init__(self, client: AgentClient, screen: WorkScreen) -> None:
        self._client, self._screen = client, screen
        self._asked: asyncio.Future[str] | None = None
        """Who waits for an answer about a call."""
        self._choosing = False
        self._state = "working"
        self._session: PromptSession[str] = PromptSession(erase_when_done=True)
        self._work = Work(client, screen, self._ask)
        self._commands: dict[str, Callable[[], Awaitable[int | None]]] = {
            "/help": self._help,
            "/plan": self._plan,
            "/pause": self._pause,
            "/go": self._go,
            "/stop": self._stop,
            "/leave": self._leave,
        }

    async def run(self) -> tuple[int, Json]:
        """Work until the agent rests or the person leaves: the exit code, and the session. Raises `ChatError`."""
        with patch_stdout(raw=True):
            following = asyncio.ensure_future(self._work.follow())
            try:
                while True:
                    reading = asyncio.ensure_future(self._read())
                    await asyncio.wait({following, reading}, return_when=asyncio.FIRST_COMPLETED)
                    if following.done():
                        await _cancel(reading)
                        return following.result(), self._work.last
                    if (code := reading.result()) is not None:
                        return code, self._work.last
            finally:
                await _cancel(following)

    async def _read(self) -> int | None:
        """Take one line; returns an exit code when the person has left."""
        try:
            line = (await self._session.prompt_async(self._prompt, bottom_toolbar=self._toolbar)).strip()
        except KeyboardInterrupt:
            return await self._interrupted()
        except EOFError:
            return await self._leave()
        try:
            return await self._take(line)
        except ChatError as error:
            self._screen.note(str(error), bad=True)
            return None

    async def _take(self, line: str) -> int | None:
        if self._choosing:
            return await self._chosen(line.lower())
        if (command := self._commands.get(line)) is not None:
            return await command()
        if line.startswith("/") and line[1:].isalpha():
            self._screen.note(f"There is no {line}; /help lists the commands.")
        elif self._asked is not None and not self._asked.done():
            if (answer := _ANSWERS.get(line.lower())) is not None:
                self._asked.set_result(answer)
            else:
                self._screen.note("A call waits: y (allow it), n (do not), always (this and all that follow).")
        elif line:
            await self._client.say(line)
            self._screen.note("it hears that at its next step")
        return None

    async def _ask(self, action: Json) -> str:
        """Ask whether a call may be made, showing all of it."""
        request: Json = action["request"]
        arguments = json.dumps(request["arguments"], ensure_ascii=False, indent=2)
        self._screen.note(f"It asks to call {request['server_label']}: {request['name']}\n{arguments}")
        self._asked = asyncio.get_running_loop().create_future()
        self._session.app.invalidate()
        try:
            return await self._asked
        finally:
            self._asked = None
            self._session.app.invalidate()

    async def _interrupted(self) -> int | None:
        """Let the work wait, and ask what is to become of it; a second Ctrl-C stops it."""
        if self._choosing:
            return await self._stop()
        with suppress(ChatError):
            await self._pause()
        self._choosing = True
        return None

    async def _chosen(self, said: str) -> int | None:
        choices = {"g": self._go, "go": self._go, "s": self._stop, "stop": self._stop, "l": self._leave}
        chosen = choices.get(said)
        if chosen is None:
            self._screen.note("g (go on), s (stop), l (leave it running)")
            return None
        self._choosing = False
        return await chosen()

    async def _help(self) -> None:
        self._screen.note(HELP)

    async def _plan(self) -> None:
        self._screen.note(plan_lines(await self._client.plan()) or "It works without a plan.")

    async def _pause(self) -> None:
        await self._client.hold(pause=True)
        self._state = "paused"
        self._screen.note("It waits at its next step.")

    async def _go(self) -> None:
        await self._client.hold(pause=False)
        self._state = "working"
        self._screen.note("It goes on.")

    async def _stop(self) -> int:
        await self._client.stop()
        self._screen.note("stopped")
        return STOPPED

    async def _leave(self) -> int:
        if self._state == "paused":
            with suppress(ChatError):  # it may have ended
                await self._client.hold(pause=False)
        self._screen.note(f"It goes on without you: earthshine agent --resume {self._client.session_id}")
        return STOPPED

    def _prompt(self) -> FormattedText:
        if self._choosing:
            return FormattedText([("bold ansiyellow", "[g]o on, [s]top, [l]eave it running? ")])
        if self._asked is not None:
            return FormattedText([("bold ansiyellow", "Allow it? [y/n/always] ")])
        return FormattedText([("bold ansigreen", "› ")])

    def _toolbar(self) -> str:
        return f" {self._state} · /help · Ctrl-C"


async def _cancel(task: asyncio.Future[Any]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError, ChatError, EOFError, KeyboardInterrupt):
        await task
