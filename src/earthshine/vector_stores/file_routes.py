"""The routes of the files of vector stores, and of batches of them.

Source: https://platform.openai.com/docs/api-reference/vector-stores-files
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi import Request
from sqlalchemy import select

from earthshine.accounts.authorization.caller import Caller, caller
from earthshine.accounts.authorization.needs import needs
from earthshine.accounts.authorization.ownership import READING, WRITING
from earthshine.database import Connection
from earthshine.errors import NotFound
from earthshine.openapi import Routes, asks, takes
from earthshine.services import service
from earthshine.vector_stores.objects import DeletedVectorStoreFile, FileBatch, FileContents, VectorStoreFile
from earthshine.vector_stores.schemas import BatchCreate, ContentQuery, FileAdd, FilePageQuery, FileUpdate
from earthshine.vector_stores.serialize import serialize_batch, serialize_file
from earthshine.vector_stores.store import get_store, require_alive, used
from earthshine.vector_stores.store_files import (
    add_batch,
    cancel_batch,
    get_batch,
    get_file,
    page_files,
    set_attributes,
)
from earthshine.vector_stores.tables import passages
from earthshine.vector_stores.vector_stores import VectorStores
from earthshine.wire import Reply, json_reply, list_page, parse
from earthshine.wire.objects import Page
from earthshine.wire.queries import read_query

router = Routes(prefix="/v1/vector_stores/{vector_store_id}", tags=["Vector stores"])


@router.post("/files")
@needs("project.write")
@takes(FileAdd)
async def create_vector_store_file(vector_store_id: str, request: Request) -> Reply[VectorStoreFile]:
    """Add a file to a vector store; one that it has is ingested again, and embedded only where its text changed."""
    stores, who = await _stores(request, vector_store_id, WRITING)
    body = await parse(FileAdd, request)
    async with stores.database.write() as connection:
        await _add(connection, stores, vector_store_id, [body], who, "file_id")
        row = await get_file(connection, vector_store_id, body.file_id)
    return json_reply(serialize_file(row))


@router.get("/files")
@needs("project.read")
@asks(FilePageQuery)
async def list_vector_store_files(vector_store_id: str, request: Request) -> Reply[Page[VectorStoreFile]]:
    """List the files of a vector store, those added last first unless asked otherwise."""
    stores, _ = await _stores(request, vector_store_id)
    query = read_query(FilePageQuery, request)
    async with stores.database.read() as connection:
        rows, more = await page_files(connection, vector_store_id, query)
    return json_reply(list_page([serialize_file(row) for row in rows], has_more=more))


@router.get("/files/{file_id}")
@needs("project.read")
async def retrieve_vector_store_file(vector_store_id: str, file_id: str, request: Request) -> Reply[VectorStoreFile]:
    """Return a file of a vector store, and how far its ingestion is."""
    stores, _ = await _stores(request, vector_store_id)
    async with stores.database.read() as connection:
        return json_reply(serialize_file(await get_file(connection, vector_store_id, file_id)))


@router.post("/files/{file_id}")
@needs("project.write")
@takes(FileUpdate)
async def update_vector_store_file(vector_store_id: str, file_id: str, request: Request) -> Reply[VectorStoreFile]:
    """Replace a file's attributes."""
    stores, _ = await _stores(request, vector_store_id, WRITING)
    body = await parse(FileUpdate, request)
    async with stores.database.write() as connection:
        row = await set_attributes(connection, vector_store_id, file_id, body.attributes or {})
    return json_reply(serialize_file(row))


@router.delete("/files/{file_id}")
@needs("project.write")
async def delete_vector_store_file(
    vector_store_id: str, file_id: str, request: Request
) -> Reply[DeletedVectorStoreFile]:
    """Take a file out of a vector store; the file itself stays."""
    stores, _ = await _stores(request, vector_store_id, "resource.deleted")
    async with stores.database.write() as connection:
        if await stores.ingestions.remove(connection, vector_store_id, [file_id]) == 0:
            raise NotFound(f"The vector store has no file with id {file_id[:100]!r}.", param="file_id")
    stores.indexes.changed(vector_store_id)
    return json_reply({"id": file_id, "object": "vector_store.file.deleted", "deleted": True})


