"""Rows of metering: the ledger, limits, spend alerts and the models that a project may use.

Money is a whole number of picodollars (1e-12 USD), so that a price per million tokens with six decimals is exact
for one token. Sixty-four bits of them are nine million dollars, per row; sums are taken in two halves.
"""

from sqlalchemy import JSON, BigInteger, Boolean, Column, Index, Integer, String, Table, false

from earthshine.database import metadata

ledger = Table(
    "ledger",
    metadata,
    Column(
        "id",
        String(64),
        primary_key=True,
        doc="Of the response, completion or request that was worked for; of one step's charge see `charge_id`.",
    ),
    Column("created_at", BigInteger, nullable=False, doc="Unix seconds of the settlement."),
    Column("organization", String(64), nullable=False),
    Column("project", String(64), nullable=False),
    Column("key_id", String(64), nullable=False),
    Column("user", String(64), nullable=False, doc="Empty when no person or service account is behind the key."),
    Column("model", String(256), nullable=False, doc="Or the name of what else was used, such as a tool."),
    Column("deployment", String(256), nullable=False),
    Column("endpoint", String(32), nullable=False, doc="Which API a model was asked through; `tools` for other work."),
    Column("requests", Integer, nullable=False),
    Column("input_tokens", BigInteger, nullable=False, doc="Cached ones included."),
    Column("cached_tokens", BigInteger, nullable=False),
    Column("output_tokens", BigInteger, nullable=False, doc="Reasoning ones included."),
    Column("reasoning_tokens", BigInteger, nullable=False),
    Column("input_cost", BigInteger, nullable=False, doc="For what was not cached."),
    Column("cached_cost", BigInteger, nullable=False),
    Column("output_cost", BigInteger, nullable=False),
    Column("time_cost", BigInteger, nullable=False, doc="For the time that it took."),
    Column("cost", BigInteger, nullable=False, doc="The sum of the five."),
    Column("hosted_cost", BigInteger, doc="What a hosted vendor lists for the same work; null when no price is known."),
    Column("partial", Boolean, nullable=False, doc="Whether the work was cut before its end."),
    Column("estimated", Boolean, nullable=False, server_default=false(), doc="Whether its tokens were not counted."),
    Column(
        "key_family",
        String(64),
        doc="The first of the keys that this one follows; null for itself.",
    ),
    Column("parent_id", String(64), index=True, doc="Of the run that this was a part of; null for work by itself."),
    Column("milliseconds", BigInteger, nullable=False, server_default="0", doc="That it took, as charged."),
    Column("unit", String(32), nullable=False, server_default="tokens", doc="What was counted: tokens, or a `Unit`."),
    Column("quantity", BigInteger, nullable=False, server_default="0", doc="Of the unit; zero for tokens."),
    Column("unit_cost", BigInteger, nullable=False, server_default="0", doc="For the quantity."),
    Column("batch", Boolean, nullable=False, server_default=false(), doc="Whether it was a line of a batch."),
    Index(None, "organization", "created_at"),
    Index(None, "project", "created_at"),
)

ledger_days = Table(
    "ledger_days",
    metadata,
    Column("organization", String(64), primary_key=True),
    Column("day", Integer, primary_key=True, autoincrement=False, doc="Days since 1970, in UTC."),
    Column("project", String(64), primary_key=True),
    Column("key_id", String(64), primary_key=True),
    Column("user", String(64), primary_key=True),
    Column("model", String(256), primary_key=True),
    Column("endpoint", String(32), primary_key=True),
    Column("unit", String(32), primary_key=True),
    Column("batch", Boolean, primary_key=True),
    Column("requests", BigInteger, nullable=False),
    Column("input_tokens", BigInteger, nullable=False),
    Column("cached_tokens", BigInteger, nullable=False),
    Column("output_tokens", BigInteger, nullable=False),
    Column("reasoning_tokens", BigInteger, nullable=False),
    Column("milliseconds", BigInteger, nullable=False),
    Column("quantity", BigInteger, nullable=False),
    Column("input_cost", BigInteger, nullable=False),
    Column("cached_cost", BigInteger, nullable=False),
    Column("output_cost", BigInteger, nullable=False),
    Column("time_cost", BigInteger, nullable=False),
    Column("unit_cost", BigInteger, nullable=False),
    Column("cost", BigInteger, nullable=False),
    Column("hosted_cost", BigInteger, nullable=False),
    Column("hosted_requests", BigInteger, nullable=False),
    Column("partial_requests", BigInteger, nullable=False),
    Column("estimated_requests", BigInteger, nullable=False),
)
"""Sums of busy days, kept for reports. The ledger alone counts: these can be thrown away at any time."""

