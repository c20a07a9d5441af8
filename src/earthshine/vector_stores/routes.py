"""The routes of `/v1/vector_stores`. Source: https://platform.openai.com/docs/api-reference/vector-stores"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi import Request
from sqlalchemy import Row

from earthshine.accounts.authorization.caller import Caller, caller
from earthshine.accounts.authorization.needs import needs
from earthshine.accounts.authorization.ownership import WRITING, Owner
from earthshine.database import Connection
from earthshine.openapi import Routes, asks, takes
from earthshine.services import service
from earthshine.vector_stores.objects import (
    DeletedVectorStore,
    SearchResult,
    SearchResults,
    VectorStore,
    VectorStoreIndex,
)
from earthshine.vector_stores.schemas import FileAdd, PageQuery, Search, StoreCreate, StoreUpdate
from earthshine.vector_stores.search.found import Found, Ranking
from earthshine.vector_stores.serialize import serialize_store
from earthshine.vector_stores.store import add_store, change_store, get_store, owner_names, page_by, sums_of
from earthshine.vector_stores.tables import vector_stores as table
from earthshine.vector_stores.vector_stores import VectorStores
from earthshine.wire import Reply, json_reply, list_page, parse, while_connected
from earthshine.wire.objects import Page
from earthshine.wire.queries import read_query

router = Routes(prefix="/v1/vector_stores", tags=["Vector stores"])


@router.post("")
@needs("project.write")
@takes(StoreCreate)
async def create_vector_store(request: Request) -> Reply[VectorStore]:
    """Make a vector store, with up to 500 files."""
    stores, who = service(request, VectorStores), caller(request)
    body = await parse(StoreCreate, request)
    async with stores.database.write() as connection:
        row = await add_store(connection, Owner.of(who), body)
        if body.file_ids:
            strategy = body.chunking_strategy
            files = [FileAdd(file_id=each, chunking_strategy=strategy) for each in body.file_ids]
            await stores.ingestions.add(connection, row.id, files, who)
        [shown] = await _shown(connection, [row], who)
    return json_reply(shown)


@router.get("")
@needs("project.read")
@asks(PageQuery)
async def list_vector_stores(request: Request) -> Reply[Page[VectorStore]]:
    """List vector stores, newest first unless asked otherwise."""
    stores, who = service(request, VectorStores), caller(request)
    query = read_query(PageQuery, request)
    mine = Owner.of(who).reaches(table, stores.privacy.shared)
    async with stores.database.read() as connection:
        rows, more = await page_by(connection, table, table.c.id, query, query.after, query.before, mine)
        return json_reply(list_page(await _shown(connection, rows, who), has_more=more))


@router.get("/{vector_store_id}")
@needs("project.read")
async def retrieve_vector_store(vector_store_id: str, request: Request) -> Reply[VectorStore]:
    """Return what is known of a vector store."""
    stores, who = service(request, VectorStores), caller(request)
    await stores.privacy.check(vector_store_id, who)
    async with stores.database.read() as connection:
        row = await get_store(connection, vector_store_id, who.project)
        return json_reply((await _shown(connection, [row], who))[0])


@router.post("/{vector_store_id}")
@needs("project.write")
@takes(StoreUpdate)
async def update_vector_store(vector_store_id: str, request: Request) -> Reply[VectorStore]:
    """Change a vector store's name, description, metadata, expiry, or who reads it; what is not given stays."""
    stores, who = service(request, VectorStores), caller(request)
    await stores.privacy.check(vector_store_id, who, WRITING)
    body = await parse(StoreUpdate, request)
    async with stores.database.write() as connection:
        row = await change_store(connection, vector_store_id, who.project, body)
        [shown] = await _shown(connection, [row], who)
    return json_reply(shown)


@router.delete("/{vector_store_id}")
@needs("project.write")
async def delete_vector_store(vector_store_id: str, request: Request) -> Reply[DeletedVectorStore]:
    """Remove a vector store; its files stay files."""
    stores, who = service(request, VectorStores), caller(request)
    await stores.privacy.check(vector_store_id, who, "resource.deleted")
    await stores.remove(vector_store_id, who.project)
    return json_reply({"id": vector_store_id, "object": "vector_store.deleted", "deleted": True})


@router.post("/{vector_store_id}/search")
@needs("project.read")
@takes(Search)
async def search_vector_store(vector_store_id: str, request: Request) -> Reply[SearchResults]:
    """Find the passages that answer one query or several best."""
    stores, who = service(request, VectorStores), caller(request)
    body = await parse(Search, request)
    searching = stores.search(
        [vector_store_id],
        body.query,
        who,
        limit=body.max_num_results,
        filters=body.filters,
        ranking=Ranking.of(body.ranking_options),
        rewrite=body.rewrite_query,
    )
    results = await while_connected(request, searching)
    return json_reply(
        {
            "object": "vector_store.search_results.page",
            "search_query": list(results.queries),
            "searched_by": "meaning and words" if results.by_meaning else "words",
            "data": [_serialize_found(each) for each in results.found],
            "has_more": False,
            "next_page": None,
        }
    )


index_router = Routes(prefix="/earthshine/v1/vector_stores/{vector_store_id}/index", tags=["Vector stores"])


@index_router.get("")
@needs("project.read")
async def retrieve_vector_store_index(vector_store_id: str, request: Request) -> Reply[VectorStoreIndex]:
    """Say how far the index of a vector store is."""
    stores, who = service(request, VectorStores), caller(request)
    await stores.privacy.check(vector_store_id, who)
    return json_reply(_serialize_index(vector_store_id, *await stores.indexed(vector_store_id, who.project)))


@index_router.post("")
@needs("project.write")
async def rebuild_vector_store_index(vector_store_id: str, request: Request) -> Reply[VectorStoreIndex]:
    """Have the index of a vector store made anew of its passages; searches wait until it is."""
    stores, who = service(request, VectorStores), caller(request)
    await stores.privacy.check(vector_store_id, who, WRITING)
    last = (await stores.indexed(vector_store_id, who.project))[1]
    await stores.indexes.rebuild(vector_store_id)
    return json_reply(_serialize_index(vector_store_id, 0, last))


def _serialize_index(store_id: str, change: int, last: int) -> VectorStoreIndex:
    return {
        "object": "vector_store.index",
        "vector_store_id": store_id,
        "status": "completed" if change == last else "in_progress",
        "change": change,
        "last_change": last,
    }


async def _shown(connection: Connection, rows: Sequence[Row[Any]], who: Caller) -> list[VectorStore]:
    sums = await sums_of(connection, [row.id for row in rows])
    names = await owner_names(connection, rows, Owner.of(who))
    return [serialize_store(row, *sums[row.id], names.get(row.user)) for row in rows]


def _serialize_found(found: Found) -> SearchResult:
    return {
        "file_id": found.file_id,
        "filename": found.filename,
        "score": found.score,
        "attributes": dict(found.attributes),
        "content": [{"type": "text", "text": found.text}],
        "passage": {
            "id": found.id,
            "part": found.part,
            "label": found.label,
            "heading": found.heading,
            "start": found.start,
            "end": found.end,
        },
    }
