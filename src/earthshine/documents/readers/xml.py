"""XML that a stranger wrote: no entities, no network, no tree without bounds. Names are compared without namespaces."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from io import RawIOBase
from typing import Any

from earthshine.documents.errors import UnreadableFile

etree: Any = import_module("lxml.etree")  # it has no types

Element = Any
"""An element of lxml, which has no types."""
_SAFE: dict[str, Any] = {"resolve_entities": False, "no_network": True, "huge_tree": False, "load_dtd": False}


def parsed(data: bytes) -> Element:
    """Return the root of a small document. Raises `UnreadableFile`."""
    try:
        return etree.fromstring(data, etree.XMLParser(remove_comments=True, remove_pis=True, **_SAFE))
    except (etree.XMLSyntaxError, ValueError) as error:
        raise broken(error) from None


def children(stream: RawIOBase, parent: str) -> Iterator[Element]:
    """Yield each child of the first element called `parent`, whole; what was yielded is forgotten.

    `parent` may have a namespace. So a document of any length takes the memory of its longest block.

    Raises `UnreadableFile`.
    """
    depth = 0
    try:
        for event, element in etree.iterparse(
            stream, events=("start", "end"), remove_comments=True, remove_pis=True, **_SAFE
        ):
            if not depth:
                depth = int(event == "start" and parent in (element.tag, name_of(element)))
            elif event == "start":
                depth += 1
            else:
                depth -= 1
                if depth == 1:
                    yield element
                    element.clear()
                    while element.getprevious() is not None:
                        del element.getparent()[0]
                elif depth == 0:
                    return
    except (etree.XMLSyntaxError, ValueError) as error:
        raise broken(error) from None


def name_of(element: Element) -> str:
    """Return an element's name without its namespace; empty for what is no element."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def attribute(element: Element, name: str, default: str = "") -> str:
    """Return an attribute by its name without a namespace."""
    for key, value in element.attrib.items():
        if key == name or key.rpartition("}")[2] == name:
            return value
    return default


def child(element: Element, *names: str) -> Element | None:
    """Return the first child called so, its first child called so, and so on; None where there is none."""
    found = element
    for name in names:
        found = next((each for each in found if name_of(each) == name), None)
        if found is None:
            return None
    return found


def number(text: str, default: int, most: int) -> int:
    """Return a whole number within 0 and `most`; a stranger's counts have bounds."""
    try:
        return min(max(int(text), 0), most)
    except ValueError:
        return default


def broken(error: Exception) -> UnreadableFile:
    """Return the error for what lxml refuses."""
    words = str(error)
    if "memory" in words.lower():
        return UnreadableFile("too_much_memory")
    if "huge" in words.lower():  # libxml2 names the option that would allow it
        return UnreadableFile("too_large", "It has XML that is too deep, or too long in one piece.")
    return UnreadableFile("damaged", f"It has XML that cannot be read: {words[:200]}.")
