"""The actions of OpenAI's `computer` on a browser: by pixels, answered by a picture.

Source: https://platform.openai.com/docs/guides/tools-computer-use; they were checked before they come here.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Literal

from earthshine.browser.keyboard import key_of, refuse_if_focused
from earthshine.browser.session import Session

if TYPE_CHECKING:
    from playwright.async_api import Page

Json = dict[str, Any]

_BUTTONS: dict[str, Literal["left", "right", "middle"]] = {"left": "left", "right": "right", "wheel": "middle"}
_WAIT_SECONDS = 2.0
_STEPS = 5
"""Moves of the mouse between two points of a way."""


async def act_on_screen(session: Session, asked: Json) -> Json:
    """Do `actions`, one after the other, and return what is seen then; `person`: whether a person does them.

    Raises `InvalidRequest`.
    """
    guarded = asked.get("person") is not True
    if not session.tabs:
        await session.context.new_page()
    for action in asked["actions"]:
        held = [key_of(each) for each in action.get("keys") or ()] if action["type"] != "keypress" else []
        for key in held:
            await session.page.keyboard.down(key)
        try:
            await _act(session.page, action, guarded=guarded)
        finally:
            for key in reversed(held):
                await session.page.keyboard.up(key)
        await session.settle()
    told = await session.observe()
    return {**told, **await session.picture(small=True)}


async def _act(page: Page, action: Json, *, guarded: bool) -> None:
    mouse, x, y = page.mouse, action.get("x", 0), action.get("y", 0)
    match action["type"]:
        case "click" if action["button"] in ("back", "forward"):
            await (page.go_back() if action["button"] == "back" else page.go_forward())
        case "click":
            await mouse.click(x, y, button=_BUTTONS[action["button"]])
        case "double_click":
            await mouse.dblclick(x, y)
        case "move":
            await mouse.move(x, y)
        case "drag":
            first, *others = action["path"]
            await mouse.move(first["x"], first["y"])
            await mouse.down()
            for point in others:
                await mouse.move(point["x"], point["y"], steps=_STEPS)
            await mouse.up()
        case "scroll":
            await mouse.move(x, y)
            await mouse.wheel(action["scroll_x"], action["scroll_y"])
        case "type":
            if guarded:
                await refuse_if_focused(page)
            await page.keyboard.type(action["text"])
        case "keypress":
            keys = [key_of(each) for each in action["keys"]]
            if guarded and len(keys[-1]) == 1:
                # Letter by letter a password would be typed, too.
                await refuse_if_focused(page)
            await page.keyboard.press("+".join(keys))
        case "wait":
            await asyncio.sleep(_WAIT_SECONDS)
        case _:
            pass  # a screenshot follows anyway
