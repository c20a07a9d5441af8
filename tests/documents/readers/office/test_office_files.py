"""Files that real programs made (LibreOffice, python-docx, python-pptx, openpyxl), in four languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from earthshine.documents.document import Part
from earthshine.documents.errors import UnreadableFile
from tests.documents.conftest import Read

DATA = Path(__file__).parents[2] / "data"

PARAGRAPHS = (
    "تقرير عن المكتبة العامة",
    "العِلْمُ نورٌ، والجهلُ ظلامٌ. زار المكتبة 1,234 قارئًا في عام 2026 (بزيادة 12.5٪).",
    "Rapport en français",
    "L’été dernier, « les élèves » ont lu 57 livres à Noël ; c’était très réussi.",
    "中文报告",
    "二〇二六年，图书馆有三万册图书。读者人数为1234人。",
    "English report",
    "The library opened in 1998 and has three floors.",
)
LIST = ("• First point", "• نقطة ثانية", "1. One", "2. Two")
TABLE = "City\tالمدينة\tReaders\nParis\tباريس\t1200\n北京\tبكين\t3400.5"


def headings(part: Part) -> list[tuple[int, str]]:
    return [(each.level, part.text[each.start : each.end]) for each in part.headings]


def tables(part: Part) -> list[str]:
    return [part.text[each.start : each.end] for each in part.tables]


@pytest.mark.parametrize("name", ["languages.docx", "languages.odt", "languages.rtf", "languages.html"])
async def test_one_text_comes_from_every_format(read: Read, name: str) -> None:
    heads, [part] = await read(DATA / name, name)
    assert heads.kind == name.rpartition(".")[2]
    assert part.text == "\n\n".join((*PARAGRAPHS, *LIST, TABLE, "Last paragraph after the table."))
    assert headings(part) == [(1, PARAGRAPHS[0]), *((2, each) for each in PARAGRAPHS[2::2])]
    assert tables(part) == [TABLE]


async def test_a_book_has_chapters(read: Read) -> None:
    heads, [part] = await read(DATA / "languages.epub", "a.epub")
    assert (heads.kind, heads.title, part.kind, part.label) == ("epub", "Four languages", "chapter", PARAGRAPHS[0])
    assert part.text.startswith("\n\n".join(PARAGRAPHS))
    assert tables(part) == [TABLE]


async def test_a_word_document_is_read_as_it_is_seen(read: Read) -> None:
    heads, [part] = await read(DATA / "word.docx", "a.docx")
    assert heads.title == "Mixed report"
    assert part.text.split("\n\n") == [
        "En-tête confidentiel",
        "تقرير سنوي",
        "مقدمة",
        "العِلْمُ نورٌ. Revenue was 1,234.50 in 2026.",  # without what is hidden or deleted
        "[Amal: Check this figure]",
        "• premier point",
        "1. first",
        "2. second",
        "合并\t\tC\nأ\tb\t3",
        "结论",
        "图书馆有三万册图书。",
    ]
    assert headings(part) == [(1, "تقرير سنوي"), (1, "مقدمة"), (2, "结论")]


@pytest.mark.parametrize(("name", "bullet"), [("slides.pptx", ""), ("slides.odp", "• ")])
async def test_slides_are_parts_with_their_notes(read: Read, name: str, bullet: str) -> None:
    heads, parts = await read(DATA / name, name)
    assert [(part.kind, part.label) for part in parts] == [("slide", "1"), ("slide", "2"), ("slide", "3")]
    assert heads.title == "خطة العمل"
    first = parts[0].text.replace("\n\n• ", "\n• ")
    assert first.replace("\n\n•", "\n•").split("\n") == [
        "خطة العمل",
        *([""] if not bullet else []),
        f"{bullet}Premier point",
        f"{bullet}Deuxième point",
        "",
        "Speak slowly about 2026",
    ]
    assert headings(parts[1]) == [(1, "数据")]
    assert tables(parts[1]) == ["City\tمدينة\n北京\t1234"]
    if name.endswith("pptx"):
        assert "Sales" in parts[1].text
        assert "19.2" in parts[1].text
    _, rest = await read(DATA / name, name, first=1)
    assert rest == parts[1:]


async def test_sheets_are_parts_with_their_names(read: Read) -> None:
    _, parts = await read(DATA / "book.xlsx", "a.xlsx")
    assert [(part.kind, part.label) for part in parts] == [("sheet", "Dépenses"), ("sheet", "ورقة")]
    assert parts[0].text.split("\n") == [
        "Nom\tالمبلغ\tDate\tPart\tOK",
        "Amal\t1234.5\t2026-11-29\t25%\tTRUE",
        "李雷\t7\t2026-01-02 03:04:05\t1\tFALSE",
    ]
    assert parts[1].text == "مرحبا"
    assert tables(parts[1]) == ["مرحبا"]


@pytest.mark.parametrize("name", ["rows.xls", "rows.ods"])
async def test_old_and_open_sheets_too(read: Read, name: str) -> None:
    heads, [part] = await read(DATA / name, "a")
    assert heads.kind == name[-3:]
    assert part.text == "Name\tالاسم\tDate\tAmount\nAmal\tأمل\t2026-11-29\t1234.5\n李雷\tلي\t2026-01-02\t7"


async def test_a_file_with_a_password_says_so(read: Read) -> None:
    with pytest.raises(UnreadableFile, match="password") as refused:
        await read(DATA / "encrypted.xlsx", "a.xlsx")
    assert refused.value.code == "encrypted"


async def test_a_picture_says_what_it_needs(read: Read) -> None:
    with pytest.raises(UnreadableFile, match="OCR"):
        await read(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "a.png")
