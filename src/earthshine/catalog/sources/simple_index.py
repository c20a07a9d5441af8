"""Read one project's page of a Python package index: the simple API, as JSON (PEP 691) or as HTML (PEP 503)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

import orjson
from yarl import URL

from earthshine.errors import UpstreamFailed

ACCEPT = "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1"


@dataclass(frozen=True, slots=True)
class IndexFile:
    """One file that the index offers."""

    filename: str
    url: URL
    sha256: str
    """Empty when the index gives none."""
    size: int | None


def normalized(name: str) -> str:
    """Return a project's name as indexes spell it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def read_page(content: bytes, content_type: str, base: URL) -> list[IndexFile]:
    """Return the files of a page. Raises `UpstreamFailed` when it is neither JSON nor HTML of an index."""
    try:
        if "json" in content_type:
            return [_from_json(entry, base) for entry in orjson.loads(content)["files"]]
        anchors = _Anchors()
        anchors.feed(content.decode("utf-8", "replace"))
        return [_from_html(href, base) for href in anchors.found]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UpstreamFailed(f"The package index {base.host} sent a page that cannot be read: {error}.") from error


def choose_wheel(files: list[IndexFile], package: str, version: str) -> IndexFile | None:
    """Return the wheel of exactly this version; one for any platform rather than for some."""
    wheels: list[tuple[bool, IndexFile]] = []
    for file in files:
        parts = file.filename.removesuffix(".whl").split("-")
        if not file.filename.endswith(".whl") or len(parts) < 5:
            continue
        if normalized(parts[0]) == normalized(package) and parts[1].replace("_", "-").lower() == version.lower():
            wheels.append((parts[-1] != "any", file))
    return min(wheels, key=lambda item: item[0])[1] if wheels else None


def choose_sdist(files: list[IndexFile], package: str, version: str) -> IndexFile | None:
    """Return the source package of exactly this version."""
    for file in files:
        name, _, rest = file.filename.rpartition("-")
        if rest == f"{version}.tar.gz" and normalized(name) == normalized(package):
            return file
    return None


def _from_json(entry: dict[str, Any], base: URL) -> IndexFile:
    size = entry.get("size")
    return IndexFile(
        filename=entry["filename"],
        url=base.join(URL(entry["url"])).with_fragment(None),
        sha256=str(entry.get("hashes", {}).get("sha256", "")).lower(),
        size=size if isinstance(size, int) else None,
    )


def _from_html(href: str, base: URL) -> IndexFile:
    url = base.join(URL(href))
    kind, _, value = url.fragment.partition("=")
    return IndexFile(url.name, url.with_fragment(None), value.lower() if kind == "sha256" else "", None)


class _Anchors(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        href = dict(attrs).get("href")
        if tag == "a" and href:
            self.found.append(href)
