"""Rows of responses. Who writes one, and its events, are kept with its run, which has the same id."""

from sqlalchemy import JSON, BigInteger, Boolean, Column, Index, LargeBinary, String, Table, false

from earthshine.database import metadata
from earthshine.sealing.columns import SEALED

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
    Column("request", JSON, nullable=False, doc="The body without its input; see `stored_request.py`.", info=SEALED),
    Column("input", JSON, nullable=False, doc="The items that this turn added, with their ids."),
    Column("history", JSON, doc="The items before them, while the run lasts: what a resumed run sees again."),
    Column("keeps", Boolean, doc="Whether `input` has items that no truncation leaves out; null where nobody looked."),
    Column("response", LargeBinary, nullable=False, doc="The Response as JSON: as it began, then as it ended."),
    Column("user", String(64), nullable=False, server_default="", doc="Whose words it holds; see `ownership.py`."),
    Column("in_chat", Boolean, nullable=False, server_default=false(), doc="Whether it is a chat's, so nobody else's."),
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
