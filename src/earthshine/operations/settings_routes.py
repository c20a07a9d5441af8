"""Routes of the settings: all can be read, and a few that no flag, environment or file gives can be chosen."""

from __future__ import annotations

from fastapi import Request
from pydantic import ConfigDict

from earthshine.accounts.authorization.caller import caller
from earthshine.accounts.authorization.needs import needs
from earthshine.catalog import ALIASES, Catalog
from earthshine.errors import InvalidRequest, ModelNotFound
from earthshine.openapi import Routes, takes
from earthshine.operations.chosen_settings import ChosenSettings
from earthshine.operations.objects import Setting, SettingList
from earthshine.operations.setting_origins import SettingOrigins, setting_objects
from earthshine.operations.values_in_force import values_in_force
from earthshine.routing.deployments.private_addresses import NAME as PRIVATE_ADDRESSES
from earthshine.routing.deployments.store import Deployments
from earthshine.services import service
from earthshine.settings import Settings
from earthshine.wire import BoundedModel, Reply, json_reply, parse

router = Routes(tags=["Operations"])


@router.get("/earthshine/v1/settings")
@needs("operator")
async def list_settings(request: Request) -> Reply[SettingList]:
    """List the settings of this installation, their values and where each came from; secrets are masked."""
    return json_reply({"object": "list", "data": await _objects(request)})


class ChooseSetting(BoundedModel):
    """The body of `POST /earthshine/v1/settings/{name}`."""

    model_config = ConfigDict(extra="forbid", strict=True)

    value: str | None
    """None takes back what was chosen."""


@router.post("/earthshine/v1/settings/{name}")
@needs("installation.manage")
@takes(ChooseSetting)
async def choose_setting(name: str, request: Request) -> Reply[Setting]:
    """Choose `site_name`, `default_model` or `better_model` from now on, unless flags, environment or file decide."""
    body = await parse(ChooseSetting, request)
    if name == "default_model" and body.value:
        _check_default(service(request, Catalog), body.value)
    await service(request, ChosenSettings).choose(caller(request), name, body.value)
    return json_reply(next(each for each in await _objects(request) if each["name"] == name))


async def _objects(request: Request) -> list[Setting]:
    settings, chosen = service(request, Settings), service(request, ChosenSettings)
    private = await service(request, Deployments).private()
    switched = [PRIVATE_ADDRESSES] if private.origin == "console" else []
    in_force = await values_in_force(settings, service(request, Catalog), private)
    return setting_objects(settings, service(request, SettingOrigins), chosen, in_force, switched)


def _check_default(catalog: Catalog, name: str) -> None:
    """Raise a 400 for a model that is not there or does not chat."""
    try:
        able = name not in ALIASES and "chat" in catalog.card(name).abilities
    except ModelNotFound as error:
        raise InvalidRequest(error.message, param="value") from None
    if not able:
        raise InvalidRequest(f"{name!r} is no chat model of this installation; name one.", param="value")
