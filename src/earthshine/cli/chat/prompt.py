"""The chat for a person: a prompt with history and several lines, commands, and Ctrl-C that stops the reply only."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from pathlib import Path

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.formatted_text import FormattedText
from prompt_toolkit.history import FileHistory, History, InMemoryHistory
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from rich.console import Console
from rich.text import Text

from earthshine.cli.chat.client import ChatError
from earthshine.cli.chat.conversation import Conversation
from earthshine.cli.chat.screen import TerminalScreen
from earthshine.cli.chat.tool_commands import ToolCommands

HELP = {
    "/help": "show this",
    "/new": "begin a new conversation",
    "/model [NAME]": "talk to another model, or list them",
    "/system [TEXT]": "tell the model how to behave, or tell it nothing",
    "/tools [NAME...]": "let the model use these tools, none by `off`, or list them",
    "/files": "list the files that tools made",
    "/get NAME [as FILE]": "save one of them",
    "/save FILE": "write the conversation as Markdown, or JSON by a name that ends in .json",
    "/quit": "leave",
}
KEYS = {
    "Enter": "send",
    "Alt-Enter, or \\ at the end": "a new line",
    "Ctrl-C": "stop the reply",
    "Ctrl-D": "leave",
    "Up, Down, Ctrl-R": "what you said before",
}


class ChatPrompt:
    """Reads, sends, shows, until the person leaves."""

    def __init__(self, conversation: Conversation, console: Console) -> None:
        self._conversation = conversation
        self._console = console
        self._tools = ToolCommands(conversation, console)
        self._commands: dict[str, Callable[[str], Awaitable[None]]] = {
            "/help": self._help,
            "/new": self._new,
            "/model": self._model,
            "/system": self._system,
            "/tools": self._tools.tools,
            "/files": self._tools.files,
            "/get": self._tools.get,
            "/save": self._save,
        }

    async def run(self) -> None:
        """Talk until Ctrl-D or `/quit`. Raises `ChatError` when there is no server to begin with."""
        names = await self._conversation.client.models()
        if self._conversation.model not in ("default", *names):
            raise ChatError(f"The server has no model {self._conversation.model!r}. It has: {', '.join(names)}.")
        self._note(f"{self._conversation.model} at {self._conversation.client.url} · /help · Ctrl-D leaves")
        session: PromptSession[str] = PromptSession(
            history=_history(),
            multiline=True,
            key_bindings=_keys(),
            completer=_Commands([*self._commands, "/quit"]),
            complete_while_typing=True,
            prompt_continuation="  ",
        )
        while True:
            try:
                line = (await session.prompt_async(FormattedText([("bold ansigreen", "› ")]))).strip()
            except KeyboardInterrupt:
                continue  # the line is dropped, as in a shell
            except EOFError:
                return
            if line == "/quit":
                return
            if line:
                await self._take(line)

    async def _take(self, line: str) -> None:
        word, _, rest = line.partition(" ")
        try:
            if word in self._commands:
                await self._commands[word](rest.strip())
            elif word.startswith("/") and word[1:].isalpha():
                self._note(f"There is no {word}; /help lists the commands.")
            else:
                await self._send(line)
        except ChatError as error:
            self._console.print(Text(str(error), style="red"))

    async def _send(self, text: str) -> None:
        open_screen = partial(TerminalScreen, self._console)
        reply = asyncio.create_task(self._conversation.send(text, open_screen, self._tools.approve))
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGINT, reply.cancel)
        try:
            turn = await reply
        except asyncio.CancelledError:
            self._note("stopped")
            return
        finally:
            loop.remove_signal_handler(signal.SIGINT)
        if turn.shortfall:
            self._note(f"the reply is not complete: {turn.shortfall}")
        if turn.files:
            names = dict.fromkeys(each.name for each in turn.files)
            self._note(f"files: {', '.join(names)} · /get NAME saves one")

    async def _help(self, _: str) -> None:
        for title, words in {**HELP, "": "", **KEYS}.items():
            self._console.print(Text(f"  {title:<28}{words}".rstrip(), style="dim"))

    async def _new(self, _: str) -> None:
        self._conversation.forget()
        self._note("a new conversation")

    async def _model(self, name: str) -> None:
        names = await self._conversation.client.models()
        if not name:
            for known in names:
                self._console.print(Text(f"  {'*' if known == self._conversation.model else ' '} {known}"))
        elif name == "default" or name in names:
            self._conversation.model = name
            self._note(f"now {name}")
        else:
            raise ChatError(f"The server has no model {name!r}. It has: {', '.join(names)}.")

    async def _system(self, text: str) -> None:
        self._conversation.system = text
        self._note("the model is told so from the next message on" if text else "no instructions")

    async def _save(self, name: str) -> None:
        if not name:
            raise ChatError("Say where: /save talk.md")
        try:
            file = self._conversation.save(name)
        except OSError as error:
            raise ChatError(f"{name} cannot be written ({error.strerror}).") from None
        self._note(f"saved in {file}")

    def _note(self, text: str) -> None:
        self._console.print(Text(text, style="dim"))


class _Commands(Completer):
    """Completes a command at the start of the first line."""

    def __init__(self, words: list[str]) -> None:
        self._words = sorted(words)

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        """Offer the commands that begin with what stands there."""
        text = document.text
        if text.startswith("/") and " " not in text:
            yield from (Completion(word, -len(text)) for word in self._words if word.startswith(text))


def _keys() -> KeyBindings:
    keys = KeyBindings()

    def enter(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        if buffer.document.text_before_cursor.endswith("\\"):
            buffer.delete_before_cursor()
            buffer.insert_text("\n")
        else:
            buffer.validate_and_handle()

    def new_line(event: KeyPressEvent) -> None:
        event.current_buffer.insert_text("\n")

    keys.add("enter")(enter)
    keys.add("escape", "enter")(new_line)
    return keys


def _history() -> History:
    """Return the history of earlier chats, in the user's state directory, readable by the user only."""
    state = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
    file = state / "earthshine" / "chat-history"
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file.touch(mode=0o600)
    except OSError:
        return InMemoryHistory()  # a home that cannot be written is no reason not to talk
    return FileHistory(str(file))
