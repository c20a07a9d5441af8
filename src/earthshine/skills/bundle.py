"""The files of one version of a skill, kept as one zip: checked when it comes, unpacked where it is used.

A stranger's archive is checked by what it really holds, not by what its directory says: sizes are counted while it is
read, and names that would leave the folder, links and encrypted entries are refused.
"""

from __future__ import annotations

import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from earthshine.errors import InvalidRequest
from earthshine.skills.manifest import NAME, Manifest, read_manifest

MOST_UPLOAD = 50 * 2**20
"""Bytes of a zip, as on OpenAI's platform."""
MOST_FILES = 500
MOST_FILE = 25 * 2**20
MOST_TOTAL = 200 * 2**20
"""Bytes of all files together, unpacked."""
_MOST_ENTRIES = 2 * MOST_FILES
_MOST_STEPS, _MOST_STEP, _MOST_PATH = 16, 255, 512
_PIECE = 2**18
_JUNK = ("__MACOSX", ".DS_Store", "Thumbs.db")
"""What systems put into archives beside the files of people."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """One version, as its zip says."""

    manifest: Manifest
    root: str
    """The folder in the zip that has the SKILL.md, with its slash; empty for the zip's top."""
    files: int
    bytes: int
    """Of all files, unpacked."""


def read_bundle(path: Path) -> Bundle:
    """Check a zip, byte for byte. Takes time, so not for the event loop. Raises `InvalidRequest`."""
    with _opened(path) as archive:
        entries = _entries(archive)
        manifests = sorted((each for each in entries if _is_manifest(each)), key=lambda each: each.count("/"))
        if not manifests or manifests[0].count("/") > 1:
            raise _wrong(f"it has no {NAME} at its top, or in the one folder at its top")
        root = manifests[0][: -len(NAME)]
        if outside := next((each for each in entries if not each.startswith(root)), None):
            raise _wrong(f"{outside[:100]!r} is outside the folder {root!r} that has the {NAME}")
        if any(each.startswith(root) and each.count("/") == root.count("/") for each in manifests[1:]):
            raise _wrong(f"it has more than one {NAME}")
        manifest = read_manifest(b"".join(_pieces(archive, entries[manifests[0]], MOST_FILE)))
        total = 0
        for entry in entries.values():
            for piece in _pieces(archive, entry, MOST_FILE):
                total += len(piece)
                if total > MOST_TOTAL:
                    raise _wrong(f"its files have more than {MOST_TOTAL} bytes together")
    return Bundle(manifest, root, len(entries), total)


def read_archive(path: Path, wanted: Callable[[str], bool]) -> dict[str, bytes]:
    """Check a zip of any kind, byte for byte; return the files in it whose paths are `wanted`.

    Takes time, so not for the event loop. Raises `InvalidRequest`.
    """
    kept: dict[str, bytes] = {}
    total = 0
    with _opened(path) as archive:
        for name, entry in _entries(archive).items():
            content = bytearray()
            for piece in _pieces(archive, entry, MOST_FILE):
                total += len(piece)
                if total > MOST_TOTAL:
                    raise _wrong(f"its files have more than {MOST_TOTAL} bytes together")
                if wanted(name):
                    content += piece
            if wanted(name):
                kept[name] = bytes(content)
    return kept


def unpack(path: Path, root: str, into: Path) -> None:
    """Write the files of a zip that was checked into a new folder. Not for the event loop.

    Raises `InvalidRequest` for a zip that is not what it was, and `OSError`.
    """
    into.mkdir(parents=True)
    with _opened(path) as archive:
        for name, entry in _entries(archive).items():
            place = into / name.removeprefix(root)
            place.parent.mkdir(parents=True, exist_ok=True)
            with place.open("xb") as file:
                for piece in _pieces(archive, entry, MOST_FILE):
                    file.write(piece)
            if entry.external_attr >> 16 & stat.S_IXUSR:
                place.chmod(0o755)


def entry_name(given: str) -> str:
    """Return a path in a zip, normalised. Raises `InvalidRequest` for one that could leave its folder."""
    name = unicodedata.normalize("NFC", given)
    steps = name.split("/")
    fit = (
        0 < len(name.encode("utf-8", "replace")) <= _MOST_PATH
        and len(steps) <= _MOST_STEPS
        and all(step not in ("", ".", "..") and len(step.encode("utf-8", "replace")) <= _MOST_STEP for step in steps)
        and "\\" not in name
        and not any(unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") for char in name)
        and not PurePosixPath(name).is_absolute()
    )
    if not fit:
        raise _wrong(f"the path {given[:100]!r} cannot be used; write folders and names with `/` between them")
    return name


def _opened(path: Path) -> zipfile.ZipFile:
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, EOFError):
        raise _wrong("it is no zip file, or a damaged one") from None
    if len(archive.infolist()) > _MOST_ENTRIES:
        archive.close()
        raise _wrong(f"it has more than {MOST_FILES} files")
    return archive


def _entries(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """Return the files of a zip by their paths, those that no person put there left out."""
    found: dict[str, zipfile.ZipInfo] = {}
    seen: set[str] = set()
    for entry in archive.infolist():
        if entry.is_dir() or any(step in _JUNK for step in entry.filename.split("/")):
            continue
        name = entry_name(entry.filename)
        kind = stat.S_IFMT(entry.external_attr >> 16)
        if kind not in (0, stat.S_IFREG):
            raise _wrong(f"{name[:100]!r} is a link or a device")
        if entry.flag_bits & 0x1:
            raise _wrong(f"{name[:100]!r} is encrypted")
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise _wrong(f"{name[:100]!r} is compressed in a way that is not deflate")
        # Two names that differ by case alone are one file on some systems.
        if name.casefold() in seen:
            raise _wrong(f"{name[:100]!r} is in it twice")
        seen.add(name.casefold())
        found[name] = entry
    if len(found) > MOST_FILES:
        raise _wrong(f"it has more than {MOST_FILES} files")
    if clash := next((each for each in found if any(f"{step}" in found for step in _above(each))), None):
        raise _wrong(f"{clash[:100]!r} stands below a file, not a folder")
    return found


def _above(name: str) -> Iterator[str]:
    steps = name.split("/")
    return ("/".join(steps[:count]) for count in range(1, len(steps)))


def _is_manifest(name: str) -> bool:
    return name.rpartition("/")[2].casefold() == NAME.casefold()


def _pieces(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int) -> Iterator[bytes]:
    count = 0
    try:
        with archive.open(entry) as file:
            while piece := file.read(_PIECE):
                count += len(piece)
                if count > most:
                    raise _wrong(f"{entry.filename[:100]!r} has more than {most} bytes")
                yield piece
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, OSError):
        raise _wrong(f"{entry.filename[:100]!r} is damaged") from None


def _wrong(why: str) -> InvalidRequest:
    return InvalidRequest(f"The skill cannot be used: {why}.", param="files")
