"""The child process that runs chat templates: `python -m earthshine.harness.templates.render_worker`.

A template comes with a model, so a stranger wrote it. Here it may loop for ever or ask for all memory: the parent
ends this process at a deadline, and the kernel refuses memory beyond a limit. Questions and answers are JSON, each
behind its length, over the socket that is standard input. It ends when the parent closes the other end, or dies.
"""

from __future__ import annotations

import json
import socket
from dataclasses import asdict
from typing import Any

from earthshine.errors import EarthshineError, InvalidRequest
from earthshine.harness.templates import tool_format
from earthshine.harness.templates.framing import read, write
from earthshine.harness.templates.template import compiled
from earthshine.processes.guard import die_with_parent, leave_signals_to_parent, limit_memory

MEMORY = 1 << 30
"""Bytes of address space."""
MAX_TEXT = 32_000_000
"""Characters of one rendered conversation."""


def main() -> None:
    """Answer until the parent goes away."""
    leave_signals_to_parent()
    die_with_parent()
    limit_memory(MEMORY)
    parent = socket.socket(fileno=0)
    write(parent, b"{}")
    while (question := read(parent)) is not None:
        write(parent, answer(question))


def answer(question: bytes) -> bytes:
    """Return the answer to one question, or why there is none."""
    asked = json.loads(question)
    try:
        return _encoded({"result": _result(asked)})
    except EarthshineError as error:
        kind = "request" if isinstance(error, InvalidRequest) else "template"
        return _encoded({"fault": kind, "message": error.message})
    except (MemoryError, RecursionError) as error:
        return _encoded({"fault": "template", "message": f"it takes too much memory ({type(error).__name__})"})
    except Exception as error:
        return _encoded({"fault": "template", "message": f"it fails: {type(error).__name__}: {str(error)[:500]}"})


def _encoded(answer: dict[str, Any]) -> bytes:
    return json.dumps(answer).encode()


def _result(asked: dict[str, Any]) -> Any:
    template = compiled(*asked["template"])
    if asked["what"] == "format":
        return asdict(tool_format.discover(template)) | {"unread": tool_format.unread_example(template)}
    text = template.conversation(asked["messages"], tools=asked["tools"], **asked["variables"])
    if len(text) > MAX_TEXT:
        raise MemoryError
    return text


if __name__ == "__main__":
    main()
