"""PDF files that strangers may send."""

from __future__ import annotations

import zlib
from collections.abc import Iterable

from tests.documents.hostile.base import LARGE, MIB, READ, Hostile, kind, noise


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


def kinds() -> Iterable[Hostile]:
    yield kind("cut.pdf", lambda: _page(_stream(b"BT ET"))[:200], "damaged", "empty", READ)
    yield kind("no-objects.pdf", lambda: b"%PDF-1.7\n%%EOF", "damaged", "empty")
    yield kind("noise.pdf", lambda: b"%PDF-1.7\n" + noise(100_000), "damaged")
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
    yield kind("bomb.pdf", lambda: _page(_deflated(128 * MIB)), READ, "damaged", "empty", *LARGE)
    yield kind("bomb-twice.pdf", lambda: _page(_deflated(512 * MIB, 2)), READ, "damaged", "empty", *LARGE, big=True)
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
        *LARGE,
    )
    yield kind("states.pdf", lambda: _page(_stream(b"q " * 2_000_000)), READ, "damaged", "empty", *LARGE)
    yield kind("letters.pdf", lambda: _page(_stream(b"BT /F 9 Tf " + b"(x) Tj " * 20_000 + b"ET")), READ, *LARGE)
    yield kind(
        "cells.pdf",
        lambda: _page(
            _stream(
                b"BT /F 1 Tf " + b"".join(b"1 0 0 1 %d %d Tm (12)Tj " % (n % 200 * 3, n // 200) for n in range(150_000))
            )
        ),
        READ,
        big=True,
    )
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
