"""Sixty pictures that nobody should have to decode: bombs, lies, cuts, and files of other kinds."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from PIL import Image

Hostile = tuple[str, bytes]


def png(width: int, height: int, *, depth: int = 8, kind: int = 2, data: bytes = b"", chunks: bytes = b"") -> bytes:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunks + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def saved(kind: str, size: tuple[int, int] = (60, 40), mode: str = "RGB", **options: Any) -> bytes:
    file = BytesIO()
    Image.new(mode, size, 1).save(file, kind, **options)
    return file.getvalue()


def jpeg_of(width: int, height: int) -> bytes:
    """Return a JPEG whose frame claims another size."""
    whole = bytearray(saved("JPEG"))
    at = whole.index(b"\xff\xc0")
    whole[at + 5 : at + 9] = struct.pack(">HH", height, width)
    return bytes(whole)


def gif_of(width: int, height: int) -> bytes:
    whole = bytearray(saved("GIF", mode="P"))
    whole[6:10] = struct.pack("<HH", width, height)
    return bytes(whole)


def webp_of(width: int, height: int) -> bytes:
    canvas = b"VP8X" + struct.pack("<I", 10) + bytes(4)
    canvas += (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    body = b"WEBP" + canvas + saved("WEBP")[12:]
    return b"RIFF" + struct.pack("<I", len(body)) + body


def hostile() -> Iterator[Hostile]:
    """Give each with its name."""
    zeros = zlib.compress(bytes(2**20))
    for side in (8_000, 20_000, 65_535, 2**31 - 1):
        yield f"PNG that claims {side} squared", png(side, side, data=zeros)
    bomb = zlib.compressobj(9)
    packed = b"".join(bomb.compress(bytes(2**20)) for _ in range(150)) + bomb.flush()
    yield "PNG of 49 million pixels that are there", png(7000, 7000, data=packed)
    yield "PNG of 400 million pixels that are there", png(20_000, 20_000, depth=1, kind=0, data=packed)
    yield "PNG one pixel high", png(40_000_000, 1, depth=1, kind=0, data=packed)
    yield "PNG with a huge text", png(9, 9, data=zeros, chunks=chunk(b"zTXt", b"a\0\0" + packed))
    yield "PNG with a huge profile", png(9, 9, data=zeros, chunks=chunk(b"iCCP", b"a\0\0" + packed))
    yield "PNG with no pixels", png(0, 0)
    yield "PNG with no width", png(0, 9, data=zeros)
    yield "PNG without data", png(9, 9)
    yield "PNG of depth 3", png(9, 9, depth=3, data=zeros)
    yield "PNG of kind 9", png(9, 9, kind=9, data=zeros)
    yield "PNG with a palette and none", png(9, 9, kind=3, data=zeros)
    yield "PNG whose data is no zlib", png(9, 9, data=b"\xff" * 500)
    yield "PNG with a chunk of 4 GiB", b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 2**32 - 1) + b"IHDR" + bytes(50)
    yield (
        "APNG of a million frames",
        png(9, 9, data=zeros, chunks=chunk(b"acTL", struct.pack(">II", 10**6, 0)) + chunk(b"fcTL", bytes(26))),
    )
    for width, height in ((65_500, 65_500), (65_500, 1), (0, 0), (10_000, 6_000)):
        yield f"JPEG that claims {width} x {height}", jpeg_of(width, height)
    yield "JPEG with an endless comment", b"\xff\xd8" + b"\xff\xfe\xff\xff" + bytes(70_000)
    yield "JPEG with a lying EXIF", saved("JPEG", exif=b"Exif\0\0II*\0\x08\0\0\0\xff\xff" + b"\x12\x01\x03\0" * 50)
    yield (
        "JPEG with an EXIF that points at itself",
        saved("JPEG", exif=b"Exif\0\0II*\0\x08\0\0\0\x01\0\x69\x87\x04\0\x01\0\0\0\x08\0\0\0"),
    )
    yield "JPEG of CMYK", saved("JPEG", mode="CMYK")
    for width, height in ((65_535, 65_535), (0, 0), (65_535, 1)):
        yield f"GIF that claims {width} x {height}", gif_of(width, height)
    yield "GIF without a frame", b"GIF89a" + struct.pack("<HHBBB", 9, 9, 0, 0, 0) + b";"
    yield (
        "GIF with an endless extension",
        b"GIF89a" + struct.pack("<HHBBB", 9, 9, 0, 0, 0) + b"!\xfe" + b"\xff" * 400_000,
    )
    yield (
        "GIF with a code size of 200",
        b"GIF89a"
        + struct.pack("<HHBBB", 9, 9, 0x80, 0, 0)
        + bytes(6)
        + b","
        + struct.pack("<HHHHB", 0, 0, 9, 9, 0)
        + b"\xc8\x05abcde\0;",
    )
    for width, height in ((16_383, 16_383), (2**24, 2**24), (2**24, 1)):
        yield f"WebP that claims {width} x {height}", webp_of(width, height)
    yield "WebP of nothing", b"RIFF\x04\0\0\0WEBP"
    yield "WebP with a chunk of 4 GiB", b"RIFF\xff\xff\xff\xffWEBPVP8L\xff\xff\xff\xff/" + bytes(40)
    for kind in ("PNG", "JPEG", "GIF", "WEBP"):
        whole = saved(kind, (200, 200))
        yield f"{kind} cut in half", whole[: len(whole) // 2]
        yield f"{kind} cut after its head", whole[:14]
        yield f"{kind} with noise in it", whole[:40] + bytes((7 * n) % 251 for n in range(len(whole)))
    for kind in ("TIFF", "BMP", "ICO", "PPM", "TGA", "PDF"):
        yield f"a {kind}", saved(kind)
    yield "SVG", b'<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>'
    yield "SVG that grows", b'<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;">]><svg>&c;</svg>'
    yield "PostScript", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(/etc/passwd) (r) file\n"
    yield "HTML", b"<html><img src=x onerror=alert(1)></html>"
    yield "ZIP", b"PK\x03\x04" + bytes(60)
    yield "ELF", b"\x7fELF" + bytes(60)
    yield "GGUF", b"GGUF\x03\0\0\0" + bytes(60)
    yield "nothing", b""
    yield "a byte", b"\x89"
    yield "zeros", bytes(100_000)
