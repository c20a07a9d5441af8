"""Rows of runs, of their steps and of their events."""

from sqlalchemy import JSON, BigInteger, Boolean, Column, Index, Integer, LargeBinary, String, Table, false, true

from earthshine.database import metadata

runs = Table(
    "runs",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("kind", String(64), nullable=False),
    Column("project", String(64), nullable=False),
    Column("caller", JSON, doc="Who asked for it, to be billed also after a restart."),
    Column("parent_id", String(64), doc="The run that waits for this one."),
    Column("parent_step", Integer, doc="The step of the parent that this run's end ends."),
    Column("priority", Integer, nullable=False, server_default="0", doc="What is higher begins first."),
    Column("background", Boolean, nullable=False, server_default=true(), doc="Whether it outlives its client."),
    Column("limits", JSON, doc="See `Limits`; null for none."),
    Column("input", JSON, doc="What its kind needs to perform it; null where the kind keeps that elsewhere."),
    Column("status", String(16), nullable=False),
    Column("result", JSON),
    Column("error", JSON, doc="Why it failed: `code` and `message`."),
    Column("owner", String(64), doc="The process that performs it, or did: no other may add to it."),
    Column("cancelling", Boolean, nullable=False, server_default=false(), doc="Whether its owner is asked to stop."),
    Column("takeovers", Integer, nullable=False, server_default="0", doc="How often a process took it up again."),
    # Unix milliseconds, as are the next.
    Column("wake_ms", BigInteger, doc="When a run that waits goes on at the latest; null for not by itself."),
    Column("created_ms", BigInteger, nullable=False),
    Column("ended_ms", BigInteger),
    Index(None, "status", "wake_ms"),
    Index(None, "parent_id"),
)

run_steps = Table(
    "run_steps",
    metadata,
    Column("run_id", String(64), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("name", String(128), nullable=False),
    Column("repeat", String(16), nullable=False, doc="What is done when it was cut; see `Repeat`."),
    Column("state", String(16), nullable=False, doc="begun, unknown, ended or failed."),
    Column("details", JSON, doc="What it was asked to do, for people and for who settles it."),
    Column("result", JSON),
    Column("error", JSON),
    Column("usage", JSON, doc="What it used, by unit."),
    Column("begun_ms", BigInteger, nullable=False),
    Column("ended_ms", BigInteger),
    sqlite_with_rowid=False,
)

run_events = Table(
    "run_events",
    metadata,
    Column("run_id", String(64), primary_key=True),
    Column("sequence_number", Integer, primary_key=True),
    Column("event", LargeBinary, nullable=False, doc="What readers see, as JSON that begins with its type."),
    Column("raw", LargeBinary, nullable=False, doc="What the model wrote to cause it, to go on from after a crash."),
    Column("step", Integer, nullable=False, server_default="0", doc="The step that emitted it."),
    Column(
        "stored_ms", BigInteger, doc="Unix milliseconds of its commit, which it shares with all events of the batch."
    ),
    sqlite_with_rowid=False,
)
