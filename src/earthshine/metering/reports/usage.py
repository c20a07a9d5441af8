"""Usage by bucket and group, in the shapes of OpenAI's usage API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from earthshine.database import Database
from earthshine.errors import UnsupportedParameter
from earthshine.metering.ledger.reader import sum_ledger
from earthshine.metering.ledger.sums import Group, Rows, Totals
from earthshine.metering.prices.money import dollars
from earthshine.metering.reports.buckets import Bucket
from earthshine.metering.reports.objects import HostedMoney, UsageResult
from earthshine.metering.reports.queries import (
    CompletionsUsageQuery,
    FileSearchUsageQuery,
    ImagesUsageQuery,
    ModelUsageQuery,
    ProjectUsageQuery,
    RangeQuery,
    WebSearchUsageQuery,
)
from earthshine.metering.reports.report import Report


@dataclass(frozen=True, slots=True)
class Capability:
    """One thing whose usage is reported."""

    result: str
    """The kind of its result objects."""
    query: type[RangeQuery]
    endpoints: tuple[str, ...] = ()
    """Those of the ledger that are counted here; none for what this installation does not offer, so never counts."""
    writes: bool = False
    """Whether its models write tokens, and do not only read them."""
    tool: str = ""
    """The tool whose uses are counted, as the ledger names it; empty for models."""


CAPABILITIES: Final[Mapping[str, Capability]] = {
    "completions": Capability(
        "organization.usage.completions.result",
        CompletionsUsageQuery,
        ("responses", "chat.completions", "completions"),
        writes=True,
    ),
    "embeddings": Capability("organization.usage.embeddings.result", ModelUsageQuery, ("embeddings",)),
    "decisions": Capability("organization.usage.decisions.result", CompletionsUsageQuery, ("decisions",), writes=True),
    "moderations": Capability("organization.usage.moderations.result", ModelUsageQuery, ("moderations",)),
    "images": Capability("organization.usage.images.result", ImagesUsageQuery),
    "audio_speeches": Capability("organization.usage.audio_speeches.result", ModelUsageQuery),
    "audio_transcriptions": Capability("organization.usage.audio_transcriptions.result", ModelUsageQuery),
    "vector_stores": Capability("organization.usage.vector_stores.result", ProjectUsageQuery),
    "code_interpreter_sessions": Capability(
        "organization.usage.code_interpreter_sessions.result", ProjectUsageQuery, ("tools",), tool="code_interpreter"
    ),
    "file_search_calls": Capability(
        "organization.usage.file_searches.result", FileSearchUsageQuery, ("tools",), tool="file_search"
    ),
    "web_search_calls": Capability(
        "organization.usage.web_searches.result", WebSearchUsageQuery, ("tools",), tool="web_search"
    ),
}

GROUPS: Final[Mapping[str, str]] = {
    "project_id": "project",
    "user_id": "user",
    "api_key_id": "key_id",
    "model": "model",
    "batch": "batch",
}
"""What the ledger can be grouped by: a result's field, and the ledger's column."""

_FILTERS: Final[Mapping[str, str]] = {
    "project_ids": "project",
    "user_ids": "user",
    "api_key_ids": "key_id",
    "models": "model",
}


_UNTOLD: Final = ("models", "context_levels", "vector_store_ids")


def rows_of(organization: str, project: str | None, query: RangeQuery) -> Rows:
    """Return which ledger rows a query is about: whose they are, and the query's filters."""
    chosen: dict[str, Sequence[str | bool]] = {
        column: values for name, column in _FILTERS.items() if (values := getattr(query, name, None)) is not None
    }
    if project is not None:
        asked = chosen.get("project")
        chosen["project"] = [project] if asked is None or project in asked else []
    if (batch := getattr(query, "batch", None)) is not None:
        chosen["batch"] = [batch]
    return Rows(organization, chosen)


def grouped_by(query: RangeQuery) -> dict[str, str]:
    """Return the result's fields that a query groups by, and their columns of the ledger."""
    asked: Sequence[str] = getattr(query, "group_by", ())
    return {name: column for name, column in GROUPS.items() if name in asked}


