"""The request log of a project: one line for each stored response, with its cost and its times, without content."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field
from sqlalchemy import ColumnElement, Row, Select, func, or_, select, tuple_

from earthshine.accounts.authorization.caller import Caller
from earthshine.accounts.authorization.ownership import Owner, may_read
from earthshine.accounts.keys.families import relatives
from earthshine.database import Connection, Database
from earthshine.errors import InvalidRequest
from earthshine.ids import made_at
from earthshine.metering.ledger.charges import Charges, charged_for, charges_of
from earthshine.metering.prices.money import dollars, plain
from earthshine.metering.tables import ledger
from earthshine.responses.request_log.objects import ResponseSummary
from earthshine.responses.tables import responses
from earthshine.routing.router import Location
from earthshine.runs.tables import runs
from earthshine.wire.pagination import ListQuery

Json = dict[str, Any]
Status = Literal["queued", "in_progress", "completed", "incomplete", "failed", "cancelled"]

_MOST_SECONDS = 2**40


class RequestLogQuery(ListQuery):
    """The query of `GET /earthshine/v1/responses`: one page, newest first unless asked otherwise, and what of it."""

    order: Literal["asc", "desc"] = "desc"
    model: str | None = Field(default=None, max_length=256)
    """As the client named it, or as it was served."""
    status: list[Status] | None = Field(default=None, max_length=6)
    user: str | None = Field(default=None, max_length=64)
    key: str | None = Field(default=None, max_length=64)
    created_after: int | None = Field(default=None, ge=0, le=_MOST_SECONDS)
    """Unix seconds; this second is included."""
    created_before: int | None = Field(default=None, ge=0, le=_MOST_SECONDS)
    """Unix seconds; this second is not included."""


async def list_requests(
    database: Database, who: Caller, query: RequestLogQuery, places: Mapping[str, Location]
) -> tuple[list[ResponseSummary], bool]:
    """Return some lines of the log of the caller's project, and whether there are more.

    `places` are today's deployments by their ids.
    """
    descending = query.order == "desc"
    place = tuple_(responses.c.created_at, responses.c.id)
    order = [each.desc() if descending else each.asc() for each in (responses.c.created_at, responses.c.id)]
    chosen = summaries().where(responses.c.project == who.project, *_conditions(query)).limit(query.limit + 1)
    async with database.read() as connection:
        if query.after is not None:
            after = tuple_(await _created_at(connection, query.after, who.project), query.after)
            chosen = chosen.where(place < after if descending else place > after)
        rows = (await connection.execute(chosen.order_by(*order))).all()
        charged = await charges_of(connection, [row.id for row in rows])
    return [summary(row, charged[row.id], who, places) for row in rows[: query.limit]], len(rows) > query.limit


async def _created_at(connection: Connection, response_id: str, project: str) -> int:
    """Return the second of a response; of one that was deleted meanwhile, about that, from its id."""
    mine = (responses.c.id == response_id) & (responses.c.project == project)
    found: int | None = (await connection.execute(select(responses.c.created_at).where(mine))).scalar_one_or_none()
    if found is not None:
        return found
    moment = made_at(response_id)
    if moment is None:
        raise InvalidRequest("'after' is no response's id.", param="after")
    return moment // 1000


def summaries() -> Select[*tuple[Any, ...]]:
    """Return the selection of what a line says: a response's row without its content; see `charges_of` for the rest."""
    about = responses.c
    return select(
        about.id,
        about.caller,
        about.status,
        about.background,
        about.model,
        about.created_at,
        about.previous_response_id,
        runs.c.owner,
        func.coalesce(runs.c.takeovers, 0).label("takeovers"),
        about.user,
        about.in_chat,
        about.accepted_ms,
        about.begun_ms,
        about.first_token_ms,
        about.ended_ms,
        about.error_code,
    ).select_from(responses.outerjoin(runs, runs.c.id == about.id))


def summary(
    row: Row[*tuple[Any, ...]], charges: Charges, who: Caller, places: Mapping[str, Location]
) -> ResponseSummary:
    """Return one line of the log."""
    caller: Json = row.caller or {}
    user: str = caller.get("user", "")
    ended = row.ended_ms
    place = places.get(charges.deployment or "")
    return {
        "id": row.id,
        "object": "response.summary",
        "created_at": row.created_at,
        "completed_at": ended // 1000 if ended is not None and row.status == "completed" else None,
        "status": row.status,
        "model": row.model,
        "served_by": charges.deployment,
        "served_at": None if place is None else {"server": place.server, "model": place.model},
        "background": row.background,
        "user": user or None,
        "key_id": caller.get("key_id", ""),
        "input_tokens": charges.totals.input_tokens,
        "cached_tokens": charges.totals.cached_tokens,
        "output_tokens": charges.totals.output_tokens,
        "reasoning_tokens": charges.totals.reasoning_tokens,
        "cost": money(charges.totals.cost),
        "duration_ms": _between(row.accepted_ms, ended),
        "time_to_first_token_ms": _between(row.accepted_ms, row.first_token_ms),
        "tokens_per_second": _speed(row, charges.totals.output_tokens),
        "previous_response_id": row.previous_response_id,
        "error_code": row.error_code,
        "own": row.user == Owner.of(who).user,
        "readable": may_read(who, row.user, in_chat=row.in_chat),
    }


def money(picodollars: int) -> str:
    """Return an amount as dollars in a string, so that no reader's float rounds it."""
    return plain(dollars(picodollars))


def _conditions(query: RequestLogQuery) -> list[ColumnElement[bool]]:
    about = responses.c
    # What was imported was asked for elsewhere: it has no time here, and no row of the ledger. (Rows of versions that
    # noted no times have one.)
    where: list[ColumnElement[bool]] = [or_(about.accepted_ms.is_not(None), charged_for(about.id))]
    if query.model is not None:
        where.append(or_(about.model == query.model, charged_for(about.id, ledger.c.model == query.model)))
    if query.status is not None:
        where.append(about.status.in_(query.status))
    if query.user is not None:
        where.append(about.caller["user"].as_string() == query.user)
    if query.key is not None:
        asked = about.caller["key_id"].as_string()
        where.append((asked == query.key) | asked.in_(relatives([query.key])))
    if query.created_after is not None:
        where.append(about.created_at >= query.created_after)
    if query.created_before is not None:
        where.append(about.created_at < query.created_before)
    return where


def _between(start: int | None, end: int | None) -> int | None:
    # A clock that was set back makes no negative times.
    return None if start is None or end is None else max(0, end - start)


def _speed(row: Row[*tuple[Any, ...]], written: int) -> float | None:
    """Return the tokens written per second after the first one; None where there was no second one, or no time."""
    took = _between(row.first_token_ms, row.ended_ms)
    if not took or written < 2:
        return None
    return round((written - 1) * 1000 / took, 2)
