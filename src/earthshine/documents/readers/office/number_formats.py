"""How cells of an XLSX workbook show their numbers: percent, thousands, decimals, currencies, leading zeros.

Only the common formats; a number in another one (fractions, powers of ten, conditions) is written in full. Separators
are those of the formats themselves, `1,234.50`: which ones a program shows depends on its user's language.
Source: ISO/IEC 29500-1, 18.8.30 and 18.8.31
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Context, Decimal

from earthshine.documents.readers.archive import Archive
from earthshine.documents.readers.office.ooxml import main_part, related, relations
from earthshine.documents.readers.xml import attribute, child, children, name_of, number, parsed

Show = Callable[[float], str]
Places = dict[tuple[int, int], Show]
"""Row and column, from 0, of cells whose numbers have a format."""

_BUILT_IN = {
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    9: "0%",
    10: "0.00%",
    37: "#,##0;(#,##0)",
    38: "#,##0;(#,##0)",
    39: "#,##0.00;(#,##0.00)",
    40: "#,##0.00;(#,##0.00)",
}
_MOST_CODE = 255
"""Characters of a format."""
_EXACT = Context(prec=400, rounding=ROUND_HALF_UP)
_MOST_BYTES = 64 * 2**20
"""Of a sheet's XML; numbers of larger ones are written in full."""
_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|\[\$(?P<sign>[^\]-]*)[^\]]*\]|(?P<left>_.|\*.|\[(?:Black|Blue|Cyan|Green|Magenta|'
    r"Red|White|Yellow|Color\d+)\])|(?P<digits>[#0?][#0?,]*(?:\.[#0?]*)?,*|\.[0#?]+)|(?P<plain>[-+$€£¥()% :])",
    re.IGNORECASE,
)


class NumberFormats:
    """The formats of one workbook."""

    def __init__(self, archive: Archive) -> None:
        """Read the styles. Raises `UnreadableFile`, as `of` does."""
        self._archive = archive
        book = main_part(archive, "xl/workbook.xml")
        self._relations = relations(archive, book)
        sheets = child(parsed(archive.read(book)), "sheets")
        listed = sheets if sheets is not None else ()
        self._sheets = {attribute(each, "name"): attribute(each, "id") for each in listed}
        self._styles: list[Show | None] = []
        for styles in related(self._relations, "styles")[:1]:
            root = parsed(archive.read(styles))
            own = child(root, "numFmts")
            codes = {
                number(attribute(each, "numFmtId"), 0, 10**9): attribute(each, "formatCode")
                for each in (own if own is not None else ())
            }
            used = child(root, "cellXfs")
            ids = [number(attribute(each, "numFmtId"), 0, 10**9) for each in (used if used is not None else ())]
            self._styles = [shown_by(codes.get(each) or _BUILT_IN.get(each, "")) for each in ids]

    def of(self, name: str) -> Places:
        """Return which cells of a sheet show their numbers in which format."""
        part = self._relations.get(self._sheets.get(name, ""))
        found: Places = {}
        if part is None or not any(self._styles) or part.target not in self._archive:
            return found
        if self._archive.names[part.target].file_size > _MOST_BYTES:
            return found
        line = -1
        with self._archive.open(part.target) as stream:
            for row in children(stream, "sheetData"):
                line = number(row.get("r", ""), line + 2, 2**24) - 1
                column = -1
                for cell in row:
                    if name_of(cell) == "c":
                        column = _column(cell.get("r", ""), column + 1)
                        style = number(cell.get("s", ""), -1, 2**16)
                        show = self._styles[style] if 0 <= style < len(self._styles) else None
                        if show is not None:
                            found[line, column] = show
        return found


def shown_by(code: str) -> Show | None:
    """Return how a format writes numbers; None for one that is not known here, and for that of dates and text."""
    if len(code) > _MOST_CODE or ";;" in code:
        return None
    sections = [_section(section) for section in re.findall(r'(?:"[^"]*"|\\.|\[[^\]]*\]|[^;])+', code)[:3]]
    if not sections or None in sections or not re.search("[#0?]", code.partition(";")[0]):
        return None  # also where a number is hidden: it is in the file all the same
    positive, negative, zero = [*sections, None, None][:3]

    def show(value: float) -> str:
        written = positive(abs(value)) if positive else ""
        if value < 0:
            return negative(-value) if negative else f"-{written}"
        return zero(0) if zero and value == 0 else written

    return show


def _section(code: str) -> Show | None:
    before, after, digits, percent = "", "", "", 0
    at = 0
    while at < len(code):
        token = _TOKEN.match(code, at)
        if token is None or (token["digits"] and digits):
            return None
        at = token.end()
        percent += token["plain"] == "%"
        digits = digits or token["digits"] or ""
        said = token["quoted"] or token["escaped"] or token["sign"] or token["plain"] or ""
        before, after = (before, after + said) if digits else (before + said, after)
    whole, _, part = digits.rstrip(",").partition(".")
    if not digits:
        return lambda _: before.strip()
    if len(part) > 15:
        return None
    scale = 2 * percent - 3 * (len(digits) - len(digits.rstrip(",")))
    least, optional, zeros = part.count("0"), len(part), whole.count("0")

    def show(value: float) -> str:
        exact = Decimal(repr(value)).scaleb(scale).quantize(Decimal(1).scaleb(-optional), context=_EXACT)
        figures, _, decimals = f"{exact:{',' if ',' in whole else ''}f}".partition(".")
        decimals = decimals[:least] + decimals[least:].rstrip("0")
        figures = figures.zfill(zeros) if zeros > 1 else "" if figures == "0" and not zeros else figures
        return (before + figures + ("." + decimals if decimals else "") + after).strip()

    return show


def _column(place: str, following: int) -> int:
    """Return the column of a cell such as `AB12`; `following` where its place is not said."""
    column = 0
    for letter in place[:3]:
        if not "A" <= letter <= "Z":
            break
        column = 26 * column + ord(letter) - 64
    return column - 1 if column else following
