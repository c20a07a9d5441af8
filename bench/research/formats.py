"""Writes reports in each form and reads them back: whether links and notes lead somewhere, and the text is there.

python -m bench.research.formats [REPORT.json...] [--out FOLDER]

Without reports, those of the tests in four languages are taken. What PDF and DOCX say is read by the readers that read
uploaded files. A text counts as found where its letters and digits stand together; what stands around them, and
between pages, does not count.
"""

from __future__ import annotations

import argparse
import asyncio
import ctypes
import io
import json
import re
import sys
import tempfile
import time
import unicodedata
import zipfile
from collections.abc import Iterable
from pathlib import Path

import pypdfium2
from lxml import etree
from lxml import html as reader
from tests.research.reports.samples import FOUR

from earthshine.documents.reading.child import DocumentReaders
from earthshine.processes.memory import MemoryBudget
from earthshine.research.formats.rendering import FORMATS, Format, render
from earthshine.research.report import ResearchReport

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("reports", nargs="*", type=Path)
    parser.add_argument("--out", type=Path, help="where the files are kept")
    asked = parser.parse_args()
    reports = {each.stem: json.loads(each.read_text()) for each in asked.reports} or FOUR
    bad = 0
    print("| report | form | ms | kB | links | notes | evidence | texts found | words found |\n" + "|---" * 9 + "|")
    with tempfile.TemporaryDirectory() as folder:
        for name, report in reports.items():
            for form in FORMATS:
                bad += await _row(name, report, form, asked.out or Path(folder))
    sys.exit(f"{bad} of the files are not as they should be" if bad else 0)


async def _row(name: str, report: ResearchReport, form: Format, folder: Path) -> bool:
    """Write one file, and print what came of it; return whether something is wrong."""
    began = time.perf_counter()
    file = render(report, form)
    took = 1000 * (time.perf_counter() - began)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.{form}"
    path.write_bytes(file.content)
    if form == "json":
        same = json.loads(file.content) == report
        print(f"| {name} | json | {took:.0f} | {len(file.content) / 1000:.0f} | | | | {same} | |")
        return not same
    links, notes, text = await _read(form, file.content, path)
    cited = _cited(report)
    wanted = [each["text"] for each in report["claims"]]
    wanted += [each["quote"] for each in report["evidence"] if each["id"] in cited]
    there, words = _letters(text), [_letters(word) for each in wanted for word in each.split()]
    found = sum(_letters(each) in there for each in wanted)
    heard = sum(word in there for word in words)
    print(
        f"| {name} | {form} | {took:.0f} | {len(file.content) / 1000:.0f} | {links} | {notes} | {len(cited)} | "
        f"{found}/{len(wanted)} | {heard}/{len(words)} |"
    )
    # A PDF's line in two directions may be read from its other end; its words are there.
    return notes != len(cited) or heard < len(words) or (form != "pdf" and found < len(wanted))


async def _read(form: Format, content: bytes, path: Path) -> tuple[int, int, str]:
    """Return how many links and notes a file has, and its text; raise where one leads nowhere or is there twice."""
    if form == "md":
        body, *told = re.split(r"(?m)^\[\^(\d+)\]: ", content.decode())
        _agree(re.findall(r"(?<!\\)\[\^(\d+)\]", body), told[::2], "md")
        text = re.sub(r"\[\^\d+\]|\]\(<[^>]*>\)|\\", "", content.decode())
        return content.count(b"](<"), len(told[::2]), text
    if form == "html":
        page = reader.fromstring(content.decode())
        inside = [each.get("href")[1:] for each in page.iter("a") if each.get("href").startswith("#")]
        _agree(inside, [each.get("id") for each in page.iter() if each.get("id")], "html")
        for mark in page.xpath(".//sup"):
            mark.drop_tree()
        outside = [each for each in page.iter("a") if each.get("href").startswith("http")]
        return len(outside), len(page.xpath('.//section[@class="notes"]/ol/li')), page.text_content()
    text = await _by_our_reader(path)
    if form == "docx":
        return *_docx(content), text
    document = pypdfium2.PdfDocument(content)
    links = sum(_links(page) for page in document)
    return links, sum(_notes(page) for page in document), text


def _docx(content: bytes) -> tuple[int, int]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: etree.fromstring(archive.read(name)) for name in archive.namelist()}
    notes = [each.get(f"{_W}id") for each in parts["word/footnotes.xml"] if each.get(f"{_W}type") is None]
    _agree([each.get(f"{_W}id") for each in parts["word/document.xml"].iter(f"{_W}footnoteReference")], notes, "docx")
    marks = [each.get(f"{_W}name") for each in parts["word/document.xml"].iter(f"{_W}bookmarkStart")]
    again = [each.get(f"{_W}instr").split()[1] for each in parts["word/document.xml"].iter(f"{_W}fldSimple")]
    _agree([*again, *marks], marks, "docx")
    links = 0
    for name in ("document", "footnotes"):
        known = [each.get("Id") for each in parts[f"word/_rels/{name}.xml.rels"] if each.get("TargetMode")]
        asked = [each.get(f"{_R}id") for each in parts[f"word/{name}.xml"].iter(f"{_W}hyperlink")]
        _agree(asked, known, "docx")
        links += len(asked)
    return links, len(notes)


async def _by_our_reader(path: Path) -> str:
    async with DocumentReaders(MemoryBudget(2**33)).reading(path, path.name) as reading:
        return "\n".join([part.text async for _, part in reading.parts()])


def _agree(referred: Iterable[str], defined: list[str], form: str) -> None:
    if len(defined) != len(set(defined)) or set(referred) != set(defined):
        raise SystemExit(f"{form}: what is referred to, {sorted(set(referred))}, is not what is there, {defined}")


def _links(page: pypdfium2.PdfPage) -> int:
    """Return how many links to the web a page has."""
    raw, place, link, count = pypdfium2.raw, pypdfium2.raw.c_int(0), pypdfium2.raw.FPDF_LINK(), 0
    while raw.FPDFLink_Enumerate(page, place, link):
        count += raw.FPDFAction_GetType(raw.FPDFLink_GetAction(link)) == raw.PDFACTION_URI
    return count


def _notes(page: pypdfium2.PdfPage) -> int:
    """Return how many notes begin on a page, as those who hear it are told."""
    raw, count = pypdfium2.raw, 0
    tree = raw.FPDF_StructTree_GetForPage(page)
    left = [raw.FPDF_StructTree_GetChildAtIndex(tree, each) for each in range(raw.FPDF_StructTree_CountChildren(tree))]
    while left:
        if not (element := left.pop()):
            continue
        kind = ctypes.create_string_buffer(64)
        size = raw.FPDF_StructElement_GetType(element, kind, len(kind))
        count += kind.raw[:size].decode("utf-16-le") == "Note\0"
        left += [
            raw.FPDF_StructElement_GetChildAtIndex(element, each)
            for each in range(raw.FPDF_StructElement_CountChildren(element))
        ]
    return count


def _cited(report: ResearchReport) -> set[str]:
    sides = [each["evidence"] for told in report["contradictions"] for each in told["sides"]]
    cells = [c["evidence"] for s in report["sections"] for t in s["tables"] for row in t["rows"] for c in row]
    cited = {one for some in (*(each["evidence"] for each in report["claims"]), *sides, *cells) for one in some}
    return cited & {each["id"] for each in report["evidence"]}


def _letters(text: str) -> str:
    return "".join(each for each in unicodedata.normalize("NFKC", text) if each.isalnum())


if __name__ == "__main__":
    asyncio.run(main())
