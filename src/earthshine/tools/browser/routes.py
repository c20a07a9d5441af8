"""Browsers that are open, for whoever owns them: to look on, to sign in, to close. An extension of OpenAI's API."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Request, Response
from pydantic import Field
from typing_extensions import TypedDict

from earthshine.accounts.authorization.caller import caller
from earthshine.accounts.authorization.needs import needs
from earthshine.accounts.authorization.ownership import Owner
from earthshine.openapi import Routes, gives, takes
from earthshine.services import service
from earthshine.tools.browser.browsers import Browsers, Living
from earthshine.tools.machine.actions import MOST_ACTIONS, Action
from earthshine.wire import Reply, json_reply, parse
from earthshine.wire.strict import Strict

router = Routes(prefix="/earthshine/v1/browsers", tags=["Tools"])


class OpenBrowser(TypedDict):
    """A browser that is open."""

    id: str
    object: Literal["browser"]
    url: str
    needs_person: bool
    """Whether its page asks for a password or a code, which a model never types."""
    width: int
    height: int


class BrowserList(TypedDict):
    """All of them."""

    object: Literal["list"]
    data: list[OpenBrowser]


class ClosedBrowser(TypedDict):
    """A browser that is no more."""

    id: str
    object: Literal["browser.deleted"]
    deleted: Literal[True]


class PersonsActions(Strict):
    """What a person does in a browser, as `computer` has it."""

    actions: Annotated[list[Action], Field(min_length=1, max_length=MOST_ACTIONS)]


@router.get("")
@needs("project.read")
async def list_browsers(request: Request) -> Reply[BrowserList]:
    """List the caller's browsers that are open on this server."""
    found = service(request, Browsers).of(Owner.of(caller(request)))
    return json_reply({"object": "list", "data": [_shown(each) for each in found]})


@router.get("/{browser_id}/screen")
@needs("project.read")
@gives(bytes, media="image/jpeg")
async def draw_screen(browser_id: str, request: Request) -> Response:
    """Return what the browser shows now, as JPEG."""
    async with service(request, Browsers).take(Owner.of(caller(request)), browser_id) as living:
        picture = await living.browser.picture(small=True)
    return Response(picture, headers={"cache-control": "no-store"}, media_type="image/jpeg")


@router.post("/{browser_id}/actions")
@needs("project.write")
@takes(PersonsActions)
async def act_in_browser(browser_id: str, request: Request) -> Reply[OpenBrowser]:
    """Click and type as a person, passwords too. What is typed is kept nowhere, and no model is told."""
    body = await parse(PersonsActions, request)
    actions = [each.model_dump(exclude_none=True) for each in body.actions]
    async with service(request, Browsers).take(Owner.of(caller(request)), browser_id) as living:
        seen = await living.browser.act({"action": "screen", "actions": actions, "person": True})
        living.opened, living.url, living.needs_person = True, seen.url, seen.needs_person
    return json_reply(_shown(living))


@router.delete("/{browser_id}")
@needs("project.write")
async def delete_browser(browser_id: str, request: Request) -> Reply[ClosedBrowser]:
    """Close a browser and forget its profile: it is signed out of everything."""
    await service(request, Browsers).remove(Owner.of(caller(request)), browser_id)
    return json_reply({"id": browser_id, "object": "browser.deleted", "deleted": True})


def _shown(living: Living) -> OpenBrowser:
    width, height = living.size
    return OpenBrowser(
        id=living.id, object="browser", url=living.url, needs_person=living.needs_person, width=width, height=height
    )