def usage_report(capability: Capability, rows: Rows, query: RangeQuery) -> Report[UsageResult]:
    """Return the report that answers a query. Raises `UnsupportedParameter` for what is not counted of a tool."""
    chosen: dict[str, Sequence[str | bool]] = {**rows.chosen, "endpoint": capability.endpoints}
    if capability.tool:
        _check(query)
        chosen |= {"model": [capability.tool], "unit": ["searches", "sessions"]}
    counted = replace(rows, chosen=chosen)

    async def fetch(database: Database, span: Bucket) -> list[tuple[int, UsageResult]]:
        if not capability.endpoints:
            return []
        groups = await sum_ledger(database, counted, span, query.width, list(grouped_by(query).values()))
        return [(group.bucket, _result(capability, query, group)) for group in groups]

    asked: Sequence[str] = getattr(query, "group_by", ())
    counts = ("num_model_requests", "input_tokens", *(("input_cached_tokens", "output_tokens") * capability.writes))
    if capability.tool:
        counts = (_counted(capability),)
    columns = [(name, (name,)) for name in (*dict.fromkeys(asked), *counts)] if capability.endpoints else []
    columns += [
        ("reasoning_tokens", ("earthshine", "reasoning_tokens")),
        ("partial_requests", ("earthshine", "partial_requests")),
        ("estimated_requests", ("earthshine", "estimated_requests")),
        ("cost_usd", ("earthshine", "cost", "value")),
        ("hosted_cost_usd", ("earthshine", "hosted_cost", "value")),
    ] * bool(capability.endpoints)
    return Report(query, counted, fetch, columns)


def _check(query: RangeQuery) -> None:
    """Refuse to tell a tool's uses apart by what its rows in the ledger do not say."""
    for name, values in query:
        if name in _UNTOLD and values:
            raise UnsupportedParameter(f"Uses of tools are not counted by '{name}' here; leave it out.", param=name)
    for name in getattr(query, "group_by", ()):
        if name not in ("project_id", "user_id", "api_key_id"):
            raise UnsupportedParameter(f"Uses of tools are not counted by '{name}' here.", param="group_by")


def _counted(capability: Capability) -> Literal["num_requests", "num_sessions"]:
    """Return the result's field with the uses of a tool."""
    return "num_sessions" if capability.query is ProjectUsageQuery else "num_requests"


def _result(capability: Capability, query: RangeQuery, group: Group) -> UsageResult:
    """Return one result object; what OpenAI has no field for stands under `earthshine`."""
    totals = group.totals
    # The key of the first start has no user, and a ledger row of it none either.
    groups = {name: value or None for name, value in zip(grouped_by(query), group.keys, strict=True)}
    result: UsageResult = {
        "object": capability.result,
        "input_tokens": totals.input_tokens,
        "num_model_requests": totals.requests,
        "project_id": groups.get("project_id"),
        "user_id": groups.get("user_id"),
        "api_key_id": groups.get("api_key_id"),
        "model": groups.get("model"),
        "earthshine": {
            "reasoning_tokens": totals.reasoning_tokens,
            "partial_requests": totals.partial_requests,
            "estimated_requests": totals.estimated_requests,
            "cost": {"value": dollars(totals.cost), "currency": "usd"},
            "hosted_cost": hosted_field(totals),
        },
    }
    if capability.tool:
        result[_counted(capability)] = totals.quantity
    if capability.writes:
        asked: Sequence[str] = getattr(query, "group_by", ())
        result["output_tokens"] = totals.output_tokens
        result["input_cached_tokens"] = totals.cached_tokens
        result["input_uncached_tokens"] = totals.input_tokens - totals.cached_tokens
        # No model here hears or speaks.
        result["input_audio_tokens"] = result["output_audio_tokens"] = 0
        result["batch"] = dict(zip(grouped_by(query), group.keys, strict=True)).get("batch")
        # The same for all work here, and told where it was asked for.
        result["service_tier"] = "default" if "service_tier" in asked else None
        result["api_source"] = "unlabeled" if "api_source" in asked else None
    return result


def hosted_field(totals: Totals) -> HostedMoney | None:
    """Return the estimate of a hosted vendor's price and for how many requests it holds; null when for none."""
    if not totals.hosted_requests:
        return None
    return {
        "value": dollars(totals.hosted_cost),
        "currency": "usd",
        "num_model_requests": totals.hosted_requests,
    }
