"""How far a download is, for whoever watches."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Stage = Literal["waiting", "asking", "checking", "downloading", "unpacking", "verifying", "retrying"]


@dataclass(frozen=True, slots=True)
class Step:
    """One report: what is being done, and how much of it is done."""

    stage: Stage
    done: int = 0
    """Bytes."""
    total: int | None = None
    """Bytes; None when unknown."""
    note: str = ""
    """Why we wait or retry."""


Progress = Callable[[Step], None]


def ignore_progress(step: Step) -> None:
    """Watch nothing."""


def among(before: int, total: int, progress: Progress) -> Progress:
    """Count the bytes of one file as bytes of all of them."""
    return lambda step: progress(Step(step.stage, before + step.done, total or None, step.note))
