"""An article of the corpus as HTML, OpenDocument, typst and LaTeX source."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from bench.library.corpus.texts import Block

Fonts = tuple[str, str]
"""The face of the text and the one for scripts that it lacks."""


def right_to_left(text: str) -> bool:
    first = re.search(r"[A-Za-zÀ-ÿ\u0590-\u08ff\u4e00-\u9fff]", text)
    return bool(first and "\u0590" <= first[0] <= "\u08ff")


def _groups(blocks: Sequence[Block]) -> Iterator[tuple[str, list[Block]]]:
    for kind, group in groupby((block for block in blocks if block.kind != "note"), lambda block: block.kind):
        yield kind, list(group)


def as_html(blocks: Sequence[Block], language: str, layout: str, fonts: Fonts) -> str:
    note = next((block.text for block in blocks if block.kind == "note"), "")
    columns = "column-count: 2; column-gap: 24pt;" if layout == "columns" else ""
    parts: list[str] = []
    for kind, group in _groups(blocks):
        texts = [html.escape(block.text) for block in group]
        if kind == "item":
            parts.append("<ul>" + "".join(f"<li>{text}</li>" for text in texts) + "</ul>")
        elif kind == "row":
            rows = ("".join(f"<td>{cell}</td>" for cell in text.split("\t")) for text in texts)
            parts.append("<table>" + "".join(f"<tr>{row}</tr>" for row in rows) + "</table>")
        else:
            tag = {"title": "h1", "heading": "h2", "paragraph": "p"}[kind]
            parts += [f'<{tag} dir="{"rtl" if right_to_left(text) else "ltr"}">{text}</{tag}>' for text in texts]
    foot = f"<hr><p class=note>{html.escape(note)}</p>" if note else ""
    return (
        f'<!doctype html><html lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}"><meta charset="utf-8"><style>'
        f"@page {{ size: A4; margin: 2cm }} body {{ font: 11pt/1.6 '{fonts[0]}', '{fonts[1]}', serif; margin: 0 }}"
        f"h1 {{ font-size: 19pt; column-span: all }} h2 {{ font-size: 14pt }} td {{ border: 1px solid #888; padding: 3pt 9pt }}"
        f"table {{ border-collapse: collapse; width: 100% }} p {{ text-align: justify; margin: 0 0 8pt }} .note {{ font-size: 8pt }}"
        f"main {{ {columns} }}</style><main>{''.join(parts)}{foot}</main></html>"
    )


def as_open_document(blocks: Sequence[Block], language: str, layout: str, fonts: Fonts) -> str:
    """A flat OpenDocument text, which LibreOffice prints."""
    note = next((block.text for block in blocks if block.kind == "note"), "")
    mode = "rl-tb" if language == "ar" else "lr-tb"
    body: list[str] = []
    notes_left = note
    for kind, group in _groups(blocks):
        texts = [html.escape(block.text) for block in group]
        if kind == "item":
            items = "".join(
                f'<text:list-item><text:p text:style-name="Body">{text}</text:p></text:list-item>' for text in texts
            )
            body.append(f'<text:list text:style-name="Bullets">{items}</text:list>')
        elif kind == "row":
            rows = "".join(
                "<table:table-row>"
                + "".join(
                    f'<table:table-cell table:style-name="Cell" office:value-type="string"><text:p text:style-name="Body">{cell}</text:p></table:table-cell>'
                    for cell in text.split("\t")
                )
                + "</table:table-row>"
                for text in texts
            )
            body.append(
                f'<table:table table:style-name="Table"><table:table-column table:number-columns-repeated="3"/>{rows}</table:table>'
            )
        else:
            style = {"title": "Title1", "heading": "Heading1", "paragraph": "Body"}[kind]
            for text in texts:
                own = style if right_to_left(text) == (language == "ar") else style + "Turned"
                tail = ""
                if kind == "paragraph" and notes_left:
                    cited = f'<text:note-citation>1</text:note-citation><text:note-body><text:p text:style-name="Note">{html.escape(notes_left)}</text:p></text:note-body>'
                    tail, notes_left = f'<text:note text:id="n1" text:note-class="footnote">{cited}</text:note>', ""
                body.append(f'<text:p text:style-name="{own}">{text}{tail}</text:p>')
    inside = "".join(body)
    if layout == "columns":
        head, rest = inside.split("</text:p>", 1)
        inside = f'{head}</text:p><text:section text:style-name="Two" text:name="S">{rest}</text:section>'
    other = "lr-tb" if mode == "rl-tb" else "rl-tb"
    faces = f'style:font-name="{fonts[0]}" fo:font-family="{fonts[0]}" style:font-family-complex="{fonts[0]}" style:font-family-asian="{fonts[0]}"'

    def paragraph(name: str, size: int, writing: str) -> str:
        sizes = f'fo:font-size="{size}pt" style:font-size-complex="{size}pt" style:font-size-asian="{size}pt"'
        align = "start" if size > 11 else "justify"
        return (
            f'<style:style style:name="{name}" style:family="paragraph"><style:paragraph-properties style:writing-mode="{writing}" '
            f'fo:text-align="{align}" fo:margin-bottom="0.25cm"/><style:text-properties {faces} {sizes}/></style:style>'
        )

    sizes = {"Title1": 19, "Heading1": 14, "Body": 11, "Note": 9}
    styles = "".join(
        paragraph(name, size, mode) + paragraph(name + "Turned", size, other) for name, size in sizes.items()
    )
    names = ("office", "text", "style", "table", "fo:xsl-fo-compatible")
    spaces = " ".join(
        f'xmlns:{name.split(":")[0]}="urn:oasis:names:tc:opendocument:xmlns:{name.split(":")[-1]}:1.0"'
        for name in names
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document {spaces} office:version="1.3" '
        'office:mimetype="application/vnd.oasis.opendocument.text"><office:styles>'
        f'<style:default-style style:family="paragraph"><style:text-properties fo:language="{language}" style:language-complex="{language}"/></style:default-style>'
        f'</office:styles><office:automatic-styles>{styles}<style:style style:name="Two" style:family="section"><style:section-properties>'
        '<style:columns fo:column-count="2" fo:column-gap="0.8cm"/></style:section-properties></style:style>'
        f'<style:style style:name="Table" style:family="table"><style:table-properties style:writing-mode="{mode}"/></style:style>'
        '<style:style style:name="Cell" style:family="table-cell"><style:table-cell-properties fo:border="0.5pt solid #888888" fo:padding="0.1cm"/></style:style>'
        '<text:list-style style:name="Bullets"><text:list-level-style-bullet text:level="1" text:bullet-char="•"/></text:list-style>'
        '<style:page-layout style:name="A4"><style:page-layout-properties fo:page-width="21cm" fo:page-height="29.7cm" fo:margin="2cm" '
        f'style:writing-mode="{mode}"/></style:page-layout></office:automatic-styles><office:master-styles>'
        '<style:master-page style:name="Standard" style:page-layout-name="A4"/></office:master-styles>'
        f"<office:body><office:text>{inside}</office:text></office:body></office:document>"
    )


def as_typst(blocks: Sequence[Block], language: str, layout: str, fonts: Fonts) -> str:
    def plain(text: str) -> str:
        return re.sub(r"([\\#$*_`<>@\[\]~/=+'\"-])", r"\\\1", text)

    note = next((block.text for block in blocks if block.kind == "note"), "")
    lines = [
        f'#set page(paper: "a4", margin: 2cm{", columns: 2" if layout == "columns" else ""})',
        f'#set text(font: ("{fonts[0]}", "{fonts[1]}"), size: 11pt, lang: "{language}", dir: {"rtl" if language == "ar" else "ltr"})',
        "#set par(justify: true)",
    ]
    for kind, group in _groups(blocks):
        if kind == "row":
            cells = [cell for block in group for cell in block.text.split("\t")]
            lines.append("#table(columns: 3, " + ", ".join(f"[{plain(cell)}]" for cell in cells) + ")")
            continue
        for block in group:
            text = plain(block.text)
            if kind == "title" and layout == "columns":
                lines.append(f'#place(top, scope: "parent", float: true, text(size: 19pt)[{text}])')
            elif kind == "title":
                lines.append(f"#text(size: 19pt)[{text}]")
            elif kind == "heading":
                lines.append(f"== {text}")
            elif kind == "item":
                lines.append(f"- {text}")
            elif right_to_left(block.text) != (language == "ar"):
                lines.append(f"#[#set text(dir: {'rtl' if language != 'ar' else 'ltr'})\n{text}]")
            else:
                tail = f"#footnote[{plain(note)}]" if note else ""
                lines.append(text + tail)
                note = ""
            lines.append("")
    return "\n".join(lines)


def as_latex(blocks: Sequence[Block], language: str, layout: str, fonts: Fonts) -> str:
    """For XeLaTeX; Arabic is set by its `bidi` package."""

    def plain(text: str) -> str:
        text = re.sub(r"([%&#$_])", r"\\\1", text)
        if language == "ar":
            return text
        text = re.sub(r"[\u0600-\u06ff]+", r"{\\otherscript\\beginR \g<0>\\endR}", text)
        return re.sub(r"[\u4e00-\u9fff]+", r"{\\cjkscript \g<0>}", text) if language != "zh" else text

    note = next((block.text for block in blocks if block.kind == "note"), "")
    lines = [r"\documentclass[11pt,a4paper]{article}", r"\usepackage[margin=2cm]{geometry}", r"\usepackage{fontspec}"]
    if language == "zh":
        lines += [r"\usepackage{xeCJK}", rf"\setCJKmainfont{{{fonts[0]}}}"]
    elif language == "ar":
        lines += [rf"\setmainfont[Script=Arabic]{{{fonts[0]}}}"]
    else:
        lines += [
            r"\TeXXeTstate=1",
            rf"\newfontfamily\otherscript[Script=Arabic]{{{fonts[1]}}}",
            r"\newfontfamily\cjkscript{Noto Serif CJK SC}",
        ]
    if layout == "columns":
        lines.append(r"\usepackage{multicol}")
    if language == "ar":
        lines += [r"\newfontfamily\latin{DejaVu Serif}", r"\usepackage{bidi}", r"\setRTL"]
    lines += [r"\begin{document}", r"\sloppy"]
    for kind, group in _groups(blocks):
        texts = [plain(block.text) for block in group]
        if kind == "row":
            rows = r" \\ \hline ".join(text.replace("\t", " & ") for text in texts)
            lines.append(r"\begin{tabular}{|l|l|l|}\hline " + rows + r" \\ \hline\end{tabular}")
        elif kind == "item":
            lines.append(r"\begin{itemize}" + "".join(rf"\item {text} " for text in texts) + r"\end{itemize}")
        elif kind == "title":
            lines.append(rf"{{\LARGE {texts[0]}\par}}" + (r"\begin{multicols}{2}" if layout == "columns" else ""))
        elif kind == "heading":
            lines.append(rf"\section*{{{texts[0]}}}")
        else:
            for block, text in zip(group, texts, strict=True):
                if language == "ar" and not right_to_left(block.text):
                    text = rf"\begin{{LTR}}{text}\end{{LTR}}"
                tail, note = (rf"\footnote{{{plain(note)}}}" if note else ""), ""
                lines.append(text + tail + "\n")
    lines += [r"\end{multicols}"] if layout == "columns" else []
    return "\n".join([*lines, r"\end{document}"])
