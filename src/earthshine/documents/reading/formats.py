"""What a file is: told by its bytes. Its name only decides between formats that are all plain text."""

from __future__ import annotations

import mmap
import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from earthshine.documents.errors import UnreadableFile
from earthshine.documents.readers.text.encoding import looks_like_text

_HEAD = 8192
"""Bytes that are looked at first."""


@dataclass(frozen=True, slots=True)
class Format:
    """A format, and who reads it."""

    kind: str
    reader: str
    """The name of its reader; empty where nobody reads it."""
    words: str = ""
    """What to call it when nobody reads it."""


_ENDINGS = {
    "md": "markdown",
    "markdown": "markdown",
    "csv": "csv",
    "tsv": "tsv",
    "tab": "tsv",
    "json": "json",
    "jsonl": "text",
    "htm": "html",
    "html": "html",
    "xhtml": "html",
    "eml": "email",
}
"""Formats of plain text, which bytes alone do not tell."""
_OFFICE = {"docx", "docm", "dotx", "pptx", "pptm", "ppsx", "xlsx", "xlsm", "xlsb", "xls", "odt", "ods", "odp", "rtf"}
_BINARY = _OFFICE | {"pdf", "epub", "png", "jpg", "jpeg", "gif", "webp", "tif", "tiff", "bmp"}
"""Endings of names that promise more than plain text; a file that is nothing known is `mislabelled` with them."""
_OWN = _BINARY | {"text", "table_text", "html", "email", "odf", "sheets", "image"}
"""Names of readers that are no endings for others to take."""

