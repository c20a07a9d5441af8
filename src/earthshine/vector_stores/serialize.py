"""Rows of vector stores as OpenAI's API shows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row

from earthshine.vector_stores.ingestion.passages import Chunking
from earthshine.vector_stores.objects import FileBatch, FileCounts, LastError, VectorStore, VectorStoreFile
from earthshine.vector_stores.schemas import AutoChunking, StaticChunking

_UNSUPPORTED = frozenset({"unsupported_format", "needs_ocr", "mislabelled"})
"""Codes of documents that OpenAI's API calls files of a kind that is not supported."""
_INVALID = frozenset({"empty", "encrypted", "damaged", "too_large", "too_much_memory", "took_too_long", "not_found"})


def counts_of(by_status: Mapping[str, int]) -> FileCounts:
    """Return how many files are in which state."""
    return {
        "in_progress": by_status.get("in_progress", 0),
        "completed": by_status.get("completed", 0),
        "failed": by_status.get("failed", 0),
        "cancelled": by_status.get("cancelled", 0),
        "total": sum(by_status.values()),
    }


def serialize_store(row: Row[Any], by_status: Mapping[str, int], size: int, owner_name: str | None) -> VectorStore:
    """Return a store with what its files come to."""
    counts = counts_of(by_status)
    return {
        "id": row.id,
        "object": "vector_store",
        "created_at": row.created_at,
        "name": row.name,
        "description": row.description,
        "usage_bytes": size,
        "file_counts": counts,
        "status": "expired" if row.expired else "in_progress" if counts["in_progress"] else "completed",
        "expires_after": None if row.expires_days is None else {"anchor": "last_active_at", "days": row.expires_days},
        "expires_at": row.expires_at,
        "last_active_at": row.last_active_at,
        "metadata": row.metadata or {},
        "embedding": row.embedding or None,
        "shared": row.shared,
        "owner_name": owner_name,
    }


def serialize_file(row: Row[Any]) -> VectorStoreFile:
    """Return a file of a store."""
    searched = "meaning and words" if row.embedding else "words"
    return {
        "id": row.file_id,
        "object": "vector_store.file",
        "usage_bytes": row.bytes,
        "created_at": row.created_at,
        "vector_store_id": row.vector_store_id,
        "status": row.status,
        "last_error": row.error,
        "chunking_strategy": row.chunking,
        "attributes": row.attributes or {},
        "passages": row.passages,
        "searched_by": searched if row.status == "completed" else None,
    }


def serialize_batch(row: Row[Any], by_status: Mapping[str, int]) -> FileBatch:
    """Return a batch with what its files come to."""
    counts = counts_of(by_status)
    status = "cancelled" if row.cancelled else "in_progress" if counts["in_progress"] else "completed"
    if status == "completed" and counts["failed"] and counts["failed"] == counts["total"]:
        status = "failed"
    return {
        "id": row.id,
        "object": "vector_store.files_batch",
        "created_at": row.created_at,
        "vector_store_id": row.vector_store_id,
        "status": status,
        "file_counts": counts,
    }


def last_error(code: str, message: str) -> LastError:
    """Return why a file failed, in one of OpenAI's three codes."""
    known = "unsupported_file" if code in _UNSUPPORTED else "invalid_file" if code in _INVALID else "server_error"
    return {"code": known, "message": message}


def shown_chunking(strategy: AutoChunking | StaticChunking | None) -> dict[str, Any]:
    """Return a strategy as files show it, which is how it is stored too: what `auto` comes to is said in numbers."""
    if isinstance(strategy, StaticChunking):
        return strategy.model_dump()
    auto = Chunking()
    return {"type": "static", "static": {"max_chunk_size_tokens": auto.most, "chunk_overlap_tokens": auto.overlap}}


def chunking_of(shown: Mapping[str, Any]) -> Chunking:
    """Return how a file is to be cut, of what `shown_chunking` returned."""
    most, overlap = shown["static"]["max_chunk_size_tokens"], shown["static"]["chunk_overlap_tokens"]
    auto = Chunking()
    return auto if (most, overlap) == (auto.most, auto.overlap) else Chunking.static(most, overlap)
