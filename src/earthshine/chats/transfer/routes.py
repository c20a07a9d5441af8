"""The routes of exports and imports: chats as files."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Literal
from urllib.parse import quote

import orjson
from fastapi import Request
from pydantic import BaseModel, ConfigDict
from starlette.responses import Response, StreamingResponse

from earthshine.accounts.authorization.caller import caller
from earthshine.accounts.authorization.needs import needs
from earthshine.accounts.authorization.ownership import Owner
from earthshine.chats.pictures import ChatPictures
from earthshine.chats.service import ChatService
from earthshine.chats.transfer.export import all_as_json, as_json, as_markdown
from earthshine.chats.transfer.imports.archives import MOST_BYTES, unpack
from earthshine.chats.transfer.imports.importer import ImportOutcome, import_file
from earthshine.chats.transfer.objects import ChatExport, ChatImport, ImportedChat
from earthshine.conversations.query import check_query
from earthshine.database import Database
from earthshine.openapi import Routes, asks, gives
from earthshine.responses.run.service import ResponseRuns
from earthshine.services import service
from earthshine.settings import Settings
from earthshine.wire import Reply, json_reply, read_file


class _Query(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ExportQuery(_Query):
    """How to write a chat down."""

    format: Literal["markdown", "json"] = "json"
    branch: Literal["current", "all"] | None = None
    """Only the branch that was looked at last, or all; by default all as JSON, and one as Markdown."""


class ExportAllQuery(_Query):
    """How to write all chats down."""

    format: Literal["json"] = "json"
    """One JSON object in each line, as `GET /earthshine/v1/chats/{id}/export` gives them."""


router = Routes(prefix="/earthshine/v1/chats", tags=["Chats"])


@router.get("/export")
@needs("project.read")
@asks(ExportAllQuery)
@gives(ChatExport, media="application/x-ndjson")
async def export_all_chats(request: Request) -> Response:
    """Write down all of one's own chats, archived ones too: JSON lines, the oldest chat first."""
    who = caller(request)
    check_query(ExportAllQuery, dict(request.query_params))
    write_out = service(request, ChatPictures).written_out
    lines = all_as_json(service(request, Database), Owner.of(who), write_out)
    return StreamingResponse(lines, media_type="application/x-ndjson", headers=_named("chats.jsonl"))


@router.get("/{chat_id}/export")
@needs("project.read")
@asks(ExportQuery)
@gives(ChatExport)
async def export_chat(chat_id: str, request: Request) -> Response:
    """Write a chat down: as JSON, which can be imported again, or as Markdown."""
    database, who = service(request, Database), caller(request)
    asked = check_query(ExportQuery, dict(request.query_params))
    chat = await service(request, ChatService).store.get(Owner.of(who), chat_id)
    if asked.format == "markdown":
        text = as_markdown(database, chat, asked.branch or "current")
        return StreamingResponse(text, media_type="text/markdown", headers=_named(f"{chat.title}.md"))
    whole = as_json(database, chat, asked.branch or "all", service(request, ChatPictures).written_out)
    return StreamingResponse(whole, media_type="application/json", headers=_named(f"{chat.title}.json"))


@router.post("/import")
@needs("project.write")
async def import_chats(request: Request) -> Reply[ChatImport]:
    """Take over the chats of a file, which is the body: ChatGPT's, Open WebUI's or our own export.

    Which of them it is, is seen from the file, and so is whether it is packed: a ZIP archive, or gzip. A chat that was
    imported before is left as it is.
    """
    who = caller(request)
    kept = service(request, Settings)
    received = await read_file(request, folder=kept.data, limit=MOST_BYTES, patience=kept.body_timeout)
    with received as sent, await asyncio.to_thread(unpack, sent, kept.data) as file:
        outcomes = await import_file(service(request, Database), service(request, ResponseRuns).store, who, file)
    return json_reply(await asyncio.to_thread(_serialize_import, outcomes))


def _serialize_import(outcomes: list[ImportOutcome]) -> bytes:
    """Write down what became of each chat, of which there may be tens of thousands."""
    counts = Counter(outcome.status for outcome in outcomes)
    reply: ChatImport = {
        "object": "chat.import",
        "imported": counts["imported"],
        "known": counts["known"],
        "failed": counts["failed"],
        "chats": [_serialize_outcome(outcome) for outcome in outcomes],
    }
    return orjson.dumps(reply)


def _serialize_outcome(outcome: ImportOutcome) -> ImportedChat:
    return {
        "object": "chat.import.chat",
        "source": outcome.source,
        "original_id": outcome.original_id,
        "title": outcome.title,
        "status": outcome.status,
        "chat_id": outcome.chat_id,
        "turns": outcome.turns,
        "left_out": [{"what": what, "count": count} for what, count in outcome.left_out.items()],
        "error": outcome.error,
    }


def _named(name: str) -> dict[str, str]:
    """Return headers that let a browser save the reply under a name. Source: RFC 6266."""
    safe = "".join(letter if letter.isprintable() and letter not in '/\\:*?"<>|' else "_" for letter in name)
    plain = "chat." + safe.rpartition(".")[2]
    value = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(safe[-150:].encode('utf-8', 'replace'))}"
    return {"content-disposition": value, "cache-control": "no-store"}
