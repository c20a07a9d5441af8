"""Archives that strangers may send."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Iterable

from tests.documents.hostile.base import MIB, READ, Hostile, W, docx, kind, paragraph, zipped


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
    made = bytearray(zipped({"word/document.xml": f"<x {W}/>", "word/footnotes.xml": "y" * 100}))
    place = made.rindex(b"PK\x01\x02")
    made[place + 42 : place + 46] = struct.pack("<I", 5)
    return bytes(made)


def _encrypted_entries() -> bytes:
    made = bytearray(docx(paragraph("secret")))
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


def kinds() -> Iterable[Hostile]:
    yield kind("spaces.docx", lambda: _spaces(1024 * MIB), "too_large", big=True)
    yield kind("spaces-small.docx", lambda: _spaces(64 * MIB), "too_large")
    yield kind(
        "nested.zip", lambda: zipped({"a.zip": zipped({"b.zip": zipped({"c": b" " * MIB})})}), "unsupported_format"
    )
    yield kind("nested.docx", lambda: zipped({"a.zip": zipped({"b": b" " * MIB})}), "mislabelled")
    yield kind("overlap.docx", _overlapping, "damaged")
    yield kind("lying.docx", lambda: _lying(10), "damaged", "empty")
    yield kind("lying-large.docx", lambda: _lying(2**32 - 2), "damaged", "empty", "too_large")
    yield kind(
        "entries.docx", lambda: zipped({f"x{n}": b"" for n in range(21_000)} | {"word/document.xml": ""}), "too_large"
    )
    yield kind("same-name.docx", lambda: docx(paragraph("a")) + docx(paragraph("b")), READ, "damaged")
    yield kind("climbs.docx", lambda: docx(paragraph("a"), **{"..__..__..__tmp__climbed": "x"}), READ)
    yield kind("رابط 🚀.docx", _link, "damaged")
    yield kind("locked-entries.docx", _encrypted_entries, "encrypted")
    yield kind("empty.zip", lambda: zipped({}), "unsupported_format")
    yield kind("empty-archive.docx", lambda: zipped({}), "mislabelled")
    yield kind("bzip2.docx", lambda: zipped({"word/document.xml": f"<a {W}/>"}, zipfile.ZIP_BZIP2), "empty")
    yield kind("lzma.docx", lambda: zipped({"word/document.xml": b" " * 8 * MIB}, zipfile.ZIP_LZMA), "damaged")
