"""What a model may do in a browser, one JSON object an action: `{"action": "click", "number": 5}`.

Every refusal says what to do next. Passwords and codes are typed by people only.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, cast
from urllib.parse import urlsplit

from earthshine.browser.keyboard import key_of, refuse_for_persons, refuse_if_focused
from earthshine.browser.screen import act_on_screen
from earthshine.browser.session import Session, inside
from earthshine.errors import InvalidRequest

Json = dict[str, Any]

_MOST_TEXT = 100_000
_BY_KEYS = 500
"""Characters up to which a text is typed key by key, as pages with suggestions want it."""
_LONGEST_WAIT = 10.0
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:(?!\d)")
"""What an address begins with; a host may be followed by the number of a port."""
_FILLED = frozenset(("date", "time", "month", "week", "datetime-local", "color", "range"))
"""Types of inputs that have a value and no text to type."""
_SCROLL = """([element, x, y]) => {
  let place = element;
  const goes = each => {
    const style = getComputedStyle(each);
    const fuller = each.scrollHeight > each.clientHeight || each.scrollWidth > each.clientWidth;
    return fuller && /auto|scroll/.test(style.overflowY + style.overflowX) || each.tagName === 'TEXTAREA'; };
  while (place && !goes(place)) place = place.parentElement;
  place ??= document.scrollingElement ?? document.documentElement;
  const before = [place.scrollTop, place.scrollLeft];
  place.scrollBy({left: x * place.clientWidth * 0.8, top: y * place.clientHeight * 0.8, behavior: 'instant'});
  return place.scrollTop !== before[0] || place.scrollLeft !== before[1]; }"""
_DIRECTIONS = {"down": (0, 1), "up": (0, -1), "right": (1, 0), "left": (-1, 0)}


async def perform(session: Session, asked: Json) -> Json:
    """Do one action, and return what the page shows then. Raises `InvalidRequest` with what to do instead."""
    act = _ACTIONS.get(str(asked.get("action")))
    if act is None:
        raise InvalidRequest(f"There is no action {asked.get('action')!r}. There are: {', '.join(_ACTIONS)}.")
    shown = await act(session, asked)
    if shown is not None:
        return shown
    await session.settle()
    return await session.observe()


async def _open(session: Session, asked: Json) -> None:
    address = _text(asked, "url").strip()
    if not _SCHEME.match(address):
        address = f"https://{address}"
    if urlsplit(address).scheme not in ("http", "https") and address != "about:blank":
        raise InvalidRequest("Only addresses of the web can be opened, which begin with https:// or http://.")
    if asked.get("new_tab") or not session.tabs:
        await session.context.new_page()
    try:
        await session.page.goto(address, wait_until="domcontentloaded", timeout=2000 * session.options["seconds"])
    except Exception as error:
        # Chromium was still on its way to its own page about the last failure.
        if "interrupted by another navigation" not in str(error):
            raise
        await session.settle()
        await session.page.goto(address, wait_until="domcontentloaded", timeout=2000 * session.options["seconds"])


async def _look(session: Session, asked: Json) -> Json:
    view = asked.get("view", 1)
    if type(view) is not int:
        raise InvalidRequest("`view` is a number.")
    return await session.observe(screen=not asked.get("all"), view=view)


async def _picture(session: Session, asked: Json) -> Json:
    return await session.picture(small=bool(asked.get("small")))


async def _click(session: Session, asked: Json) -> None:
    times, button = asked.get("times", 1), asked.get("button", "left")
    if times not in (1, 2, 3) or button not in ("left", "right", "middle"):
        raise InvalidRequest("`times` is 1, 2 or 3, and `button` is left, right or middle.")
    if asked.get("number") is None:
        await session.page.mouse.click(*_point(asked, "x", "y"), click_count=times, button=button)
        return
    await session.element(asked["number"]).click(click_count=times, button=button, timeout=_limit(session))


async def _type(session: Session, asked: Json) -> None:
    element, text = session.element(asked.get("number")), _text(asked, "text", empty=True)
    await refuse_for_persons(element)
    kind = await element.evaluate("each => each.type ?? ''")
    if kind in _FILLED or len(text) > _BY_KEYS:
        await element.fill(text, timeout=_limit(session))
        if kind in _FILLED and (has := await element.input_value()).casefold() != text.strip().casefold():
            raise InvalidRequest(
                f"That field wants another form, and is now {has!r}: a date as 2026-11-30, a time as 14:30, a colour "
                "as #ff8800, a number within its range."
            )
    else:
        if asked.get("append"):
            await element.focus()
            await session.page.keyboard.press("Control+End")
        else:
            await element.fill("", timeout=_limit(session))
        await element.type(text, timeout=_limit(session))
    if asked.get("enter"):
        await element.press("Enter", timeout=_limit(session))


async def _press(session: Session, asked: Json) -> None:
    keys = "+".join(map(key_of, _text(asked, "keys").split("+")))
    if asked.get("number") is not None:
        await session.element(asked["number"]).focus()
    times = asked.get("times", 1)
    if type(times) is not int or not 1 <= times <= 200:
        raise InvalidRequest("`times` is between 1 and 200.")
    if len(keys) == 1:
        # Letter by letter it would be typed, too.
        await refuse_if_focused(session.page)
    for _ in range(times):
        await session.page.keyboard.press(keys)


async def _select(session: Session, asked: Json) -> None:
    element = session.element(asked.get("number"))
    wanted: Any = asked.get("options", asked.get("option"))
    wanted = [wanted] if isinstance(wanted, str) else wanted
    if not isinstance(wanted, list) or not all(isinstance(each, str) for each in cast("list[Any]", wanted)):
        raise InvalidRequest("Give `options`, a list of what the element offers.")
    offered: list[str] | None = await element.evaluate(
        "each => each.tagName === 'SELECT' "
        "? [...each.options].map(one => one.label.replace(/\\s+/g, ' ').trim()) : null"
    )
    if offered is None:
        raise InvalidRequest("This is no list of options. Click it, look, and click what it shows.")
    for each in cast("list[str]", wanted):
        if each not in offered:
            raise InvalidRequest(f"It does not offer {each[:80]!r}. It offers: {' / '.join(offered[:60])}.")
    places = [offered.index(each) for each in cast("list[str]", wanted)]
    await element.select_option(index=places, timeout=_limit(session))


async def _hover(session: Session, asked: Json) -> None:
    await session.element(asked.get("number")).hover(timeout=_limit(session))


async def _drag(session: Session, asked: Json) -> None:
    mouse = session.page.mouse
    begin = await _middle(session, asked["number"]) if asked.get("number") is not None else _point(asked, "x", "y")
    end = await _middle(session, asked["to"]) if asked.get("to") is not None else _point(asked, "to_x", "to_y")
    await mouse.move(*begin)
    await mouse.down()
    await mouse.move(*end, steps=12)
    await mouse.up()


async def _scroll(session: Session, asked: Json) -> None:
    if asked.get("direction") not in _DIRECTIONS:
        raise InvalidRequest(f"Give `direction` as one of {', '.join(_DIRECTIONS)}.")
    x, y = _DIRECTIONS[asked["direction"]]
    element = session.element(asked["number"]) if asked.get("number") is not None else None
    if (
        not await session.page.evaluate(_SCROLL, [element, x, y])
        if element is None
        else not await element.evaluate(f"(element, [x, y]) => ({_SCROLL})([element, x, y])", [x, y])
    ):
        session.notes.append(f"It cannot be scrolled further {asked['direction']}.")


async def _back(session: Session, asked: Json) -> None:
    if await session.page.go_back(wait_until="domcontentloaded", timeout=2000 * session.options["seconds"]) is None:
        session.notes.append("There is no page to go back to.")


async def _tab(session: Session, asked: Json) -> None:
    number = asked.get("tab")
    if type(number) is not int or not 1 <= number <= len(session.tabs):
        titles = [f"{place}: {(await each.title())[:60]}" for place, each in enumerate(session.tabs, 1)]
        raise InvalidRequest(f"Give `tab` as the number of one of these: {'; '.join(titles) or 'none is open'}.")
    if asked.get("close"):
        await session.tabs[number - 1].close()
        return
    session.current = number - 1
    await session.page.bring_to_front()


async def _dialog(session: Session, asked: Json) -> None:
    text = asked.get("text", "")
    session.answer = asked.get("accept") is not False, text if isinstance(text, str) else ""
    session.notes.append("The next question of the page will be answered so.")


async def _upload(session: Session, asked: Json) -> None:
    names: Any = asked.get("files")
    if not isinstance(names, list) or not names:
        raise InvalidRequest("Give `files`, a list of names.")
    paths = [inside(session.options["uploads"], name) for name in cast("list[Any]", names)]
    await session.element(asked.get("number")).set_input_files(paths, timeout=_limit(session))


async def _wait(session: Session, asked: Json) -> None:
    seconds = asked.get("seconds", 1)
    if not isinstance(seconds, int | float) or not 0 < seconds <= _LONGEST_WAIT:
        raise InvalidRequest(f"`seconds` is at most {_LONGEST_WAIT:g}.")
    await asyncio.sleep(seconds)


_ACTIONS: Mapping[str, Callable[[Session, Json], Awaitable[Json | None]]] = {
    "open": _open,
    "look": _look,
    "screenshot": _picture,
    "click": _click,
    "type": _type,
    "press": _press,
    "select": _select,
    "hover": _hover,
    "drag": _drag,
    "scroll": _scroll,
    "back": _back,
    "tab": _tab,
    "dialog": _dialog,
    "upload": _upload,
    "wait": _wait,
    "screen": act_on_screen,
}


def _limit(session: Session) -> float:
    """Return the milliseconds that an action of ours may take, below those after which the whole is ended."""
    return min(5000.0, 1000 * session.options["seconds"] / 2)


def _text(asked: Json, name: str, *, empty: bool = False) -> str:
    value = asked.get(name)
    if not isinstance(value, str) or (not empty and not value.strip()) or len(value) > _MOST_TEXT:
        raise InvalidRequest(f"Give `{name}`, a text of {_MOST_TEXT} characters at most.")
    return value


def _point(asked: Json, x: str, y: str) -> tuple[float, float]:
    place = asked.get(x), asked.get(y)
    if not all(isinstance(each, int | float) and 0 <= each < 100_000 for each in place):
        raise InvalidRequest(f"Give the number of an element, or `{x}` and `{y}` in pixels of the screen.")
    return cast("tuple[float, float]", place)


async def _middle(session: Session, number: Any) -> tuple[float, float]:
    element = session.element(number)
    await element.scroll_into_view_if_needed(timeout=_limit(session))
    box = await element.bounding_box()
    if box is None:
        raise InvalidRequest(f"Number {number} is not visible. Look again.")
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
