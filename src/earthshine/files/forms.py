"""A form with one file in it, whose bytes go to the store while they arrive."""

from __future__ import annotations

import re
from typing import Any

from starlette.requests import Request

from earthshine.blobs import Blobs, Incoming
from earthshine.errors import InvalidRequest
from earthshine.services import service
from earthshine.settings import Settings
from earthshine.wire.multipart import AROUND_FILES, Part, form_parts

_NESTED = re.compile(r"([^\[\]]+)\[([^\[\]]+)\]")


async def receive_form(request: Request, incoming: Incoming, *, file: str, limit: int) -> tuple[dict[str, Any], str]:
    """Write the file in the field `file` to `incoming`; return the other fields, and the file's name, made safe.

    Fields named `a[b]` come as an object. Raises what `form_parts` does, and `InvalidRequest` for a form without the
    file, or with a field twice.
    """
    fields: dict[str, Any] = {}
    filename: str | None = None
    async for part in form_parts(request, limit=limit + AROUND_FILES, patience=service(request, Settings).body_timeout):
        if part.name != file:
            await _add(fields, part)
            continue
        if part.filename is None:
            raise InvalidRequest(f"'{file}' must be a file: its part needs a file name.", param=file)
        if filename is not None:
            raise _twice(file)
        filename = part.filename
        async for piece in part.pieces():
            await incoming.write(piece)
    if filename is None:
        raise InvalidRequest(f"Missing required parameter: '{file}'.", param=file, code="missing_required_parameter")
    return fields, filename


async def check_room(request: Request, blobs: Blobs, project: str) -> None:
    """Refuse what the project has no room for, before it is sent. Raises `InvalidRequest`."""
    declared = request.headers.get("content-length", "")
    most = int(declared) if declared.isdigit() and len(declared) < 19 else 0
    await blobs.check_room(project, max(0, most - AROUND_FILES))


async def _add(fields: dict[str, Any], part: Part) -> None:
    nested = _NESTED.fullmatch(part.name)
    name = nested[1] if nested else part.name
    into = fields.setdefault(name, {}) if nested else fields
    key = nested[2] if nested else name
    if not isinstance(into, dict) or key in into:
        raise _twice(part.name)
    into[key] = await part.text()


def _twice(name: str) -> InvalidRequest:
    return InvalidRequest(f"'{name[:100]}' is in the form twice.", param=name[:100])
