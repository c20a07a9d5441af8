"""What requests about vector stores say."""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, field_validator, model_validator

from earthshine.errors import InvalidRequest
from earthshine.vector_stores.search.filters import Filter
from earthshine.wire.bounded import BoundedModel
from earthshine.wire.strict import Metadata, Strict, chooser, is_unicode, rejection

MOST_FILES = 500
"""Files that may be named when a store is made, as in OpenAI's API."""
MOST_BATCH = 2_000
"""Files of one batch, as in OpenAI's API."""
MOST_QUERIES = 16

FileId = Annotated[str, Field(min_length=1, max_length=64)]


def _check_attributes(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise rejection(InvalidRequest("Attributes must be an object of texts, numbers and booleans."))
    given = cast("dict[str, Any]", value)
    if len(given) > 16:
        raise rejection(InvalidRequest(f"A file may have 16 attributes at most, not {len(given)}."))
    for key, each in given.items():
        if len(key) > 64 or not is_unicode(key):
            raise rejection(InvalidRequest(f"The attribute {key[:64]!r} has a name of more than 64 characters."))
        text = isinstance(each, str) and len(each) <= 512 and is_unicode(each)
        number = isinstance(each, int | float) and math.isfinite(each) and abs(each) < 2**63
        if not (text or number):
            raise rejection(
                InvalidRequest(
                    f"The attribute {key!r} must be a number, a boolean, or a text of at most 512 characters."
                )
            )
    return given


Attributes = Annotated[dict[str, Any], PlainValidator(_check_attributes)]


class ExpiresAfter(Strict):
    """When a store expires."""

    anchor: Literal["last_active_at"]
    days: int = Field(ge=1, le=365)


class AutoChunking(Strict):
    """Passages as the server thinks best."""

    type: Literal["auto"]


class StaticTokens(Strict):
    """How large passages are, in tokens."""

    max_chunk_size_tokens: int = Field(ge=100, le=4096)
    chunk_overlap_tokens: int = Field(ge=0)

    @field_validator("chunk_overlap_tokens")
    @classmethod
    def _half_at_most(cls, value: int, info: Any) -> int:
        most = info.data.get("max_chunk_size_tokens")
        if most is not None and value > most // 2:
            raise rejection(InvalidRequest(f"The overlap may be half of a passage at most: {most // 2} tokens."))
        return value


class StaticChunking(Strict):
    """Passages of a given size."""

    type: Literal["static"]
    static: StaticTokens


ChunkingStrategy = Annotated[
    AutoChunking | StaticChunking, chooser("chunking strategy", {"auto": AutoChunking, "static": StaticChunking})
]


class StoreCreate(Strict):
    """The body of `POST /v1/vector_stores`."""

    name: str = Field(default="", max_length=256)
    description: str | None = Field(default=None, max_length=4096)
    metadata: Metadata = Field(default_factory=dict[str, str])
    expires_after: ExpiresAfter | None = None
    file_ids: Annotated[list[FileId], Field(max_length=MOST_FILES)] = Field(default_factory=list[str])
    chunking_strategy: ChunkingStrategy | None = None
    shared: bool = False
    """Whether all people of the project may search it and read its files. An extension of OpenAI's API."""

    @model_validator(mode="after")
    def _chunks_something(self) -> StoreCreate:
        if self.chunking_strategy is not None and not self.file_ids:
            raise rejection(
                InvalidRequest("`chunking_strategy` is for the files in `file_ids`, and there are none. Leave it out.")
            )
        return self


class StoreUpdate(BoundedModel):
    """The body of `POST /v1/vector_stores/{id}`: what is not given stays; null removes."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: Annotated[str, Field(max_length=256)] | None = None
    description: Annotated[str, Field(max_length=4096)] | None = None
    expires_after: ExpiresAfter | None = None
    metadata: Metadata | None = None
    shared: bool = False


class FileAdd(Strict):
    """The body of `POST /v1/vector_stores/{id}/files`; also one file of a batch."""

    file_id: FileId
    attributes: Attributes = Field(default_factory=dict[str, Any])
    chunking_strategy: ChunkingStrategy | None = None


class FileUpdate(BoundedModel):
    """The body of `POST /v1/vector_stores/{id}/files/{file_id}`: all of the new attributes; null removes them."""

    model_config = ConfigDict(extra="forbid", strict=True)

    attributes: Attributes | None


class BatchCreate(Strict):
    """The body of `POST /v1/vector_stores/{id}/file_batches`: `file_ids`, or `files`."""

    file_ids: Annotated[list[FileId], Field(min_length=1, max_length=MOST_BATCH)] | None = None
    files: Annotated[list[FileAdd], Field(min_length=1, max_length=MOST_BATCH)] | None = None
    attributes: Attributes = Field(default_factory=dict[str, Any])
    chunking_strategy: ChunkingStrategy | None = None

    def additions(self) -> list[FileAdd]:
        """Return the files with what is said of each. Raises `InvalidRequest` unless exactly one list is given."""
        if (self.file_ids is None) == (self.files is None):
            raise InvalidRequest("Give either `file_ids` or `files`.", param="file_ids")
        if self.files is not None:
            for name in ("attributes", "chunking_strategy"):
                if name in self.model_fields_set:
                    raise InvalidRequest(f"Beside `files`, `{name}` belongs to each of them.", param=name)
            return self.files
        strategy, attributes = self.chunking_strategy, self.attributes
        return [
            FileAdd(file_id=each, attributes=attributes, chunking_strategy=strategy) for each in self.file_ids or ()
        ]


class HybridWeights(Strict):
    """How much meaning and words count beside each other."""

    embedding_weight: float = Field(ge=0, le=1000)
    text_weight: float = Field(ge=0, le=1000)

    @model_validator(mode="after")
    def _something_counts(self) -> HybridWeights:
        if not self.embedding_weight and not self.text_weight:
            raise rejection(InvalidRequest("One of `embedding_weight` and `text_weight` must be more than 0."))
        return self


class RankingOptions(Strict):
    """How results are ordered, and which are good enough."""

    ranker: Literal["none", "auto", "default-2024-11-15"] = "auto"
    score_threshold: float = Field(default=0, ge=0, le=1)
    hybrid_search: HybridWeights | None = None


class Search(Strict):
    """The body of `POST /v1/vector_stores/{id}/search`."""

    query: Annotated[list[str], Field(min_length=1, max_length=MOST_QUERIES)]
    filters: Filter | None = None
    max_num_results: int = Field(default=10, ge=1, le=50)
    ranking_options: RankingOptions = Field(default_factory=RankingOptions)
    rewrite_query: bool = False

    @field_validator("query", mode="before")
    @classmethod
    def _one_or_several(cls, value: Any) -> Any:
        return [value] if isinstance(value, str) else value

    @field_validator("query")
    @classmethod
    def _short(cls, value: list[str]) -> list[str]:
        for each in value:
            if not each.strip() or len(each) > 4096 or not is_unicode(each):
                raise rejection(InvalidRequest("A query must have words, and 4,096 characters at most."))
        return value


class PageQuery(BaseModel):
    """One page of a list."""

    model_config = ConfigDict(extra="forbid")

    after: str | None = Field(default=None, max_length=256)
    before: str | None = Field(default=None, max_length=256)
    limit: int = Field(default=20, ge=1, le=100)
    order: Literal["asc", "desc"] = "desc"


class FilePageQuery(PageQuery):
    """One page of a store's files."""

    filter: Literal["in_progress", "completed", "failed", "cancelled"] | None = None


class ContentQuery(BaseModel):
    """One page of a file's passages; all of them unless `limit` says otherwise."""

    model_config = ConfigDict(extra="forbid")

    after: int = Field(default=-1, ge=-1)
    """The number of the passage after which the page begins; `next_page` of the page before."""
    limit: int = Field(default=10_000, ge=1, le=10_000)
