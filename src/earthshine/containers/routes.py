"""The routes of `/v1/containers`. Source: https://platform.openai.com/docs/api-reference/containers"""

from __future__ import annotations

from fastapi import Request

from earthshine.accounts.authorization.caller import caller
from earthshine.accounts.authorization.needs import needs
from earthshine.accounts.authorization.ownership import Owner
from earthshine.containers.containers import Containers
from earthshine.containers.objects import Container, DeletedContainer, serialize
from earthshine.containers.schemas import ContainerCreate, ContainerListQuery
from earthshine.containers.store import is_expired, list_containers
from earthshine.openapi import Routes, asks, takes
from earthshine.services import service
from earthshine.wire import Reply, json_reply, list_page, parse
from earthshine.wire.objects import Page
from earthshine.wire.queries import read_query

router = Routes(prefix="/v1/containers", tags=["Containers"])


@router.post("")
@needs("project.write")
@takes(ContainerCreate)
async def create_container(request: Request) -> Reply[Container]:
    """Make a container, with up to 50 files."""
    body = await parse(ContainerCreate, request)
    row = await service(request, Containers).create(caller(request), body)
    return json_reply(serialize(row, expired=False))


@router.get("")
@needs("project.read")
@asks(ContainerListQuery)
async def list_all_containers(request: Request) -> Reply[Page[Container]]:
    """List containers, newest first unless asked otherwise; those that have expired too."""
    owner = Owner.of(caller(request))
    async with service(request, Containers).database.read() as connection:
        rows, more = await list_containers(connection, owner, read_query(ContainerListQuery, request))
    return json_reply(list_page([serialize(row, is_expired(row)) for row in rows], has_more=more))


@router.get("/{container_id}")
@needs("project.read")
async def retrieve_container(container_id: str, request: Request) -> Reply[Container]:
    """Return what is known of a container."""
    row = await service(request, Containers).get(container_id, caller(request))
    return json_reply(serialize(row, is_expired(row)))


@router.delete("/{container_id}")
@needs("project.write")
async def delete_container(container_id: str, request: Request) -> Reply[DeletedContainer]:
    """Remove a container with all its files."""
    await service(request, Containers).delete(container_id, caller(request))
    return json_reply({"id": container_id, "object": "container.deleted", "deleted": True})
