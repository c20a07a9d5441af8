"""What reports of usage and costs reply with."""

from __future__ import annotations

from typing import Generic, Literal, NotRequired, TypeVar

from typing_extensions import TypedDict

from earthshine.metering.prices.money import Dollars


class Money(TypedDict):
    """An amount."""

    value: Dollars
    currency: Literal["usd"]


class HostedMoney(Money):
    """What a hosted vendor lists for the same work, and for how many requests that is known."""

    num_model_requests: int


class Grouped(TypedDict):
    """What a result was grouped by."""

    project_id: str | None
    """Null unless it was grouped by, and where there is none."""
    user_id: str | None
    """Null unless it was grouped by, and where there is none."""
    api_key_id: str | None
    """Null unless it was grouped by, and where there is none."""


class UsageMore(TypedDict):
    """What OpenAI has no field for."""

    reasoning_tokens: int
    partial_requests: int
    """Those that were cut before their end."""
    estimated_requests: int
    """Those whose tokens nobody counted."""
    cost: Money
    hosted_cost: HostedMoney | None


class UsageResult(Grouped):
    """What was used, as in OpenAI's API: of the optional fields, the first two are of tools, the rest of models that
    write."""

    object: str
    input_tokens: int
    num_model_requests: int
    model: str | None
    earthshine: UsageMore
    num_requests: NotRequired[int]
    """Searches."""
    num_sessions: NotRequired[int]
    output_tokens: NotRequired[int]
    input_cached_tokens: NotRequired[int]
    input_uncached_tokens: NotRequired[int]
    input_audio_tokens: NotRequired[int]
    output_audio_tokens: NotRequired[int]
    batch: NotRequired[bool | None]
    service_tier: NotRequired[str | None]
    api_source: NotRequired[str | None]


class CostsMore(TypedDict):
    """What OpenAI has no field for."""

    hosted_cost: HostedMoney | None


class CostsResult(Grouped):
    """What was spent, as in OpenAI's API."""

    object: Literal["organization.costs.result"]
    amount: Money
    line_item: str | None
    """A model's or tool's name, a comma and what of it."""
    api_source: str | None
    quantity: float | None
    quantity_unit: str | None
    earthshine: CostsMore


Result = TypeVar("Result", UsageResult, CostsResult)


class Bucket(TypedDict, Generic[Result]):
    """A stretch of time."""

    object: Literal["bucket"]
    start_time: int
    end_time: int
    results: list[Result]


class ReportPage(TypedDict, Generic[Result]):
    """One page of a report's buckets; with format=csv a table."""

    object: Literal["page"]
    data: list[Bucket[Result]]
    has_more: bool
    next_page: str | None
