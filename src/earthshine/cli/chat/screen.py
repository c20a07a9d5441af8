"""How a reply looks while it is written: rendered Markdown on a terminal, plain text in a pipe.

On a terminal, finished blocks (paragraphs, lists, code) are printed once, rendered, and stay; only the block being
written is drawn again and again. So replies of any length scroll as they should, and can be copied.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from typing import Any, Protocol, cast

from rich.console import Console
from rich.live import Live
from rich.markdown import Markdown
from rich.spinner import Spinner
from rich.text import Text

from earthshine.cli.chat.steps import Step, plain


class Screen(Protocol):
    """Shows one reply."""

    def loading(self, words: str, percent: int) -> None:
        """Say how far the model is loaded, before the first piece; no words once it is."""

    def thinking(self, delta: str) -> None:
        """Take a piece of the model's thinking."""

    def text(self, delta: str) -> None:
        """Take a piece of the reply."""

    def working(self, title: str) -> None:
        """A tool begins to be called."""

    def writing(self, delta: str) -> None:
        """Take a piece of the code that it is called with."""

    def step(self, step: Step) -> None:
        """A tool was called."""

    def end(self) -> None:
        """Show what is left and give the terminal back."""


class PlainScreen:
    """Writes the reply's text as it comes and nothing else; for pipes."""

    def __init__(self) -> None:
        self._last = "\n"
        self._tenth = -1

    def loading(self, words: str, percent: int) -> None:
        """Write a line for each tenth, for a person who looks on; the next program in the pipe does not read stderr."""
        if words and percent // 10 != self._tenth:
            sys.stderr.write(words + "\n")
            sys.stderr.flush()
            self._tenth = percent // 10

    def thinking(self, delta: str) -> None:
        """Leave thinking out: the next program in the pipe wants the reply."""

    def text(self, delta: str) -> None:
        """Write at once."""
        sys.stdout.write(delta)
        sys.stdout.flush()
        self._last = delta or self._last

    def working(self, title: str) -> None:
        """Leave it out until it is over."""

    def writing(self, delta: str) -> None:
        """Leave it out."""

    def step(self, step: Step) -> None:
        """Write its name, for a person who looks on."""
        if step.title:
            sys.stderr.write(f"{'failed' if step.failed else 'ran'}: {step.title}\n")
            sys.stderr.flush()

    def end(self) -> None:
        """End the last line."""
        if not self._last.endswith("\n"):
            sys.stdout.write("\n")
            sys.stdout.flush()


class SilentScreen:
    """Shows nothing: `--json` prints the whole response at the end."""

    def loading(self, words: str, percent: int) -> None:
        """Do nothing."""

    def thinking(self, delta: str) -> None:
        """Do nothing."""

    def text(self, delta: str) -> None:
        """Do nothing."""

    def working(self, title: str) -> None:
        """Do nothing."""

    def writing(self, delta: str) -> None:
        """Do nothing."""

    def step(self, step: Step) -> None:
        """Do nothing."""

    def end(self) -> None:
        """Do nothing."""


class TerminalScreen:
    """Renders Markdown block by block; thinking is dim."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._thought = ""
        self._rest = ""
        self._code = ""
        # A spinner until the first word; it keeps the line that the reply will begin on.
        self._live = Live(Spinner("dots", style="dim"), console=console, transient=True, refresh_per_second=12)
        self._live.start()

    def loading(self, words: str, percent: int) -> None:
        """Write it behind the spinner."""
        self._live.update(Spinner("dots", Text(words, style="dim"), style="dim"))

    def thinking(self, delta: str) -> None:
        """Draw the thinking so far, dim."""
        self._thought += delta
        self._live.update(self._tail(self._thought, "dim italic"))

    def text(self, delta: str) -> None:
        """Print the blocks that are finished by this piece, and draw the unfinished one."""
        self._settle_thought()
        *finished, self._rest = split_blocks(self._rest + delta)
        # First, or what is finished would be drawn once more as it was written, under its rendered form.
        self._live.update(self._tail(self._rest, ""), refresh=bool(finished))
        for block in finished:
            self._print(block)

    def working(self, title: str) -> None:
        """Print what was said before, and write the tool's name behind the spinner."""
        self._settle()
        self._code = ""
        self._live.update(Spinner("dots", Text(title, style="cyan"), style="cyan"), refresh=True)

    def writing(self, delta: str) -> None:
        """Draw the code so far, dim."""
        self._code += delta
        self._live.update(self._tail(plain(self._code), "dim"))

    def step(self, step: Step) -> None:
        """Print a line, and dim what it was asked and what came of it."""
        self._settle()
        if step.title:
            self._console.print(Text(f"● {step.title}", style="red" if step.failed else "cyan"))
        for mark, text in (("  ", step.asked), ("  → ", step.answer)):
            if text:
                self._console.print(Text(mark + text.replace("\n", "\n" + " " * len(mark)), style="dim"))
        if step.answer:
            self._console.print()

    def end(self) -> None:
        """Print the last block."""
        self._settle()
        self._live.stop()

    def _settle(self) -> None:
        """Print what is unfinished, for something else follows."""
        self._settle_thought()
        self._live.update(Text(), refresh=True)
        if self._rest.strip():
            self._print(self._rest)
        self._rest = ""

    def _settle_thought(self) -> None:
        if self._thought.strip():
            self._live.update(Text(), refresh=True)
            self._console.print(Text(self._thought.strip() + "\n", style="dim italic"))
        self._thought = ""

    def _print(self, block: str) -> None:
        self._console.print(Markdown(block))
        self._console.print()

    def _tail(self, text: str, style: str) -> Text:
        """Return what fits on the screen: a live area higher than the terminal would smear over it."""
        lines = Text(text, style=style).wrap(self._console, self._console.width)
        return Text("\n").join(lines[-max(1, self._console.height - 2) :])


def split_blocks(text: str) -> list[str]:
    """Split Markdown at blank lines outside code; the last element, perhaps empty, is not finished."""
    return list(_blocks(text))


def _blocks(text: str) -> Iterator[str]:
    fence = ""
    block = ""
    lines = text.splitlines(keepends=True)
    for number, line in enumerate(lines):
        word = line.strip()
        mark = word[:3]
        if fence:
            if word.startswith(fence) and not word.strip(fence[0]):
                fence = ""
        elif mark in ("```", "~~~"):
            fence = mark[0] * (len(word) - len(word.lstrip(mark[0])))
        blank = not word and not fence
        # A blank line ends a block once its own line is over; the very last line may still grow.
        if blank and line.endswith("\n") and block.strip() and number <= len(lines) - 1:
            yield block
            block = ""
        elif block or not blank or not line.endswith("\n"):
            block += line
    yield block


def open_console(*, stderr: bool = False) -> Console:
    """Return a console for a person; wide characters and right-to-left text are left to the terminal."""
    # Not one when a test or a host program took its place.
    stdout: object = sys.stdout
    if isinstance(stdout, io.TextIOWrapper):
        # A terminal of unknown encoding shows replacement characters rather than ending the program.
        cast("io.TextIOWrapper[Any]", stdout).reconfigure(errors="replace")
    return Console(highlight=False, soft_wrap=False, stderr=stderr)
