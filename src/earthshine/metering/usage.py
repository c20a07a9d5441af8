"""Usage by bucket and group, in the shapes of OpenAI's usage API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Column, ColumnElement, false

from earthshine.database import Connection
from earthshine.metering.buckets import Bucket
from earthshine.metering.ledger_sums import Group, Totals, sum_ledger
from earthshine.metering.money import dollars
from earthshine.metering.reports import Report, Result
from earthshine.metering.tables import ledger
from earthshine.metering.usage_queries import (
    CompletionsUsageQuery,
    FileSearchUsageQuery,
    ImagesUsageQuery,
    ModelUsageQuery,
    ProjectUsageQuery,
    RangeQuery,
    WebSearchUsageQuery,
)


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


CAPABILITIES: Final[Mapping[str, Capability]] = {
    "completions": Capability(
        "organization.usage.completions.result",
        CompletionsUsageQuery,
        ("responses", "chat.completions", "completions"),
        writes=True,
    ),
    "embeddings": Capability("organization.usage.embeddings.result", ModelUsageQuery, ("embeddings",)),
    "decisions": Capability("organization.usage.decisions.result", CompletionsUsageQuery),
    "moderations": Capability("organization.usage.moderations.result", ModelUsageQuery),
    "images": Capability("organization.usage.images.result", ImagesUsageQuery),
    "audio_speeches": Capability("organization.usage.audio_speeches.result", ModelUsageQuery),
    "audio_transcriptions": Capability("organization.usage.audio_transcriptions.result", ModelUsageQuery),
    "vector_stores": Capability("organization.usage.vector_stores.result", ProjectUsageQuery),
    "code_interpreter_sessions": Capability("organization.usage.code_interpreter_sessions.result", ProjectUsageQuery),
    "file_search_calls": Capability("organization.usage.file_searches.result", FileSearchUsageQuery),
    "web_search_calls": Capability("organization.usage.web_searches.result", WebSearchUsageQuery),
}

GROUPS: Final[Mapping[str, Column[Any]]] = {
    "project_id": ledger.c.project,
    "user_id": ledger.c.user,
    "api_key_id": ledger.c.key_id,
    "model": ledger.c.model,
}
"""What the ledger can be grouped by, in the order of a result's fields."""

_ALWAYS: Final[Mapping[str, Any]] = {"batch": False, "service_tier": "default", "api_source": "unlabeled"}
"""What is the same for all work here, told where it was asked for."""


def rows_of(organization: str, project: str | None, query: RangeQuery) -> list[ColumnElement[bool]]:
    """Return the conditions on ledger rows: whose they are, and the query's filters."""
    where = [ledger.c.organization == organization]
    if project is not None:
        where.append(ledger.c.project == project)
    for name, column in (
        ("project_ids", ledger.c.project),
        ("user_ids", ledger.c.user),
        ("api_key_ids", ledger.c.key_id),
        ("models", ledger.c.model),
    ):
        chosen = getattr(query, name, None)
        if chosen is not None:
            where.append(column.in_(chosen))
    if getattr(query, "batch", None):
        where.append(false())
    return where


def grouped_by(query: RangeQuery) -> dict[str, Column[Any]]:
    """Return the ledger columns that a query groups by, under the names of the result's fields."""
    asked: Sequence[str] = getattr(query, "group_by", ())
    return {name: column for name, column in GROUPS.items() if name in asked}


def usage_report(capability: Capability, where: Sequence[ColumnElement[bool]], query: RangeQuery) -> Report:
    """Return the report that answers a query."""
    rows = [*where, ledger.c.endpoint.in_(capability.endpoints)]

    async def fetch(connection: Connection, span: Bucket) -> list[Result]:
        if not capability.endpoints:
            return []
        by = list(grouped_by(query).values())
        groups = await sum_ledger(connection, start=span.start, end=span.end, width=query.width, by=by, where=rows)
        return [(group.bucket, _result(capability, query, group)) for group in groups]

    asked: Sequence[str] = getattr(query, "group_by", ())
    counts = ("num_model_requests", "input_tokens", *(("input_cached_tokens", "output_tokens") * capability.writes))
    columns = [(name, (name,)) for name in (*dict.fromkeys(asked), *counts)] if capability.endpoints else []
    columns += [
        ("reasoning_tokens", ("earthshine", "reasoning_tokens")),
        ("partial_requests", ("earthshine", "partial_requests")),
        ("cost_usd", ("earthshine", "cost", "value")),
        ("hosted_cost_usd", ("earthshine", "hosted_cost", "value")),
    ] * bool(capability.endpoints)
    return Report(query, rows, fetch, columns)


def _result(capability: Capability, query: RangeQuery, group: Group) -> dict[str, Any]:
    """Return one result object; what OpenAI has no field for stands under `earthshine`."""
    totals = group.totals
    result: dict[str, Any] = {
        "object": capability.result,
        "input_tokens": totals.input_tokens,
        "num_model_requests": totals.requests,
    }
    if capability.writes:
        result |= {
            "output_tokens": totals.output_tokens,
            "input_cached_tokens": totals.cached_tokens,
            "input_uncached_tokens": totals.input_tokens - totals.cached_tokens,
            # No model here hears or speaks.
            "input_audio_tokens": 0,
            "output_audio_tokens": 0,
        }
    result |= dict.fromkeys([*GROUPS, *_ALWAYS] if capability.writes else GROUPS)
    # The key of the first start has no user, and a ledger row of it none either.
    result |= {name: value or None for name, value in zip(grouped_by(query), group.keys, strict=True)}
    result |= {name: value for name, value in _ALWAYS.items() if name in getattr(query, "group_by", ())}
    result["earthshine"] = {"reasoning_tokens": totals.reasoning_tokens, **money_fields(totals)}
    return result


def money_fields(totals: Totals) -> dict[str, Any]:
    """Return what was spent, what a hosted vendor lists for it, and what was cut."""
    return {
        "partial_requests": totals.partial_requests,
        "cost": {"value": dollars(totals.cost), "currency": "usd"},
        "hosted_cost": hosted_field(totals),
    }


def hosted_field(totals: Totals) -> dict[str, Any] | None:
    """Return the estimate of a hosted vendor's price and for how many requests it holds; null when for none."""
    if not totals.hosted_requests:
        return None
    return {
        "value": dollars(totals.hosted_cost),
        "currency": "usd",
        "num_model_requests": totals.hosted_requests,
    }
