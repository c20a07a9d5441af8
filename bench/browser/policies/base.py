"""How tasks of MiniWoB++ are done by our actions alone: what a page says, and elements by their numbers."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

from bench.browser._pages import Element, Episode, Failed

Policy = Callable[[Episode], Awaitable[None]]
POLICIES: dict[str, Policy] = {}
ORDINALS = {"1st": 0, "2nd": 1, "3rd": 2, "4th": 3, "5th": 4, "6th": 5, "7th": 6, "8th": 7, "9th": 8}


def does(*names: str) -> Callable[[Policy], Policy]:
    """Say which tasks a policy is for."""

    def register(policy: Policy) -> Policy:
        POLICIES.update(dict.fromkeys(names, policy))
        return policy

    return register


def quoted(e: Episode) -> list[str]:
    """What stands between quotation marks in what the task says."""
    return [each.strip() for each in re.findall(r'"(.*?)"', e.said)]


def found(pattern: str, text: str) -> re.Match[str]:
    match = re.search(pattern, text)
    if match is None:
        raise Failed(f"{pattern!r} is not in {text!r}")
    return match


async def submit(e: Episode, name: str = "Submit") -> None:
    await e.click(e.find(name, "button"))


def box(each: Element) -> tuple[float, float, float, float]:
    """Where an element is: its middle, and its size."""
    width, height, x, y = map(int, found(r"(\d+)x(\d+) at (-?\d+),(-?\d+)", each.rest).groups())
    return x + width / 2, y + height / 2, width, height
