"""From a report's data to a document: the order in which it is read."""

from __future__ import annotations

from collections.abc import Iterator

from earthshine.research.formats.charts import charts, figure_columns
from earthshine.research.formats.document import Block, Document, Grid, Heading, Line, Paragraph, Text
from earthshine.research.formats.method import method, sources
from earthshine.research.formats.notes import Notes, moment
from earthshine.research.formats.plain import clean, digits_of, direction_of
from earthshine.research.formats.words import Words
from earthshine.research.report import Contradiction, ResearchReport, Section, Table, told_before

_MOST_COLUMNS = 4
"""Sides of a contradiction that stand beside each other; more stand below each other."""


def compose(report: ResearchReport) -> Document:
    """Return a report as a document."""
    words, language = Words(report["language"]), report["language"]
    direction = direction_of(language, report["title"])
    digits = digits_of(language, (claim["text"] for claim in report["claims"]))
    notes = Notes(report, words)
    blocks = [*_opening(report, words), *_body(report, words, notes)]
    blocks += [*sources(report, words, notes), *method(report, words, digits)]
    return Document(_title(report), language or words.language, direction, digits, blocks, notes.lines())


def _title(report: ResearchReport) -> str:
    return clean(report["title"]) or clean(report["question"]) or "Report"


def _opening(report: ResearchReport, words: Words) -> Iterator[Block]:
    question = clean(report["question"])
    if question != _title(report):
        asked = Text(question, direction=direction_of("", question))
        yield Paragraph([Text(words.named(words["question"]), bold=True), asked])
    model = Text(clean(report["method"]["model"]), direction="ltr")
    yield Paragraph([moment(report["created_at"]), Text(" · "), model], "small")


def _body(report: ResearchReport, words: Words, notes: Notes) -> Iterator[Block]:
    if not report["claims"]:
        yield Paragraph([Text(words.common.nothing)])
    if report["summary"]:
        yield Heading(2, [Text(words.common.summary)])
        yield from (Paragraph(notes.claim(each), "item") for each in report["summary"])
    yield from _changes(report, words, notes)
    told = told_before(report["sections"])
    for section in report["sections"]:
        yield from _section(section, told.get(section["id"], ""), report["language"], notes)
    if report["contradictions"]:
        yield Heading(2, [Text(words.common.disagree)])
        for each in report["contradictions"]:
            yield from _contradiction(each, notes)
    if report["not_found"]:
        yield Heading(2, [Text(words.common.not_found)])
        yield from (Paragraph([Text(clean(each))], "item") for each in report["not_found"])


def _changes(report: ResearchReport, words: Words, notes: Notes) -> Iterator[Block]:
    changes = report.get("changes")
    if changes is None:
        return
    yield Heading(2, [Text(words.common.changes + " ("), moment(changes["since_at"]), Text(")")])
    for each in changes["added"]:
        yield Paragraph([Text(words.named(words.common.added), bold=True), *notes.claim(each)], "item")
    for each in changes["gone"]:
        yield Paragraph([Text(words.named(words.common.gone), bold=True), Text(clean(each))], "item")


def _section(section: Section, told: str, language: str, notes: Notes) -> Iterator[Block]:
    yield Heading(2, [Text(clean(section["heading"]))])
    if told:
        yield Paragraph([Text(f"↑ {clean(told)}")])
    elif section["claims"]:
        yield Paragraph(notes.claims(section["claims"]))
    for table in section["tables"]:
        yield _table(table, notes)
        yield from charts(table, language)


def _table(table: Table, notes: Notes) -> Grid:
    width = len(table["columns"])
    rows: list[list[Line]] = []
    for row in table["rows"]:
        cells: list[Line] = [[Text(clean(cell["text"])), *notes.marks(cell["evidence"])] for cell in row[:width]]
        rows.append(cells + [[Text("")] for _ in range(width - len(cells))])
    header: list[Line] = [[Text(clean(each))] for each in table["columns"]]
    return Grid(clean(table["title"]), header, rows, frozenset(figure_columns(table)))


def _contradiction(contradiction: Contradiction, notes: Notes) -> Iterator[Block]:
    about = clean(contradiction["about"])
    told: list[tuple[Line, Line]] = []
    for side in contradiction["sides"]:
        names: Line = []
        for name in notes.source_names(side["evidence"]):
            names += [Text(" · "), name] if names else [name]
        told.append((names, notes.side(side)))
    yield Heading(3, [Text(about)])
    if len(told) <= _MOST_COLUMNS:
        yield Grid("", [names for names, _ in told], [[line for _, line in told]])
    else:
        yield from (Paragraph([*names, Text(" — "), *line], "item") for names, line in told)
