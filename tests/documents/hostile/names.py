"""Names that lie, pictures, and good files that were cut or spoilt."""

from __future__ import annotations

import random
import struct
from collections.abc import Iterable

from tests.documents.hostile.base import DATA, LARGE, READ, Hostile, kind, sample, zipped


def _spoilt(name: str, seed: int = 7) -> bytes:
    """A good file in which some bytes are others."""
    rng, data = random.Random(seed), bytearray(sample(name))
    for _ in range(max(20, len(data) // 200)):
        data[rng.randrange(len(data))] = rng.randrange(256)
    return bytes(data)


def kinds() -> Iterable[Hostile]:
    yield kind("program.pdf", lambda: b"MZ\x90\0" + bytes(1000), "mislabelled")
    yield kind("program.docx", lambda: b"\x7fELF" + bytes(1000), "mislabelled")
    yield kind("page.pdf", lambda: b"<!DOCTYPE html><p>It is a page.", READ)
    yield kind("archive.xlsx", lambda: zipped({"a.txt": "x"}), "mislabelled")
    yield kind("letter.png", lambda: sample("languages.rtf"), READ)
    yield kind(
        "old.doc",
        lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "WordDocument\0".encode("utf-16-le"),
        "unsupported_format",
    )
    yield kind("../../../etc/passwd\0.txt", lambda: b"It is a text.", READ)
    yield kind("x" * 100_000 + ".docx", lambda: sample("languages.docx"), READ)

    yield kind(
        "huge.png",
        lambda: (
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", 2**31 - 1, 2**31 - 1) + b"\x08\x02\0\0\0" + bytes(50)
        ),
        "needs_ocr",
        *LARGE,
        "damaged",
    )
    yield kind("cut.jpg", lambda: b"\xff\xd8\xff\xe0\0\x10JFIF", "needs_ocr", "damaged")

    for name in sorted(each.name for each in DATA.glob("*.*") if each.suffix != ".html"):
        if name != "encrypted.xlsx":
            ends = ("damaged", READ, "empty", "mislabelled", "unsupported_format", "too_large", "too_much_memory")
            yield kind(f"cut-{name}", lambda name=name: sample(name)[: len(sample(name)) // 2], *ends)
            yield kind(f"spoilt-{name}", lambda name=name: _spoilt(name), *ends, "encrypted")
