"""Text of pictures: who is asked, what becomes of the lines, and real recognizers where they are installed."""

from __future__ import annotations

from pathlib import Path

import pytest

from earthshine.documents.document import Part
from earthshine.documents.errors import UnreadableFile
from earthshine.documents.readers.base import Source
from earthshine.documents.readers.pictures import ocr
from earthshine.documents.readers.pictures.image import ImageReader
from earthshine.documents.readers.pictures.seen import Seen, SeenLine
from earthshine.documents.readers.pictures.tesseract import read_table
from tests.documents.readers.pdf.test_reader import DATA, made, read, words

SCAN = Part("page", "7", "", 360, 720, doubts=("scanned",))


class Fake:
    """Sees what it is told."""

    def __init__(self, *lines: SeenLine) -> None:
        self.lines = lines
        self.asked = 0

    def recognize(self, picture: bytes) -> Seen | None:
        self.asked += 1
        return Seen(1000, 2000, self.lines)


def line(text: str, left: float, top: float, right: float, score: float = 0.95) -> SeenLine:
    return SeenLine(text, (left, top, right, top + 40), score)


def asked(monkeypatch: pytest.MonkeyPatch, *recognizers: Fake) -> Part:
    monkeypatch.setattr(ocr, "recognizers", lambda _models: recognizers)
    return ocr.recognise(b"", SCAN)


def test_lines_become_paragraphs_and_tables_with_places_on_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    page = asked(
        monkeypatch,
        Fake(
            line("النقل", 800, 500, 900),
            line("730", 500, 503, 560),
            line("الرواتب", 780, 560, 900),
            line("19,950", 480, 557, 560),
            line("مرصد الجبل: تقرير", 500, 100, 900),
            line("السنة الأولى.", 700, 150, 900),
            line("noise", 100, 900, 200, score=0.2),
        ),
    )
    assert page.text == "مرصد الجبل: تقرير\nالسنة الأولى.\n\nالنقل\t730\nالرواتب\t19,950"
    assert (page.label, page.width, page.height, page.doubts) == ("7", 360, 720, ("recognised",))
    assert page.lines[0].box == (180, 36, 324, 50.4)
    [table] = page.tables
    assert page.text[table.start :] == "النقل\t730\nالرواتب\t19,950"


def test_two_columns_are_read_one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    left = [line(f"left column with words {number}", 50, 100 + 50 * number, 480) for number in range(6)]
    right = [line(f"right column with words {number}", 520, 102 + 50 * number, 950) for number in range(6)]
    page = asked(monkeypatch, Fake(*(each for pair in zip(left, right, strict=True) for each in pair)))
    assert page.text == "\n\n".join("\n".join(each.text for each in side) for side in (left, right))


