"""Query strings of reports: what each call of OpenAI's usage API takes, checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from earthshine.errors import InvalidRequest
from earthshine.metering.reports.buckets import LATEST, SECONDS, Bucket, Width, bucket_end, buckets

_PAGE_SIZES: Final[Mapping[Width, tuple[int, int]]] = {"1m": (60, 1440), "1h": (24, 168), "1d": (7, 31)}
"""Buckets per page: the default and the most. Source: OpenAI's API reference."""


_MOST_VALUES: Final = 1_000
"""In one filter."""


def _no_nul(text: str) -> str:
    # PostgreSQL has no text with NUL in it.
    if "\0" in text:
        raise ValueError("must not contain the character NUL")
    return text


_Text = Annotated[str, Field(max_length=300), AfterValidator(_no_nul)]
_Time = Annotated[int, Field(ge=0, le=LATEST)]


class RangeQuery(BaseModel, frozen=True):
    """What every report takes: a stretch of time, and one page of its buckets."""

    model_config = ConfigDict(extra="forbid")

    start_time: _Time
    end_time: _Time | None = None
    bucket_width: Width = "1d"
    limit: Annotated[int, Field(ge=1)] | None = None
    page: Annotated[str, Field(max_length=64)] | None = None
    project_ids: list[_Text] | None = Field(default=None, max_length=_MOST_VALUES)
    format: Literal["json", "csv"] | None = None
    """An extension: a table instead of JSON, as `Accept: text/csv` asks too."""

    @property
    def width(self) -> int:
        """Seconds of one whole bucket."""
        return SECONDS[self.bucket_width]

    def page_sizes(self) -> tuple[int, int]:
        """Buckets per page: the default and the most."""
        return _PAGE_SIZES[self.bucket_width]

    def end(self, now: int) -> int:
        """Return where the report ends; without `end_time`, with the bucket that `now` is in."""
        if self.end_time is None:
            return bucket_end(now, self.width)
        if self.end_time <= self.start_time:
            raise InvalidRequest(
                f"'end_time' ({self.end_time}) must be later than 'start_time' ({self.start_time}).", param="end_time"
            )
        return self.end_time

    def buckets(self, now: int) -> tuple[list[Bucket], str | None]:
        """Return this page's buckets and the name of the next page. Raises a 400 that names a wrong parameter."""
        end = self.end(now)
        default, most = self.page_sizes()
        limit = default if self.limit is None else self.limit
        if limit > most:
            raise InvalidRequest(
                f"'limit' can be at most {most} buckets with bucket_width={self.bucket_width}.", param="limit"
            )
        found, after = buckets(self._first(end), end, self.width, limit)
        return found, None if after is None else f"page_{after}"

    def _first(self, end: int) -> int:
        if self.page is None:
            return self.start_time
        number = self.page.removeprefix("page_")
        first = int(number) if number.isascii() and number.isdecimal() else -1
        if not self.start_time <= first <= end:
            raise InvalidRequest("'page' must be the 'next_page' of the same question's previous page.", param="page")
        return first


class ProjectUsageQuery(RangeQuery, frozen=True):
    """Usage that is counted by project only."""

    group_by: list[Literal["project_id"]] = Field(default_factory=list[Literal["project_id"]], max_length=8)


class KeyUsageQuery(RangeQuery, frozen=True):
    """Usage of a tool: counted by key and user too."""

    api_key_ids: list[_Text] | None = Field(default=None, max_length=_MOST_VALUES)
    user_ids: list[_Text] | None = Field(default=None, max_length=_MOST_VALUES)


class FileSearchUsageQuery(KeyUsageQuery, frozen=True):
    """Calls of file search."""

    vector_store_ids: list[_Text] | None = Field(default=None, max_length=_MOST_VALUES)
    group_by: list[Literal["project_id", "user_id", "api_key_id", "vector_store_id"]] = Field(
        default_factory=list[Literal["project_id", "user_id", "api_key_id", "vector_store_id"]], max_length=8
    )


class ModelUsageQuery(KeyUsageQuery, frozen=True):
    """Usage of a model."""

    models: list[_Text] | None = Field(default=None, max_length=_MOST_VALUES)
    group_by: list[Literal["project_id", "user_id", "api_key_id", "model"]] = Field(
        default_factory=list[Literal["project_id", "user_id", "api_key_id", "model"]], max_length=8
    )


_CompletionsGroup = Literal["project_id", "user_id", "api_key_id", "model", "batch", "service_tier", "api_source"]


class CompletionsUsageQuery(KeyUsageQuery, frozen=True):
    """Usage of models that write."""

    models: list[_Text] | None = Field(default=None, max_length=_MOST_VALUES)
    batch: bool | None = None
    group_by: list[_CompletionsGroup] = Field(default_factory=list[_CompletionsGroup], max_length=8)


class ImagesUsageQuery(KeyUsageQuery, frozen=True):
    """Images made."""

    models: list[_Text] | None = Field(default=None, max_length=_MOST_VALUES)
    sizes: list[_Text] | None = Field(default=None, max_length=_MOST_VALUES)
    sources: list[_Text] | None = Field(default=None, max_length=_MOST_VALUES)
    group_by: list[Literal["project_id", "user_id", "api_key_id", "model", "size", "source"]] = Field(
        default_factory=list[Literal["project_id", "user_id", "api_key_id", "model", "size", "source"]], max_length=8
    )


_SearchGroup = Literal["project_id", "user_id", "api_key_id", "model", "context_level", "api_source"]


class WebSearchUsageQuery(KeyUsageQuery, frozen=True):
    """Calls of web search."""

    models: list[_Text] | None = Field(default=None, max_length=_MOST_VALUES)
    context_levels: list[_Text] | None = Field(default=None, max_length=_MOST_VALUES)
    group_by: list[_SearchGroup] = Field(default_factory=list[_SearchGroup], max_length=8)


_CostsGroup = Literal["project_id", "user_id", "line_item", "api_key_id", "api_source"]


class CostsQuery(RangeQuery, frozen=True):
    """What was spent."""

    bucket_width: Literal["1d"] = "1d"
    api_key_ids: list[_Text] | None = Field(default=None, max_length=_MOST_VALUES)
    line_items: list[_Text] | None = Field(default=None, max_length=_MOST_VALUES)
    group_by: list[_CostsGroup] = Field(default_factory=list[_CostsGroup], max_length=8)

    def page_sizes(self) -> tuple[int, int]:
        """Buckets per page: the default and the most. Source: OpenAI's API reference."""
        return 7, 180
