"""Titles: the first words of what the person said, at once; words of a model's, if they are sensible, later."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Any

NO_TITLE = ""
"""A chat that has no turn yet has no title; the client shows a word in its own language."""
LONGEST = 60
"""Characters of a title that nobody wrote by hand."""

_JOINERS = "\u200d\ufe0f\ufe0e"
_QUOTES = "\"'`«»“”‘’„‹›「」『』《》"
_READ = 1000
"""Characters of a text in which the first words are looked for."""
_FILE = re.compile(r"\[file: ([^\n]*?)(?: \(\d+ bytes\))?\]\n")
"""Begins a part that is an attached file's text; the web app writes it (`features/chat/turns/input.ts`)."""
_LABEL = re.compile(r"^(?:title|titre|titel|标题|题目|العنوان|عنوان)\s*[:：\-–]\s*", re.IGNORECASE)
_THOUGHT = re.compile(r"<think>.*?(?:</think>|$)", re.DOTALL)

_BLOCK = re.compile(r"^[ \t]*(?:(?:#{1,6}|[>*+\-])[ \t]+|`{3,}\S*|~{3,}\S*|[ \t]*(?:[-*_=][ \t]*){3,}$)+", re.MULTILINE)
"""What begins a heading, a quotation, a list or code; and a line across."""
_LINK = re.compile(r"!?\[([^\[\]\n]{1,200})\]\([^()\s]{1,500}\)")
_CODE = re.compile(r"(?<!`)(`{1,2})(?!`)([^`]{1,200})\1(?!`)")
_LETTER = r"[^\W\u2E80-\uD7FF\uF900-\uFAFF]"
"""Of a script that puts spaces between words: Chinese, Japanese and Korean write marks next to letters."""
_STARS = re.compile(rf"(?<!{_LETTER})(?<!\*)(\*{{1,3}})(?=[^\s*])([^*]{{1,200}})(?<=[^\s*])\1(?!\*)(?!{_LETTER})")
_LINES = re.compile(r"(?<![\w_])(_{1,3})(?=[^\s_])([^\n]{1,200}?)(?<=[^\s_])\1(?![\w_])")
_CROSSED = re.compile(r"(?<![\w~])~~(?=[^\s~])([^~]{1,200})(?<=[^\s~])~~(?![\w~])")


def title_of(items: Iterable[dict[str, Any]]) -> str:
    """Return a title out of what a person sent: the first words, or the name of the first file where there are none."""
    texts, names = words_and_files(items)
    return first_words("\n".join(texts)) or shorten(_one_line(next((name for name in names if name.strip()), "")))


def words_and_files(items: Iterable[dict[str, Any]]) -> tuple[list[str], list[str]]:
    """Return the texts that a person wrote, and the names of the files that were sent with them."""
    texts: list[str] = []
    names: list[str] = []
    for item in items:
        if item.get("type", "message") != "message" or item.get("role") != "user":
            continue
        content: str | list[dict[str, Any]] = item["content"]
        parts = [content] if isinstance(content, str) else [part.get("text") or "" for part in content]
        if not isinstance(content, str):
            names += [part.get("filename") or "" for part in content if part["type"] == "input_file"]
        for text in filter(None, parts):
            file = _FILE.match(text, 0, _READ)
            (names if file else texts).append(file[1] if file else text)
    return texts, names


def first_words(text: str) -> str:
    """Return the beginning of a text as one line of at most 60 characters, cut between words where there are any."""
    return shorten(_one_line(strip_markdown(text.lstrip()[:_READ])))


def strip_markdown(text: str) -> str:
    """Return a text without Markdown's marks, but with those that are part of a word or a formula.

    `**now**` is now; `error_after`, `2*3*4`, `__init__`, `*args` and `#1` stay as they are.
    """
    text = _LINK.sub(r"\1", _BLOCK.sub("", text))
    for marks in (_CODE, _STARS, _LINES):
        text = marks.sub(_inside, text)
    return _CROSSED.sub(r"\1", text)


def _inside(marked: re.Match[str]) -> str:
    # A name of Python's, not a bold word: nobody writes these with lines.
    name = len(marked[1]) == 2 and marked[1][0] == "_" and marked[2].isascii() and marked[2].isidentifier()
    return marked[0] if name else marked[2]


def shorten(line: str) -> str:
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


def clean_title(written: str) -> str | None:
    """Return what a model wrote as a title, made fit to be one; None when it is none."""
    text = _THOUGHT.sub("", written).strip()
    line = _one_line(strip_markdown(next((each for each in text.splitlines() if each.strip()), "")[:_READ]))
    line = _LABEL.sub("", line.strip(_QUOTES + " ")).strip(_QUOTES + " ").rstrip(" .。،؛:：")
    letters = sum(unicodedata.category(each)[0] in "LN" for each in line)
    # Code, markup, an echo of its own instructions or nothing at all is no title.
    if letters < 2 or len(line) > 2 * LONGEST or letters * 2 < len(line.replace(" ", "")):
        return None
    return shorten(line)
