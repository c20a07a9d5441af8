"""The report as the last message of the response: Markdown, with an annotation at each sentence that cites."""

from __future__ import annotations

from typing import Any

from earthshine.research.formats.markdown import escaped
from earthshine.research.formats.plain import clean
from earthshine.research.report import Claim, Evidence, ResearchReport, Table, told_before
from earthshine.research.writing.words import Words, words_of

Json = dict[str, Any]


def pieces(report: ResearchReport) -> list[str | Json]:
    """Return the pieces of the text in order, each annotation behind the sentence that it belongs to."""
    return _Message(report).pieces


def plain(text: str) -> str:
    """Return a text in which nothing is Markdown and nothing turns what follows it: sources may say anything."""
    return escaped(clean(text))


class _Message:
    def __init__(self, report: ResearchReport) -> None:
        self.pieces: list[str | Json] = []
        self._length = 0
        self._report, self._words = report, words_of(report["language"])
        self._claims = {each["id"]: each for each in report["claims"]}
        self._evidence = {each["id"]: each for each in report["evidence"]}
        self._sources = {each["id"]: each for each in report["sources"]}
        self._write(self._words)

    def _write(self, words: Words) -> None:
        report = self._report
        self._say(f"# {plain(report['title'])}\n\n")
        if not report["claims"]:
            self._say(f"{words.nothing}\n\n")
        if report["summary"]:
            self._say(f"## {words.summary}\n\n")
            for each in report["summary"]:
                self._say("- ")
                self._claim(self._claims[each])
                self._say("\n")
            self._say("\n")
        told = told_before(report["sections"])
        for section in report["sections"]:
            if section["heading"] != report["title"]:
                self._say(f"## {plain(section['heading'])}\n\n")
            if section["id"] in told:
                self._say(f"↑ {plain(told[section['id']])}")
            for place, each in enumerate(section["claims"] if section["id"] not in told else ()):
                self._say(" " if place else "")
                self._claim(self._claims[each])
            self._say("\n\n")
            for table in section["tables"]:
                self._table(table)
        self._contradictions(words)
        if report["not_found"]:
            self._say(f"## {words.not_found}\n\n")
            self._say("".join(f"- {plain(each)}\n" for each in report["not_found"]) + "\n")
        self._changes(words)
        self._method(words)

    def _table(self, table: Table) -> None:
        self._say(f"| {' | '.join(map(plain, table['columns']))} |\n|{' --- |' * len(table['columns'])}\n")
        for row in table["rows"]:
            for cell in row:
                self._say("| ")
                begin = self._length
                self._say(plain(cell["text"]))
                self._cite([self._evidence[each] for each in cell["evidence"] if each in self._evidence], begin)
                self._say(" ")
            self._say("|\n")
        self._say("\n")

    def _contradictions(self, words: Words) -> None:
        if not self._report["contradictions"]:
            return
        self._say(f"## {words.disagree}\n\n")
        for each in self._report["contradictions"]:
            self._say(f"- {plain(each['about'])}\n")
            for side in each["sides"]:
                evidence = self._evidence[side["evidence"][0]]
                self._say(f"  - {plain(self._sources[evidence['source']]['title'])}: ")
                self._quotation(side["text"], [evidence])
                self._say("\n")
        self._say("\n")

    def _changes(self, words: Words) -> None:
        changes = self._report.get("changes")
        if changes is None or not (changes["added"] or changes["gone"]):
            return
        self._say(f"## {words.changes}\n\n")
        for each in changes["added"]:
            self._say(f"- {words.added}: ")
            self._claim(self._claims[each])
            self._say("\n")
        self._say("".join(f"- {words.gone}: {plain(each)}\n" for each in changes["gone"]) + "\n")

    def _method(self, words: Words) -> None:
        method = self._report["method"]
        used = {each["source"] for each in self._evidence.values()}
        self._say(f"## {words.method}\n\n")
        if method["queries"]:
            self._say(f"{words.searched}: {', '.join(map(plain, method['queries']))}.\n\n")
        self._say(f"{words.read}: {method['pages']}.\n\n")
        for source in self._report["sources"]:
            if source["id"] in used:
                told = (
                    f"[{plain(source['title'])}](<{_address(source['url'])}>)"
                    if source["url"]
                    else plain(source["title"])
                )
                self._say(f"- {told}" + (f", {source['published']}" if source["published"] else "") + "\n")

    def _claim(self, claim: Claim) -> None:
        evidence = [self._evidence[each] for each in claim["evidence"] if each in self._evidence]
        if claim["quoted"]:
            self._quotation(claim["text"], evidence)
        else:
            begin = self._length
            self._say(plain(claim["text"]))
            self._cite(evidence, begin)

    def _quotation(self, text: str, evidence: list[Evidence]) -> None:
        """Say words of a source, and our translation of them, where there is one."""
        opening, closing = self._words.quotation
        begin = self._length
        self._say(f"{opening}{plain(text)}{closing}")
        if evidence and evidence[0]["translation"]:
            self._say(f" ({self._words.translation}: {plain(evidence[0]['translation'])})")
        self._cite(evidence, begin)

    def _cite(self, evidence: list[Evidence], begin: int) -> None:
        for each in evidence:
            source = self._sources[each["source"]]
            told: Json = {"type": "file_citation", "file_id": source["file_id"]}
            if source["url"]:
                told |= {"type": "url_citation", "url": source["url"], "title": source["title"]}
                told |= {"start_index": begin, "end_index": self._length}
            else:
                told |= {"filename": source["title"], "index": self._length}
                if each["part"]:
                    told |= {"part": each["part"], "part_number": each["part_number"]}
            self.pieces.append(told | {"start": each["start"], "end": each["end"], "quote": each["quote"]})

    def _say(self, text: str) -> None:
        if text:
            self.pieces.append(text)
            self._length += len(text)


def _address(url: str) -> str:
    return url.replace("<", "%3C").replace(">", "%3E").replace("\n", "")
