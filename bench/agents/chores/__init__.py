"""Forty chores of our own: files, tables, texts in four languages, small sites, small repositories."""

from __future__ import annotations

from bench.agents.chores import arabic, files, repositories, sheets, sites, texts
from bench.agents.task import Task


def tasks() -> list[Task]:
    """Return all of them."""
    return [*files.TASKS, *sheets.TASKS, *arabic.TASKS, *texts.TASKS, *sites.TASKS, *repositories.TASKS]