@router.get("/files/{file_id}/content")
@needs("project.read")
@asks(ContentQuery)
async def retrieve_vector_store_file_content(
    vector_store_id: str, file_id: str, request: Request
) -> Reply[FileContents]:
    """Return the passages into which a file was cut, in order."""
    stores, _ = await _stores(request, vector_store_id)
    query = read_query(ContentQuery, request)
    async with stores.database.read() as connection:
        await get_file(connection, vector_store_id, file_id)
        rows = await _passages(connection, vector_store_id, file_id, query)
    shown = rows[: query.limit]
    more = len(rows) > len(shown)
    return json_reply(
        {
            "object": "vector_store.file_content.page",
            "data": [{"type": "text", "text": row.text} for row in shown],
            "has_more": more,
            "next_page": str(shown[-1].number) if more else None,
        }
    )


# --- batches ---------------------------------------------------------------------------------------------------------


@router.post("/file_batches")
@needs("project.write")
@takes(BatchCreate)
async def create_file_batch(vector_store_id: str, request: Request) -> Reply[FileBatch]:
    """Add up to 2000 files to a vector store."""
    stores, who = await _stores(request, vector_store_id, WRITING)
    body = await parse(BatchCreate, request)
    additions = body.additions()
    path = "file_ids[{}]" if body.file_ids is not None else "files[{}].file_id"
    async with stores.database.write() as connection:
        await _add(connection, stores, vector_store_id, additions, who, path)
        batch_id = await add_batch(connection, vector_store_id, [each.file_id for each in additions])
        shown = serialize_batch(*await get_batch(connection, vector_store_id, batch_id))
    return json_reply(shown)


@router.get("/file_batches/{batch_id}")
@needs("project.read")
async def retrieve_file_batch(vector_store_id: str, batch_id: str, request: Request) -> Reply[FileBatch]:
    """Return a batch, and how far its files are."""
    stores, _ = await _stores(request, vector_store_id)
    async with stores.database.read() as connection:
        return json_reply(serialize_batch(*await get_batch(connection, vector_store_id, batch_id)))


@router.post("/file_batches/{batch_id}/cancel")
@needs("project.write")
async def cancel_file_batch(vector_store_id: str, batch_id: str, request: Request) -> Reply[FileBatch]:
    """Stop the ingestion of the files of a batch that are not done; those that are stay."""
    stores, _ = await _stores(request, vector_store_id, WRITING)
    async with stores.database.write() as connection:
        await cancel_batch(connection, vector_store_id, batch_id, stores.ingestions)
        shown = serialize_batch(*await get_batch(connection, vector_store_id, batch_id))
    return json_reply(shown)


@router.get("/file_batches/{batch_id}/files")
@needs("project.read")
@asks(FilePageQuery)
async def list_file_batch_files(vector_store_id: str, batch_id: str, request: Request) -> Reply[Page[VectorStoreFile]]:
    """List the files of a batch, those added last first unless asked otherwise."""
    stores, _ = await _stores(request, vector_store_id)
    query = read_query(FilePageQuery, request)
    async with stores.database.read() as connection:
        await get_batch(connection, vector_store_id, batch_id)
        rows, more = await page_files(connection, vector_store_id, query, batch_id)
    return json_reply(list_page([serialize_file(row) for row in rows], has_more=more))


async def _stores(request: Request, store_id: str, act: str = READING) -> tuple[VectorStores, Caller]:
    """Return the service and the caller, who may do this with this store. Raises `NotFound`."""
    stores, who = service(request, VectorStores), caller(request)
    await stores.privacy.check(store_id, who, act)
    async with stores.database.read() as connection:
        await get_store(connection, store_id, who.project)
    return stores, who


async def _add(
    connection: Connection, stores: VectorStores, store_id: str, additions: Sequence[FileAdd], who: Caller, path: str
) -> None:
    row = await get_store(connection, store_id, who.project)
    require_alive(row)
    await stores.ingestions.add(connection, store_id, additions, who, path)
    await used(connection, row)


async def _passages(connection: Connection, store_id: str, file_id: str, query: ContentQuery) -> Sequence[Any]:
    of_file = select(passages.c.number, passages.c.text).where(
        passages.c.vector_store_id == store_id,
        passages.c.file_id == file_id,
        passages.c.change.is_not(None),
        passages.c.number > query.after,
    )
    return (await connection.execute(of_file.order_by(passages.c.number).limit(query.limit + 1))).all()
