"""Routes of `/v1/setup`: what a browser must know before anybody has signed in. An extension of the OpenAI API."""

from __future__ import annotations

import asyncio
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from earthshine import __version__
from earthshine.accounts.people.rows import anybody
from earthshine.openapi import DirectRoute, gives
from earthshine.openapi.objects import BOOLEAN, STRING, const, record
from earthshine.services import get_services
from earthshine.wire import json_reply

SETUP: Final = record(
    "Setup",
    "How people get in here. `people`: somebody can sign in already; `oidc`: through an identity provider, too.",
    object=const("setup"),
    people=BOOLEAN,
    oidc=BOOLEAN,
    key_file={"description": "Whether the data directory holds the key of the first start."} | BOOLEAN,
    version=STRING,
    name=STRING,
)

router = APIRouter(prefix="/v1/setup", tags=["Server"], route_class=DirectRoute)


@router.get("")
@gives(SETUP)
async def retrieve_setup(request: Request) -> Response:
    """Say whether somebody can sign in yet, and how. Needs no key."""
    services = get_services(request)
    async with services.database.read() as connection:
        people = await anybody(connection)
    found = {
        "object": "setup",
        "people": people,
        "oidc": services.accounts.oidc is not None,
        "key_file": not people and await asyncio.to_thread((services.settings.data / "administrator.key").exists),
        "version": __version__,
        "name": services.settings.site_name,
    }
    return json_reply(found, headers={"cache-control": "no-store"})
