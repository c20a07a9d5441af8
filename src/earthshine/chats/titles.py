"""Titles: the first words of what the person said, at once; words of a model's, if they are sensible, later."""

from __future__ import annotations

import re
import unicodedata

NO_TITLE = ""
"""A chat that has no turn yet has no title; the client shows a word in its own language."""
LONGEST = 60
"""Characters of a title that nobody wrote by hand."""

_JOINERS = "\u200d\ufe0f\ufe0e"
_QUOTES = "\"'`«»“”‘’„‹›「」『』《》*_#"
_MARKUP = re.compile(r"^[\s>#*\-+=|`~]+|[`*_#]{1,3}")
_LABEL = re.compile(r"^(?:title|titre|titel|标题|题目|العنوان|عنوان)\s*[:：\-–]\s*", re.IGNORECASE)
_THOUGHT = re.compile(r"<think>.*?(?:</think>|$)", re.DOTALL)


def first_words(text: str) -> str:
    """Return the beginning of a text as one line of at most 60 characters, cut between words where there are any."""
    line = _one_line(_MARKUP.sub("", text[:4000]))
    return cut(line)


def cut(line: str) -> str:
    """Cut a line to 60 characters, the ellipsis included; never inside an emoji or between a letter and its marks."""
    if len(line) <= LONGEST:
        return line
    end = LONGEST - 1
    while end > 0 and _joined(line, end):
        end -= 1
    space = line.rfind(" ", 0, end + 1)
    # A language without spaces, or one long word, is cut where it is full.
    if space >= LONGEST // 2:
        end = space
    return line[: end or LONGEST - 1].rstrip(" ,.;:!?،؛؟。，、；：-–—") + "…"


def _joined(line: str, at: int) -> bool:
    """Tell whether a cut before `at` would part one written character."""
    here, before = line[at], line[at - 1]
    if here in _JOINERS or before == "\u200d" or unicodedata.combining(here):
        return True
    # A skin tone follows its emoji; two regional letters make one flag.
    return 0x1F3FB <= ord(here) <= 0x1F3FF or (_regional(here) and _regional(before))


def _regional(character: str) -> bool:
    return 0x1F1E6 <= ord(character) <= 0x1F1FF


def _one_line(text: str) -> str:
    kept = (" " if unicodedata.category(each) in ("Cc", "Zl", "Zp") else each for each in text)
    return " ".join("".join(kept).split())


def cleaned(written: str) -> str | None:
    """Return what a model wrote as a title, made fit to be one; None when it is none."""
    text = _THOUGHT.sub("", written).strip()
    line = _one_line(next((each for each in text.splitlines() if each.strip()), ""))
    line = _LABEL.sub("", line.strip(_QUOTES + " ")).strip(_QUOTES + " ").rstrip(" .。،؛:：")
    letters = sum(unicodedata.category(each)[0] in "LN" for each in line)
    # Code, markup, an echo of its own instructions or nothing at all is no title.
    if letters < 2 or len(line) > 2 * LONGEST or letters * 2 < len(line.replace(" ", "")):
        return None
    return cut(line)
