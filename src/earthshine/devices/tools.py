"""Ask a maker's tool, which may hang, lie, or not be there."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import tempfile
from contextlib import suppress
from typing import Any

PATIENCE = 10.0
"""Seconds for one answer; a driver that wakes eight cards takes some."""
MOST = 8 * 2**20
"""Bytes of one answer that are read; that of eight busy cards has some 200 kB."""


class Unreadable(Exception):
    """A tool is there and what it says is of no use; the message is for people."""


def ask(*command: str) -> str | None:
    """Return what a tool prints; None where there is no such tool.

    Raises `Unreadable` when it fails, takes too long or prints too much.
    """
    path = shutil.which(command[0])
    if path is None:
        return None
    with tempfile.TemporaryFile() as said:  # what a pipe holds would stop a tool that nobody reads
        try:
            process = subprocess.Popen(  # noqa: S603 (a fixed command)
                [path, *command[1:]],
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                env={**os.environ, "LC_ALL": "C"},
            )
        except OSError as error:
            raise Unreadable(f"{command[0]} does not run: {error.strerror or error}") from error
        try:
            status = process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            # One that waits for its driver inside the kernel does not end; it is not waited for.
            raise Unreadable(f"{command[0]} did not answer within {PATIENCE:.0f} s") from None
        said.seek(0)
        text = said.read(MOST + 1)
    if status:
        raise Unreadable(f"{command[0]} ended with {status}: {text[-200:].decode('utf-8', 'replace').strip()}")
    if len(text) > MOST:
        raise Unreadable(f"{command[0]} printed more than {MOST // 2**20} MiB")
    return text.decode("utf-8", "replace")


def read_json(tool: str, text: str) -> Any:
    """Return the value that a tool printed, warnings before it left out. Raises `Unreadable`."""
    begin = min((at for at in (text.find("{"), text.find("[")) if at >= 0), default=len(text))
    try:
        return json.JSONDecoder().raw_decode(text[begin:])[0]
    except (ValueError, RecursionError):
        raise Unreadable(f"{tool} printed no JSON: {text.strip()[:120]!r}") from None


def whole(value: Any) -> int:
    """Return a count that a tool wrote as a number or as text; 0 for anything else."""
    try:
        return int(float(value)) if not isinstance(value, bool) else 0
    except (TypeError, ValueError, OverflowError):
        return 0
