"""What a Word document says elsewhere about its paragraphs: which are headings, what is hidden, how lists count."""

from __future__ import annotations

import re
from collections.abc import Callable

from earthshine.documents.readers.xml import Element, attribute, child, name_of, number

_DEPTH = 20
"""Styles that a style may be based on, one on the other."""
_HEADING = re.compile(r"(?:heading|título|titre|标题|überschrift)\s*([1-9])$", re.I)
_PLACE = re.compile(r"%([1-9])")


class Styles:
    """The styles of paragraphs."""

    def __init__(self, root: Element | None) -> None:
        """`root` is that of the part `styles`, where there is one."""
        self._styles = {
            attribute(each, "styleId"): each for each in (root if root is not None else ()) if name_of(each) == "style"
        }

    def of(self, paragraph: Element) -> tuple[Element | None, int]:
        """Return a paragraph's style, and its level as a heading; 0 for one that is none."""
        style = self._styles.get(_value(paragraph, "pPr", "pStyle"))
        if level := _outline(paragraph):
            return style, level
        based = style
        for _ in range(_DEPTH):
            if based is None:
                break
            name = _value(based, "name")
            if match := _HEADING.match(name):
                return style, int(match[1])
            if name.lower() == "title":
                return style, 1
            if level := _outline(based):
                return style, level
            based = self._styles.get(_value(based, "basedOn"))
        return style, 0

    def is_hidden(self, run: Element) -> bool:
        """Whether a run of text is not shown."""
        vanish = child(run, "rPr", "vanish")
        return vanish is not None and attribute(vanish, "val", "true") not in ("0", "false", "off")


def _outline(element: Element) -> int:
    """Return the level that an outline gives; 0 where it gives none."""
    level = number(_value(element, "pPr", "outlineLvl") or "9", 9, 9)
    return level + 1 if level < 9 else 0


def _value(element: Element, *names: str) -> str:
    found = child(element, *names)
    return attribute(found, "val") if found is not None else ""


class Numbering:
    """Lists: what stands before each of their paragraphs, counted as a reader of the document sees it."""

    def __init__(self, root: Element | None) -> None:
        """`root` is that of the part `numbering`, where there is one."""
        kinds: dict[str, dict[int, Element]] = {}
        self._lists: dict[str, dict[int, Element]] = {}
        self._counts: dict[tuple[int, int], int] = {}
        for each in root if root is not None else ():
            if name_of(each) == "abstractNum":
                levels = {number(attribute(level, "ilvl"), 0, 8): level for level in each if name_of(level) == "lvl"}
                kinds[attribute(each, "abstractNumId")] = levels
            elif name_of(each) == "num":
                self._lists[attribute(each, "numId")] = kinds.get(_value(each, "abstractNumId"), {})

    def label(self, paragraph: Element, style: Element | None) -> str:
        """Return what stands before a paragraph, with a space; empty for one that is in no list."""
        for owner in (paragraph, style):
            place = child(owner, "pPr", "numPr") if owner is not None else None
            if place is not None:
                break
        else:
            return ""
        levels = self._lists.get(_value(place, "numId"), {})
        depth = number(_value(place, "ilvl") or "0", 0, 8)
        level = levels.get(depth)
        if level is None:
            return ""
        if _value(level, "numFmt") == "bullet":
            return "• "
        # The same definition counts on, whichever list of it a paragraph is in.
        key = id(levels)
        start = number(_value(level, "start") or "1", 1, 10_000)
        self._counts[key, depth] = self._counts.get((key, depth), start - 1) + 1
        for deeper in range(depth + 1, 9):
            self._counts.pop((key, deeper), None)

        def count(match: re.Match[str]) -> str:
            which = int(match[1]) - 1
            form = _value(levels[which], "numFmt") if which in levels else ""
            return _FORMS.get(form, str)(self._counts.get((key, which), 1))

        text = _PLACE.sub(count, _value(level, "lvlText")).strip()
        return f"{text} " if text else ""


def _letters(count: int) -> str:
    return chr(ord("a") + (count - 1) % 26) * ((count - 1) // 26 % 10 + 1)


def _roman(count: int) -> str:
    pairs = (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl")
    text = ""
    for value, sign in (*pairs, (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")):
        text += sign * (count // value)
        count %= value
    return text


_ARABIC_LETTERS = "أبتثجحخدذرزسشصضطظعغفقكلمنهوي"
_ABJAD = "أبجدهوزحطيكلمنسعفصقرشتثخذضظغ"
_HAN = "零一二三四五六七八九"


def _han(count: int) -> str:
    if count >= 100:
        return str(count)
    tens, ones = divmod(count, 10)
    return (("" if tens == 1 else _HAN[tens]) + "十" if tens else "") + (_HAN[ones] if ones or not tens else "")


_FORMS: dict[str, Callable[[int], str]] = {
    "lowerLetter": _letters,
    "upperLetter": lambda count: _letters(count).upper(),
    "lowerRoman": _roman,
    "upperRoman": lambda count: _roman(count).upper(),
    "arabicAlpha": lambda count: _ARABIC_LETTERS[(count - 1) % 28],
    "arabicAbjad": lambda count: _ABJAD[(count - 1) % 28],
    "chineseCounting": _han,
    "chineseCountingThousand": _han,
    "ideographDigital": _han,
    "japaneseCounting": _han,
    "none": lambda count: "",
}
