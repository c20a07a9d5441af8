"""What a reply cites: each passage once, with the number that stands where it is cited."""

from __future__ import annotations

from typing import Any

from earthshine.text.filenames import place_in


class Sources:
    """The passages that a reply cites, in the order of their numbers."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[str, str], int] = {}

    def mark(self, annotation: dict[str, Any]) -> str:
        """Return what to write where an annotation stands, such as `[1]`; nothing for one that is no citation."""
        if annotation.get("type") not in ("file_citation", "url_citation"):
            return ""
        if annotation["type"] == "url_citation":
            where = f"{annotation.get('title')}, {annotation['url']}"
        else:
            where = place_in(
                str(annotation.get("filename") or annotation["file_id"]), str(annotation.get("part") or "")
            )
        quotation = " ".join(str(annotation.get("quote") or "").split())
        return f"[{self._numbers.setdefault((where, quotation), len(self._numbers) + 1)}]"

    def listed(self) -> list[str]:
        """Return a line for each: its number, the file and the page, and the passage as it stands there."""
        return [
            f"[{number}] {where}" + (f": {quotation}" if quotation else "")
            for (where, quotation), number in self._numbers.items()
        ]
