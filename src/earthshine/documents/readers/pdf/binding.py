"""PDFium as Python sees it. Its package has no types for what is made of C, so that they end here."""

from __future__ import annotations

from typing import Any

import pypdfium2
import pypdfium2.raw

raw: Any = pypdfium2.raw
"""The functions of PDFium's own interface; see its `fpdf_text.h`."""
pdfium: Any = pypdfium2
"""The package's classes for documents and pages."""
