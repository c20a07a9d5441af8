"""Limits in every shape: OpenAI's rate limits and spend limits are rows of one table, and objects of many shapes."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from sqlalchemy import select

from earthshine.accounts.audit.trail import record
from earthshine.accounts.authorization.caller import Caller
from earthshine.database import Connection
from earthshine.errors import InvalidRequest, NotFound, UnsupportedParameter
from earthshine.metering.limits import objects
from earthshine.metering.limits.kinds import KINDS, SPEND, Kind
from earthshine.metering.limits.objects import ProjectRateLimit, Removed, SpendLimit
from earthshine.metering.limits.schemas import UNLIMITED, LimitBody, RateLimitUpdate, SpendLimitUpdate
from earthshine.metering.limits.store import Limit, Scope, StoredLimit, limits_of, put_limit, remove_limit
from earthshine.metering.limits.windows import day_of, window_start
from earthshine.metering.prices.money import PICODOLLARS_PER_CENT, dollars, parse_dollars
from earthshine.metering.tables import spend
from earthshine.wire.objects import Identified, Thing

_RATES: Final[Mapping[str, Kind]] = {
    "max_requests_per_1_minute": "requests_per_minute",
    "max_tokens_per_1_minute": "tokens_per_minute",
    "max_requests_per_1_day": "requests_per_day",
}
"""OpenAI's fields and our kinds."""

# --- limits as they are -----------------------------------------------------------------------------------------------


def limit_object(stored: StoredLimit, newest: Mapping[str, str]) -> objects.Limit:
    """Return a limit in the shape of our own extension; `newest` has the newest key of each family."""
    limit = stored.limit
    return {
        "id": stored.id,
        "object": "organization.limit",
        "scope": limit.scope,
        "scope_id": newest.get(limit.scope_id, limit.scope_id) if limit.scope == "key" else limit.scope_id,
        "kind": limit.kind,
        "model": limit.model,
        "amount": dollars(limit.amount) if limit.kind in SPEND else limit.amount // KINDS[limit.kind].parts,
        "unit": KINDS[limit.kind].unit,
        "created_at": stored.created_at,
    }


def read_limit(body: LimitBody, organization: str) -> Limit:
    """Return the limit that a body asks for. Raises a 400 that names the field at fault."""
    if body.scope_id is None and body.scope != "organization":
        raise InvalidRequest(
            f"Missing required parameter: 'scope_id', the id of the {body.scope}.",
            param="scope_id",
            code="missing_required_parameter",
        )
    terms = KINDS[body.kind]
    if body.kind in SPEND:
        try:
            amount = parse_dollars(body.amount)
        except ValueError as error:
            raise InvalidRequest(f"Invalid value for 'amount': {error}.", param="amount") from None
    elif isinstance(body.amount, int) and 0 <= body.amount <= UNLIMITED // terms.parts:
        amount = body.amount * terms.parts
    else:
        raise InvalidRequest(
            f"Invalid value for 'amount': {body.kind} counts whole {terms.unit}, from 0 to {UNLIMITED // terms.parts}.",
            param="amount",
        )
    return Limit(body.scope, body.scope_id or organization, body.kind, body.model, amount)


# --- OpenAI's rate limits: one object for each model -----------------------------------------------------------------


async def rate_limits(
    connection: Connection, who: Caller, project: str, models: Iterable[str]
) -> list[ProjectRateLimit]:
    """Return the rate limits of a project's models, by name."""
    amounts: dict[tuple[str | None, Kind], int] = {
        (stored.limit.model, stored.limit.kind): stored.limit.amount
        for stored in await limits_of(connection, who.organization, "project", project, _RATES.values())
    }
    return [
        _rate_limit(model, {kind: amount for (name, kind), amount in amounts.items() if name == model})
        for model in sorted(set(models))
    ]


def _rate_limit(model: str, amounts: Mapping[Kind, int]) -> ProjectRateLimit:
    limit: ProjectRateLimit = {
        "id": rate_limit_id(model),
        "object": "project.rate_limit",
        "model": model,
        "max_requests_per_1_minute": amounts.get("requests_per_minute", UNLIMITED),
        "max_tokens_per_1_minute": amounts.get("tokens_per_minute", UNLIMITED),
    }
    if "requests_per_day" in amounts:
        limit["max_requests_per_1_day"] = amounts["requests_per_day"]
    return limit


def rate_limit_id(model: str) -> str:
    """Return the id of a model's rate limit: its name where that fits in a path, else a digest of it."""
    plain = re.fullmatch(r"[A-Za-z0-9][\w.:-]{0,63}", model, re.ASCII)
    return f"rl-{model}" if plain else "rl-" + hashlib.sha256(model.encode("utf-8", "surrogatepass")).hexdigest()[:24]


