"""The commands of the chat about tools: which are on, what they made, and whether a call may be made."""

from __future__ import annotations

from typing import Any

from prompt_toolkit import PromptSession
from rich.console import Console
from rich.text import Text

from earthshine.cli.chat.client import ChatClient, ChatError
from earthshine.cli.chat.conversation import Conversation
from earthshine.cli.chat.made_files import newest, place_of, save
from earthshine.cli.chat.steps import question

Json = dict[str, Any]


async def find_tools(client: ChatClient, names: str) -> list[Json]:
    """Return tools by their names, with commas or spaces between, as requests name them. Raises `ChatError`."""
    wanted = list(dict.fromkeys(names.replace(",", " ").split()))
    if not wanted:
        return []
    offered = {str(each["type"]): each for each in await client.tools()}
    for name in wanted:
        if name not in offered:
            raise ChatError(f"The server has no tool {name!r}. It has: {', '.join(offered) or 'none'}.")
        if not offered[name]["available"]:
            raise ChatError(f"The tool {name} cannot work now: {offered[name]['reason']}")
    return [offered[name]["tool"] for name in wanted]


class ToolCommands:
    """Of one conversation."""

    def __init__(self, conversation: Conversation, console: Console) -> None:
        self._conversation, self._console = conversation, console

    async def tools(self, names: str) -> None:
        """Switch to these tools, to none for `off`, or list them."""
        client = self._conversation.client
        if names:
            self._conversation.tools = await find_tools(client, "" if names == "off" else names)
            on = [str(each["type"]) for each in self._conversation.tools]
            self._note(f"tools from the next message on: {', '.join(on)}" if on else "no tools")
            return
        on = [each["type"] for each in self._conversation.tools]
        for each in await client.tools():
            mark = "*" if each["type"] in on else " "
            self._console.print(Text(f"  {mark} {each['type']:<20}{each['reason']}".rstrip()))

    async def files(self, _: str) -> None:
        """List the files that tools made."""
        names = dict.fromkeys(each.name for each in self._conversation.files)
        self._note("\n".join(f"  {each}" for each in names) or "no files were made")

    async def get(self, said: str) -> None:
        """Save a file that tools made."""
        name, _, place = said.partition(" as ")
        if not name:
            raise ChatError("Say which: /get report.csv, or /get report.csv as /tmp/mine.csv")
        file = newest(self._conversation.files, name.strip())
        path = await save(self._conversation.client, file, place_of(file, place.strip()))
        self._note(f"saved in {path}")

    async def approve(self, request: Json) -> bool:
        """Ask whether a call may be made. Raises `ChatError` when nobody answers, and the call waits."""
        self._console.print(Text("A tool asks to call:", style="bold yellow"))
        self._console.print(Text(question(request)))
        session: PromptSession[str] = PromptSession()
        while True:
            try:
                said = (await session.prompt_async("Allow it? [y/n] ")).strip().lower()
            except (KeyboardInterrupt, EOFError):
                raise ChatError("The call was not made.") from None
            if said in ("y", "yes", "n", "no"):
                return said.startswith("y")

    def _note(self, text: str) -> None:
        self._console.print(Text(text, style="dim"))
