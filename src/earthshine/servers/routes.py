"""Routes of `/earthshine/v1/servers`: look at a server, try its models, and offer those that are wanted.

That takes three requests; nothing is stored before `POST /earthshine/v1/servers`, which makes deployments.
"""

from __future__ import annotations

from fastapi import Request

from earthshine.accounts.authorization.caller import caller
from earthshine.accounts.authorization.needs import needs
from earthshine.catalog import ALIASES, Catalog
from earthshine.errors import InvalidRequest
from earthshine.openapi import Routes, takes
from earthshine.outbound import check_url
from earthshine.routing.deployment import Deployment
from earthshine.routing.deployments import objects
from earthshine.routing.deployments.routes import show
from earthshine.routing.deployments.store import Deployments
from earthshine.routing.router import Router
from earthshine.servers.facts import FoundModel
from earthshine.servers.listing import Listing, discover
from earthshine.servers.names import suggest
from earthshine.servers.objects import (
    PrivateAddresses,
    Server,
    ServerModel,
    ServerTest,
    ServerTestFailure,
    ServerTestResult,
    ServerVendor,
    ServerVendorList,
)
from earthshine.servers.schemas import CreateServer, LookAtServer, SwitchPrivateAddresses, TryServer
from earthshine.servers.trial import Result, attempt
from earthshine.servers.vendors import VENDORS as KNOWN
from earthshine.servers.vendors import Vendor
from earthshine.services import service
from earthshine.wire import Reply, json_reply, list_page, parse
from earthshine.wire.objects import Page

router = Routes(prefix="/earthshine/v1/servers", tags=["Servers"])


@router.get("/vendors", operation_id="list_server_vendors")
@needs("installation.manage")
async def list_vendors(request: Request) -> Reply[ServerVendorList]:
    """List servers that are known beforehand, with their usual addresses."""
    del request
    return json_reply({"object": "list", "data": [_vendor_object(each) for each in KNOWN]})


@router.post("/models", operation_id="look_at_server")
@needs("installation.manage")
@takes(LookAtServer)
async def look_at_server(request: Request) -> Reply[Server]:
    """Find the server at an address as people type it, and list its models with what they can do."""
    body = await parse(LookAtServer, request)
    store = service(request, Deployments)
    private = await store.private()
    listing = await discover(body.base_url, api_key=body.api_key.strip(), private=private.allowed)
    taken = {card.name for card in service(request, Catalog).installed()} | {each.model for each in await store.load()}
    return json_reply(_server_object(listing, taken, service(request, Router).models_at(listing.base_url)))


@router.post("/test", operation_id="try_server")
@needs("installation.manage")
@takes(TryServer)
async def try_server(request: Request) -> Reply[ServerTest]:
    """Send one model one tiny request for each probe, and tell how it answered. Hosted vendors charge a few tokens."""
    body = await parse(TryServer, request)
    private = (await service(request, Deployments).private()).allowed
    check_url(body.base_url, private=private, param="base_url")
    abilities = ("embedding",) if body.probes == ["embedding"] else ("chat", "tools", "vision")
    tried = Deployment(
        id="tried",
        model=body.target,
        kind="upstream",
        target=body.target,
        base_url=body.base_url,
        api_key=body.api_key.strip(),
        abilities=abilities,
        trusted=private,
    )
    results = await attempt(tried, list(dict.fromkeys(body.probes)))
    ok = all(each.ok for each in results)
    data = [_result_object(each) for each in results]
    return json_reply({"object": "server.test", "target": body.target, "ok": ok, "results": data})


@router.post("", operation_id="create_server")
@needs("installation.manage")
@takes(CreateServer)
async def create_server(request: Request) -> Reply[Page[objects.Deployment]]:
    """Offer several models of one server, all or none; they share its key, and requests may go there at once."""
    body = await parse(CreateServer, request)
    for at, each in enumerate(body.models):
        if each.model in ALIASES:
            raise InvalidRequest(f"{each.model!r} is a name for another model.", param=f"models[{at}].model")
    made = await service(request, Deployments).add_all(
        caller(request), body.deployments(body.base_url), body.api_key.strip()
    )
    await service(request, Router).refresh()
    return json_reply(list_page([show(each, service(request, Router).state(each.id)) for each in made], has_more=False))


@router.get("/private_addresses", operation_id="retrieve_private_addresses")
@needs("installation.manage")
async def retrieve_private_addresses(request: Request) -> Reply[PrivateAddresses]:
    """Tell whether servers may be at addresses of this machine and its network."""
    return json_reply(await _private_object(request))


@router.post("/private_addresses", operation_id="switch_private_addresses")
@needs("installation.manage")
@takes(SwitchPrivateAddresses)
async def switch_private_addresses(request: Request) -> Reply[PrivateAddresses]:
    """Allow or forbid such addresses from now on, unless the settings decide."""
    body = await parse(SwitchPrivateAddresses, request)
    await service(request, Deployments).switch_private(caller(request), allowed=body.allowed)
    await service(request, Router).refresh()
    return json_reply(await _private_object(request))


def _vendor_object(vendor: Vendor) -> ServerVendor:
    return {
        "object": "server.vendor",
        "id": vendor.id,
        "name": vendor.name,
        "base_url": vendor.base_url,
        "key": vendor.key,
        "local": vendor.local,
    }


async def _private_object(request: Request) -> PrivateAddresses:
    private = await service(request, Deployments).private()
    return {"object": "private_addresses", "allowed": private.allowed, "origin": private.origin}


def _server_object(listing: Listing, taken: set[str], served: dict[str, str]) -> Server:
    names = suggest([each.target for each in listing.models], taken)
    return {
        "object": "server",
        "base_url": listing.base_url,
        "vendor": listing.vendor.id if listing.vendor else None,
        "continues": listing.vendor.continues if listing.vendor else "none",
        "listed": listing.listed,
        "left_out": listing.left_out,
        "models": [
            _model_object(each, name, served.get(each.target)) for each, name in zip(listing.models, names, strict=True)
        ],
    }


def _model_object(found: FoundModel, name: str, served_as: str | None) -> ServerModel:
    price = found.price
    return {
        "target": found.target,
        "suggested_name": served_as or name,
        "served_as": served_as,
        "abilities": [{"ability": ability, "sure": sure} for ability, sure in found.abilities.items()],
        "context_length": found.context_length or None,
        "context_sure": found.context_sure,
        "context_most": found.context_most or None,
        "price": {
            "input": price.get("input"),
            "cached_input": price.get("cached_input"),
            "output": price.get("output"),
        }
        if price
        else None,
    }


def _result_object(result: Result) -> ServerTestResult:
    error = None if result.error is None else ServerTestFailure(code=result.error.code, message=result.error.message)
    return {
        "probe": result.probe,
        "ok": result.ok,
        "seconds": result.seconds,
        "said": result.said,
        "error": error,
    }
