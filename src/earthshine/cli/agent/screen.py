"""How an agent's work looks: lines that stay, on a terminal; notes on stderr and the answer on stdout, in a pipe."""

from __future__ import annotations

import json
import sys
from typing import Any, Protocol

from rich.console import Console
from rich.markdown import Markdown
from rich.text import Text

from earthshine.cli.chat.screen import split_blocks
from earthshine.cli.chat.steps import plain, step_of

Json = dict[str, Any]

_TURN = "agent.session.turn."
_PRINTED = "agent.output.command_execution_output.delta"
_MOST_LINES = 200
"""Lines of one command's output that are shown while it runs."""
MARKS = {"done": "✓", "doing": "▸", "failed": "✗"}


class Screen(Protocol):
    """Shows what happens."""

    answer: str
    """The last message of the agent."""

    def event(self, event: Json) -> None:
        """Take an event of the session."""

    def note(self, words: str, *, bad: bool = False) -> None:
        """Say something of our own."""

    def end(self) -> None:
        """Show what is left."""


class JsonScreen:
    """Writes each event as a line of JSON, for programs."""

    def __init__(self) -> None:
        self.answer = ""

    def event(self, event: Json) -> None:
        """Write it at once."""
        sys.stdout.write(json.dumps(event, ensure_ascii=False) + "\n")
        sys.stdout.flush()

    def note(self, words: str, *, bad: bool = False) -> None:
        """Write it where no program reads."""
        sys.stderr.write(words + "\n")

    def end(self) -> None:
        """Do nothing."""


class WorkScreen:
    """Shows the work line by line; on a terminal in colours, and the agent's words as Markdown.

    `own`: what this terminal said already, and need not show again.
    """

    def __init__(self, console: Console, *, pipe: bool) -> None:
        self.answer = ""
        self.own: list[str] = []
        self._console, self._pipe = console, pipe
        self._rest = ""
        self._line = ""
        self._lines: dict[str, int] = {}
        """How many lines of a command's output were shown, by its item."""

    def event(self, event: Json) -> None:
        """Show what is news to a person."""
        kind: str = event["type"].removeprefix(_TURN)
        if kind == "output_text.delta":
            self._write(event["delta"])
        elif kind == "item.added":
            self._added(event["item"])
        elif kind == _PRINTED:
            self._printed(event["item_id"], event["delta"])
        elif kind == "item.done":
            self._done(event["item"])
        elif kind == "failed":
            error: Json = event["turn"]["error"] or {}
            self.note(str(error.get("message") or "The turn failed."), bad=True)

    def note(self, words: str, *, bad: bool = False) -> None:
        """Print a line that is ours."""
        self._settle()
        self._print(Text(plain(words), style="red" if bad else "dim"))

    def end(self) -> None:
        """Print the last block; in a pipe, the answer."""
        self._settle()
        if self._pipe and self.answer:
            sys.stdout.write(self.answer.rstrip("\n") + "\n")
            sys.stdout.flush()

    def _added(self, item: Json) -> None:
        if item["type"] == "command_execution":
            self._settle()
            command = plain(item["command"]).strip("\n").split("\n")
            more = f" … {len(command) - 12} more lines" if len(command) > 12 else ""
            self._print(Text("● " + "\n  ".join(command[:12]) + more, style="cyan"))
            self._lines[item["id"]] = 0
        elif item["type"] == "message" and item["role"] == "user":
            said = "".join(str(part.get("text", "(a picture)")) for part in item["content"])
            if said in self.own:
                self.own.remove(said)
                return
            self._settle()
            self._print(Text("› " + plain(said), style="bold green"))

    def _printed(self, item_id: str, delta: str) -> None:
        *whole, self._line = (self._line + delta.replace("\r\n", "\n")).split("\n")
        for line in whole:
            self._output(item_id, line)

    def _output(self, item_id: str, line: str) -> None:
        shown = self._lines[item_id] = self._lines.get(item_id, 0) + 1
        if shown <= _MOST_LINES:
            self._print(Text("  " + plain(line), style="dim"))
        elif shown == _MOST_LINES + 1:
            self._print(Text("  …", style="dim"))

    def _done(self, item: Json) -> None:
        if item["type"] == "command_execution":
            if self._line:
                self._output(item["id"], self._line)
            self._line = ""
            if not self._lines.pop(item["id"], 0) and item.get("output"):
                for line in str(item["output"]).rstrip("\n").split("\n"):
                    self._output(item["id"], line)
            if item.get("exit_code"):
                self._print(Text(f"  exit code {item['exit_code']}", style="red"))
        elif item["type"] == "message" and item["role"] == "assistant":
            self.answer = "".join(str(part.get("text", "")) for part in item["content"])
            self._settle()
        elif item["type"] == "reasoning":
            for part in item.get("summary") or ():
                self._settle()
                self._print(Text(plain(part["text"]), style="dim italic"))
        elif item["type"] != "message" and (step := step_of(item)) is not None and step.title:
            self._settle()
            self._print(Text(f"● {step.title}", style="red" if step.failed else "cyan"))
            for text in filter(None, (step.asked, step.answer)):
                self._print(Text("  " + text.replace("\n", "\n  "), style="dim"))

    def _write(self, delta: str) -> None:
        *finished, self._rest = split_blocks(self._rest + delta)
        for block in finished:
            self._block(block)

    def _settle(self) -> None:
        """Print what is unfinished, for something else follows."""
        if self._rest.strip():
            self._block(self._rest)
        self._rest = ""

    def _block(self, block: str) -> None:
        if not self._pipe:  # there the whole answer stands on stdout at the end
            self._console.print(Markdown(block))
            self._console.print()

    def _print(self, text: Text) -> None:
        self._console.print(text, soft_wrap=self._pipe)


def plan_lines(lines: list[Json]) -> str:
    """Return a plan as a person reads it."""
    return "\n".join(f"{MARKS.get(line['state'], '·')} {line['verb']} {line['target']}" for line in lines)


def ago(at_ms: int, since_ms: int) -> str:
    """Return how long after something it was."""
    seconds = max(0, at_ms - since_ms) / 1000
    return f"+{seconds:.1f} s" if seconds < 60 else f"+{int(seconds // 60)}:{int(seconds % 60):02d} min"
