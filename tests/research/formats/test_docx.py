"""A DOCX file whose parts agree: each note and each link is where it is said to be."""

from __future__ import annotations

import io
import zipfile

import pytest
from lxml import etree

from earthshine.research.formats.docx import docx
from earthshine.research.report import ResearchReport
from tests.research.reports.samples import ARABIC, LONG, SAMPLES

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"


def parts(report: ResearchReport) -> dict[str, etree._Element]:
    with zipfile.ZipFile(io.BytesIO(docx(report))) as archive:
        return {name: etree.fromstring(archive.read(name)) for name in archive.namelist()}


@pytest.mark.parametrize("report", SAMPLES.values(), ids=SAMPLES.keys())
def test_each_note_and_each_link_resolves(report: ResearchReport) -> None:
    told = parts(report)
    document, notes = told["word/document.xml"], told["word/footnotes.xml"]
    referred = [each.get(f"{_W}id") for each in document.iter(f"{_W}footnoteReference")]
    defined = [each.get(f"{_W}id") for each in notes.iter(f"{_W}footnote") if each.get(f"{_W}type") is None]
    assert referred == sorted(set(referred), key=int)
    assert referred == defined
    bookmarks = {each.get(f"{_W}name") for each in document.iter(f"{_W}bookmarkStart")}
    again = [str(each.get(f"{_W}instr")).split()[1] for each in document.iter(f"{_W}fldSimple")]
    assert set(again) <= bookmarks
    for name in ("document", "footnotes"):
        addresses = {each.get("Id"): each.get("Target") for each in told[f"word/_rels/{name}.xml.rels"]}
        asked = [each.get(f"{_R}id") for each in told[f"word/{name}.xml"].iter() if each.get(f"{_R}id")]
        assert all(each in addresses for each in asked)
        assert len(addresses) == len(set(asked)) + (4 if name == "document" else 0)


@pytest.mark.parametrize("report", SAMPLES.values(), ids=SAMPLES.keys())
def test_each_style_and_part_that_is_named_is_there(report: ResearchReport) -> None:
    told = parts(report)
    styles = {each.get(f"{_W}styleId") for each in told["word/styles.xml"].iter(f"{_W}style")}
    for part in told.values():
        for tag in ("pStyle", "rStyle", "tblStyle"):
            assert {each.get(f"{_W}val") for each in part.iter(f"{_W}{tag}")} <= styles
    named = {str(each.get("PartName")) for each in told["[Content_Types].xml"]} - {"None"}
    assert named == {f"/{name}" for name in told if "rels" not in name and "Content_Types" not in name}


def test_arabic_runs_from_right_to_left() -> None:
    document = parts(ARABIC)["word/document.xml"]
    assert all(each.find(f"{_W}pPr/{_W}bidi") is not None for each in document.iter(f"{_W}p"))
    assert all(each.find(f"{_W}tblPr/{_W}bidiVisual") is not None for each in document.iter(f"{_W}tbl"))
    for run in document.iter(f"{_W}r"):
        text = "".join(each.text or "" for each in run.iter(f"{_W}t"))
        if text.startswith("“The six"):
            assert run.find(f"{_W}rPr/{_W}rtl") is None
            return
    pytest.fail("the quotation is not there")


def test_the_same_report_makes_the_same_bytes() -> None:
    assert docx(LONG) == docx(LONG)
