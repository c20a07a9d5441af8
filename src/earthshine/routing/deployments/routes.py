"""Routes of `/earthshine/v1/deployments`: where models are served, on which terms, and how each place is doing.

An extension: OpenAI has nothing like it. Deployments of the settings file and of the models on this machine are shown
here too, and are changed where they come from.
"""

from __future__ import annotations

import time

from fastapi import Request

from earthshine.accounts.authorization.caller import caller
from earthshine.accounts.authorization.needs import needs
from earthshine.catalog import ALIASES, Catalog
from earthshine.errors import Conflict, EarthshineError, InvalidRequest, NotFound
from earthshine.openapi import Routes, takes
from earthshine.routing.deployment import Deployment
from earthshine.routing.deployment_state import DeploymentState
from earthshine.routing.deployments import objects
from earthshine.routing.deployments.objects import (
    DeletedDeployment,
    DeploymentCheck,
)
from earthshine.routing.deployments.schemas import CreateDeployment, UpdateDeployment
from earthshine.routing.deployments.store import Deployments
from earthshine.routing.router import Router
from earthshine.services import service
from earthshine.wire import Reply, json_reply, list_page, parse
from earthshine.wire.objects import Page

router = Routes(prefix="/earthshine/v1/deployments", tags=["Deployments"])


@router.get("")
@needs("installation.manage")
async def list_deployments(request: Request) -> Reply[Page[objects.Deployment]]:
    """List all deployments with their state as this server process sees it."""
    shown = [show(member.deployment, member) for member in service(request, Router).states()]
    known = {each["id"] for each in shown}
    # Switched off, or of a model that is not installed any more: stored, and not in use.
    shown += [show(each, None) for each in await service(request, Deployments).load() if each.id not in known]
    return json_reply(list_page(shown, has_more=False))


@router.post("")
@needs("installation.manage")
@takes(CreateDeployment)
async def create_deployment(request: Request) -> Reply[objects.Deployment]:
    """Make a deployment; requests may go to it at once."""
    body = await parse(CreateDeployment, request)
    if body.model in ALIASES:
        raise InvalidRequest(f"{body.model!r} is a name for another model; deploy that one.", param="model")
    if body.kind == "local":
        _must_be_here(request, body.target or body.model)
    made = await service(request, Deployments).add(caller(request), body)
    await service(request, Router).refresh()
    return json_reply(show(made, service(request, Router).state(made.id)))


@router.get("/{deployment_id}")
@needs("installation.manage")
async def retrieve_deployment(deployment_id: str, request: Request) -> Reply[objects.Deployment]:
    """Show one deployment."""
    deployment, member = await _find(request, deployment_id)
    return json_reply(show(deployment, member))


@router.post("/{deployment_id}")
@needs("installation.manage")
@takes(UpdateDeployment)
async def update_deployment(deployment_id: str, request: Request) -> Reply[objects.Deployment]:
    """Change what is given; requests that are being served end as they began."""
    body = await parse(UpdateDeployment, request)
    deployment, _ = await _find(request, deployment_id)
    _must_be_stored(deployment)
    if deployment.kind == "local" and body.target is not None:
        _must_be_here(request, body.target)
    changed = await service(request, Deployments).change(caller(request), deployment_id, body)
    await service(request, Router).refresh()
    return json_reply(show(changed, service(request, Router).state(changed.id)))


@router.delete("/{deployment_id}")
@needs("installation.manage")
async def delete_deployment(deployment_id: str, request: Request) -> Reply[DeletedDeployment]:
    """Remove a deployment and its key; requests that are being served end as they began."""
    deployment, _ = await _find(request, deployment_id)
    _must_be_stored(deployment)
    await service(request, Deployments).remove(caller(request), deployment_id)
    await service(request, Router).refresh()
    return json_reply({"id": deployment_id, "object": "deployment.deleted", "deleted": True})


