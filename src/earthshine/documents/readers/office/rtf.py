"""Rich Text Format (RTF): text, headings and tables; pictures, codes of fields and hidden text are left out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from earthshine.documents.document import Heads, Part
from earthshine.documents.errors import UnreadableFile
from earthshine.documents.readers.base import Source
from earthshine.documents.readers.long_text import LongText
from earthshine.documents.reading.limits import MIB

_SIZE = 128 * MIB
_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])|([^\\{}\r\n]+)|[\r\n]+|\\"
)
_LEFT_OUT = set(
    re.findall(
        r"\w+",
        """fonttbl colortbl stylesheet info pict object themedata colorschememapping latentstyles datastore rsidtbl
        generator listtable listoverridetable fldinst xmlnstbl filetbl revtbl objdata mmathPr nonshppict shpinst
        bkmkstart bkmkend template operator author header footer headerl headerr headerf footerl footerr footerf
        ftnsep ftnsepc aftnsep atrfstart atrfend atnid atnref atntime atndate atnparent""",
    )
)
_KEPT = {"shptxt", "fldrslt", "atnauthor", "annotation", "upr", "ud", "shprslt"} | {"footnote", "listtext", "pntext"}
_WRITTEN = {"tab": "\t", "line": "\n", "emdash": "—", "endash": "–", "lquote": "‘", "rquote": "’"} | {
    "ldblquote": "“", "rdblquote": "”", "bullet": "•", "emspace": " ", "enspace": " ", "zwj": "\u200d",
    "zwnj": "\u200c",
}  # fmt: skip
_SYMBOLS = {b"~": "\xa0", b"_": "\u2011", b"{": "{", b"}": "}", b"\\": "\\"}
_CHARSETS = {0: "cp1252", 128: "cp932", 129: "cp949", 134: "gb18030", 136: "cp950", 161: "cp1253", 162: "cp1254"} | {
    177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874", 238: "cp1250",
}  # fmt: skip
_PAGES = {936: "gb18030", 10000: "mac-roman", 65001: "utf-8"}


_SETTINGS = {"ansicpg", "uc", "fcharset", "f", "v", "bin"}


@dataclass(slots=True)
class _Group:
    """What holds within a pair of braces."""

    shown: bool = True
    encoding: str = ""
    skipped: int = 1
    """Characters that stand for those who do not know Unicode, after each one that is written in it."""
    fonts: bool = False


class RtfReader:
    """Reads one file."""

    def open(self, source: Source) -> Heads:
        """Read all of it."""
        data = source.whole(_SIZE)
        self._text = LongText()
        self._default, self._fonts, self._font = "cp1252", dict[int, str](), 0
        self._written: list[str] = []
        self._bytes = bytearray()
        self._cells: list[str] = []
        self._rows: list[list[str]] = []
        self._level = self._skip = 0
        self._listed = False
        self._read(data)
        self._parts = self._text.parts()
        if not self._parts:
            raise UnreadableFile("empty")
        return Heads(source.kind, len(self._parts), self._text.title)

    def parts(self, first: int) -> Iterator[Part]:
        """Yield the parts."""
        yield from self._parts[first:]

    def _read(self, data: bytes) -> None:
        group, outer, first = _Group(), list[_Group](), False
        for match in _TOKEN.finditer(data):
            word, digits, code, symbol, brace, text = match.groups()
            if brace:
                self._flush(group)
                self._skip = 0
                if brace == b"{":
                    outer.append(group)
                    group, first = replace(group), True
                    continue
                group = outer.pop() if outer else _Group()
            elif symbol == b"*":
                group.shown = group.shown and self._kept(data, match.end())
            elif word:
                name = word.decode()
                if name in _LEFT_OUT and first:
                    group.shown, group.fonts = False, name == "fonttbl"
                elif name in _SETTINGS:
                    self._setting(name, int(digits or 0), digits is not None, group)
                elif group.shown:
                    self._word(name, int(digits or 0), group)
            elif symbol in (b"\n", b"\r"):
                self._paragraph(group)
            elif group.shown:
                self._characters(code, symbol, text or b"", group)
            first = False
        self._paragraph(group)
        self._table()

    def _characters(self, code: bytes | None, symbol: bytes | None, text: bytes, group: _Group) -> None:
        """Add what is written plainly, without what only stands there for those who do not know Unicode."""
        dropped = min(self._skip, 1 if code else len(text))
        self._skip -= dropped
        if code and not dropped:
            self._bytes.append(int(code, 16))
        elif symbol in _SYMBOLS:
            self._flush(group)
            self._written.append(_SYMBOLS[symbol])
        self._bytes += text[dropped:]

    def _kept(self, data: bytes, place: int) -> bool:
        """Whether the destination that follows `\\*` has text that people see."""
        match = _TOKEN.match(data, place)
        return match is not None and match[1] is not None and match[1].decode() in _KEPT

    def _setting(self, name: str, value: int, given: bool, group: _Group) -> None:
        """Note what holds for what follows."""
        self._flush(group)
        if name == "ansicpg":
            self._default = _encoding(value)
        elif name == "uc":
            group.skipped = min(value, 100)
        elif name == "fcharset" and group.fonts:
            self._fonts[self._font] = _CHARSETS.get(value, "")
        elif name == "f" and group.fonts:
            self._font = value
        elif name == "f":
            group.encoding = self._fonts.get(value, "")
        elif name == "v":
            group.shown = given and value == 0
        elif name == "bin":
            raise UnreadableFile("damaged", "It holds raw bytes, which are not read.")

    def _word(self, name: str, value: int, group: _Group) -> None:
        """Do what a word says about text that is shown."""
        self._flush(group)
        if name == "u":
            self._written.append(chr(value % 65_536))
            self._skip = group.skipped
        elif name in _WRITTEN:
            self._written.append(_WRITTEN[name])
        elif name in ("listtext", "pntext"):
            self._listed = True
        elif name == "outlinelevel":
            self._level = value + 1
        elif name == "pard":
            self._level = 0
        elif name in ("par", "sect", "page"):
            self._paragraph(group)
        elif name in ("cell", "nestcell"):
            self._cells.append("".join(self._written).strip())
            self._written = []
        elif name in ("row", "nestrow"):
            self._rows.append(self._cells)
            self._cells = []

    def _flush(self, group: _Group) -> None:
        """Decode the bytes that came last, all in one encoding."""
        if self._bytes:
            self._written.append(self._bytes.decode(group.encoding or self._default, "replace"))
            self._bytes.clear()

    def _paragraph(self, group: _Group) -> None:
        self._flush(group)
        text = "".join(self._written)
        # Halves of a pair of surrogates come one by one.
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        self._written = []
        if self._cells:  # a second paragraph of a cell
            self._written = [f"{text} "] if text else []
            return
        if text.strip():
            self._table()
        if self._listed:
            text = text.strip().replace("\t", " ", 1)
            self._listed = False
        if self._level and len(text) < 300:
            self._text.heading(text, self._level)
        else:
            self._text.paragraph(text)

    def _table(self) -> None:
        self._text.table(self._rows)
        self._rows = []


def _encoding(page: int) -> str:
    try:
        "".encode(name := _PAGES.get(page, f"cp{page}"))
    except LookupError:
        return "cp1252"
    return name
