"""XML in office files that strangers may send."""

from __future__ import annotations

from collections.abc import Iterable

from tests.documents.hostile.base import BOMB, MIB, READ, Hostile, W, docx, kind, noise, paragraph, zipped

OUTSIDE = '<!DOCTYPE x [<!ENTITY i SYSTEM "file:///etc/passwd"><!ENTITY % p SYSTEM "http://127.0.0.1:9/x"> %p;'


def _styles_loop() -> bytes:
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles"
    body = '<w:p><w:pPr><w:pStyle w:val="a"/></w:pPr><w:r><w:t>x</w:t></w:r></w:p>'
    named = f'<Relationship Id="r" Type="{relation}" Target="styles.xml"/>'
    pairs = ("a", "b"), ("b", "a")
    styles = "".join(f'<w:style w:styleId="{a}"><w:basedOn w:val="{b}"/></w:style>' for a, b in pairs)
    return zipped(
        {
            "word/document.xml": f"<w:document {W}><w:body>{body}</w:body></w:document>",
            "word/_rels/document.xml.rels": f"<Relationships>{named}</Relationships>",
            "word/styles.xml": f"<w:styles {W}>{styles}</w:styles>",
        }
    )


def kinds() -> Iterable[Hostile]:
    for ending in ("docx", "odt"):
        name = "word/document.xml" if ending == "docx" else "content.xml"
        base = {"mimetype": "application/vnd.oasis.opendocument.text"} if ending == "odt" else {}

        def made(xml: str | bytes, name: str = name, base: dict[str, str] = base) -> bytes:
            return zipped({**base, name: xml})

        yield kind(f"laughs.{ending}", lambda made=made: made(f"{BOMB}]><x>&i;</x>"), "empty", "damaged")
        yield kind(f"outside.{ending}", lambda made=made: made(f"{OUTSIDE}]><x>&i;</x>"), "empty", "damaged")
        yield kind(f"deep.{ending}", lambda made=made: made("<a>" * 100_000), "too_large")
        yield kind(f"no-xml.{ending}", lambda made=made: made(noise(1000)), "damaged")
        yield kind(f"blank.{ending}", lambda made=made: made(""), "damaged")
        yield kind(
            f"attributes.{ending}",
            lambda made=made: made("<a " + "".join(f"b{n}='' " for n in range(200_000)) + "/>"),
            "empty",
            "damaged",
        )
        yield kind(f"long-name.{ending}", lambda made=made: made(f"<{'a' * 11 * MIB}/>"), "empty", "damaged")
    yield kind(
        "laughs-inside.docx",
        lambda: docx(f"{BOMB}]><w:document {W}><w:body>{paragraph('&i;')}</w:body></w:document>".encode()),
        "empty",
        "damaged",
    )
    yield kind("long-text.docx", lambda: docx(paragraph("x" * 11 * MIB)), "too_large")
    yield kind("paragraphs.docx", lambda: docx(paragraph("words of it") * 50_000), READ)
    yield kind(
        "deep-tables.docx",
        lambda: docx("<w:tbl><w:tr><w:tc>" * 80 + paragraph("x") + "</w:tc></w:tr></w:tbl>" * 80),
        READ,
    )
    yield kind(
        "wide-cell.docx",
        lambda: docx(
            '<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val="2000000000"/></w:tcPr>'
            + paragraph("x")
            + "</w:tc></w:tr></w:tbl>"
        ),
        READ,
    )
    yield kind(
        "notes-loop.docx",
        lambda: docx(
            '<w:p><w:r><w:t>x</w:t><w:footnoteReference w:id="1"/></w:r></w:p>' * 1000, word___rels__document=""
        ),
        READ,
    )
    yield kind("styles-loop.docx", _styles_loop, READ)
    yield kind(
        "utf7.docx",
        lambda: zipped({"word/document.xml": f'<?xml version="1.0" encoding="utf-7"?><a {W}/>'}),
        "empty",
        "damaged",
    )
