"""A page as a text for a model that does not see: what it says, and numbered elements that can be acted on.

All of it is written by whoever made the page, so it is data: marks that look like our numbers are made to look like
something else, and characters that nobody sees are left out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.async_api import ElementHandle, Frame, Page

Json = dict[str, Any]

MOST_CHARACTERS = 6000
"""Of one view, which are about 1,500 to 2,000 tokens; a longer page has several."""
_LIMITS = {"mostNodes": 30_000, "mostItems": 4000, "mostText": 200}
_MOST_FRAMES, _DEEPEST = 20, 4
_WALK = (Path(__file__).parent / "page.js").read_text(encoding="utf-8")
_LIKE_OURS = re.compile(r"\[(?=\s*\d)")
_UNSEEN = re.compile(
    "[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e007f]"
)


@dataclass(slots=True)
class Snapshot:
    """What a page showed at one moment."""

    lines: list[str] = field(default_factory=list[str])
    elements: list[ElementHandle] = field(default_factory=list["ElementHandle"])
    """By number, from 1 on: the first is number 1."""
    secret: bool = False
    """Whether there is a field for a password or a code, which only a person fills in."""
    cut: bool = False
    """Whether the page has more than was read."""
    top: int = 0
    height: int = 0
    screen: int = 1
    """Pixels: how far it is scrolled, how long it is, and how much is seen at once."""

    @property
    def views(self) -> list[str]:
        """The text in pieces of bounded length, divided at lines."""
        views, size = [""], 0
        for line in self.lines:
            if size + len(line) > MOST_CHARACTERS and views[-1]:
                views.append("")
                size = 0
            views[-1] += line + "\n"
            size += len(line) + 1
        return views


async def take(page: Page, *, screen: bool) -> Snapshot:
    """Read a page: what is on the screen now, or all of it."""
    made = Snapshot()
    await _Writer(made, screen).frame(page.main_frame, 0)
    return made


def clean(text: str) -> str:
    """Return a page's own words without what could be taken for ours, or is not seen."""
    return _LIKE_OURS.sub("(", _UNSEEN.sub("", text))


class _Writer:
    def __init__(self, made: Snapshot, screen: bool) -> None:
        self._made, self._screen, self._frames = made, screen, 0
        self._line = ""
        self._called = ""
        self._goes_on = False
        """Whether what was written last is a text that the next one belongs to, as part of a word."""

    async def frame(self, frame: Frame, depth: int) -> None:
        """Write what a frame shows; the frames in it where they stand."""
        self._frames += 1
        handle = await frame.evaluate_handle(_WALK, {"screen": self._screen, **_LIMITS})
        read: Json = await handle.evaluate("({items, cut, place}) => ({items, cut, place})")
        elements = await (await handle.get_property("elements")).get_properties()
        if depth == 0:
            place = read["place"]
            self._made.top, self._made.height, self._made.screen = place["top"], place["height"], place["screen"]
        self._made.cut = self._made.cut or read["cut"]
        for item in read["items"]:
            element = elements[str(item["element"])].as_element() if "element" in item else None
            await self._item(item, element, depth)
        self._end_line()

    async def _item(self, item: Json, element: ElementHandle | None, depth: int) -> None:
        glued, self._goes_on = self._goes_on and bool(item.get("begins")), bool(item.get("goesOn"))
        if item.get("gap"):
            return
        if item.get("line"):
            self._end_line()
        elif item.get("cell"):
            self._line += " | " if self._line else ""
        elif "heading" in item:
            self._end_line()
            self._line = "#" * item["heading"]
        elif element is None:
            text = clean(item.get("text", ""))
            # A label says once more what its field is called.
            self._say("" if text == self._called else text, glued=glued)
            self._called = ""
        elif item["role"] == "frame":
            self._end_line()
            inside = await element.content_frame() if depth < _DEEPEST and self._frames < _MOST_FRAMES else None
            if inside is not None:
                self._made.lines.append(f"-- frame {clean(item['name'])}".rstrip())
                await self.frame(inside, depth + 1)
                self._made.lines.append("-- end of frame")
        else:
            self._made.elements.append(element)
            self._made.secret = self._made.secret or bool(item.get("secret"))
            self._say(f"[{len(self._made.elements)} {described(item)}]")
            self._called = clean(item.get("name") or "")

    def _say(self, text: str, *, glued: bool = False) -> None:
        if text:
            self._line += ("" if glued or not self._line or self._line.endswith(" ") else " ") + text

    def _end_line(self) -> None:
        if line := self._line.strip(" |"):
            self._made.lines.append(line)
        self._line = ""


def described(item: Json) -> str:
    """Return an element in a few words: what it is, what it is called, and how it stands."""
    words = [item["role"]]
    if item.get("name"):
        words.append(f'"{clean(item["name"])}"')
    if item.get("colour"):
        words.append(clean(item["colour"]))
    if item.get("box") or (item.get("at") and not item.get("name")):
        x, y, width, height = item.get("box") or item["at"]
        words.append(f"{width}x{height} at {x},{y}")
    if item.get("secret"):
        words.append("(only a person fills this in)")
    elif "value" in item:
        words.append(f'= "{clean(item["value"])}"')
    if item.get("file"):
        words.append("(takes files)")
    if "checked" in item:
        words.append({"true": "checked", "mixed": "half checked"}.get(item["checked"], "not checked"))
    states = [name for name in ("expanded", "selected", "pressed") if name in item]
    words += [name if item[name] == "true" else f"not {name}" for name in states]
    words += [name for name in ("disabled", "readonly", "focused") if item.get(name)]
    if item.get("placeholder"):
        words.append(f"(such as: {clean(item['placeholder'])})")
    if any(item.get("range") or ()):
        words.append(f"from {clean(item['range'][0])} to {clean(item['range'][1])}")
    if item.get("options"):
        more = f" and {item['more']} more" if item.get("more") else ""
        words.append(f"of: {' / '.join(clean(each) for each in item['options'])}{more}")
    return " ".join(words)
