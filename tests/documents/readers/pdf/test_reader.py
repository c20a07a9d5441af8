"""PDF files of several producers, whose true text is known, and pages made by hand."""

from __future__ import annotations

import json
import re
import unicodedata
from pathlib import Path

import pytest

from earthshine.documents.document import Heads, Part
from earthshine.documents.errors import UnreadableFile
from earthshine.documents.readers.base import Source
from earthshine.documents.readers.pdf import PdfReader
from earthshine.documents.readers.pdf import reader as reader_module

DATA = Path(__file__).resolve().parents[2] / "data" / "pdf"
TRUTH: dict[str, list[str]] = json.loads((DATA / "truth.json").read_text())


def read(path: Path, first: int = 0) -> tuple[Heads, list[Part]]:
    reader = PdfReader()
    heads = reader.open(Source(path, path.name, "pdf"))
    return heads, list(reader.parts(first))


def made(path: Path, *pages: str, more: str = "", box: str = "[0 0 200 100]") -> Path:
    """A PDF of pages with these content streams, set in Helvetica."""
    kids = " ".join(f"{3 + 2 * at} 0 R" for at in range(len(pages)))
    last = 3 + 2 * len(pages)
    objects = ["<</Type/Catalog/Pages 2 0 R>>", f"<</Type/Pages/Kids[{kids}]/Count {len(pages)}>>"]
    for at, content in enumerate(pages):
        resources = f"<</Font<</F {last} 0 R>>/XObject<</I {last + 1} 0 R>>>>"
        facts = f"/MediaBox{box}/Resources{resources}/Contents {4 + 2 * at} 0 R{more}"
        objects.append(f"<</Type/Page/Parent 2 0 R{facts}>>")
        objects.append(f"<</Length {len(content)}>>stream\n{content}\nendstream")
    objects.append("<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>")
    picture = "/Type/XObject/Subtype/Image/Width 1/Height 1/ColorSpace/DeviceGray/BitsPerComponent 8/Length 1"
    objects.append(f"<<{picture}>>stream\nA\nendstream")
    body, places = "%PDF-1.7\n", list[int]()
    for number, content in enumerate(objects, 1):
        places.append(len(body))
        body += f"{number} 0 obj{content}endobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    trailer = f"trailer<</Size {len(objects) + 1}/Root 1 0 R>>\nstartxref\n{len(body)}\n%%EOF"
    path.write_bytes(f"{body}xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}{trailer}".encode("latin-1"))
    return path


def words(text: str) -> list[str]:
    return re.findall(r"[\w\u064b-\u0652]+", unicodedata.normalize("NFC", text))


@pytest.mark.parametrize("name", sorted(TRUTH))
def test_every_word_of_a_produced_file_is_read_in_its_order(name: str) -> None:
    heads, parts = read(DATA / f"{name}.pdf")
    assert heads.parts == len(parts) == 1
    told = " ".join(words(parts[0].text))
    at = 0
    for block in TRUTH[name]:
        wanted = " ".join(words(block))
        assert wanted in told[at:], block
        at = told.index(wanted, at) + len(wanted)


def test_arabic_tables_numbers_and_brackets_read_as_they_are_written() -> None:
    _, [page] = read(DATA / "ar-report-libreoffice.pdf")
    [table] = page.tables
    rows = page.text[table.start : table.end].split("\n")
    assert rows[0] == "البند\tالسنة 2025\tالسنة 2026"
    assert rows[3] == "النقل\t730\t1,045"
    assert "00961-1-234567" in page.text
    assert "(الطابق 3)" in page.text
    assert "«لا نريد أرقاماً جميلة، بل أرقاماً صحيحة»" in page.text
    assert "[السجل\nالعام]" in page.text
    assert "ـ" not in page.text, "strokes that lengthen letters are no text"
    headings = [page.text[heading.start : heading.end] for heading in page.headings]
    assert headings[:2] == ["مرصد الجبل: تقرير السنة الأولى", "المقدمة"]


def test_vowel_marks_sit_on_their_letters() -> None:
    _, [page] = read(DATA / "ar-mixed-libreoffice.pdf")
    marked = "الْعِلْمُ نُورٌ وَالْجَهْلُ ظَلَامٌ، وَمَنْ سَارَ عَلَى الدَّرْبِ وَصَلَ."
    assert unicodedata.normalize("NFC", marked) in page.text


