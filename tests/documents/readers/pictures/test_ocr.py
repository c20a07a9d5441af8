"""What Tesseract says of a page, as text with places."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from earthshine.documents.document import Part
from earthshine.documents.readers.pictures import ocr

HEAD = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext"


def row(block: int, line: int, word: int, left: int, text: str) -> str:
    return f"5\t1\t{block}\t1\t{line}\t{word}\t{left}\t{100 * line}\t100\t50\t90\t{text}"


def test_words_make_lines_and_blocks_make_paragraphs() -> None:
    rows = [
        row(1, 1, 1, 400, "مرصد"),
        row(1, 1, 2, 200, "الجبل"),
        row(1, 2, 1, 400, '"2026"'),
        row(2, 1, 1, 0, "end"),
        row(2, 1, 2, 9, " "),
    ]
    text, lines = ocr.read_table("\n".join([HEAD, *rows]))
    assert text == 'مرصد الجبل\n"2026"\n\nend'
    assert [text[line.start : line.end] for line in lines] == ["مرصد الجبل", '"2026"', "end"]
    assert lines[0].box == (72.0, 36.0, 180.0, 54.0)


def test_without_tesseract_a_scan_stays_a_scan(monkeypatch: pytest.MonkeyPatch) -> None:
    scan = Part("page", "1", "", 200, 100, doubts=("scanned",))
    monkeypatch.setattr(ocr, "languages", tuple)
    assert ocr.recognise(b"P5 1 1 255\n0", scan) is scan


@pytest.mark.skipif(
    shutil.which("tesseract") is None,
    reason="only the system has it: apt-get install tesseract-ocr",
)
def test_a_scanned_page_is_read(tmp_path: Path) -> None:
    from tests.documents.readers.pdf.test_reader import made, read

    if "eng" not in ocr.languages():
        pytest.skip("Tesseract has no English data here: apt-get install tesseract-ocr-eng")
    text = "BT /F 24 Tf 20 40 Td (Observatory 2026) Tj ET"
    picture = made(tmp_path / "page.pdf", text, box="[0 0 300 100]")
    import pypdfium2

    page = pypdfium2.PdfDocument(picture)[0]
    scanned = pypdfium2.PdfDocument.new()
    drawn = scanned.new_page(300, 100)
    image = pypdfium2.PdfImage.new(scanned)
    image.set_bitmap(page.render(scale=4))
    image.set_matrix(pypdfium2.PdfMatrix().scale(300, 100))
    drawn.insert_obj(image)
    drawn.gen_content()
    scanned.save(tmp_path / "scan.pdf")
    _, [part] = read(tmp_path / "scan.pdf")
    assert (part.text, part.doubts) == ("Observatory 2026", ("recognised",))
    assert part.lines[0].box == pytest.approx((20, 42, 210, 65), abs=5)
