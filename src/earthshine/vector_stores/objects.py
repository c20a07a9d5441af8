"""The objects of `/v1/vector_stores`, as in OpenAI's API."""

from __future__ import annotations

from typing import Any, Literal

from typing_extensions import TypedDict

from earthshine.wire.objects import Deletion, Seconds

Attributes = dict[str, Any]
"""Up to 16 names, each with a text, a number or a boolean."""


class FileCounts(TypedDict):
    """How many files are in which state."""

    in_progress: int
    completed: int
    failed: int
    cancelled: int
    total: int


class ShownExpiry(TypedDict):
    """When a vector store expires."""

    anchor: Literal["last_active_at"]
    days: int


class VectorStore(TypedDict):
    """Files that can be searched together."""

    id: str
    object: Literal["vector_store"]
    created_at: Seconds
    name: str
    description: str | None
    usage_bytes: int
    """Of the passages and their vectors."""
    file_counts: FileCounts
    status: Literal["expired", "in_progress", "completed"]
    expires_after: ShownExpiry | None
    expires_at: Seconds | None
    last_active_at: Seconds
    metadata: dict[str, str]
    embedding: str | None
    """What makes its vectors; null where it is searched by words alone."""
    shared: bool
    """Whether all people of the project may search it and read its files."""
    owner_name: str | None
    """Of the other person whose it is; null for one's own and the project's, which one may change."""


class DeletedVectorStore(Deletion):
    """What was removed."""

    object: Literal["vector_store.deleted"]


class ShownTokens(TypedDict):
    """How large passages are, in tokens."""

    max_chunk_size_tokens: int
    chunk_overlap_tokens: int


class ShownChunking(TypedDict):
    """How a file is cut into passages."""

    type: Literal["static"]
    static: ShownTokens


class LastError(TypedDict):
    """Why a file cannot be searched."""

    code: Literal["server_error", "unsupported_file", "invalid_file"]
    message: str


class VectorStoreFile(TypedDict):
    """A file of a vector store."""

    id: str
    object: Literal["vector_store.file"]
    usage_bytes: int
    created_at: Seconds
    vector_store_id: str
    status: Literal["in_progress", "completed", "cancelled", "failed"]
    last_error: LastError | None
    chunking_strategy: ShownChunking
    attributes: Attributes
    passages: int
    """Into which it is cut."""
    searched_by: Literal["meaning and words", "words"] | None
    """By words alone where no embedding model was there; null until it is completed."""


class DeletedVectorStoreFile(Deletion):
    """What was taken out of a vector store; the file itself is still there."""

    object: Literal["vector_store.file.deleted"]


class FileBatch(TypedDict):
    """Files that were added together."""

    id: str
    object: Literal["vector_store.files_batch"]
    created_at: Seconds
    vector_store_id: str
    status: Literal["in_progress", "completed", "cancelled", "failed"]
    file_counts: FileCounts


class TextContent(TypedDict):
    """Some text."""

    type: Literal["text"]
    text: str


class FileContents(TypedDict):
    """The passages of a file, in order."""

    object: Literal["vector_store.file_content.page"]
    data: list[TextContent]
    has_more: bool
    next_page: str | None


class PassagePlace(TypedDict):
    """Where a passage stands in its document."""

    id: int
    """Within the vector store."""
    part: int
    """The number of the part (page, slide, sheet, chapter), from 0."""
    label: str
    """As people name the part."""
    heading: str
    start: int
    """In the text of the whole document, in Unicode characters."""
    end: int


class SearchResult(TypedDict):
    """A passage that was found."""

    file_id: str
    filename: str
    score: float
    attributes: Attributes
    content: list[TextContent]
    passage: PassagePlace


class SearchResults(TypedDict):
    """What a search found, the best first."""

    object: Literal["vector_store.search_results.page"]
    search_query: list[str]
    """What was looked for; with `rewrite_query`, each query in other words and then as it was."""
    searched_by: Literal["meaning and words", "words"]
    """By words alone where the store has no vectors, or no engine makes the query's now."""
    data: list[SearchResult]
    has_more: bool
    next_page: str | None


class VectorStoreIndex(TypedDict):
    """What is searched of a vector store: made of its passages, and made anew when it is lost."""

    object: Literal["vector_store.index"]
    vector_store_id: str
    status: Literal["completed", "in_progress"]
    change: int
    """Up to which change of the store it has everything."""
    last_change: int
    """The store's."""