summed_days = Table(
    "ledger_summed_days",
    metadata,
    Column("organization", String(64), primary_key=True),
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("rows", BigInteger, nullable=False, doc="Rows of the ledger in the sums; while it has as many, they hold."),
)

spend = Table(
    "spend",
    metadata,
    Column("organization", String(64), primary_key=True),
    Column("scope", String(16), primary_key=True, doc="organization, project, key or user."),
    Column("scope_id", String(64), primary_key=True),
    Column("model", String(256), primary_key=True),
    Column("day", Integer, primary_key=True, autoincrement=False, doc="Days since 1970, in UTC."),
    Column("cost", BigInteger, nullable=False, doc="The sum of the ledger's rows, kept in their transactions."),
)

windows = Table(
    "limit_windows",
    metadata,
    Column("organization", String(64), primary_key=True),
    Column("scope", String(16), primary_key=True),
    Column("scope_id", String(64), primary_key=True),
    Column("kind", String(32), primary_key=True),
    Column("model", String(256), primary_key=True, doc="Empty for all models together."),
    Column("start", BigInteger, nullable=False, doc="Unix seconds at which the minute or day began."),
    Column("used", BigInteger, nullable=False, doc="In the same parts, since then."),
)

reservations = Table(
    "reservations",
    metadata,
    Column("id", String(64), primary_key=True, doc="Of the reservation."),
    Column("organization", String(64), primary_key=True),
    Column("scope", String(16), primary_key=True),
    Column("scope_id", String(64), primary_key=True),
    Column("kind", String(32), primary_key=True),
    Column("model", String(256), primary_key=True),
    Column("amount", BigInteger, nullable=False),
    Column("instance", String(64), nullable=False, index=True, doc="The process that holds it."),
    Index(None, "organization", "scope", "scope_id", "kind", "model"),
)

limits = Table(
    "limits",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("organization", String(64), nullable=False),
    Column("scope", String(16), nullable=False, doc="organization, project, key or user."),
    Column("scope_id", String(64), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("model", String(256), nullable=False, doc="Empty for all models together."),
    Column("amount", BigInteger, nullable=False, doc="In the smallest parts of the unit that the kind counts."),
    Column("created_at", BigInteger, nullable=False),
    Index(None, "organization", "scope", "scope_id", "kind", "model", unique=True),
)

model_permissions = Table(
    "model_permissions",
    metadata,
    Column("project", String(64), primary_key=True),
    Column("mode", String(16), nullable=False, doc="allow_list or deny_list."),
    Column("model_ids", JSON, nullable=False),
)

limit_revisions = Table(
    "limit_revisions",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False, doc="Always 1."),
    Column("revision", BigInteger, nullable=False, doc="Counts changes of limits and model permissions."),
)

spend_alerts = Table(
    "spend_alerts",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("organization", String(64), nullable=False, index=True),
    Column("project", String(64), nullable=False, doc="Empty for the whole organisation."),
    Column("threshold_amount", BigInteger, nullable=False, doc="In cents, as the API has it."),
    Column("recipients", JSON, nullable=False),
    Column("subject_prefix", String(256)),
    Column("created_at", BigInteger, nullable=False),
)

spend_alert_firings = Table(
    "spend_alert_firings",
    metadata,
    Column("alert", String(64), primary_key=True),
    Column("month", String(7), primary_key=True, doc="As 2026-11, in UTC."),
    Column("threshold_amount", BigInteger, primary_key=True, autoincrement=False),
    Column("fired_at", BigInteger, nullable=False),
)
