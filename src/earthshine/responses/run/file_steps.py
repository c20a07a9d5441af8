"""What a response shows of the files in its messages: all of them where they fit, else what the question is about.

It is decided once, before the model is asked first, and recorded as steps: what goes on after a crash shows the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from earthshine.documents.documents import Documents
from earthshine.engines.estimates import text_tokens
from earthshine.errors import InvalidRequest, NotFound
from earthshine.harness.citations.sources import Passage
from earthshine.responses.items.readings import files_in, passage_of
from earthshine.responses.run.response_run import ResponseRun
from earthshine.tools.base import ToolContext
from earthshine.tools.file_search.found import NUMBERED, fitting
from earthshine.tools.file_search.nearest import nearest
from earthshine.tools.file_search.scope import asks_for_all
from earthshine.tools.file_search.whole import WholeReading, packed
from earthshine.wire import aside

Json = dict[str, Any]

_PIECE = 200
"""Tokens of a passage that is looked for."""
_FOR_REPLY = 4
"""The share of the context (one in so many) that is kept for the reply."""
_USUAL_LENGTH = 16_384
"""Tokens of a context whose length nobody knows."""


async def choose(response: ResponseRun, documents: Documents, context: ToolContext, length: int) -> None:
    """Note in a response what it shows of its files. `length`: tokens of the model's context, 0 where nobody knows."""
    files = files_in(response.turn.context)
    if not files:
        return

    async def measure() -> Json:
        """Wait until all are read: how many tokens each has, or why it cannot be read."""
        return {file_id: await _size(documents, file_id) for file_id in files}

    sizes = await context.step("measure", measure)
    failed = {file_id: size for file_id, size in sizes.items() if isinstance(size, str)}
    response.unread_files = failed
    length = length or _USUAL_LENGTH
    said = text_tokens(orjson.dumps([response.turn.body, response.turn.context]).decode())
    room = max(500, length - length // _FOR_REPLY - said)
    if sum(size * NUMBERED for size in sizes.values() if isinstance(size, int)) <= room:
        return
    named = [(file_id, name) for file_id, name in files.items() if file_id not in failed]

    async def search() -> Json:
        return {"results": await _nearest(documents, context.question, named, room // 2)}

    told = None
    if await asks_for_all(context.question, context):
        told = await WholeReading(documents, context).about(context.question, named)
    results: list[Json] = (told or await context.step("search", search))["results"]
    response.shown_files = {file_id: [] for file_id in files}
    for each in results:
        if each.get("file_id"):
            response.shown_files[each["file_id"]].append({**each, "text": ""})


async def shown(documents: Documents, response: ResponseRun) -> Mapping[str, Sequence[Passage]]:
    """Return the passages that a prompt of a response shows of each file, with their words as they stand there now."""
    found: dict[str, list[Passage]] = {}
    for file_id, name in files_in(response.turn.context).items():
        chosen = None if response.shown_files is None else response.shown_files.get(file_id, [])
        if chosen is None:
            parts = [part async for part in documents.all_parts(file_id)]
            passages = [Passage(file_id, name, part.start, part.text, part.label, part.number) for part in parts]
        else:
            passages = list[Passage]()
            for each in chosen:
                text = await documents.text(file_id, each["start"], each["end"])
                passages.append(passage_of({**each, "text": text}))
        found[file_id] = [passage for passage in passages if passage.text.strip()]
    return found


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
