"""PDFium as Python sees it. Its package has no types for what is made of C, so that they end here."""

from __future__ import annotations

import ctypes
from typing import Any

import pypdfium2
import pypdfium2.raw

raw: Any = pypdfium2.raw
"""The functions of PDFium's own interface; see its `fpdf_text.h`."""
pdfium: Any = pypdfium2
"""The package's classes for documents and pages."""


def _by_address(name: str, result: Any, *arguments: Any) -> Any:
    """A function of PDFium that takes and gives addresses as numbers, which Python calls in half of the time."""
    return ctypes.CFUNCTYPE(result, *arguments)(ctypes.cast(getattr(raw, name), ctypes.c_void_p).value or 0)


_Address, _Number = ctypes.c_void_p, ctypes.c_int
char_code = _by_address("FPDFText_GetUnicode", ctypes.c_uint, _Address, _Number)
"""Of a text page and a character's number."""
char_box = _by_address("FPDFText_GetCharBox", _Number, _Address, _Number, _Address, _Address, _Address, _Address)
"""The same, and where to put left, right, bottom and top, as C's double."""
loose_box = _by_address("FPDFText_GetLooseCharBox", _Number, _Address, _Number, _Address)
"""The same, and where to put left, top, right and bottom, as four of C's float."""
char_origin = _by_address("FPDFText_GetCharOrigin", _Number, _Address, _Number, _Address, _Address)
"""The same, and where to put x and y, as C's double."""
text_object = _by_address("FPDFText_GetTextObject", _Address, _Address, _Number)
"""The object that draws a character; None where there is none."""
