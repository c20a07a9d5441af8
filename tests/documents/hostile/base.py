"""What kinds of hostile files share: how one is described; archives, office files and noise for their makers."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

DATA = Path(__file__).parents[1] / "data"
READ = "read"
"""The end of a file of which the harmless rest is read."""
LARGE = ("too_large", "too_much_memory", "took_too_long")
MIB = 2**20
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
BOMB = '<!DOCTYPE x [<!ENTITY a "lol">' + "".join(
    f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@dataclass(frozen=True, slots=True)
class Hostile:
    """One kind of hostile file."""

    name: str
    """What it is called when it is uploaded; kinds are told apart by it."""
    make: Callable[[], bytes]
    ends: frozenset[str]
    """Codes of errors, or `READ`."""
    big: bool = False


def kind(name: str, make: Callable[[], bytes], *ends: str, big: bool = False) -> Hostile:
    return Hostile(name, make, frozenset(ends), big)


def zipped(entries: dict[str, bytes | str], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return made.getvalue()


def docx(body: str | bytes, **others: str | bytes) -> bytes:
    entries: dict[str, bytes | str] = {"[Content_Types].xml": "<Types/>"}
    entries["word/document.xml"] = (
        body if isinstance(body, bytes) else f"<w:document {W}><w:body>{body}</w:body></w:document>"
    )
    return zipped({**entries, **{name.replace("__", "/") + ".xml": content for name, content in others.items()}})


def paragraph(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def odf(kind: str, body: str, **others: str | bytes) -> bytes:
    office = "urn:oasis:names:tc:opendocument:xmlns:"
    names = " ".join(f'xmlns:{name}="{office}{name}:1.0"' for name in ("office", "text", "table"))
    return zipped({
        "mimetype": f"application/vnd.oasis.opendocument.{kind}",
        "content.xml": f"<office:document-content {names}><office:body>{body}</office:body></office:document-content>",
        **{name.replace("__", "/") + ".xml": content for name, content in others.items()},
    })  # fmt: skip


def noise(size: int, seed: int = 1) -> bytes:
    return random.Random(seed).randbytes(size)


def sample(name: str) -> bytes:
    return (DATA / name).read_bytes()
