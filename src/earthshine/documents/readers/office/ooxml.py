"""What the formats of Microsoft Office share: parts of an archive that relate to each other by ids."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass

from earthshine.documents.errors import UnreadableFile
from earthshine.documents.readers.archive import Archive
from earthshine.documents.readers.xml import attribute, name_of, parsed


@dataclass(frozen=True, slots=True)
class Relation:
    """Another part that a part names."""

    kind: str
    """The last step of its type, such as `footnotes`."""
    target: str
    """Its name in the archive."""


def relations(archive: Archive, part: str) -> dict[str, Relation]:
    """Return the parts that a part names, by their ids; links out of the archive are left out."""
    folder, name = posixpath.split(part)
    place = posixpath.join(folder, "_rels", f"{name}.rels")
    if place not in archive:
        return {}
    found: dict[str, Relation] = {}
    for each in parsed(archive.read(place)):
        if attribute(each, "TargetMode") != "External":
            target = attribute(each, "Target")
            target = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
            found[attribute(each, "Id")] = Relation(attribute(each, "Type").rpartition("/")[2], target)
    return found


def related(relations: dict[str, Relation], kind: str) -> list[str]:
    """Return the names of all parts of one kind, in the order of their ids' digits."""
    return sorted({each.target for each in relations.values() if each.kind == kind}, key=lambda name: (len(name), name))


def main_part(archive: Archive, usual: str) -> str:
    """Return the name of the main part. Raises `UnreadableFile` when there is none."""
    found = related(relations(archive, ""), "officeDocument")
    for name in (*found, usual):
        if name in archive:
            return name
    raise UnreadableFile("damaged", "Its main part is missing.")


def title(archive: Archive) -> str:
    """Return the title in the properties; empty where there is none."""
    if "docProps/core.xml" not in archive:
        return ""
    try:
        root = parsed(archive.read("docProps/core.xml"))
    except UnreadableFile:  # nobody misses it
        return ""
    return next((each.text or "" for each in root if name_of(each) == "title"), "").strip()[:300]
