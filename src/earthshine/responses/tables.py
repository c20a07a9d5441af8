"""Rows of responses and of their journals."""

from sqlalchemy import JSON, BigInteger, Boolean, Column, Index, Integer, LargeBinary, String, Table, false

from earthshine.database import metadata

responses = Table(
    "responses",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("project", String(64), nullable=False),
    Column("caller", JSON, doc="Who asked for it, to be billed also after a restart."),
    Column("status", String(16), nullable=False),
    Column("background", Boolean, nullable=False),
    Column("model", String(256), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("previous_response_id", String(64)),
    Column("conversation_id", String(64)),
    Column("request", JSON, nullable=False, doc="The body as it came, to run it again after a crash."),
    Column("input", JSON, nullable=False, doc="The items that this turn added, with their ids."),
    Column("history", JSON, doc="The items before them, while the run lasts: what a resumed run sees again."),
    Column("keeps", Boolean, doc="Whether `input` has items that no truncation leaves out; null where nobody looked."),
    Column("response", LargeBinary, nullable=False, doc="The Response as JSON: as it began, then as it ended."),
    Column("owner", String(64), doc="The process that writes it, or wrote it: no other may add events to it."),
    Column("cancelling", Boolean, nullable=False, server_default=false(), doc="Whether its owner is asked to stop."),
    Column("user", String(64), nullable=False, server_default="", doc="Whose words it holds; see `ownership.py`."),
    Column("in_chat", Boolean, nullable=False, server_default=false(), doc="Whether it is a chat's, so nobody else's."),
    Column("takeovers", Integer, nullable=False, server_default="0", doc="How often a process took it up again."),
    # Unix milliseconds, written when it ends; null before, and in rows of earlier versions.
    Column("accepted_ms", BigInteger, doc="When its row was written."),
    Column("begun_ms", BigInteger, doc="When the model was asked."),
    Column("first_token_ms", BigInteger, doc="When the first piece of text, reasoning or a call came."),
    Column("ended_ms", BigInteger),
    Column("error_code", String(64)),
    Index(None, "status"),
    Index(None, "conversation_id"),
    Index(None, "user"),
    Index(None, "project", "created_at", "id"),
)

events = Table(
    "response_events",
    metadata,
    Column("response_id", String(64), primary_key=True),
    Column("sequence_number", Integer, primary_key=True),
    Column("event", LargeBinary, nullable=False, doc="What readers see, as JSON that begins with its type."),
    Column("raw", LargeBinary, nullable=False, doc="What the model wrote to cause it, to go on from after a crash."),
    Column(
        "stored_ms", BigInteger, doc="Unix milliseconds of its commit, which it shares with all events of the batch."
    ),
    sqlite_with_rowid=False,
)
