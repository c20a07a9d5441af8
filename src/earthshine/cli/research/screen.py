"""How a research looks: a line for each thing that happens, then the report; in a pipe, only the report on stdout."""

from __future__ import annotations

import re
import sys
from typing import Any

import click
from rich.console import Console
from rich.markdown import Markdown
from rich.text import Text

from earthshine.cli.chat.steps import plain

Json = dict[str, Any]

_STAGES = {
    "plan": "planning",
    "search": "searching",
    "weigh": "weighing what was found",
    "outline": "looking for what is missing",
    "write": "writing",
    "check": "checking each sentence",
    "translate": "translating quotations",
}
_ENDS = {
    "answered": "all questions have an answer",
    "nothing_new": "nothing new was found",
    "tokens": "the limit of tokens was reached",
    "seconds": "the limit of time was reached",
    "pages": "the limit of pages was reached",
    "person": "somebody ended the search",
}
_LONGEST = 160
_NOT_HERE = re.compile("^</?div.*$|[\u2066-\u2069]", re.MULTILINE)
"""What turns the direction of text in a file; terminals do it by themselves."""


class ResearchScreen:
    """Shows what is news."""

    def __init__(self, console: Console, *, pipe: bool) -> None:
        self._console, self._pipe = console, pipe
        self._known: set[str] = set()
        self._stage = ""

    def item(self, item: Json) -> None:
        """Show what was searched."""
        action: Json = item.get("action") or {}
        queries = action.get("queries") or item.get("queries") or filter(None, [action.get("query")])
        for query in queries:
            if self._is_new(f"searched {query}"):
                self.line("searched", query)

    def show(self, research: Json) -> None:
        """Show what has come since it was shown last."""
        for each in research["questions"]:
            if self._is_new(f"{each['id']} {each['text']}"):
                self.line("question", each["text"], number=each["id"])
        for each in research["sources"]:
            if self._is_new(each["id"]):
                self._source(each)
        for each in research["evidence"]:
            if self._is_new(each["id"]):
                self.line("noted", each["quote"], number=each["source"])
        if (stage := research["stage"]) and stage != self._stage:
            self._stage = stage
            if stage in _STAGES:
                self.note(f"{_STAGES[stage]} ({_spent(research['spent'])})")

    def note(self, words: str, *, bad: bool = False) -> None:
        """Say something of our own."""
        # What is to be copied, such as a command, is not broken.
        self._print(Text(plain(words), style="red" if bad else "dim"), whole=True)

    def line(self, what: str, words: str, *, number: str = "") -> None:
        """Tell one thing; of long words the beginning."""
        told = plain(" ".join(words.split()))
        told = told if len(told) <= _LONGEST else told[: _LONGEST - 1] + "…"
        text = Text.assemble((f"{what:>9} ", "cyan"), (f"{number} " if number else "", "dim"), told)
        self._print(text)

    def report(self, text: str) -> None:
        """Write the report where results go."""
        if self._pipe:
            click.echo(text.rstrip("\n"))
        else:
            self._console.print()
            text = _NOT_HERE.sub("", text).replace("[^", "[").replace("\u202f", " ").replace("\xa0", " ")
            self._console.print(Markdown(plain(text)))
            self._console.print()

    def figures(self, research: Json) -> None:
        """Say what the report stands on, and what it took."""
        report, method = research["report"], research["report"]["method"]
        used = {each["source"] for each in report["evidence"]}
        told = [
            _counted(len(report["claims"]), "sentence"),
            _counted(len(report["evidence"]), "quotation"),
            f"{len(used)} of {_counted(method['pages'], 'source')} used",
        ]
        if report["contradictions"]:
            told.append(_counted(len(report["contradictions"]), "contradiction"))
        if report["not_found"]:
            told.append(f"{_counted(len(report['not_found']), 'question')} without an answer")
        self.note(f"{', '.join(told)}; {_spent(research['spent'])}; {_ENDS[method['stopped']]}.")

    def _source(self, source: Json) -> None:
        where = source["url"] or source["file_id"]
        told = f"{source['title']} {where}".strip()
        if source["dropped"] == "unreadable":
            self.line("no text", told, number=source["id"])
        elif source["copy_of"]:
            self.line("same text", told, number=f"{source['id']} = {source['copy_of']}")
        else:
            self.line("read", told, number=source["id"])

    def _is_new(self, thing: str) -> bool:
        new = thing not in self._known
        self._known.add(thing)
        return new

    def _print(self, text: Text, *, whole: bool = False) -> None:
        self._console.print(text, soft_wrap=whole or self._pipe)
        # Whoever reads a log sees each line when it comes.
        (sys.stderr if self._pipe else sys.stdout).flush()


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" + ("" if count == 1 else "s")


def _spent(spent: Json) -> str:
    seconds = int(spent["seconds"])
    took = f"{seconds} s" if seconds < 60 else f"{seconds // 60}:{seconds % 60:02d} min"
    return f"{_counted(spent['pages'], 'page')}, {spent['tokens']:,} tokens, {took}"
