"""A report in a form that can be saved: its bytes, their type and a name for the file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

import orjson

from earthshine.errors import InvalidRequest
from earthshine.research.formats.docx import docx
from earthshine.research.formats.html import html
from earthshine.research.formats.markdown import markdown
from earthshine.research.formats.pdf import pdf
from earthshine.research.formats.plain import clean
from earthshine.research.report import ResearchReport
from earthshine.text.filenames import safe_filename

Format = Literal["md", "json", "html", "pdf", "docx"]
FORMATS: tuple[Format, ...] = get_args(Format)
_LARGEST = 8 * 2**20
"""Bytes of a report as JSON; a research of the highest effort makes a tenth of it."""
_LONGEST_NAME = 80
_NO_NAMES = str.maketrans(dict.fromkeys('/\\:*?"<>|', "-"))
"""What some file systems take for something else."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A file."""

    content: bytes
    content_type: str
    filename: str


def _json(report: ResearchReport) -> bytes:
    return orjson.dumps(report, option=orjson.OPT_INDENT_2)


_WRITERS: Mapping[Format, tuple[str, Callable[[ResearchReport], bytes | str]]] = {
    "md": ("text/markdown; charset=utf-8", markdown),
    "json": ("application/json", _json),
    "html": ("text/html; charset=utf-8", html),
    "pdf": ("application/pdf", pdf),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", docx),
}


def render(report: ResearchReport, form: Format) -> Rendered:
    """Return a report as a file. It may take seconds: call it in a thread.

    Raises:
        InvalidRequest: the report is too large for a file, or takes too long.
        UnsupportedParameter: PDF, and the extra `reports` is not installed, or no font has the report's letters.
    """
    if len(orjson.dumps(report)) > _LARGEST:
        raise InvalidRequest(f"The report is larger than {_LARGEST // 2**20} MiB. Ask a narrower question.")
    content_type, write = _WRITERS[form]
    content = write(report)
    return Rendered(content if isinstance(content, bytes) else content.encode(), content_type, _filename(report, form))


def _filename(report: ResearchReport, form: Format) -> str:
    title = clean(report["title"] or report["question"]).translate(_NO_NAMES)
    return safe_filename(f"{title[:_LONGEST_NAME].strip(' .-') or 'report'}.{form}")
