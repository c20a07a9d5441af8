"""The blocks of a page in HTML: what a person sees of it, in the order in which it is written."""

from __future__ import annotations

import re
from importlib import import_module
from typing import Any

from earthshine.documents.errors import UnreadableFile
from earthshine.documents.readers.long_text import LongText
from earthshine.documents.readers.text.encoding import Encoding, encoding_of
from earthshine.documents.readers.xml import Element, attribute, name_of, number

_SAID = re.compile(rb"<(?:meta|\?xml)\s[^>]{0,300}?(?:charset|encoding)\s*=\s*[\"']?([\w.:-]{2,40})", re.I)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.\d]*[1-9])", re.I)
_LEFT_OUT = frozenset(
    re.findall(
        r"\S+",
        """script style noscript template head svg iframe object embed applet audio video canvas nav select textarea
        button input datalist dialog map rt rp annotation annotation-xml""",
    )
)
_BLOCKS = frozenset(
    re.findall(
        r"\w+",
        """address article aside blockquote body center dd details div dl dt fieldset figcaption figure footer form
        header hgroup hr html legend li main menu ol p pre section summary table tbody td tfoot th thead tr ul
        caption""",
    )
)
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_SPACES = re.compile(r"[ \t\n\r\f]+")
_SPAN = 100
"""Columns and rows that a cell may span."""
_COLUMNS = 1000
"""Columns of a table; what stands in further ones is one last cell."""


def root_of(data: bytes, said: str = "") -> tuple[Element, Encoding]:
    """Return the page's tree and its encoding. `said`: the encoding that who brought the page told.

    Raises `UnreadableFile`.
    """
    html: Any = import_module("lxml.html")
    declared = _SAID.search(data[:4096])
    encoding = encoding_of(data, said or (declared[1].decode("ascii", "replace") if declared else ""))
    # The text is decoded here: the parser would stop at the first byte that it does not know.
    text = data.decode(encoding.name, "replace").replace("\0", "")
    text = text.removeprefix("\ufeff")
    if not text.strip():
        raise UnreadableFile("empty")
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True, huge_tree=False)
    try:
        root = html.document_fromstring(text.encode("utf-8", "replace"), parser=parser, ensure_head_body=True)
    except Exception as error:
        if "memory" in str(error).lower():
            raise UnreadableFile("too_much_memory") from None
        raise UnreadableFile("damaged", f"It has HTML that cannot be read: {str(error)[:200]}.") from None
    return root, encoding


def title_of(root: Element) -> str:
    """Return the page's title; empty where there is none."""
    found = next((each for each in root.iter("title")), None)
    return _SPACES.sub(" ", found.text_content()).strip()[:300] if found is not None else ""


def read_blocks(root: Element, into: LongText) -> None:
    """Add a page's blocks: of its main part where it names one, else of all but what leads elsewhere."""
    main = [each for each in root.iter("main") if not _is_hidden(each)]
    if len(main) != 1 or not main[0].text_content().strip():
        main = list(root.iter("body")) or [root]
    for each in main:
        blocks = _Blocks(into)
        blocks.walk(each)
        blocks.end()


class _Blocks:
    """Collects the text between two borders of blocks."""

    def __init__(self, into: LongText) -> None:
        self._into = into
        self._texts: list[str] = []
        self._heading = 0
        self._bullets: list[tuple[bool, int]] = []
        self._bullet = ""

    def walk(self, element: Element) -> None:
        """Add an element and what is in it. The parser bounds how deep elements stand in each other."""
        name = name_of(element)
        if not name or name in _LEFT_OUT or _is_hidden(element):
            return
        if name == "br":
            self._texts.append("\r")  # the end of a line that is meant
        elif name == "pre":
            self.end()
            self._into.paragraph(element.text_content())
        elif name == "table" and (rows := _data(element)) is not None:
            self.end()
            self._into.table(rows)
        elif name in _HEADINGS:
            self.end()
            self._heading = _HEADINGS[name]
            self._inside(element)
            self.end()
            self._heading = 0
        elif name in ("ul", "ol", "menu"):
            self.end()
            start = number(attribute(element, "start", "1"), 1, 10**6)
            self._bullets.append((name == "ol", start - 1))
            self._inside(element)
            self._bullets.pop()
        elif name in _BLOCKS:
            self.end()
            if name == "li" and self._bullets:
                counts, count = self._bullets[-1]
                self._bullets[-1] = (counts, count + 1)
                self._bullet = f"{count + 1}. " if counts else "• "
            self._inside(element)
            self.end()
        else:
            self._inside(element)

    def end(self) -> None:
        """End a block."""
        text = _SPACES.sub(" ", "".join(self._texts).replace("\r", "\x00")).strip(" \x00")
        self._texts = []
        if not text:
            return
        text = self._bullet + re.sub(" ?\x00 ?", "\n", text)
        self._bullet = ""
        if self._heading:
            self._into.heading(text, self._heading)
        else:
            self._into.paragraph(text)

    def _inside(self, element: Element) -> None:
        self._texts.append(element.text or "")
        for each in element:
            self.walk(each)
            self._texts.append(each.tail or "")


def _is_hidden(element: Element) -> bool:
    attributes = element.attrib
    return (
        ("hidden" in attributes and attributes["hidden"] != "until-found")
        or attributes.get("aria-hidden") == "true"
        or _HIDDEN.search(attributes.get("style", "")) is not None
    )


def _data(table: Element) -> list[list[str]] | None:
    """Return the rows of a table of data; None for one that only arranges blocks."""
    if next(table.iterdescendants("table", "h1", "h2", "h3"), None) is not None:
        return None
    rows: list[list[str]] = []
    below: dict[int, int] = {}
    for row in table.iterdescendants("tr", "caption"):
        if _is_hidden(row):
            continue
        if name_of(row) == "caption":
            rows.append([_text(row)])
            continue
        cells, beyond = list[str](), list[str]()
        for cell in row:
            if name_of(cell) not in ("td", "th"):
                continue
            while below.get(len(cells), 0) > 0 and len(cells) < _COLUMNS:
                below[len(cells)] -= 1
                cells.append("")
            if len(cells) >= _COLUMNS:
                beyond.append(_text(cell))
                continue
            width = number(attribute(cell, "colspan", "1"), 1, _SPAN) or 1
            height = number(attribute(cell, "rowspan", "1"), 1, _SPAN) or 1
            for column in range(len(cells), len(cells) + width):
                below[column] = height - 1
            cells += [_text(cell), *[""] * (width - 1)]
        rows.append([*cells, " ".join(beyond)] if beyond else cells)
    if all(len(row) <= 1 for row in rows):
        return None
    return rows


def _text(cell: Element) -> str:
    texts: list[str] = []
    for each in cell.iter():
        name = name_of(each)
        if each is not cell and (name in _BLOCKS or name == "br"):
            texts.append(" ")
        hidden = not name or name in _LEFT_OUT or _is_hidden(each)
        if not hidden:
            texts.append(each.text or "")
        if each is not cell:
            texts.append(each.tail or "")
    return _SPACES.sub(" ", "".join(texts)).strip()
