"""What the prompts of a response show of files: all of those in its messages where they fit, else what is asked about.

It is decided once, before the model is asked first, and recorded as steps: what goes on after a crash shows the same.
What earlier searches found is looked up again before it may be cited again.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any

import orjson

from earthshine.accounts.authorization.caller import Caller
from earthshine.conversations.items import Item
from earthshine.documents.documents import Documents
from earthshine.engines.estimates import text_tokens
from earthshine.errors import InvalidRequest, NotFound
from earthshine.files.store import Files
from earthshine.harness.citations.sources import Passage
from earthshine.pictures.addresses import without_data
from earthshine.pictures.picture import kind_of
from earthshine.responses.items.readings import Place, Readings, files_in, passage_of, pictures_in
from earthshine.services import Services
from earthshine.tools.base import ToolContext
from earthshine.tools.file_search.found import NUMBERED, fitting
from earthshine.tools.file_search.nearest import nearest
from earthshine.tools.file_search.scope import asks_for_all
from earthshine.tools.file_search.whole import WholeReading, packed
from earthshine.webpages.pages import WebPages
from earthshine.wire import aside

Json = dict[str, Any]

_PIECE = 200
"""Tokens of a passage that is looked for."""
_FOR_REPLY = 4
"""The share of the context (one in so many) that is kept for the reply."""
_MOST_PICTURES = 50 * 2**20
"""Bytes of the uploaded pictures of one prompt."""
_USUAL_LENGTH = 16_384
"""Tokens of a context whose length nobody knows."""


@dataclass(frozen=True, slots=True)
class ChosenFiles:
    """What is shown of the files in messages."""

    names: Mapping[str, str] = field(default_factory=dict[str, str])
    """By the id of a file."""
    unread: Mapping[str, str] = field(default_factory=dict[str, str])
    """Why a file cannot be read."""
    places: Mapping[str, Sequence[Json]] | None = None
    """The places that are shown of a file; None where all of every file is."""


class FileReadings:
    """Finds what is shown of files."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def choose(
        self, items: Sequence[Item], body: Json, context: ToolContext, length: int, *, counting: bool = False
    ) -> ChosenFiles:
        """Choose what is shown of the files in `items`, once all are read.

        `body`: the rest of the request; `length`: tokens of the model's context, 0 where nobody knows; `counting`: no
        model is asked, so a question about everything is taken for one about a place.
        """
        names = files_in(items)
        if not names:
            return ChosenFiles()
        documents = self._services.get(Documents)

        async def measure() -> Json:
            """Wait until all are read: how many tokens each has, or why it cannot be read."""
            return {file_id: await _size(documents, file_id) for file_id in names}

        sizes = await context.step("measure", measure)
        unread = {file_id: size for file_id, size in sizes.items() if isinstance(size, str)}
        length = length or _USUAL_LENGTH
        said = text_tokens(without_data(orjson.dumps([body, items]).decode()))
        room = max(500, length - length // _FOR_REPLY - said)
        if sum(size * NUMBERED for size in sizes.values() if isinstance(size, int)) <= room:
            return ChosenFiles(names, unread)
        named = [(file_id, name) for file_id, name in names.items() if file_id not in unread]

        async def search() -> Json:
            return {"results": await _nearest(documents, context.question, named, room // 2)}

        told = None
        if not counting and await asks_for_all(context.question, context):
            told = await WholeReading(documents, context).about(context.question, named)
        results: list[Json] = (told or await context.step("search", search))["results"]
        places: dict[str, list[Json]] = {file_id: [] for file_id in names}
        for each in results:
            if each.get("file_id"):
                places[each["file_id"]].append({**each, "text": ""})
        return ChosenFiles(names, unread, places)

    async def of(
        self, items: Sequence[Item], chosen: ChosenFiles, who: Caller, own: Set[str] = frozenset()
    ) -> Readings:
        """Return what a prompt of these items shows `who` of files; `own`: ids of what was found just now.

        Raises `NotFound` for a picture that is no file of theirs, `InvalidRequest` for pictures that are too large.
        """
        pictures = await self._pictures(pictures_in(items), who)
        asked: set[tuple[Place, Passage]] = set()
        for item in items:
            if item["type"] in ("file_search_call", "web_search_call") and item["id"] not in own:
                for passage in map(passage_of, item.get("results") or ()):
                    asked.add(((passage.file_id, passage.start, passage.start + len(passage.text)), passage))
        gone = await self._gone(asked, who) if asked else frozenset[Place]()
        if not chosen.names:
            return Readings(gone=gone, pictures=pictures)
        documents = self._services.get(Documents)
        shown = {file_id: await _passages(documents, file_id, name, chosen) for file_id, name in chosen.names.items()}
        return Readings(shown, gone, chosen.unread, pictures)

    async def _pictures(self, file_ids: Sequence[str], who: Caller) -> dict[str, str]:
        """Return pictures that were uploaded, as `data:` URLs; what kind they are, their decoder finds out."""
        if not file_ids:
            return {}
        files, size = self._services.get(Files), 0
        found: dict[str, str] = {}
        for file_id in file_ids:
            await files.privacy.check(file_id, who)
            size += (await files.get(file_id, who.project))["bytes"]
            if size > _MOST_PICTURES:
                limit = f"The uploaded pictures of a prompt may have {_MOST_PICTURES // 2**20} MiB together"
                raise InvalidRequest(f"{limit}; show fewer, or smaller ones.", param="input")
            data = b"".join([piece async for piece in files.blobs.read(await files.blobs.find(file_id))])
            found[file_id] = f"data:image/{kind_of(data)};base64,{base64.b64encode(data).decode()}"
        return found

    async def _gone(self, asked: set[tuple[Place, Passage]], who: Caller) -> set[Place]:
        """Return the places at which the documents no longer say what was found there, or whose files are gone.

        So are pages that were not fetched from where they are said to be.
        """
        documents, pages = self._services.find(Documents), self._services.find(WebPages)
        if documents is None:
            return {place for place, _ in asked}
        of_pages = [passage.file_id for _, passage in asked if passage.url]
        urls = await pages.urls(of_pages, who.project) if pages is not None and of_pages else dict[str, str]()
        return {
            place
            for place, passage in asked
            if not passage.text
            or passage.url != urls.get(passage.file_id, "")
            or await documents.text(*place) != passage.text
        }


async def _passages(documents: Documents, file_id: str, name: str, chosen: ChosenFiles) -> list[Passage]:
    """Return the passages that are shown of a file, with their words as they stand there now."""
    if chosen.places is None:
        parts = [part async for part in documents.all_parts(file_id)]
        found = [Passage(file_id, name, part.start, part.text, part.label, part.number) for part in parts]
    else:
        places = chosen.places.get(file_id, ())
        texts = [await documents.text(file_id, each["start"], each["end"]) for each in places]
        found = [passage_of({**each, "text": text}) for each, text in zip(places, texts, strict=True)]
    return [passage for passage in found if passage.text.strip()]


async def _size(documents: Documents, file_id: str) -> int | str:
    try:
        await documents.read(file_id)
    except (InvalidRequest, NotFound) as error:
        return error.message
    tokens = 0
    async for part in documents.all_parts(file_id):
        tokens += text_tokens(part.text)
    return tokens


async def _nearest(documents: Documents, question: str, files: Sequence[tuple[str, str]], room: int) -> list[Json]:
    """Return the passages that a question is about, in the order of the documents."""
    pieces: list[Json] = []
    for file_id, name in files:
        async for part in documents.all_parts(file_id):
            for start, end in packed(part.text, _PIECE):
                where = {"start": part.start + start, "end": part.start + end, "part": part.label}
                told = {"file_id": file_id, "filename": name, **where, "part_number": part.number}
                pieces.append({**told, "text": part.text[start:end]})
    texts = [each["text"] for each in pieces]
    order = await aside(sum(map(len, texts)), nearest, question, texts)
    # What no word points to begins at the beginning.
    best = fitting([pieces[place] for place in order or range(len(pieces))], room)
    best.sort(key=lambda each: (each["file_id"], each["start"]))
    return [{**each, "text": ""} for each in best]
