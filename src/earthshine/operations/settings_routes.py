"""The door of the settings, to be read and not changed: they belong to flags, environment and file."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from earthshine.openapi import DirectRoute, gives
from earthshine.openapi.objects import BOOLEAN, STRING, const, record
from earthshine.operations.origins import setting_objects
from earthshine.services import services
from earthshine.wire import json_reply

router = APIRouter(tags=["Operations"], route_class=DirectRoute)

_ANY = {"description": "Text, a number, a truth value, or an object; secrets are masked."}
SETTING = record(
    "Setting",
    "One setting as it is in force in the server process that answers.",
    object=const("setting"),
    name=STRING,
    value=_ANY,
    default=_ANY,
    origin={"type": "string", "enum": ["default", "file", "environment", "flag"]},
    secret={"description": "Whether its value is masked; a secret that is not set is empty."} | BOOLEAN,
    description=STRING,
)
SETTINGS = record(
    "SettingList",
    "All settings.",
    SETTING,
    object=const("list"),
    data={"type": "array", "items": SETTING.reference},
)


@router.get("/v1/settings")
@gives(SETTINGS)
async def list_settings(request: Request) -> Response:
    """List the settings of this installation, their values and where each came from; secrets are masked."""
    data = setting_objects(services(request).settings, request.app.state.origins)
    return json_reply({"object": "list", "data": data})
