"""A report as one HTML file that needs nothing else: no script, no picture, no font and no address of another file."""

from __future__ import annotations

import re
from base64 import b64encode
from functools import cache
from hashlib import sha256
from html import escape
from importlib.resources import files
from itertools import groupby

from earthshine.research.formats.composition import compose
from earthshine.research.formats.document import Block, Chart, Document, Grid, Heading, Line, Mark, Paragraph, Text
from earthshine.research.formats.plain import tag
from earthshine.research.formats.words import Words
from earthshine.research.report import ResearchReport

_DAY = re.compile(r"\d{4}(-\d\d){1,2}$")


def html(report: ResearchReport) -> str:
    """Return a report as a page."""
    return _Page(compose(report)).written()


@cache
def _style() -> tuple[str, str]:
    """Return the style sheet, and its hash as a policy names it."""
    style = files(__package__ or "").joinpath("report.css").read_text("utf-8")
    return style, b64encode(sha256(style.encode()).digest()).decode()


class _Page:
    def __init__(self, document: Document) -> None:
        self._document = document
        self._digits = str.maketrans("0123456789", document.digits)
        self._met: set[int] = set()

    def written(self) -> str:
        document = self._document
        style, its_hash = _style()
        blocks = "\n".join(self._blocks())
        title = escape(document.title)
        policy = f"default-src 'none'; style-src 'sha256-{its_hash}'; base-uri 'none'; form-action 'none'"
        return (
            f'<!doctype html>\n<html lang="{tag(document.language)}" dir="{document.direction}">\n<head>\n'
            f'<meta charset="utf-8">\n<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            '<meta name="referrer" content="no-referrer">\n<meta name="color-scheme" content="light dark">\n'
            f"<title>{title}</title>\n<style>{style}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n"
            f"{blocks}\n{self._notes()}</main>\n</body>\n</html>\n"
        )

    def _blocks(self) -> list[str]:
        parts: list[str] = []
        for items, blocks in groupby(self._document.blocks, lambda it: isinstance(it, Paragraph) and it.kind == "item"):
            told = "\n".join(self._block(each) for each in blocks)
            parts.append(f"<ul>\n{told}\n</ul>" if items else told)
        return parts

    def _block(self, block: Block) -> str:
        if isinstance(block, Heading):
            return f"<h{block.level}>{self._line(block.line)}</h{block.level}>"
        if isinstance(block, Paragraph):
            opening, closing = {"text": ("p", "p"), "small": ('p class="small"', "p"), "item": ("li", "li")}[block.kind]
            return f"<{opening}>{self._line(block.line)}</{closing}>"
        return self._grid(block) if isinstance(block, Grid) else _chart(block)

    def _grid(self, grid: Grid) -> str:
        def row(cells: list[Line], tag: str) -> str:
            figure = ['class="figure"' if place in grid.figures else "" for place in range(len(cells))]
            told = (f"<{tag} {kind}>{self._line(cell)}</{tag}>" for kind, cell in zip(figure, cells, strict=True))
            return f"<tr>{''.join(told)}</tr>".replace(f"<{tag} >", f"<{tag}>")

        caption = f"<caption>{escape(grid.title)}</caption>" if grid.title else ""
        rows = "\n".join(row(each, "td") for each in grid.rows)
        return (
            f'<div class="wide"><table>{caption}<thead>{row(grid.header, "th")}</thead>\n'
            f"<tbody>{rows}</tbody></table></div>"
        )

    def _notes(self) -> str:
        if not self._document.notes:
            return ""
        told = "\n".join(self._note(place, note) for place, note in enumerate(self._document.notes, 1))
        heading = escape(Words(self._document.language)["notes"])
        return f'<section class="notes">\n<h2>{heading}</h2>\n<ol>\n{told}\n</ol>\n</section>\n'

    def _note(self, place: int, note: Line) -> str:
        number = str(place).translate(self._digits)
        return (
            f'<li id="note-{place}"><b class="number">{number}</b> {self._line(note)} <a href="#ref-{place}">↩</a></li>'
        )

    def _line(self, line: Line) -> str:
        return "".join(
            self._mark(each, before) if isinstance(each, Mark) else _text(each)
            for before, each in zip([None, *line], line, strict=False)
        )

    def _mark(self, mark: Mark, before: Text | Mark | None) -> str:
        """Return a link to a note; the note leads back to the first one."""
        target = "" if mark.number in self._met else f' id="ref-{mark.number}"'
        self._met.add(mark.number)
        number = str(mark.number).translate(self._digits)
        comma = "," if isinstance(before, Mark) else ""
        return f'<sup>{comma}<a{target} href="#note-{mark.number}">{number}</a></sup>'


def _text(text: Text) -> str:
    told = escape(text.text)
    if text.bold:
        told = f"<b>{told}</b>"
    if text.link:
        told = f'<a href="{escape(text.link)}" rel="noopener noreferrer">{told}</a>'
    if text.direction is not None:
        language = f' lang="{tag(text.language)}"' if text.language else ""
        kept = ' class="day"' if _DAY.match(text.text) else ""
        told = f'<bdi dir="{text.direction}"{language}{kept}>{told}</bdi>'
    return told


def _chart(chart: Chart) -> str:
    rows = "\n".join(
        f'<tr><th>{escape(bar.label)}</th><td class="bar"><svg width="100%" height="14" aria-hidden="true">'
        f'<rect width="{bar.share:.2%}" height="14" rx="2"/></svg></td><td class="figure">{escape(bar.value)}</td></tr>'
        for bar in chart.bars
    )
    return f'<table class="chart"><caption>{escape(chart.title)}</caption><tbody>\n{rows}\n</tbody></table>'
