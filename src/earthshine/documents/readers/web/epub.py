"""E-books (EPUB): the chapters in the order of the book's spine, named by its table of contents."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import unquote

from earthshine.documents.document import Heads, Part
from earthshine.documents.errors import UnreadableFile
from earthshine.documents.readers.archive import Archive
from earthshine.documents.readers.base import Source
from earthshine.documents.readers.long_text import LongText
from earthshine.documents.readers.web.html_blocks import read_blocks, root_of
from earthshine.documents.readers.xml import Element, attribute, child, name_of, parsed

_PAGES = ("application/xhtml+xml", "text/html", "application/x-dtbook+xml")
_FONTS = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")
"""Ways to disguise fonts; books that are readable have them too."""


class EpubReader:
    """Reads the chapters that the spine names."""

    def open(self, source: Source) -> Heads:
        """Read all of it: long chapters are several parts."""
        self._archive = archive = Archive(source.path)
        self._refuse_locked()
        container = parsed(archive.read("META-INF/container.xml"))
        place = next((attribute(each, "full-path") for each in container.iter("{*}rootfile")), "")
        package = parsed(archive.read(place))
        self._folder = posixpath.dirname(place)
        items = {attribute(each, "id"): each for each in package.iter("{*}item")}
        labels = self._labels(package, items)
        self._parts: list[Part] = []
        for reference in dict.fromkeys(attribute(each, "idref") for each in package.iter("{*}itemref")):
            item = items.get(reference)
            if item is None or attribute(item, "media-type") not in _PAGES:
                continue
            name = self._path(attribute(item, "href"))
            if name in archive:
                self._chapter(archive.read(name), labels.get(name, ""))
        if not self._parts:
            raise UnreadableFile("empty")
        title = next((each.text or "" for each in package.iter("{*}title")), "")
        return Heads(source.kind, len(self._parts), title.strip()[:300])

    def parts(self, first: int) -> Iterator[Part]:
        """Yield the parts."""
        yield from self._parts[first:]

    def _chapter(self, data: bytes, label: str) -> None:
        if not data.strip():
            return
        root, _ = root_of(data)
        text = LongText("chapter")
        read_blocks(root, text)
        # A chapter that the table of contents leaves out goes by its headline, or on under the last name.
        label = label or text.title or (self._parts[-1].label if self._parts else str(len(self._parts) + 1))
        self._parts += [replace(part, label=label[:200]) for part in text.parts()]

    def _labels(self, package: Element, items: dict[str, Element]) -> dict[str, str]:
        """Return the names of chapters by their files, from EPUB 3's table of contents or EPUB 2's."""
        found: dict[str, str] = {}
        for item in items.values():
            if "nav" in attribute(item, "properties").split():
                name = self._path(attribute(item, "href"))
                if name in self._archive:
                    for link in root_of(self._archive.read(name))[0].iter("a"):
                        target = posixpath.join(posixpath.dirname(name), attribute(link, "href"))
                        found.setdefault(self._target(target), " ".join(link.text_content().split()))
        spine = next(package.iter("{*}spine"), None)
        ncx = items.get(attribute(spine, "toc")) if spine is not None else None
        if not found and ncx is not None:
            name = self._path(attribute(ncx, "href"))
            if name in self._archive:
                for point in parsed(self._archive.read(name)).iter("{*}navPoint"):
                    text, content = child(point, "navLabel", "text"), child(point, "content")
                    if text is not None and content is not None:
                        target = posixpath.join(posixpath.dirname(name), attribute(content, "src"))
                        found.setdefault(self._target(target), " ".join((text.text or "").split()))
        return {name: label for name, label in found.items() if label}

    def _path(self, link: str) -> str:
        return self._target(posixpath.join(self._folder, link))

    def _target(self, link: str) -> str:
        return posixpath.normpath(posixpath.join("/", unquote(link.partition("#")[0]))).lstrip("/")

    def _refuse_locked(self) -> None:
        if "META-INF/encryption.xml" in self._archive:
            for each in parsed(self._archive.read("META-INF/encryption.xml")).iter("{*}EncryptionMethod"):
                if name_of(each) and attribute(each, "Algorithm") not in _FONTS:
                    raise UnreadableFile("encrypted", "It is locked by its seller.")
