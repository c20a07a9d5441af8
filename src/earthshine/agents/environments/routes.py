"""The routes of `/v1/agents/environments`. Source: `client.beta.agents.environments` of the official SDK."""

from __future__ import annotations

from fastapi import Request

from earthshine.accounts.authorization.caller import caller
from earthshine.accounts.authorization.needs import needs
from earthshine.accounts.authorization.ownership import Owner
from earthshine.agents.environments.files import EnvironmentContents
from earthshine.agents.environments.objects import EnvironmentFile, EnvironmentFiles, EnvironmentInfo, environment_info
from earthshine.agents.environments.schemas import EnvironmentCreate, EnvironmentListQuery, FileGiven, FilesQuery
from earthshine.agents.environments.service import Environments
from earthshine.errors import InvalidRequest
from earthshine.openapi import Routes, asks, takes
from earthshine.services import service
from earthshine.wire import Reply, json_reply, list_page, parse
from earthshine.wire.objects import Page
from earthshine.wire.queries import read_query

LONGEST_KEY = 256

router = Routes(prefix="/v1/agents/environments", tags=["Agents"])


@router.post("")
@needs("project.write")
@takes(EnvironmentCreate)
async def create_environment(request: Request) -> Reply[EnvironmentInfo]:
    """Make an environment that a session can work in later. It may have to be set up still: look at its status."""
    key = request.headers.get("idempotency-key")
    if key is not None and not 0 < len(key) <= LONGEST_KEY:
        raise InvalidRequest(f"An idempotency key has between 1 and {LONGEST_KEY} characters.")
    body = await parse(EnvironmentCreate, request)
    given = body.environment
    made = await service(request, Environments).create(
        caller(request), given, template_id=given.environment_template_id, vault_ids=body.vault_ids, key=key
    )
    return json_reply(environment_info(made))


@router.get("")
@needs("project.read")
@asks(EnvironmentListQuery)
async def list_environments(request: Request) -> Reply[Page[EnvironmentInfo]]:
    """List hosted environments, newest first unless asked otherwise."""
    query = read_query(EnvironmentListQuery, request)
    found, more = await service(request, Environments).list(Owner.of(caller(request)), query)
    return json_reply(list_page(found, has_more=more))


@router.get("/{environment_id}")
@needs("project.read")
async def retrieve_environment(environment_id: str, request: Request) -> Reply[EnvironmentInfo]:
    """Return how an environment is, and what was put into it."""
    return json_reply(environment_info(await service(request, Environments).get(environment_id, caller(request))))


@router.post("/{environment_id}/files")
@needs("project.write")
@takes(FileGiven)
async def create_environment_file(environment_id: str, request: Request) -> Reply[EnvironmentFile]:
    """Put a file into an environment."""
    contents, who = service(request, EnvironmentContents), caller(request)
    body = await parse(FileGiven, request)
    return json_reply(await contents.add(who, environment_id, body.given()))


@router.get("/{environment_id}/files")
@needs("project.read")
@asks(FilesQuery)
async def list_environment_files(environment_id: str, request: Request) -> Reply[EnvironmentFiles]:
    """List the files that are in an environment now, by their paths."""
    query = read_query(FilesQuery, request)
    return json_reply(await service(request, EnvironmentContents).page(caller(request), environment_id, query))