_MAGIC: tuple[tuple[bytes, Format], ...] = (
    (b"{\\rtf", Format("rtf", "rtf")),
    (b"\x89PNG\r\n\x1a\n", Format("png", "image")),
    (b"\xff\xd8\xff", Format("jpeg", "image")),
    (b"GIF8", Format("gif", "image")),
    (b"II*\0", Format("tiff", "image")),
    (b"MM\0*", Format("tiff", "image")),
    (b"BM", Format("bmp", "image")),
    (b"MZ", Format("exe", "", "a program for Windows")),
    (b"\x7fELF", Format("elf", "", "a program for Linux")),
    (b"\xcf\xfa\xed\xfe", Format("macho", "", "a program for macOS")),
    (b"\xca\xfe\xba\xbe", Format("class", "", "compiled Java")),
    (b"\x1f\x8b", Format("gzip", "", "an archive (gzip)")),
    (b"BZh", Format("bzip2", "", "an archive (bzip2)")),
    (b"\xfd7zXZ\0", Format("xz", "", "an archive (xz)")),
    (b"\x28\xb5\x2f\xfd", Format("zstd", "", "an archive (zstd)")),
    (b"7z\xbc\xaf\x27\x1c", Format("7z", "", "an archive (7-Zip)")),
    (b"Rar!\x1a\x07", Format("rar", "", "an archive (RAR)")),
    (b"SQLite format 3\0", Format("sqlite", "", "a database (SQLite)")),
    (b"%!PS", Format("postscript", "", "PostScript")),
    (b"ID3", Format("mp3", "", "sound")),
    (b"OggS", Format("ogg", "", "sound or video")),
    (b"fLaC", Format("flac", "", "sound")),
    (b"\x1aE\xdf\xa3", Format("matroska", "", "video")),
    (b"\0\x01\0\0\0", Format("ttf", "", "a font")),
    (b"OTTO", Format("otf", "", "a font")),
    (b"GGUF", Format("gguf", "", "a model")),
    (b"wOFF", Format("woff", "", "a font")),
    (b"wOF2", Format("woff", "", "a font")),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_STREAMS: tuple[tuple[str, Format], ...] = (
    ("Workbook", Format("xls", "sheets")),
    ("Book", Format("xls", "sheets")),
    ("WordDocument", Format("doc", "", "an old Word document (.doc)")),
    ("PowerPoint Document", Format("ppt", "", "an old PowerPoint presentation (.ppt)")),
    ("__substg1.0_0037001F", Format("msg", "", "a message of Outlook (.msg)")),
)
_PARTS: tuple[tuple[str, Format], ...] = (
    ("word/document.xml", Format("docx", "docx")),
    ("ppt/presentation.xml", Format("pptx", "pptx")),
    ("xl/workbook.xml", Format("xlsx", "sheets")),
    ("xl/workbook.bin", Format("xlsb", "sheets")),
    ("META-INF/container.xml", Format("epub", "epub")),
)
_MIMETYPES: dict[str, Format] = {
    "application/epub+zip": Format("epub", "epub"),
    "application/vnd.oasis.opendocument.text": Format("odt", "odf"),
    "application/vnd.oasis.opendocument.presentation": Format("odp", "odf"),
    "application/vnd.oasis.opendocument.spreadsheet": Format("ods", "sheets"),
}
_MAIL = re.compile(
    rb"(return-path|received|mime-version|date|subject|from|to|message-id|delivered-to|content-type|x-[\w-]+|reply-to|"
    rb"cc|dkim-signature|authentication-results|arc-[\w-]+|list-[\w-]+|sender|in-reply-to|references|user-agent|"
    rb"content-transfer-encoding|content-language|thread-[\w-]+|importance|bcc|received-spf|organization)[ \t]*:", re.I
)  # fmt: skip
_HTML = re.compile(rb"<(!doctype\s+html|html[\s>]|head[\s>]|body[\s>]|meta\s)", re.I)


def tell(path: Path, name: str, readers: frozenset[str] = frozenset()) -> Format:
    """Return what a file is. `readers`: further formats that are known by their names' ending alone.

    Raises `UnreadableFile` (`empty`, `encrypted`, `damaged`, `mislabelled`, `unsupported_format`).
    """
    with path.open("rb") as file:
        head = file.read(_HEAD)
    ending = PurePosixPath(name.lower().strip()).suffix[1:]
    if not head:
        raise UnreadableFile("empty", "It has 0 bytes.")
    found = _by_magic(head, path) or _by_text(head, ending)
    if (found is None or found.kind == "text") and ending in readers and ending not in _OWN:
        found = Format(ending, ending)
    if found is None and head.strip(b"\0") == b"":
        raise UnreadableFile("damaged", "It begins with nothing but zeros.")
    if found is not None and found.reader:
        return found
    words = found.words if found is not None else "of a format that is not known here"
    if ending in _BINARY:
        raise UnreadableFile("mislabelled", f"It is named .{ending}, but it is {words}.")
    raise UnreadableFile("unsupported_format", f"It is {words}.")


def _by_magic(head: bytes, path: Path) -> Format | None:
    if b"%PDF-" in head[:1024]:
        return Format("pdf", "pdf")
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return _zip(path)
    if head.startswith(_OLE):
        return _ole(path)
    if head[:4] == b"RIFF":
        return Format("webp", "image") if head[8:12] == b"WEBP" else Format("riff", "", "sound or video")
    if head[4:8] == b"ftyp":
        still = head[8:12] in (b"heic", b"heix", b"mif1", b"avif")
        return Format("heif", "image") if still else Format("mp4", "", "video")
    if head[257:262] == b"ustar":
        return Format("tar", "", "an archive (tar)")
    for magic, form in _MAGIC:
        # A few letters may begin a text too.
        if head.startswith(magic) and not (magic.isalnum() and looks_like_text(head)):
            return form
    return None


def _zip(path: Path) -> Format:
    import zipfile  # only where it is needed: a child starts faster without

    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.NameToInfo
            if "EncryptedPackage" in names:
                raise UnreadableFile("encrypted")
            if "mimetype" in names and names["mimetype"].file_size < 200:
                with archive.open("mimetype") as file:
                    mimetype = file.read(200).decode("ascii", "replace").strip().removesuffix("-template")
                if mimetype in _MIMETYPES:
                    return _MIMETYPES[mimetype]
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, EOFError) as error:
        raise UnreadableFile("damaged", f"Its archive cannot be opened: {error}.") from None
    for part, form in _PARTS:
        if part in names:
            return form
    if "[Content_Types].xml" in names:
        raise UnreadableFile("damaged", "Its main part is missing.")
    return Format("zip", "", "an archive (ZIP)")


def _ole(path: Path) -> Format:
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        if data.find("EncryptedPackage".encode("utf-16-le")) >= 0:
            raise UnreadableFile("encrypted")
        for stream, form in _STREAMS:
            if data.find(f"{stream}\0".encode("utf-16-le")) >= 0:
                return form
    return Format("ole", "", "an old file of Microsoft Office or another program")


def _by_text(head: bytes, ending: str) -> Format | None:
    if not looks_like_text(head):
        return None
    named = _ENDINGS.get(ending, "")
    if named == "email" or (not named and _is_mail(head)):
        return Format("email", "email")
    if named == "html" or (named == "" and _HTML.search(head[:2048].replace(b"\0", b""))):
        return Format("html", "html")
    if named in ("csv", "tsv"):
        return Format(named, "table_text")
    return Format(named or "text", "text")


def _is_mail(head: bytes) -> bool:
    """Whether it begins with at least three lines of a mail's head, and nothing else before the first empty line."""
    lines = re.split(rb"\r?\n", head.split(b"\n\n")[0].split(b"\r\n\r\n")[0])[:40]
    fields = [line for line in lines if line and not line[:1].isspace()]
    known = sum(_MAIL.match(line) is not None for line in fields)
    return known >= 3 and known >= 0.6 * len(fields)
