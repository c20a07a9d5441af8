"""The last pages of a report: which sources there were, and what was searched, read, dropped and spent."""

from __future__ import annotations

from collections.abc import Iterator

from earthshine.research.formats.document import Block, Grid, Heading, Line, Paragraph, Text
from earthshine.research.formats.notes import Notes, dated, moment
from earthshine.research.formats.plain import clean, direction_of, host, number
from earthshine.research.formats.words import Words
from earthshine.research.report import Method, ResearchReport, ResearchSource, StageCost


def sources(report: ResearchReport, words: Words, notes: Notes) -> Iterator[Block]:
    """Yield the list of sources: those that stand behind something, and those that do not."""
    cited = {each["source"] for each in report["evidence"]}
    for name, used in ((words.common.sources, True), (words["unused"], False)):
        some = [each for each in report["sources"] if (each["id"] in cited) is used]
        if some:
            yield Heading(2 if used else 3, [Text(name)])
            yield from (Paragraph(_source(each, report["language"], words, notes), "item") for each in some)


def method(report: ResearchReport, words: Words, digits: str) -> Iterator[Block]:
    """Yield how the report came about."""
    told = report["method"]
    yield Heading(2, [Text(words.common.method)])

    def entry(name: str, line: Line) -> Paragraph:
        return Paragraph([Text(words.named(name), bold=True), *line], "item")

    def listed(texts: list[Text]) -> Line:
        parts: Line = [part for each in texts for part in (Text(words["semicolon"]), each)]
        return parts[1:]

    yield entry(words["model"], [Text(clean(told["model"]), direction="ltr")])
    yield entry(words["rounds"], [Text(number(told["rounds"], digits))])
    yield entry(words.common.read, [Text(number(told["pages"], digits))])
    if told["queries"]:
        yield entry(words.common.searched, listed([_own_way(each) for each in told["queries"]]))
    if limits := [_limit(key, value, words, digits) for key, value in told["limits"].items()]:
        yield entry(words["limits"], listed([Text(each) for each in limits]))
    yield entry(words.common.stopped, [Text(words[f"stopped_{told['stopped']}"])])
    if told["stages"]:
        yield _stages(told, words, digits)


def _source(source: ResearchSource, language: str, words: Words, notes: Notes) -> Line:
    facts: list[Line] = []
    if host(source["url"]):
        facts.append([Text(host(source["url"]), direction="ltr")])
    facts.append([Text(_kind(source, words))])
    if source["published"]:
        facts.append([Text(words.common.published + " "), dated(source["published"])])
    if source["fetched_at"] is not None:
        facts.append([Text(words.common.fetched + " "), moment(source["fetched_at"])])
    if source["language"] not in ("", language):
        facts.append([Text(words.named(words["language"])), Text(clean(source["language"]), direction="ltr")])
    if source["copy_of"]:
        facts.append([Text(words.named(words.common.copy_of)), notes.title(notes.source(source["copy_of"]))])
    if source["dropped"]:
        facts.append([Text(words[f"dropped_{source['dropped']}"])])
    line: Line = [notes.title(source)]
    for fact in facts:
        line += [Text(" · "), *fact]
    return line


def _stages(told: Method, words: Words, digits: str) -> Grid:
    keys = ("calls", "input_tokens", "output_tokens", "seconds")

    def row(name: str, costs: list[StageCost]) -> list[Line]:
        sums = [sum(cost[key] for cost in costs) for key in ("calls", "input_tokens", "output_tokens")]
        return [
            [Text(name)],
            *([Text(number(each, digits))] for each in sums),
            [Text(number(round(sum(cost["seconds"] for cost in costs), 1), digits, words["point"]))],
        ]

    rows = [row(words[f"stage_{cost['stage']}"], [cost]) for cost in told["stages"]]
    rows.append(row(words["total"], told["stages"]))
    header: list[Line] = [[Text(words.common.stage)], *([Text(words[key])] for key in keys)]
    return Grid("", header, rows, frozenset((1, 2, 3, 4)))


def _limit(key: str, value: float, words: Words, digits: str) -> str:
    told = number(value, digits)
    return words[f"limit_{key}"].format(told) if key in ("tokens", "seconds", "pages") else f"{clean(key)} {told}"


def _own_way(query: str) -> Text:
    told = clean(query)
    return Text(told, direction=direction_of("", told))


def _kind(source: ResearchSource, words: Words) -> str:
    common = words.common
    return {"primary": common.primary, "secondary": common.secondary, "own": common.own}[source["kind"]]