async def change_rate_limit(
    connection: Connection, who: Caller, project: str, limit_id: str, body: RateLimitUpdate, models: Iterable[str]
) -> ProjectRateLimit:
    """Set or take away what the body names, and return the object. Raises `NotFound` for a model that is not here."""
    for field in ("batch_1_day_max_input_tokens", "max_audio_megabytes_per_1_minute", "max_images_per_1_minute"):
        if getattr(body, field) is not None:
            raise UnsupportedParameter(f"{field!r} cannot be limited, because nothing here uses it.", param=field)
    model = next((name for name in models if rate_limit_id(name) == limit_id), None)
    if model is None:
        raise NotFound(f"No rate limit with the id {limit_id[:100]!r} is here; there is one for each installed model.")
    for field, kind in _RATES.items():
        amount: int | None = getattr(body, field)
        if amount is not None:
            limit = Limit("project", project, kind, model, amount)
            await (remove_limit if amount == UNLIMITED else put_limit)(connection, who.organization, limit)
    asked = body.model_dump(exclude_none=True)
    await record(connection, who, "rate_limit.updated", {"id": limit_id, "changes_requested": asked}, project=project)
    (found,) = await rate_limits(connection, who, project, [model])
    return found


# --- OpenAI's spend limits: one for the organisation, one for each project --------------------------------------------


async def spend_limit(connection: Connection, who: Caller, scope: Scope, scope_id: str) -> SpendLimit:
    """Return the monthly spend limit. Raises `NotFound` where there is none."""
    stored = await limits_of(connection, who.organization, scope, scope_id, ["spend_per_month"])
    limit = next((each.limit for each in stored if each.limit.model is None), None)
    if limit is None:
        raise NotFound(f"No spend limit is set for this {scope}.")
    spent = await spent_this_month(connection, who.organization, scope, scope_id, int(time.time()))
    return {
        "object": "project.spend_limit" if scope == "project" else "organization.spend_limit",
        "currency": "USD",
        "interval": "month",
        # A limit that was set through the other API may be finer than a cent.
        "threshold_amount": limit.amount // PICODOLLARS_PER_CENT,
        "enforcement": {"status": "enforcing" if spent >= limit.amount else "inactive"},
    }


async def put_spend_limit(
    connection: Connection, who: Caller, scope: Scope, scope_id: str, body: SpendLimitUpdate
) -> SpendLimit:
    """Set the monthly spend limit, and return it."""
    amount = body.threshold_amount * PICODOLLARS_PER_CENT
    await put_limit(connection, who.organization, Limit(scope, scope_id, "spend_per_month", None, amount))
    details = {"id": scope_id, "changes_requested": {"threshold_amount": body.threshold_amount}}
    await record(connection, who, "spend_limit.updated", details, project=scope_id if scope == "project" else "")
    return await spend_limit(connection, who, scope, scope_id)


async def remove_spend_limit(connection: Connection, who: Caller, scope: Scope, scope_id: str) -> Removed:
    """Take the monthly spend limit away. Raises `NotFound` where there is none."""
    if not await remove_limit(connection, who.organization, Limit(scope, scope_id, "spend_per_month", None, 0)):
        raise NotFound(f"No spend limit is set for this {scope}.")
    project = scope_id if scope == "project" else ""
    await record(connection, who, "spend_limit.deleted", {"id": scope_id}, project=project)
    return {"object": f"{scope}.spend_limit.deleted", "deleted": True}


async def spent_this_month(connection: Connection, organization: str, scope: Scope, scope_id: str, now: int) -> int:
    """Return the picodollars that the ledger holds for this month of UTC."""
    rows = select(spend.c.cost).where(
        spend.c.organization == organization,
        spend.c.scope == scope,
        spend.c.scope_id == scope_id,
        spend.c.day >= day_of(window_start("spend_per_month", now)),
    )
    # Few rows, one for each day and model; their sum may be larger than 64 bits.
    return sum((await connection.execute(rows)).scalars())


def placed(things: list[Thing], after: str | None, before: str | None, limit: int) -> tuple[list[Thing], bool]:
    """Return the page of a short list after or before one object, and whether there is more beyond it."""
    start, end = 0, len(things)
    if after is not None:
        start = _index(things, after, "after") + 1
    if before is not None:
        end = _index(things, before, "before")
        if after is None:
            start = max(0, end - limit)
            return things[start:end], start > 0
    return things[start : min(end, start + limit)], end - start > limit


def _index(things: Sequence[Identified], name: str, param: str) -> int:
    found = next((index for index, each in enumerate(things) if each["id"] == name), None)
    if found is None:
        raise InvalidRequest(f"{param!r} names nothing in this list.", param=param)
    return found
