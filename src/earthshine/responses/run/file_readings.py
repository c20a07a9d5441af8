"""What the prompts of a response show of files: read from the documents, and looked after before it is cited again."""

from __future__ import annotations

from collections.abc import Sequence

from earthshine.conversations.items import Item
from earthshine.documents.documents import Documents
from earthshine.responses.items.readings import Place, Readings, files_in, passage_of
from earthshine.responses.run.file_steps import shown
from earthshine.responses.run.response_run import ResponseRun
from earthshine.services import Services


class FileReadings:
    """Finds what is shown of files."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def of(self, response: ResponseRun, items: Sequence[Item]) -> Readings:
        """Return what a prompt of these items shows of files."""
        own = {item["id"] for item in response.builder.output}
        asked: set[tuple[Place, str]] = set()
        for item in items:
            # What this response found itself was read from the documents a moment ago.
            if item["type"] == "file_search_call" and item["id"] not in own:
                for passage in map(passage_of, item.get("results") or ()):
                    asked.add(((passage.file_id, passage.start, passage.start + len(passage.text)), passage.text))
        gone = await self._gone(asked) if asked else frozenset[Place]()
        if not files_in(items):
            return Readings(gone=gone)
        return Readings(await shown(self._services.get(Documents), response), gone, response.unread_files)

    async def _gone(self, asked: set[tuple[Place, str]]) -> set[Place]:
        """Return the places at which the documents no longer say what was found there, or whose files are gone."""
        documents = self._services.find(Documents)
        if documents is None:
            return {place for place, _ in asked}
        return {place for place, text in asked if not text or await documents.text(*place) != text}