def test_the_next_is_asked_only_where_the_first_is_unsure(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = Fake(line("sure", 0, 0, 99)), Fake(line("second", 0, 0, 99))
    assert asked(monkeypatch, first, second).text == "sure"
    assert second.asked == 0
    first.lines = (line("1ji", 0, 0, 900, score=0.6), line("2026", 0, 50, 90))
    second.lines = (line("في عام", 0, 0, 900, score=0.85), line("2026", 0, 50, 90, score=0.85))
    page = asked(monkeypatch, first, second)
    assert (page.text, page.doubts) == ("في عام\n2026", ("recognised",))
    second.lines = ()
    assert asked(monkeypatch, first, second).doubts == ("recognised", "unsure")


@pytest.mark.parametrize("recognizers", [(), (Fake(),), (Fake(line("x", 0, 0, 9, score=0.1)),)])
def test_where_nothing_is_recognised_a_scan_stays_a_scan(
    monkeypatch: pytest.MonkeyPatch, recognizers: tuple[Fake, ...]
) -> None:
    assert asked(monkeypatch, *recognizers) is SCAN


def test_words_of_tesseract_make_lines() -> None:
    head = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext"
    rows = [
        "1\t1\t0\t0\t0\t0\t0\t0\t600\t800\t-1\t",
        "5\t1\t1\t1\t1\t1\t400\t100\t100\t50\t90\tمرصد",
        "5\t1\t1\t1\t1\t2\t200\t100\t100\t50\t80\tالجبل",
        '5\t1\t1\t1\t2\t1\t400\t200\t100\t50\t70\t"2026"',
        "5\t1\t2\t1\t1\t1\t9\t300\t100\t50\t60\t ",
    ]
    seen = read_table("\n".join([head, *rows]))
    assert seen is not None
    assert (seen.width, seen.height) == (600, 800)
    assert [(each.text, each.box) for each in seen.lines] == [
        ("مرصد الجبل", (200, 100, 500, 150)),
        ('"2026"', (400, 200, 500, 250)),
    ]
    assert seen.lines[0].score == pytest.approx(0.85)
    assert read_table("") is None


def test_a_picture_is_a_page_where_it_can_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.png").write_bytes(b"png")
    source = Source(tmp_path / "a.png", "a.png", "png")
    monkeypatch.setattr("earthshine.documents.readers.pictures.image.recognizers", lambda _models: ())
    with pytest.raises(UnreadableFile, match="format PNG"):
        ImageReader().open(source)
    monkeypatch.undo()
    fake = Fake(line("Invoice 7", 100, 100, 400))
    for place in ("image", "ocr"):
        monkeypatch.setattr(f"earthshine.documents.readers.pictures.{place}.recognizers", lambda _models: (fake,))
    reader = ImageReader()
    assert reader.open(source).kind == "png"
    [page] = reader.parts(0)
    assert (page.kind, page.text, page.width, page.height) == ("page", "Invoice 7", 360, 720)
    fake.lines = ()
    with pytest.raises(UnreadableFile, match="no text"):
        ImageReader().open(source)


def scan_of(source: Path, target: Path, width: float, height: float) -> Path:
    """Make a page of a PDF a picture, as a scanner does."""
    import pypdfium2

    scanned = pypdfium2.PdfDocument.new()
    image = pypdfium2.PdfImage.new(scanned)
    image.set_bitmap(pypdfium2.PdfDocument(source)[0].render(scale=200 / 72, grayscale=True))
    image.set_matrix(pypdfium2.PdfMatrix().scale(width, height))
    page = scanned.new_page(width, height)
    page.insert_obj(image)
    page.gen_content()
    scanned.save(target)
    return target


def test_tesseract_reads_a_scanned_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from earthshine.documents.readers.pictures import tesseract

    assert "eng" in tesseract.languages(), "apt-get install tesseract-ocr tesseract-ocr-eng"
    page = made(tmp_path / "page.pdf", "BT /F 24 Tf 20 40 Td (Observatory 2026) Tj ET", box="[0 0 300 100]")
    for place in ("pdf.reader", "pictures.ocr"):
        monkeypatch.setattr(
            f"earthshine.documents.readers.{place}.recognizers", lambda _: (tesseract.Tesseract(["eng"]),)
        )
    _, [part] = read(scan_of(page, tmp_path / "scan.pdf", 300, 100))
    assert (part.text, part.doubts[0]) == ("Observatory 2026", "recognised")
    assert part.lines[0].box == pytest.approx((20, 42, 210, 65), abs=5)


def test_pp_ocr_reads_a_scanned_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from earthshine.documents.readers.pictures.paddle import PaddleOcr

    source = DATA / "fr-columns-libreoffice.pdf"
    _, [true] = read(source)
    for place in ("pdf.reader", "pictures.ocr"):
        monkeypatch.setattr(f"earthshine.documents.readers.{place}.recognizers", lambda _: (PaddleOcr(),))
    _, [page] = read(scan_of(source, tmp_path / "scan.pdf", 595, 842))
    assert page.doubts == ("recognised",)
    wanted = words(true.text)
    assert len(set(wanted) & set(words(page.text))) > 0.85 * len(set(wanted))
