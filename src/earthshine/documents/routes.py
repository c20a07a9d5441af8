"""The routes of `/earthshine/v1/documents`: what a file says, with its parts, their layout, and places in it."""

from __future__ import annotations

import asyncio
import time
from typing import Any, cast

from fastapi import Request
from sqlalchemy import Row

from earthshine.accounts.authorization.caller import caller
from earthshine.accounts.authorization.needs import needs
from earthshine.accounts.authorization.ownership import WRITING
from earthshine.documents.documents import Documents
from earthshine.documents.objects import Document, DocumentMatch, DocumentMatches, DocumentPart, DocumentParts
from earthshine.documents.schemas import PartsQuery, SearchDocument
from earthshine.documents.search import MOST_SECONDS, places, terms_of
from earthshine.documents.store import unpack_layout
from earthshine.files.objects import File
from earthshine.openapi import Routes, asks, takes
from earthshine.services import service
from earthshine.text.snippets import snippet
from earthshine.wire import Reply, json_reply, parse
from earthshine.wire.queries import read_query

router = Routes(prefix="/earthshine/v1/documents", tags=["Documents"])

_MOST_PARTS = 50
_MOST_CHARACTERS = 2_000_000
"""Of the parts of one reply, unless a single part has more."""
_AROUND = 200
"""Characters around a match of which its snippet is made."""


@router.get("/{file_id}")
@needs("project.read")
async def retrieve_document(file_id: str, request: Request) -> Reply[Document]:
    """Say how far the reading of a file is, and what is known of its text; begins nothing."""
    documents = service(request, Documents)
    file = await _file(request, documents, file_id)
    return json_reply(_serialize(file, await documents.find(file_id)))


@router.post("/{file_id}")
@needs("project.write")
async def read_document(file_id: str, request: Request) -> Reply[Document]:
    """Have a file read, also again when it was read before; one that is being read goes on."""
    documents, who = service(request, Documents), caller(request)
    await documents.files.privacy.check(file_id, who, WRITING)
    file = await documents.files.get(file_id, who.project)
    return json_reply(_serialize(file, await documents.begin(file_id, again=True)))


@router.get("/{file_id}/parts")
@needs("project.read")
@asks(PartsQuery)
async def list_document_parts(file_id: str, request: Request) -> Reply[DocumentParts]:
    """Return some parts of a document with their layout, as far as it is read."""
    documents = service(request, Documents)
    await _file(request, documents, file_id)
    query = read_query(PartsQuery, request)
    rows = await documents.parts(file_id, query.first, query.last, most=_MOST_PARTS + 1)
    shown: list[Row[Any]] = []
    left = _MOST_CHARACTERS
    for row in rows[:_MOST_PARTS]:
        left -= row.end - row.start
        if shown and left < 0:
            break
        shown.append(row)
    data = await asyncio.to_thread(lambda: [_serialize_part(row) for row in shown])
    return json_reply({"object": "list", "data": data, "has_more": len(rows) > len(shown)})


@router.post("/{file_id}/search")
@needs("project.read")
@takes(SearchDocument)
async def search_document(file_id: str, request: Request) -> Reply[DocumentMatches]:
    """Find words in a document."""
    documents = service(request, Documents)
    await _file(request, documents, file_id)
    body = await parse(SearchDocument, request)
    terms, matches = terms_of(body.query), list[DocumentMatch]()
    deadline = time.monotonic() + MOST_SECONDS
    if not terms:
        return json_reply({"object": "list", "data": [], "has_more": False})
    async for row in documents.all_parts(file_id):
        if row.end <= body.after:
            continue
        # From the beginning of the part: the analysis of a word must not depend on where the search begins.
        most = body.limit + 1 - len(matches) + max(0, body.after - row.start)
        found, whole = await asyncio.to_thread(places, row.text, terms, most=most, deadline=deadline)
        for place in found:
            if row.start + place.start < body.after:
                continue
            around = row.text[max(0, place.start - _AROUND) : place.end + _AROUND]
            shown = snippet(around, terms)
            start, end = row.start + place.start, row.start + place.end
            matches.append(
                {
                    "object": "document.match",
                    "part": row.number,
                    "label": row.label,
                    "start": start,
                    "end": end,
                    "snippet": shown.text,
                    "highlights": shown.highlights,
                }
            )
        if len(matches) > body.limit or not whole:
            return json_reply({"object": "list", "data": matches[: body.limit], "has_more": True})
    return json_reply({"object": "list", "data": matches, "has_more": False})


async def _file(request: Request, documents: Documents, file_id: str) -> File:
    who = caller(request)
    await documents.files.privacy.check(file_id, who)
    return await documents.files.get(file_id, who.project)


def _serialize(file: File, row: Row[Any] | None) -> Document:
    return {
        "object": "document",
        "id": file["id"],
        "filename": file["filename"],
        "status": row.state if row else "unread",
        "kind": row.kind if row else "",
        "title": row.title if row else "",
        "parts": row.parts if row else 0,
        "parts_read": row.parts_read if row else 0,
        "characters": row.characters if row else 0,
        "doubts": (row.doubts or {}) if row else {},
        "error": row.error if row else None,
        "began_at": row.began_at if row else None,
        "ended_at": row.ended_at if row else None,
    }


def _serialize_part(row: Row[Any]) -> DocumentPart:
    layout = unpack_layout(row.layout)
    return {
        "object": "document.part",
        "number": row.number,
        "kind": row.kind,
        "label": row.label,
        "start": row.start,
        "end": row.end,
        "text": row.text,
        "width": layout.get("width", 0.0),
        "height": layout.get("height", 0.0),
        "lines": [{"start": s, "end": e, "box": cast("Any", box)} for s, e, *box in layout.get("lines", ())],
        "headings": [{"start": s, "end": e, "level": level} for s, e, level in layout.get("headings", ())],
        "tables": [{"start": s, "end": e} for s, e in layout.get("tables", ())],
        "doubts": layout.get("doubts", []),
    }
