"""PDF in which each letter has its shape, and what is said where it cannot be made."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
import typst

from earthshine.errors import Internal, InvalidRequest, UnsupportedParameter
from earthshine.research.formats import pdf as parent
from earthshine.research.formats import pdf_worker
from earthshine.research.formats.rendering import render
from earthshine.research.report import ResearchReport
from tests.research.reports.samples import ARABIC, ENGLISH, HOSTILE


def written(report: ResearchReport) -> tuple[Any, str]:
    document = pypdfium2.PdfDocument(render(report, "pdf").content)
    return document, "\n".join(page.get_textpage().get_text_bounded() for page in document)


def with_title(title: str) -> ResearchReport:
    return {**ENGLISH, "title": title}


def test_a_report_becomes_pages_with_notes_and_links() -> None:
    document, text = written(ENGLISH)
    assert document.get_metadata_dict()["Title"] == ENGLISH["title"]
    assert "Desalination supplied 62%" in text and "海水淡化的成本" in text and "1 of 2" in text
    page = document[0]
    links = [pypdfium2.raw.FPDFLink_GetLinkAtPoint(page, x, y) for x in range(0, 595, 12) for y in range(0, 842, 4)]
    assert any(links)


def test_pages_count_in_the_digits_of_the_report() -> None:
    feet = [page.get_textpage().get_text_bounded().split("\n")[-1] for page in written(ARABIC)[0]]
    assert [sorted(set(foot) & set("0123456789٠١٢٣٤٥٦٧٨٩")) for foot in feet] == [["١", "٢"], ["٢"]]


def test_what_pages_hold_is_shown_and_not_run() -> None:
    assert '#eval(read("/etc/passwd"))' in written(HOSTILE)[1].replace("\r\n", " ").replace("\u200b", "")


@pytest.fixture
def few_fonts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in this process, with the fonts of the extra alone: machines have others."""

    def fonts(*, include_system_fonts: bool, font_paths: list[Path], real: type[typst.Fonts] = typst.Fonts) -> Any:
        return real(include_system_fonts=False, font_paths=font_paths)

    def worked(data: bytes) -> bytes:
        head, content = pdf_worker._worked(data.decode())
        return json.dumps(head).encode() + b"\n" + content

    monkeypatch.setattr(typst, "Fonts", fonts)
    monkeypatch.setattr(parent, "_worked", worked)


@pytest.mark.usefixtures("few_fonts")
def test_letters_without_a_font_are_refused_with_what_to_install() -> None:
    with pytest.raises(
        UnsupportedParameter, match=r"No font here has letters of the report \(Cuneiform: .*apt install"
    ) as it:
        render(with_title("Sumerian 𒀀𒀁 🬕"), "pdf")
    assert it.value.param == "format"


@pytest.mark.usefixtures("few_fonts")
def test_a_sign_without_a_font_becomes_the_unknown_one() -> None:
    assert "a \ufffd z" in written(with_title("a \U0001fb95 z"))[1]


def test_a_server_without_the_extra_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf_worker, "_FONTS", {"no_such_fonts": ""})
    assert pdf_worker._worked("{}")[0] == {"error": "no_extra"}
    monkeypatch.setattr(parent, "_worked", lambda _: b'{"error": "no_extra"}\n')
    with pytest.raises(UnsupportedParameter, match=r"pip install 'earthshine\[reports\]'"):
        render(ENGLISH, "pdf")


def test_a_process_that_ends_or_takes_too_long_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parent, "_worked", lambda _: b"")
    with pytest.raises(Internal):
        render(ENGLISH, "pdf")
    monkeypatch.undo()

    def late(*_: object, **__: object) -> None:
        raise subprocess.TimeoutExpired("typst", 60)

    monkeypatch.setattr(subprocess, "run", late)
    with pytest.raises(InvalidRequest, match="HTML or DOCX"):
        render(ENGLISH, "pdf")
