"""A report as PDF, made by Typst in a child process. Text comes to it as data, so that none of it is ever markup."""

from __future__ import annotations

import os
import subprocess
import sys
import unicodedata
from collections.abc import Iterable
from dataclasses import asdict
from itertools import groupby
from typing import Any

import orjson

from earthshine.errors import Internal, InvalidRequest, Unavailable, UnsupportedParameter
from earthshine.research.formats.composition import compose
from earthshine.research.formats.document import Block, Chart, Document, Grid, Heading, Line, Mark, Paragraph, Text
from earthshine.research.formats.plain import isolated
from earthshine.research.formats.words import Words
from earthshine.research.report import ResearchReport

_SECONDS = 60.0
_KEPT = ("PATH", "PYTHONPATH", "LANG", "LD_LIBRARY_PATH", "HOME")
"""Variables that a child is given: no secret that the server's environment may hold."""
_CHINESE = {"ja": "JP", "ko": "KR", "zh-tw": "TC", "zh-hant": "TC", "zh-hk": "HK"}
"""Han characters are drawn differently where they are read; in mainland China like `SC`."""
NO_EXTRA = "This server cannot write PDF yet; its operator runs `pip install 'earthshine[reports]'`."


def pdf(report: ResearchReport) -> bytes:
    """Return a report as PDF for screen readers too (PDF/UA-1), in which each letter has its shape.

    Raises:
        UnsupportedParameter: the extra `reports` is not here, or no font that is has the report's letters.
        InvalidRequest: it takes too long.
        Unavailable: no process could be started.
    """
    head, _, content = _worked(orjson.dumps(_data(compose(report)))).partition(b"\n")
    answer: dict[str, str] = orjson.loads(head) if head.startswith(b"{") else {"error": "ended"}
    match answer.get("error"):
        case None:
            return content
        case "no_extra":
            raise UnsupportedParameter(NO_EXTRA, param="format")
        case "no_font":
            raise UnsupportedParameter(_no_font(answer["characters"]), param="format")
        case _:
            raise Internal(f"Typst made no PDF of a report: {answer.get('message', 'its process ended')}")


def _worked(data: bytes) -> bytes:
    command = (sys.executable, "-P", "-m", "earthshine.research.formats.pdf_worker")
    environment = {key: os.environ[key] for key in _KEPT if key in os.environ}
    try:
        done = subprocess.run(  # noqa: S603 - our own module
            command, input=data, capture_output=True, env=environment, timeout=_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise InvalidRequest("The report takes too long to be set as PDF. Take HTML or DOCX.", param="format") from None
    except OSError as error:
        raise Unavailable(f"No process could be started to write PDF: {error}.", retry_after=10) from None
    return done.stdout


def _no_font(characters: str) -> str:
    scripts = sorted({unicodedata.name(each, "UNKNOWN").split(" ")[0].capitalize() for each in characters})
    return (
        f"No font here has letters of the report ({', '.join(scripts[:8])}: {' '.join(characters[:20])}). The server's "
        "operator installs one, such as those of Noto (Debian: `apt install fonts-noto`); or take HTML or DOCX."
    )


def _data(document: Document) -> dict[str, Any]:
    """Return a document as the template reads it."""
    met: set[int] = set()

    def line(told: Line) -> list[dict[str, Any]]:
        return [
            mark(each, before) if isinstance(each, Mark) else text(each)
            for before, each in zip([None, *told], told, strict=False)
        ]

    def text(told: Text) -> dict[str, Any]:
        own = told.direction or document.direction
        return {
            "type": "text",
            **asdict(told),
            "text": told.text if own == document.direction else isolated(told.text, own),
        }

    def mark(told: Mark, before: Text | Mark | None) -> dict[str, Any]:
        first = told.number not in met
        met.add(told.number)
        note = line(document.notes[told.number - 1]) if first else []
        return {"type": "mark", "number": told.number, "first": first, "note": note, "comma": isinstance(before, Mark)}

    def block(told: Block) -> dict[str, Any]:
        match told:
            case Heading():
                return {"type": "heading", "level": told.level, "line": line(told.line)}
            case Paragraph():
                return {"type": told.kind, "line": line(told.line)}
            case Grid():
                header = [line(cell) for cell in told.header]
                rows = [[{"line": line(cell)} for cell in row] for row in told.rows]
                figures = sorted(told.figures)
                return {"type": "table", "title": told.title, "header": header, "rows": rows, "figures": figures}
            case Chart():
                return {"type": "chart", **asdict(told)}

    base = document.language.lower().partition("-")[0]
    chinese = _CHINESE.get(document.language.lower(), _CHINESE.get(base, "SC"))
    return {
        "title": document.title,
        "language": base if base.isalpha() and len(base) in (2, 3) else "en",
        "direction": document.direction,
        "digits": list(document.digits),
        "fonts": ["Noto Sans", "Amiri", f"Noto Sans CJK {chinese}", "Noto Emoji"],
        "page": Words(document.language)["page_of"].split("{}"),
        "blocks": _grouped(block(each) for each in document.blocks),
    }


def _grouped(blocks: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return blocks with the entries of each list together."""
    grouped: list[dict[str, Any]] = []
    for kind, some in groupby(blocks, lambda each: each["type"]):
        told = list(some)
        grouped += [{"type": "list", "items": [each["line"] for each in told]}] if kind == "item" else told
    return grouped
