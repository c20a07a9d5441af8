"""Spreadsheets (XLSX, XLSB, XLS, ODS): a part for each sheet, or several where it is long; a line for each row.

Read by calamine. Dates are written as in ISO 8601, and numbers in full; those of XLSX in the format in which their cell
shows them, see `number_formats`.
"""

from __future__ import annotations

import datetime
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from importlib import import_module
from math import isfinite
from typing import Any

from earthshine.documents.document import Heads, Part
from earthshine.documents.errors import UnreadableFile
from earthshine.documents.readers.archive import Archive
from earthshine.documents.readers.base import Source
from earthshine.documents.readers.long_text import LongText
from earthshine.documents.readers.office.number_formats import NumberFormats, Places
from earthshine.documents.readers.office.ooxml import title


class SheetsReader:
    """Reads one sheet after the other."""

    def open(self, source: Source) -> Heads:
        """Read all sheets: how many parts a sheet makes depends on its length."""
        calamine: Any = import_module("python_calamine")
        name, archive = "", None
        if zipfile.is_zipfile(source.path):
            archive = Archive(source.path)  # what it refuses, no other reader opens
            name = title(archive)
            manifest = "META-INF/manifest.xml"
            if manifest in archive and b"encryption-data" in archive.read(manifest):
                raise UnreadableFile("encrypted")
        self._parts: list[Part] = []
        formats = None
        if archive is not None and source.kind == "xlsx":
            with suppress(UnreadableFile):  # numbers can be read without
                formats = NumberFormats(archive)
        try:
            with calamine.CalamineWorkbook.from_path(str(source.path)) as book:
                for sheet in book.sheets_metadata:
                    if sheet.typ == calamine.SheetTypeEnum.WorkSheet:
                        places: Places = {}
                        with suppress(UnreadableFile):
                            places = formats.of(sheet.name) if formats is not None else places
                        self._read(sheet.name, book.get_sheet_by_name(sheet.name), places)
        except calamine.PasswordError:
            raise UnreadableFile("encrypted") from None
        except (calamine.CalamineError, OSError, ValueError) as error:
            raise UnreadableFile("damaged", f"It has a sheet that cannot be read: {str(error)[:200]}.") from None
        if not self._parts:
            raise UnreadableFile("empty")
        return Heads(source.kind, len(self._parts), name)

    def parts(self, first: int) -> Iterator[Part]:
        """Yield the parts."""
        yield from self._parts[first:]

    def _read(self, name: str, sheet: Any, places: Places) -> None:
        text = LongText("sheet", name)
        if sheet.start is not None:
            # One after the other takes less memory, but begins with all that is empty above and before the first cell.
            rows = sheet.iter_rows() if sheet.start == (0, 0) else iter(sheet.to_python(skip_empty_area=True))
            text.table(_lines(rows, sheet.start, places))
        self._parts += text.parts()


def _lines(rows: Iterator[Sequence[Any]], start: tuple[int, int], places: Places) -> Iterator[list[str]]:
    for line, row in enumerate(rows, start[0]):
        shown = [_shown(cell) for cell in row]
        for at, cell in enumerate(row) if places else ():
            show = places.get((line, start[1] + at))
            if show is not None and isinstance(cell, float) and isfinite(cell):
                shown[at] = show(cell)
        yield shown


def _shown(cell: Any) -> str:
    """Return a cell's value as a person reads it."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return f"{cell:.0f}" if cell.is_integer() and abs(cell) < 1e15 else f"{cell:.15g}"
    if isinstance(cell, datetime.datetime):
        return cell.isoformat(" ").removesuffix(" 00:00:00")
    if isinstance(cell, datetime.timedelta):
        hours, seconds = divmod(round(cell.total_seconds()), 3600)
        return f"{hours}:{seconds // 60:02}:{seconds % 60:02}"
    return str(cell)
