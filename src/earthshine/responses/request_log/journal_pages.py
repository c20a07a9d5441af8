"""The journal of one response for people to read: its events page by page, and what it was in figures."""

from __future__ import annotations

from collections.abc import Mapping

import orjson
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import func, select

from earthshine.accounts.authorization.caller import Caller
from earthshine.database import Database
from earthshine.metering.ledger.charges import charges_of
from earthshine.responses.reply.timings import Timings, kind_of, stored_timings
from earthshine.responses.request_log.objects import ResponseJournal
from earthshine.responses.request_log.summaries import money, summaries, summary
from earthshine.responses.store import UNFINISHED, not_found
from earthshine.responses.stored_request import with_input
from earthshine.responses.tables import responses
from earthshine.responses.tools.secrets import told
from earthshine.routing.router import Location
from earthshine.runs.tables import run_events


class JournalQuery(BaseModel):
    """The query of `GET /earthshine/v1/responses/{id}/journal`."""

    model_config = ConfigDict(extra="forbid")

    after: int = Field(default=-1, ge=-1, le=2**31 - 1)
    """The number of the last event that was read; -1 for none."""
    limit: int = Field(default=100, ge=1, le=1000)


async def journal_page(
    database: Database, response_id: str, who: Caller, query: JournalQuery, places: Mapping[str, Location]
) -> ResponseJournal:
    """Return one page of a response's journal with its summary; `places` are today's deployments. Raises `NotFound`."""
    mine = (responses.c.id == response_id) & (responses.c.project == who.project)
    of_it = run_events.c.run_id == response_id
    async with database.read() as connection:
        row = (await connection.execute(summaries().where(mine))).one_or_none()
        if row is None:
            raise not_found(response_id)
        charges = (await charges_of(connection, [response_id]))[response_id]
        sent = (await connection.execute(select(responses.c.request, responses.c.input).where(mine))).one()
        count, size = (
            await connection.execute(select(func.count(), func.sum(func.length(run_events.c.event))).where(of_it))
        ).one()
        page = (
            await connection.execute(
                select(run_events.c.sequence_number, run_events.c.event, run_events.c.stored_ms)
                .where(of_it, run_events.c.sequence_number > query.after)
                .order_by(run_events.c.sequence_number)
                .limit(query.limit + 1)
            )
        ).all()
        timings = Timings(row.begun_ms, row.first_token_ms)
        if row.status in UNFINISHED:
            timings = await stored_timings(connection, response_id)
    shown = page[: query.limit]
    return {
        "object": "response.journal",
        "response_id": response_id,
        "summary": {
            **summary(row, charges, who, places),
            "queued_at_ms": row.accepted_ms,
            "begun_at_ms": timings.begun,
            "first_token_at_ms": timings.first_token,
            "ended_at_ms": row.ended_ms,
            "instance": row.owner,
            "takeovers": row.takeovers,
            "events": count,
            "bytes": int(size or 0),
            "costs": {
                "input": money(charges.totals.input_cost),
                "cached_input": money(charges.totals.cached_cost),
                "output": money(charges.totals.output_cost),
                "time": money(charges.totals.time_cost),
                "units": money(charges.totals.unit_cost),
                "hosted": money(charges.totals.hosted_cost) if charges.totals.hosted_requests else None,
                "parts": [
                    {"name": part.name, "unit": part.unit, "quantity": part.quantity, "cost": money(part.cost)}
                    for part in charges.parts
                ],
            },
            "request": with_input(told(sent.request), sent.input),
        },
        "data": [
            {
                "sequence_number": each.sequence_number,
                "type": kind_of(each.event),
                "stored_at_ms": each.stored_ms,
                "size": len(each.event),
                "event": orjson.Fragment(each.event),
            }
            for each in shown
        ],
        "has_more": len(page) > query.limit,
        "last_sequence_number": shown[-1].sequence_number if shown else None,
    }