@router.post("/{deployment_id}/check")
@needs("installation.manage")
async def check_deployment(deployment_id: str, request: Request) -> Reply[DeploymentCheck]:
    """Find out now whether a deployment answers, without spending a token; if it does, its pause ends."""
    deployment, member = await _find(request, deployment_id)
    result = await check(deployment)
    if result["ok"] and member is not None:
        member.asked = True
        member.breaker.rested()
        member.breaker.recover()
    return json_reply(result)


async def check(deployment: Deployment) -> DeploymentCheck:
    """Return whether a deployment answers, in which time, and what is wrong if it does not."""
    started = time.monotonic()
    error = deployment.fault
    if not error and deployment.kind == "upstream":
        engine = deployment.engine()
        try:
            if not await engine.probe():
                error = f"The upstream answers, but it lists no model {deployment.target!r}."
        except EarthshineError as raised:
            error = raised.message
        finally:
            await engine.close()
    return {
        "id": deployment.id,
        "object": "deployment.check",
        "ok": not error,
        "seconds": round(time.monotonic() - started, 4),
        "error": error or None,
    }


def show(deployment: Deployment, member: DeploymentState | None) -> objects.Deployment:
    """Return a deployment as the API shows it: never its key."""
    price = deployment.price.dump()
    return {
        "id": deployment.id,
        "object": "deployment",
        "created_at": deployment.created_at,
        "source": deployment.source,
        "model": deployment.model,
        "kind": deployment.kind,
        "target": deployment.target,
        "base_url": deployment.base_url or None,
        "key_prefix": deployment.key_prefix or None,
        "enabled": deployment.enabled,
        "priority": deployment.priority,
        "weight": deployment.weight,
        "price": {
            "input": price["input"],
            "cached_input": price["cached_input"],
            "output": price["output"],
            "per_hour": price["per_hour"],
        },
        "max_parallel": deployment.max_parallel,
        "requests_per_minute": deployment.requests_per_minute,
        "tokens_per_minute": deployment.tokens_per_minute,
        "timeout": deployment.timeout,
        "connect_timeout": deployment.connect_timeout,
        "continues": deployment.continues,
        "context_length": deployment.context_length or None,
        "abilities": list(deployment.abilities),
        "state": None if member is None else _state(member),
        "fault": deployment.fault or None,
    }


def _state(member: DeploymentState) -> objects.DeploymentState:
    calls = member.counters.calls
    return {
        "circuit": member.breaker.circuit,
        "asked": member.asked,
        "usable": not member.unfit(),
        "retry_after": round(member.seconds(), 3) or None,
        "last_error": member.last_error or None,
        "outstanding": member.outstanding,
        "places": member.queue.total,
        "in_use": member.queue.in_use,
        "waiting": member.queue.waiting,
        "calls": {outcome: count for (name, outcome), count in calls.items() if name == member.deployment.id},
    }


async def _find(request: Request, deployment_id: str) -> tuple[Deployment, DeploymentState | None]:
    member = service(request, Router).state(deployment_id)
    if member is not None:
        return member.deployment, member
    try:
        return await service(request, Deployments).get(deployment_id), None
    except NotFound:
        raise NotFound(
            f"There is no deployment {deployment_id[:80]!r}; `GET /earthshine/v1/deployments` lists all.",
            param="deployment_id",
        ) from None


def _must_be_stored(deployment: Deployment) -> None:
    where = {
        "settings": "It comes from the settings file; change it there.",
        "catalog": "It is a model on this machine; a deployment of kind `local` with that `target` gives it terms.",
    }
    if deployment.source != "api":
        raise Conflict(f"The deployment {deployment.id!r} cannot be changed here. {where[deployment.source]}")


def _must_be_here(request: Request, target: str) -> None:
    if service(request, Catalog).card(target).kind == "upstream":
        raise InvalidRequest(f"The model {target[:80]!r} does not run on this machine.", param="target")
