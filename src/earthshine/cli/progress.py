"""Progress on stderr: a bar on a terminal, a line every few seconds elsewhere; nothing for what is done in a second."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Protocol

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

PATIENCE = 1.0
"""Seconds before anything is shown."""

EVERY = 5.0
"""Seconds between two lines where there is no terminal."""


class Step(Protocol):
    """What is being done, and how much of it is done: `catalog.downloads.progress.Step`, or its like."""

    @property
    def stage(self) -> str:
        """What is being done, in a word."""
        ...

    @property
    def done(self) -> int:
        """Bytes."""
        ...

    @property
    def total(self) -> int | None:
        """Bytes; None when unknown."""
        ...

    @property
    def note(self) -> str:
        """Why it waits or tries again."""
        ...


@contextmanager
def progress_bar(title: str) -> Generator[Callable[[Step], None]]:
    """Show what the function that this yields is told, until the block ends."""
    if not sys.stderr.isatty():
        yield _Lines(title)
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(binary_units=True),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        yield _Bar(bar, title)


class _Bar:
    """Draws a step on a terminal."""

    def __init__(self, bar: Progress, title: str) -> None:
        self._bar, self._title = bar, title
        self._start = time.monotonic()
        self._task = bar.add_task(title, visible=False, total=None)

    def __call__(self, step: Step) -> None:
        self._bar.update(
            self._task,
            description=_describe(self._title, step),
            completed=step.done,
            total=step.total,
            visible=time.monotonic() - self._start >= PATIENCE,
        )


class _Lines:
    """Writes a line now and then, for logs."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._last = time.monotonic() - EVERY + PATIENCE

    def __call__(self, step: Step) -> None:
        now = time.monotonic()
        if now - self._last < EVERY:
            return
        self._last = now
        done = f"{step.done / 2**20:.0f}"
        amount = f" {done} of {step.total / 2**20:.0f} MiB" if step.total else f" {done} MiB" if step.done else ""
        click.echo(_describe(self._title, step) + amount, err=True)


def _describe(title: str, step: Step) -> str:
    return f"{title}: {step.stage}" + (f" ({step.note})" if step.note else "")


@contextmanager
def row_progress(what: str = "rows") -> Generator[Callable[[str, int, int], None]]:
    """Show what the function that this yields is told until the block ends: what is done, how many are done, in all."""
    if not sys.stderr.isatty():
        yield _row_lines(what)
        return
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)

        def show(what: str, done: int, total: int) -> None:
            bar.update(task, description=what, completed=done, total=total)

        yield show


def _row_lines(rows: str) -> Callable[[str, int, int], None]:
    last = time.monotonic()

    def show(what: str, done: int, total: int) -> None:
        nonlocal last
        if time.monotonic() - last >= EVERY:
            last = time.monotonic()
            click.echo(f"{what}: {done} of {total} {rows}", err=True)

    return show
