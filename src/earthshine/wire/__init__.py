"""HTTP in and out: bodies to checked models, errors and events to bytes. Shared by every resource's routes."""

from earthshine.wire.bodies import parse, read_body, read_file, read_json
from earthshine.wire.bounded import BoundedModel
from earthshine.wire.checking import Model, check, field_path
from earthshine.wire.decoding import aside, load_json
from earthshine.wire.dialects import DONE, OPENAI, Dialect, Dialects, dialect_of, error_event
from earthshine.wire.pauses import with_pauses
from earthshine.wire.replies import Reply, error_reply, json_reply, list_page, note_ignored, reply_headers
from earthshine.wire.streams import EventStream, close, peek, while_connected

__all__ = [
    "DONE",
    "OPENAI",
    "BoundedModel",
    "Dialect",
    "Dialects",
    "EventStream",
    "Model",
    "Reply",
    "aside",
    "check",
    "close",
    "dialect_of",
    "error_event",
    "error_reply",
    "field_path",
    "json_reply",
    "list_page",
    "load_json",
    "note_ignored",
    "parse",
    "peek",
    "read_body",
    "read_file",
    "read_json",
    "reply_headers",
    "while_connected",
    "with_pauses",
]
