"""Routes of `/earthshine/v1/setup`: what a browser must know before anybody has signed in."""

from __future__ import annotations

import asyncio

from fastapi import Request

from earthshine import __version__
from earthshine.accounts.authorization.needs import needs
from earthshine.accounts.people.rows import anybody
from earthshine.accounts.sign_in.objects import Setup
from earthshine.accounts.sign_in.oidc.sign_in import OidcSignIn
from earthshine.database import Database
from earthshine.openapi import Routes
from earthshine.services import find_service, service
from earthshine.settings import Settings
from earthshine.wire import Reply, json_reply

router = Routes(prefix="/earthshine/v1/setup", tags=["Server"])


@router.get("")
@needs("open")
async def retrieve_setup(request: Request) -> Reply[Setup]:
    """Say whether somebody can sign in yet, and how. Needs no key."""
    settings = service(request, Settings)
    async with service(request, Database).read() as connection:
        people = await anybody(connection)
    found: Setup = {
        "object": "setup",
        "people": people,
        "oidc": find_service(request, OidcSignIn) is not None,
        "key_file": not people and await asyncio.to_thread((settings.data / "administrator.key").exists),
        "version": __version__,
        "name": settings.site_name,
    }
    return json_reply(found, headers={"cache-control": "no-store"})
