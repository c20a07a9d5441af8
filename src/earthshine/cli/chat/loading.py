"""Why the first word waits: how far the server's model is loaded."""

from __future__ import annotations

import asyncio
from typing import Any

from earthshine.cli.chat.client import ChatClient, ChatError
from earthshine.cli.chat.screen import Screen

PERIOD = 0.5
"""Seconds between two looks."""


async def show_loading(client: ChatClient, model: str, screen: Screen) -> None:
    """Show how far the load of a model is, until it is cancelled; a server that does not tell is asked once."""
    begun = False
    while True:
        await asyncio.sleep(PERIOD)
        try:
            engines = await client.engines()
        except (ChatError, KeyError, TypeError, ValueError):
            return
        found = _loading(engines, model)
        if found is not None:
            screen.loading(_describe(found), found["load"]["percent"])
        elif begun:
            screen.loading("", 100)
        begun = found is not None


def _loading(engines: list[dict[str, Any]], model: str) -> dict[str, Any] | None:
    """Return the engine that loads the model; an alias such as `default` stands for whichever loads."""
    known = [engine for engine in engines if engine.get("model") == model]
    return next((engine for engine in known or engines if engine.get("load")), None)


def _describe(engine: dict[str, Any]) -> str:
    load = engine["load"]
    return f"loading {engine['model']}: {load['percent']}% ({_gb(load['bytes'])} of {_gb(load['total_bytes'])} GB)"


def _gb(count: int) -> str:
    return f"{count / 1e9:.1f}"
