"""Files that strangers may send to harm a reader, each made by a few lines; and what may come of each.

`READ` is an end too: of some only the harmless rest is read. Big ones are for `bench/hostile_files.py` alone.
"""

from __future__ import annotations

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

DATA = Path(__file__).parent / "data"
READ = "read"
MIB = 2**20
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
BOMB = '<!DOCTYPE x [<!ENTITY a "lol">' + "".join(
    f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
OUTSIDE = '<!DOCTYPE x [<!ENTITY i SYSTEM "file:///etc/passwd"><!ENTITY % p SYSTEM "http://127.0.0.1:9/x"> %p;'
DAMAGED = {"damaged"}
LARGE = {"too_large", "too_much_memory", "took_too_long"}


@dataclass(frozen=True, slots=True)
class Hostile:
    """One kind of hostile file."""

    name: str
    """What it is called when it is uploaded; kinds are told apart by it."""
    make: Callable[[], bytes]
    ends: frozenset[str]
    """Codes of errors, or `READ`."""
    big: bool = False


def _zip(entries: dict[str, bytes | str], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return made.getvalue()


def _docx(body: str | bytes, **others: str | bytes) -> bytes:
    entries: dict[str, bytes | str] = {"[Content_Types].xml": "<Types/>"}
    entries["word/document.xml"] = (
        body if isinstance(body, bytes) else f"<w:document {W}><w:body>{body}</w:body></w:document>"
    )
    return _zip({**entries, **{name.replace("__", "/") + ".xml": content for name, content in others.items()}})


def _paragraph(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def _xlsx(sheet: str, strings: str = "<sst/>") -> bytes:
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    return _zip({
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": f'<Relationships xmlns="{package}"><Relationship Id="r" Type="{office}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets><sheet name="S" sheetId="1" '
        'r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}"><Relationship Id="r1" '
        f'Type="{office}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" '
        f'Type="{office}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{sheet}</sheetData></worksheet>',
        "xl/sharedStrings.xml": strings,
    })  # fmt: skip


def _odf(kind: str, body: str, **others: str | bytes) -> bytes:
    office = "urn:oasis:names:tc:opendocument:xmlns:"
    names = " ".join(f'xmlns:{name}="{office}{name}:1.0"' for name in ("office", "text", "table"))
    return _zip({
        "mimetype": f"application/vnd.oasis.opendocument.{kind}",
        "content.xml": f"<office:document-content {names}><office:body>{body}</office:body></office:document-content>",
        **{name.replace("__", "/") + ".xml": content for name, content in others.items()},
    })  # fmt: skip


def _epub(pages: dict[str, str], spine: Iterable[str], **others: str) -> bytes:
    items = "".join(f'<item id="{name}" href="{name}" media-type="application/xhtml+xml"/>' for name in spine)
    refs = "".join(f'<itemref idref="{name}"/>' for name in spine)
    return _zip({
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": '<container><rootfiles><rootfile full-path="OPS/p.opf"/></rootfiles></container>',
        "OPS/p.opf": f"<package><manifest>{items}</manifest><spine>{refs}</spine></package>",
        **{f"OPS/{name}": page for name, page in pages.items()},
        **{name.replace("__", "/") + ".xml": content for name, content in others.items()},
    })  # fmt: skip


def _pdf(*objects: bytes, trailer: bytes = b"<</Root 1 0 R>>", head: bytes = b"%PDF-1.7\n") -> bytes:
    made, places = head, list[int]()
    for number, each in enumerate(objects, 1):
        places.append(len(made))
        made += b"%d 0 obj\n%b\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return made + b"xref\n0 %d\n0000000000 65535 f \n%btrailer\n%b\nstartxref\n%d\n%%%%EOF" % (
        len(objects) + 1, table, trailer, len(made)
    )  # fmt: skip


_CATALOG = b"<</Type/Catalog/Pages 2 0 R>>"
_PAGES = b"<</Type/Pages/Kids[3 0 R]/Count 1>>"


def _page(content: bytes, box: bytes = b"0 0 612 792", resources: bytes = b"") -> bytes:
    font = b"<</Font<</F 5 0 R>>%b>>" % resources
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[%b]/Contents 4 0 R/Resources %b>>" % (box, font)
    return _pdf(_CATALOG, _PAGES, page, content, b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>")


def _stream(data: bytes, more: bytes = b"") -> bytes:
    return b"<</Length %d%b>>stream\n%b\nendstream" % (len(data), more, data)


def _deflated(size: int, rounds: int = 1) -> bytes:
    """A stream that is `size` bytes of spaces, deflated as often as said."""
    packer, made = zlib.compressobj(9), bytearray()
    for _ in range(size // MIB):
        made += packer.compress(b" " * MIB)
    data = bytes(made + packer.flush())
    for _ in range(rounds - 1):
        data = zlib.compress(data, 9)
    return _stream(data, b"/Filter[%b]" % (b"/FlateDecode" * rounds))


def _spaces(size: int) -> bytes:
    """A DOCX whose main part is `size` bytes of spaces."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        with archive.open("word/document.xml", "w") as entry:
            entry.write(f"<w:document {W}><w:body>".encode())
            for _ in range(size // MIB):
                entry.write(b" " * MIB)
            entry.write(b"</w:body></w:document>")
    return made.getvalue()


def _lying(size: int) -> bytes:
    """An archive that says that its main part is small."""
    made = bytearray(_spaces(64 * MIB))
    place = made.rindex(b"PK\x01\x02")
    made[place + 24 : place + 28] = struct.pack("<I", size)
    return bytes(made)


def _overlapping() -> bytes:
    """An archive with two entries at one place."""
    made = bytearray(_zip({"word/document.xml": f"<x {W}/>", "word/footnotes.xml": "y" * 100}))
    place = made.rindex(b"PK\x01\x02")
    made[place + 42 : place + 46] = struct.pack("<I", 5)
    return bytes(made)


def _encrypted_entries() -> bytes:
    made = bytearray(_docx(_paragraph("secret")))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = made.find(mark)
        while place >= 0:
            made[place + offset] |= 1
            place = made.find(mark, place + 1)
    return bytes(made)


def _link() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        link = zipfile.ZipInfo("word/document.xml")
        link.external_attr = 0xA1FF0000
        archive.writestr(link, "/etc/passwd")
    return made.getvalue()


def _mail(body: bytes, head: bytes = b"Content-Type: text/plain") -> bytes:
    return (
        b"From: a@example.org\r\nTo: b@example.org\r\nSubject: hi\r\nMIME-Version: 1.0\r\n" + head + b"\r\n\r\n" + body
    )


def _nested_mail(depth: int) -> bytes:
    head = b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n'
    inner = b"".join(b"--%d\r\n" % number + head % (number + 1) for number in range(depth))
    return _mail(b"--0\r\n" + head % 1 + inner, head=(head % 0).strip())


def _noise(size: int, seed: int = 1) -> bytes:
    return random.Random(seed).randbytes(size)


def _sample(name: str) -> bytes:
    return (DATA / name).read_bytes()


def _spoilt(name: str, seed: int = 7) -> bytes:
    """A good file in which some bytes are others."""
    rng, data = random.Random(seed), bytearray(_sample(name))
    for _ in range(max(20, len(data) // 200)):
        data[rng.randrange(len(data))] = rng.randrange(256)
    return bytes(data)


def _kinds() -> Iterable[Hostile]:
    def kind(name: str, make: Callable[[], bytes], *ends: str, big: bool = False) -> Hostile:
        return Hostile(name, make, frozenset(ends), big)

    large = tuple(LARGE)
    # --- archives
    yield kind("spaces.docx", lambda: _spaces(1024 * MIB), "too_large", big=True)
    yield kind("spaces-small.docx", lambda: _spaces(64 * MIB), "too_large")
    yield kind("nested.zip", lambda: _zip({"a.zip": _zip({"b.zip": _zip({"c": b" " * MIB})})}), "unsupported_format")
    yield kind("nested.docx", lambda: _zip({"a.zip": _zip({"b": b" " * MIB})}), "mislabelled")
    yield kind("overlap.docx", _overlapping, "damaged")
    yield kind("lying.docx", lambda: _lying(10), "damaged", "empty")
    yield kind("lying-large.docx", lambda: _lying(2**32 - 2), "damaged", "empty", "too_large")
    yield kind(
        "entries.docx", lambda: _zip({f"x{n}": b"" for n in range(21_000)} | {"word/document.xml": ""}), "too_large"
    )
    yield kind("same-name.docx", lambda: _docx(_paragraph("a")) + _docx(_paragraph("b")), READ, "damaged")
    yield kind("climbs.docx", lambda: _docx(_paragraph("a"), **{"..__..__..__tmp__climbed": "x"}), READ)
    yield kind("رابط 🚀.docx", _link, "damaged")
    yield kind("locked-entries.docx", _encrypted_entries, "encrypted")
    yield kind("empty.zip", lambda: _zip({}), "unsupported_format")
    yield kind("empty-archive.docx", lambda: _zip({}), "mislabelled")
    yield kind("bzip2.docx", lambda: _zip({"word/document.xml": f"<a {W}/>"}, zipfile.ZIP_BZIP2), "empty")
    yield kind("lzma.docx", lambda: _zip({"word/document.xml": b" " * 8 * MIB}, zipfile.ZIP_LZMA), "damaged")
    # --- XML
    for ending in ("docx", "odt"):
        name = "word/document.xml" if ending == "docx" else "content.xml"
        base = {"mimetype": "application/vnd.oasis.opendocument.text"} if ending == "odt" else {}

        def made(xml: str | bytes, name: str = name, base: dict[str, str] = base) -> bytes:
            return _zip({**base, name: xml})

        yield kind(f"laughs.{ending}", lambda made=made: made(f"{BOMB}]><x>&i;</x>"), "empty", "damaged")
        yield kind(f"outside.{ending}", lambda made=made: made(f"{OUTSIDE}]><x>&i;</x>"), "empty", "damaged")
        yield kind(f"deep.{ending}", lambda made=made: made("<a>" * 100_000), "too_large")
        yield kind(f"no-xml.{ending}", lambda made=made: made(_noise(1000)), "damaged")
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
        lambda: _docx(f"{BOMB}]><w:document {W}><w:body>{_paragraph('&i;')}</w:body></w:document>".encode()),
        "empty",
        "damaged",
    )
    yield kind("long-text.docx", lambda: _docx(_paragraph("x" * 11 * MIB)), "too_large")
    yield kind("paragraphs.docx", lambda: _docx(_paragraph("words of it") * 50_000), READ)
    yield kind(
        "deep-tables.docx",
        lambda: _docx("<w:tbl><w:tr><w:tc>" * 80 + _paragraph("x") + "</w:tc></w:tr></w:tbl>" * 80),
        READ,
    )
    yield kind(
        "wide-cell.docx",
        lambda: _docx(
            '<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val="2000000000"/></w:tcPr>'
            + _paragraph("x")
            + "</w:tc></w:tr></w:tbl>"
        ),
        READ,
    )
    yield kind(
        "notes-loop.docx",
        lambda: _docx(
            '<w:p><w:r><w:t>x</w:t><w:footnoteReference w:id="1"/></w:r></w:p>' * 1000, word___rels__document=""
        ),
        READ,
    )
    yield kind("styles-loop.docx", _styles_loop, READ)
    yield kind(
        "utf7.docx",
        lambda: _zip({"word/document.xml": f'<?xml version="1.0" encoding="utf-7"?><a {W}/>'}),
        "empty",
        "damaged",
    )
    # --- sheets
    yield kind(
        "far-cell.xlsx",
        lambda: _xlsx('<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>'),
        READ,
        *large,
    )
    yield kind(
        "beyond.xlsx",
        lambda: _xlsx('<row r="9999999999"><c r="ZZZZZZ9999999999"><v>2</v></c></row>'),
        READ,
        "damaged",
        *large,
    )
    yield kind(
        "no-string.xlsx",
        lambda: _xlsx('<row r="1"><c r="A1" t="s"><v>4000000000</v></c></row>'),
        READ,
        "damaged",
        "empty",
    )
    yield kind("many-cells.xlsx", lambda: _xlsx(_rows(5_000, 40)), READ)
    yield kind("huge.xlsx", lambda: _xlsx(_rows(1_000_000, 40)), READ, *large, big=True)
    yield kind("laughs.xlsx", lambda: _xlsx("", f"{BOMB}]><sst><si><t>&i;</t></si></sst>"), "empty", "damaged")
    yield kind(
        "repeated.ods",
        lambda: _odf(
            "spreadsheet",
            '<office:spreadsheet><table:table table:name="x"><table:table-row table:number-rows-repeated="1048576">'
            '<table:table-cell table:number-columns-repeated="16384" office:value-type="string"><text:p>x</text:p>'
            "</table:table-cell></table:table-row></table:table></office:spreadsheet>",
        ),
        READ,
        *large,
        "damaged",
    )
    yield kind(
        "repeated.odt",
        lambda: _odf(
            "text",
            "<office:text><table:table><table:table-row><table:table-cell "
            'table:number-columns-repeated="2000000000"><text:p>x<text:s text:c="2000000000"/></text:p>'
            "</table:table-cell></table:table-row></table:table></office:text>",
        ),
        READ,
    )
    yield kind("noise.xls", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + _noise(4000), "mislabelled")
    yield kind("locked.xlsx", lambda: _sample("encrypted.xlsx"), "encrypted")
    yield kind(
        "locked.ods",
        lambda: _odf("spreadsheet", "", **{"META-INF__manifest": "<m><encryption-data/></m>"}),
        "encrypted",
    )
    yield kind(
        "locked.odt", lambda: _odf("text", "", **{"META-INF__manifest": "<m><encryption-data/></m>"}), "encrypted"
    )
    # --- books and pages
    yield kind(
        "locked.epub",
        lambda: _epub({}, [], **{"META-INF__encryption": '<e><EncryptionMethod Algorithm="x"/></e>'}),
        "encrypted",
    )
    yield kind("missing.epub", lambda: _epub({}, ["a", "b"]), "empty")
    yield kind("same-page.epub", lambda: _epub({"a": "<p>word " * 20_000}, ["a"] * 2_000), READ, *large)
    yield kind("climbs.epub", lambda: _epub({}, ["../../../../etc/passwd"]), "empty")
    yield kind("deep.html", lambda: b"<html>" + b"<div>" * 100_000 + b"x", READ, "damaged", "empty")
    yield kind("deep-inline.html", lambda: b"<html><p>" + b"<b>" * 100_000 + b"x", READ, "damaged", "empty")
    yield kind("tables.html", lambda: b"<html>" + b"<table><tr><td>" * 20_000 + b"x", READ, "damaged", "empty")
    yield kind(
        "spans.html", lambda: b"<html><table>" + b"<tr><td colspan=999999999 rowspan=999999999>x<td>y" * 3000, READ
    )
    yield kind("script.html", lambda: b"<html><script>" + b"x" * 10 * MIB, "empty")
    yield kind("hidden.html", lambda: b"<html><p hidden>x<p style='display:none'>y", "empty")
    yield kind("attributes.html", lambda: b"<html><p " + b"a=b " * 500_000 + b">x", READ, "damaged")
    yield kind("tags.html", lambda: b"<html>" + b"<p>x" * 50_000, READ)
    yield kind("entities.html", lambda: b"<html><p>" + b"&amp;&#x10FFFF;&#0;&#xD800;" * 50_000, READ)
    yield kind("wrong-charset.html", lambda: "<html><meta charset=utf-16><p>العلم نور".encode(), READ)
    # --- text
    yield kind("empty.txt", lambda: b"", "empty")
    yield kind("blank.txt", lambda: b" \n" * 100_000, "empty")
    yield kind("zeros.txt", lambda: bytes(100_000), "damaged", "unsupported_format")
    yield kind("zero-bytes.txt", lambda: b"a\0b " * 2 + b"words " * 5000, READ)
    yield kind("wide.txt", lambda: ("كلمة " * 5000).encode("utf-16-le"), READ)
    yield kind("halves.txt", lambda: b"\xff\xfe" + b"\x00\xd8" * 5000 + b"a\0", READ)
    yield kind("not-utf8.txt", lambda: "كلمة ".encode() * 1000 + b"\xff\xfe\xfa" + b"\xed\xa0\x80" * 10, READ)
    yield kind("one-line.txt", lambda: b"x" * 8 * MIB, READ)
    yield kind("one-line-huge.txt", lambda: b"x" * 100 * MIB, "too_large", big=True)
    yield kind("marks.txt", lambda: ("a" + "\u0301" * 300_000).encode(), READ)
    yield kind("turned.txt", lambda: ("\u202e" * 1000 + "abc").encode(), READ)
    yield kind("fences.md", lambda: b"```\n" * 100_000 + b"# x\n" * 100_000, READ)
    yield kind("quotes.csv", lambda: b'a,"b\n' * 200_000, READ, "damaged", "too_large")
    yield kind("columns.csv", lambda: b"x," * 1_000_000, READ)
    yield kind("rows.csv", lambda: b"a,b\n" * 200_000, READ)
    yield kind("noise.bin", lambda: _noise(100_000), "unsupported_format")
    yield kind("noise.csv", lambda: _noise(100_000), "unsupported_format", READ)
    # --- mail and RTF
    yield kind("nested.eml", lambda: _nested_mail(10_000), "too_large", "damaged")
    yield kind(
        "no-end.eml", lambda: _mail(b"--x\r\n" * 100_000, b'Content-Type: multipart/mixed; boundary="x"'), READ, *large
    )
    yield kind("words.eml", lambda: _mail(b"x", b"X: " + b"=?utf-8?q?a?= " * 100_000), READ)
    yield kind("headers.eml", lambda: _mail(b"x", b"\r\n".join(b"To: a@example.org" for _ in range(100_000))), READ)
    yield kind("base64.eml", lambda: _mail(b"@@@@" * 100_000, b"Content-Transfer-Encoding: base64"), READ, "empty")
    yield kind("charset.eml", lambda: _mail(b"\xff\xfe", b"Content-Type: text/plain; charset=../../x"), READ)
    yield kind("braces.rtf", lambda: b"{\\rtf1 " + b"{" * 500_000 + b"x", READ)
    yield kind("closed.rtf", lambda: b"{\\rtf1 a" + b"}" * 500_000 + b"x", READ)
    yield kind(
        "numbers.rtf",
        lambda: b"{\\rtf1 \\u99999999999999 ?\\uc99999999\\u65 x\\f-99999\\'zz\\bin999999999 y}",
        READ,
        "damaged",
    )
    yield kind("binary.rtf", lambda: b"{\\rtf1\\ansi " + _noise(100_000), READ)
    # --- PDF
    yield kind("cut.pdf", lambda: _page(_stream(b"BT ET"))[:200], "damaged", "empty", READ)
    yield kind("no-objects.pdf", lambda: b"%PDF-1.7\n%%EOF", "damaged", "empty")
    yield kind("noise.pdf", lambda: b"%PDF-1.7\n" + _noise(100_000), "damaged")
    yield kind(
        "self.pdf", lambda: _pdf(_CATALOG, b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 2>>"), "damaged", "empty", READ
    )
    yield kind(
        "tree.pdf",
        lambda: _pdf(
            _CATALOG, b"<</Type/Pages/Kids[3 0 R 3 0 R]/Count 4>>", b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 4>>"
        ),
        "damaged",
        "empty",
        READ,
    )
    yield kind(
        "count.pdf",
        lambda: _pdf(_CATALOG, b"<</Type/Pages/Kids[]/Count 2000000000>>"),
        "damaged",
        "empty",
        "too_large",
        READ,
    )
    yield kind(
        "box.pdf", lambda: _page(_stream(b"BT /F 9 Tf (x) Tj ET"), b"0 0 99999999999 99999999999"), "damaged", READ
    )
    yield kind("no-box.pdf", lambda: _page(_stream(b"BT /F 9 Tf (x) Tj ET"), b"0 0 0 0"), "damaged", READ, "empty")
    yield kind("bomb.pdf", lambda: _page(_deflated(128 * MIB)), READ, "damaged", "empty", *large)
    yield kind("bomb-twice.pdf", lambda: _page(_deflated(512 * MIB, 2)), READ, "damaged", "empty", *large, big=True)
    yield kind(
        "xref-loop.pdf",
        lambda: _pdf(_CATALOG, _PAGES, trailer=b"<</Root 1 0 R/Prev 9>>").replace(b"startxref", b"startxref %"),
        "damaged",
        "empty",
        READ,
    )
    yield kind(
        "form-loop.pdf",
        lambda: _page(
            _stream(b"/X Do", b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 4 0 R>>>>"),
            resources=b"/XObject<</X 4 0 R>>",
        ),
        READ,
        "damaged",
        "empty",
        *large,
    )
    yield kind("states.pdf", lambda: _page(_stream(b"q " * 2_000_000)), READ, "damaged", "empty", *large)
    yield kind("letters.pdf", lambda: _page(_stream(b"BT /F 9 Tf " + b"(x) Tj " * 20_000 + b"ET")), READ, *large)
    yield kind(
        "picture.pdf",
        lambda: _page(
            _stream(b"/I Do"),
            resources=b"/XObject<</I<</Subtype/Image/Width 999999999/Height 999999999"
            b"/BitsPerComponent 8/ColorSpace/DeviceRGB>>>>",
        ),
        READ,
        "damaged",
        "empty",
    )
    yield kind(
        "locked.pdf",
        lambda: _pdf(
            _CATALOG,
            _PAGES,
            b"<</Type/Page/Parent 2 0 R>>",
            b"<</Filter/Standard/V 4/R 4/Length 128/P -1/O<%b>/U<%b>>>" % (b"00" * 32, b"11" * 32),
            trailer=b"<</Root 1 0 R/Encrypt 4 0 R/ID[<00><00>]>>",
        ),
        "encrypted",
        "damaged",
    )
    yield kind(
        "pages.pdf",
        lambda: _pdf(
            _CATALOG,
            b"<</Type/Pages/Kids[%b]/Count 100000>>" % (b"3 0 R " * 100_000),
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>",
        ),
        "too_large",
        "damaged",
        "empty",
        READ,
    )
    # --- names that lie
    yield kind("program.pdf", lambda: b"MZ\x90\0" + bytes(1000), "mislabelled")
    yield kind("program.docx", lambda: b"\x7fELF" + bytes(1000), "mislabelled")
    yield kind("page.pdf", lambda: b"<!DOCTYPE html><p>It is a page.", READ)
    yield kind("archive.xlsx", lambda: _zip({"a.txt": "x"}), "mislabelled")
    yield kind("letter.png", lambda: _sample("languages.rtf"), READ)
    yield kind(
        "old.doc",
        lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "WordDocument\0".encode("utf-16-le"),
        "unsupported_format",
    )
    yield kind("../../../etc/passwd\0.txt", lambda: b"It is a text.", READ)
    yield kind("x" * 100_000 + ".docx", lambda: _sample("languages.docx"), READ)
    # --- pictures
    yield kind(
        "huge.png",
        lambda: (
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", 2**31 - 1, 2**31 - 1) + b"\x08\x02\0\0\0" + bytes(50)
        ),
        "needs_ocr",
        *large,
        "damaged",
    )
    yield kind("cut.jpg", lambda: b"\xff\xd8\xff\xe0\0\x10JFIF", "needs_ocr", "damaged")
    # --- good files, cut and spoilt
    for name in sorted(each.name for each in DATA.glob("*.*") if each.suffix != ".html"):
        if name != "encrypted.xlsx":
            ends = ("damaged", READ, "empty", "mislabelled", "unsupported_format", "too_large", "too_much_memory")
            yield kind(f"cut-{name}", lambda name=name: _sample(name)[: len(_sample(name)) // 2], *ends)
            yield kind(f"spoilt-{name}", lambda name=name: _spoilt(name), *ends, "encrypted")


def _styles_loop() -> bytes:
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles"
    body = '<w:p><w:pPr><w:pStyle w:val="a"/></w:pPr><w:r><w:t>x</w:t></w:r></w:p>'
    named = f'<Relationship Id="r" Type="{relation}" Target="styles.xml"/>'
    pairs = ("a", "b"), ("b", "a")
    styles = "".join(f'<w:style w:styleId="{a}"><w:basedOn w:val="{b}"/></w:style>' for a, b in pairs)
    return _zip(
        {
            "word/document.xml": f"<w:document {W}><w:body>{body}</w:body></w:document>",
            "word/_rels/document.xml.rels": f"<Relationships>{named}</Relationships>",
            "word/styles.xml": f"<w:styles {W}>{styles}</w:styles>",
        }
    )


def _rows(rows: int, columns: int) -> str:
    row = "".join("<c><v>1234.5</v></c>" for _ in range(columns))
    return f"<row>{row}</row>" * rows


KINDS = {each.name: each for each in _kinds()}
