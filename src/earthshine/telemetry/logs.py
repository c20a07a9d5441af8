"""Log lines, for people or as JSON: each with the id of its request, none with a secret."""

from __future__ import annotations

import logging
import re
import sys
import traceback
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

import orjson

from earthshine.telemetry.request_context import request_context

ACCESS = "earthshine.access"
"""The logger of the one line that each request gets in JSON."""

_SECRETS = re.compile(r"(?i)\b(bearer\s+|basic\s+)[^\s'\",;]+|\b(sk-)[A-Za-z0-9_-]{8,}|(://[^/\s:@]*:)[^/\s@]+(?=@)")
"""Keys, credentials of headers and passwords in URLs. No line of ours writes one; lines of other packages might."""

_ExceptionInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


def configure_logs(level: str, form: str) -> None:
    """Write all lines of at least `level` to stderr, as `text` or `json`."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter() if form == "json" else TextFormatter())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    # They tell at `info` what nobody asked for: plugins set up, a process started.
    for chatty in ("uvicorn", "alembic"):
        logging.getLogger(chatty).setLevel(max(logging.WARNING, logging.getLogger().level))


class _Formatter(logging.Formatter):
    """What both forms share."""

    def formatException(self, ei: _ExceptionInfo) -> str:  # noqa: N802 - the base class's name
        """Write a traceback without what an exception repeats of a request."""
        _, error, trace = ei
        if error is None:
            return ""
        return "".join(_lines(error, trace)).rstrip()


class TextFormatter(_Formatter):
    """`2026-10-29 12:00:00,000 ERROR earthshine.gate [req_...]: message`"""

    def format(self, record: logging.LogRecord) -> str:
        """Write one line, and the traceback below it if there is one."""
        work = request_context()
        named = f" [{work.request_id}]" if work is not None else ""
        line = f"{self.formatTime(record)} {record.levelname} {record.name}{named}: {record.getMessage()}"
        if record.exc_info:
            line += "\n" + self.formatException(record.exc_info)
        return hide_secrets(line)


class JsonFormatter(_Formatter):
    """One JSON object a line; a record's `fields`, if it has any, stand beside the message."""

    def format(self, record: logging.LogRecord) -> str:
        """Write one line."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        work = request_context()
        if work is not None:
            line["request_id"] = work.request_id
            if work.trace is not None:
                line["trace_id"] = work.trace.trace_id
        line |= getattr(record, "fields", {})
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return hide_secrets(orjson.dumps(line, default=str).decode())


def hide_secrets(line: str) -> str:
    """Blank out whatever looks like a key or a password."""
    return _SECRETS.sub(lambda found: f"{found[1] or found[2] or found[3]}***", line)


def _lines(error: BaseException, trace: TracebackType | None) -> list[str]:
    """Return the lines of a traceback and of its causes.

    Of a message only the first line is kept, and little of it: validators and drivers repeat in theirs what a client
    had sent.
    """
    lines: list[str] = []
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None:
        lines += [*_lines(cause, cause.__traceback__), "which led to:\n"]
    lines += ["Traceback (most recent call last):\n", *traceback.format_tb(trace)]
    words = str(error).partition("\n")[0]
    lines.append(f"{type(error).__qualname__}: {words[:200]}\n")
    return lines