def test_lines_lie_inside_the_shown_page_and_hold_their_text() -> None:
    _, [page] = read(DATA / "ar-columns-weasyprint.pdf")
    assert (round(page.width), round(page.height)) == (595, 842)
    for line in page.lines:
        left, top, right, bottom = line.box
        assert 0 <= left < right <= page.width
        assert 0 <= top < bottom <= page.height
        assert page.text[line.start : line.end].strip()
    first, last = page.lines[2], page.lines[-1]
    assert first.box[0] > last.box[0], "the right column is read first"


def test_a_turned_and_cut_page_has_boxes_as_it_is_shown(tmp_path: Path) -> None:
    path = made(
        tmp_path / "turned.pdf",
        "BT /F 10 Tf 0 1 -1 0 60 20 Tm (up the page) Tj ET",
        more="/CropBox[20 0 200 100]/Rotate 90",
    )
    _, [page] = read(path)
    assert (page.width, page.height) == (100, 180)
    assert page.text == "up the page"
    left, top, right, bottom = page.lines[0].box
    assert left == pytest.approx(20, abs=1.5)
    assert right - left > 3 * (bottom - top), "the line is shown level"
    assert bottom == pytest.approx(40, abs=3)


def test_a_page_without_text_that_shows_a_picture_is_a_scan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = made(tmp_path / "scan.pdf", "q 180 0 0 90 5 5 cm /I Do Q", "", "BT /F 9 Tf 9 9 Td (text) Tj ET")
    monkeypatch.setattr(reader_module, "recognizers", lambda _models: ())
    _, [scan, empty, text] = read(path)
    assert (scan.text, scan.doubts) == ("", ("scanned",))
    assert (empty.text, empty.doubts) == ("", ())
    assert (text.text, text.doubts) == ("text", ())
    assert [part.label for part in (scan, empty, text)] == ["1", "2", "3"]


def test_text_that_is_laid_unseen_over_a_scan_counts_as_recognised(tmp_path: Path) -> None:
    path = made(tmp_path / "layer.pdf", "q 180 0 0 90 5 5 cm /I Do Q BT 3 Tr /F 9 Tf 9 9 Td (found by OCR) Tj ET")
    _, [page] = read(path)
    assert (page.text, page.doubts) == ("found by OCR", ("recognised",))


def test_reading_can_begin_at_any_page(tmp_path: Path) -> None:
    path = made(tmp_path / "five.pdf", *(f"BT /F 9 Tf 9 9 Td (page {number}) Tj ET" for number in range(5)))
    _, whole = read(path)
    heads, rest = read(path, first=3)
    assert heads.parts == 5
    assert rest == whole[3:]
    assert [part.label for part in rest] == ["4", "5"]


def test_letters_set_apart_are_words_where_the_gap_is_wide(tmp_path: Path) -> None:
    spread = "BT /F 10 Tf 10 50 Td 3 Tc (WIDE) Tj ET"
    gapped = "BT /F 10 Tf 10 20 Td [(two) -400 (words, one) 20 (word)] TJ ET"
    _, [page] = read(made(tmp_path / "gaps.pdf", spread + " " + gapped))
    assert page.text == "WIDE\n\ntwo words, oneword"


@pytest.mark.parametrize(("cut", "reason"), [(600, "damaged"), (20, "damaged")])
def test_a_damaged_file_is_refused(tmp_path: Path, cut: int, reason: str) -> None:
    path = tmp_path / "cut.pdf"
    path.write_bytes(b"%PDF-1.7\n" + b"garbage" * cut)
    with pytest.raises(UnreadableFile) as raised:
        read(path)
    assert raised.value.reason == reason


def test_an_encrypted_file_is_refused() -> None:
    with pytest.raises(UnreadableFile) as raised:
        read(DATA / "encrypted.pdf")
    assert raised.value.reason == "encrypted"


def test_a_drawing_of_many_signs_is_no_table(tmp_path: Path) -> None:
    rows = "".join(f"1 0 0 1 {2 + 3 * at} {90 - 9 * row} Tm (x) Tj " for row in range(3) for at in range(64))
    _, [page] = read(made(tmp_path / "signs.pdf", f"BT /F 1 Tf {rows}ET"))
    assert page.tables == ()
    assert page.text.count("x") == 3 * 64
