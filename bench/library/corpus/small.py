"""The corpus' articles as small files that the machine needs nothing for but the browser of the web app's benches."""

from __future__ import annotations

import io
import zipfile
from xml.sax.saxutils import escape

from playwright.async_api import Browser

from bench.library.corpus.texts import Block, article


def blocks_of(language: str) -> list[Block]:
    return [block for layout in ("article", "report", "mixed") for block in article(language, layout)]


def as_page(language: str, blocks: list[Block]) -> str:
    tags = {"title": "h1", "heading": "h2"}
    body = "".join(f"<{tag}>{escape(block.text)}</{tag}>" for block in blocks for tag in [tags.get(block.kind, "p")])
    style = "<style>body{font:15pt/1.6 serif}h1{break-before:page}</style>"
    way = "rtl" if language == "ar" else "ltr"
    return f"<!doctype html><html lang={language} dir={way}><meta charset=utf-8>{style}<body>{body}"


async def as_pdf(browser: Browser, html: str) -> bytes:
    page = await browser.new_page()
    await page.set_content(html)
    content = await page.pdf()
    await page.close()
    return content


def as_docx(blocks: list[Block]) -> bytes:
    word = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    body = "".join(f"<w:p><w:r><w:t>{escape(block.text)}</w:t></w:r></w:p>" for block in blocks)
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    types = "http://schemas.openxmlformats.org/package/2006"
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{types}/content-types"><Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/word/document.xml" ContentType="{kind}"/></Types>',
        )
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{types}/relationships"><Relationship Id="r1" Type="{office}" '
            'Target="word/document.xml"/></Relationships>',
        )
        archive.writestr("word/document.xml", f"<w:document {word}><w:body>{body}</w:body></w:document>")
    return made.getvalue()
