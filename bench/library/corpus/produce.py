"""Makes the corpus: the same articles by every producer of PDF that this machine has.

Each producer is a function `(blocks, language, layout, fonts, target)` that writes one PDF; one that lacks its program
is left out and said so. Nothing here is committed but the scripts.
"""

from __future__ import annotations

import importlib
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from bench.library.corpus.markup import Fonts, as_html, as_latex, as_open_document, as_typst, right_to_left
from bench.library.corpus.texts import Block

Producer = Callable[[Sequence[Block], str, str, Fonts, Path], None]


def _run(command: Sequence[str | Path], folder: Path) -> None:
    subprocess.run([str(word) for word in command], cwd=folder, check=True, capture_output=True, timeout=120)


def chromium(blocks: Sequence[Block], language: str, layout: str, fonts: Fonts, target: Path) -> None:
    with tempfile.TemporaryDirectory() as name:
        page = Path(name) / "page.html"
        page.write_text(as_html(blocks, language, layout, fonts))
        flags = (
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--no-pdf-header-footer",
            f"--user-data-dir={name}/profile",
        )
        _run(("chromium", *flags, f"--print-to-pdf={target}", page.as_uri()), page.parent)


def weasyprint(blocks: Sequence[Block], language: str, layout: str, fonts: Fonts, target: Path) -> None:
    importlib.import_module("weasyprint").HTML(string=as_html(blocks, language, layout, fonts)).write_pdf(target)


def libreoffice(blocks: Sequence[Block], language: str, layout: str, fonts: Fonts, target: Path) -> None:
    with tempfile.TemporaryDirectory() as name:
        source = Path(name) / f"{target.stem}.fodt"
        source.write_text(as_open_document(blocks, language, layout, fonts))
        profile = f"-env:UserInstallation=file://{tempfile.gettempdir()}/earthshine-corpus-office"
        _run(("soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", name, source), source.parent)
        shutil.move(source.with_suffix(".pdf"), target)


def typst(blocks: Sequence[Block], language: str, layout: str, fonts: Fonts, target: Path) -> None:
    source = target.with_suffix(".typ")
    source.write_text(as_typst(blocks, language, layout, fonts))
    importlib.import_module("typst").compile(source, output=target)
    source.unlink()


def xelatex(blocks: Sequence[Block], language: str, layout: str, fonts: Fonts, target: Path) -> None:
    with tempfile.TemporaryDirectory() as name:
        source = Path(name) / "page.tex"
        source.write_text(as_latex(blocks, language, layout, fonts))
        _run(("xelatex", "-interaction=nonstopmode", "-halt-on-error", source), source.parent)
        shutil.move(source.with_suffix(".pdf"), target)


def fpdf2(blocks: Sequence[Block], language: str, layout: str, fonts: Fonts, target: Path) -> None:
    """HarfBuzz's shaping by a library that many programs make their bills and letters with; one column."""
    pdf = importlib.import_module("fpdf").FPDF(format="A4")
    pdf.set_margin(20)
    pdf.add_page()
    pdf.add_font("text", fname=_file_of(fonts[0]))
    pdf.add_font("more", fname=_file_of(fonts[1]))
    pdf.set_fallback_fonts(["more"])
    for block in blocks:
        pdf.set_text_shaping(use_shaping_engine=True, direction="rtl" if right_to_left(block.text) else "ltr")
        pdf.set_font("text", size={"title": 19, "heading": 14, "note": 9}.get(block.kind, 11))
        if block.kind == "row":
            for cell in _shown(block.text.split("\t"), language):
                pdf.cell(w=55, h=8, text=cell, border=1, align="C")
            pdf.ln()
        else:
            pdf.multi_cell(
                w=0, h=7, text=block.text, align="R" if language == "ar" else "L", new_x="LMARGIN", new_y="NEXT"
            )
            pdf.ln(2)
    pdf.output(target)


def reportlab(blocks: Sequence[Block], language: str, layout: str, fonts: Fonts, target: Path) -> None:
    """Letters as presentation forms in the order of the eye, as many older programs write Arabic; one column."""
    canvas = importlib.import_module("reportlab.pdfgen.canvas").Canvas(str(target), pagesize=(595, 842))
    metrics = importlib.import_module("reportlab.pdfbase.pdfmetrics")
    ttf = importlib.import_module("reportlab.pdfbase.ttfonts").TTFont
    metrics.registerFont(ttf(fonts[0], _file_of(fonts[0])))
    shape: Callable[[str], str] = str
    if language == "ar":
        reshape = importlib.import_module("arabic_reshaper").ArabicReshaper({"delete_harakat": False}).reshape
        display = importlib.import_module("bidi.algorithm").get_display
        shape = lambda text: display(reshape(text), base_dir="R")  # noqa: E731
    top = 780.0
    for block in blocks:
        size = {"title": 19, "heading": 14, "note": 9}.get(block.kind, 11)
        canvas.setFont(fonts[0], size)
        cells = _shown(block.text.split("\t"), language)
        if len(cells) > 1:
            for at, cell in enumerate(cells):
                canvas.drawString(60 + 160 * at, top, shape(cell))
            top -= 20
            continue
        for line in _wrapped(block.text, partial(metrics.stringWidth, fontName=fonts[0], fontSize=size), 475):
            if language == "ar":
                canvas.drawRightString(535, top, shape(line))
            else:
                canvas.drawString(60, top, line)
            top -= size * 1.5
        top -= 8
    canvas.save()


def scan(source: Path, target: Path, dpi: int = 200) -> None:
    """The pages of a PDF as grey pictures, as a scanner makes them: no text inside."""
    document = importlib.import_module("pypdfium2").PdfDocument(source)
    pictures = [page.render(scale=dpi / 72).to_pil().convert("L") for page in document]
    pictures[0].save(target, save_all=True, append_images=pictures[1:], resolution=dpi)


def _shown(cells: list[str], language: str) -> list[str]:
    return cells[::-1] if language == "ar" else cells


def _wrapped(text: str, width: Callable[[str], float], limit: float) -> list[str]:
    gap = "" if " " not in text else " "
    lines = [""]
    for word in text.split(" ") if gap else text:
        longer = f"{lines[-1]}{gap}{word}" if lines[-1] else word
        if width(longer) <= limit or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _file_of(face: str) -> str:
    found = subprocess.run(["fc-match", "-f", "%{file}", face], capture_output=True, text=True, check=True)
    return found.stdout


PRODUCERS: dict[str, Producer] = {
    "chromium": chromium,
    "libreoffice": libreoffice,
    "typst": typst,
    "xelatex": xelatex,
    "weasyprint": weasyprint,
    "fpdf2": fpdf2,
    "reportlab": reportlab,
}
