"""The routes of `/v1/agents/sessions/{id}/artifacts`. Source: `sessions.artifacts` of the official SDK."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response, StreamingResponse

from earthshine.accounts.authorization.caller import caller
from earthshine.accounts.authorization.needs import needs
from earthshine.agents.artifacts.archive import archived
from earthshine.agents.artifacts.store import ArtifactListQuery, Artifacts, DeletedSessionArtifact, SessionArtifact
from earthshine.agents.sessions.service import AgentSessions
from earthshine.openapi import Routes, asks, gives
from earthshine.services import service
from earthshine.wire import Reply, json_reply, list_page, peek
from earthshine.wire.objects import Page
from earthshine.wire.queries import read_query
from earthshine.wire.ranges import asked_range

router = Routes(prefix="/v1/agents/sessions/{agent_session_id}/artifacts", tags=["Agents"])
own_router = Routes(prefix="/earthshine/v1/agents/sessions/{agent_session_id}", tags=["Agents"])

_STRANGERS = {
    # They are a stranger's: no browser is to show them as a page of ours.
    "x-content-type-options": "nosniff",
    "content-security-policy": "sandbox; default-src 'none'",
    "cache-control": "private, no-cache",
}


class ArchiveQuery(BaseModel):
    """Which artifacts are archived."""

    model_config = ConfigDict(extra="forbid")

    turn_id: str | None = Field(default=None, max_length=64)


@router.get("")
@needs("project.read")
@asks(ArtifactListQuery)
async def list_artifacts(agent_session_id: str, request: Request) -> Reply[Page[SessionArtifact]]:
    """List the files that completed turns have published, newest first unless asked otherwise."""
    await _check(request, agent_session_id)
    query = read_query(ArtifactListQuery, request)
    found, more = await service(request, Artifacts).list(agent_session_id, query)
    return json_reply(list_page(found, has_more=more))


@router.get("/{artifact_id}")
@needs("project.read")
async def retrieve_artifact(agent_session_id: str, artifact_id: str, request: Request) -> Reply[SessionArtifact]:
    """Return what is known of an artifact."""
    await _check(request, agent_session_id)
    return json_reply(await service(request, Artifacts).get(agent_session_id, artifact_id))


@router.get("/{artifact_id}/content")
@needs("project.read")
@gives(bytes, media="application/octet-stream")
async def retrieve_artifact_content(agent_session_id: str, artifact_id: str, request: Request) -> Response:
    """Return an artifact's bytes, or the range of them that `Range` names."""
    await _check(request, agent_session_id)
    made = service(request, Artifacts)
    artifact = await made.get(agent_session_id, artifact_id)
    blob = await made.blobs.find(artifact_id)
    name = artifact["path"].rpartition("/")[2]
    headers = {
        **_STRANGERS,
        "accept-ranges": "bytes",
        "etag": f'"{blob.sha256}"',
        "content-disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
    }
    found = asked_range(request.headers.get("range"), blob.size)
    start, end = found or (0, blob.size)
    headers["content-length"] = str(end - start)
    if found is not None:
        headers["content-range"] = f"bytes {start}-{end - 1}/{blob.size}"
    # The first bytes are read before the status is sent, so that damage still is an error.
    pieces = await peek(made.blobs.read(blob, start, end))
    return StreamingResponse(pieces, 200 if found is None else 206, headers, media_type="application/octet-stream")


@router.delete("/{artifact_id}")
@needs("project.write")
async def delete_artifact(agent_session_id: str, artifact_id: str, request: Request) -> Reply[DeletedSessionArtifact]:
    """Remove an artifact; the file in the environment stays."""
    await _check(request, agent_session_id, "resource.deleted")
    await service(request, Artifacts).delete(agent_session_id, artifact_id)
    return json_reply({"id": artifact_id, "object": "agent.session.artifact.deleted", "deleted": True})


@own_router.get("/artifacts.zip")
@needs("project.read")
@asks(ArchiveQuery)
@gives(bytes, media="application/zip")
async def archive_artifacts(agent_session_id: str, request: Request) -> Response:
    """Return the newest version of each artifact of a session, or of one turn, as one archive."""
    await _check(request, agent_session_id)
    made, query = service(request, Artifacts), read_query(ArchiveQuery, request)
    rows = await made.newest(agent_session_id, query.turn_id)
    headers = {**_STRANGERS, "content-disposition": f'attachment; filename="{agent_session_id}.zip"'}
    return StreamingResponse(await peek(archived(made.blobs, rows)), 200, headers, media_type="application/zip")


async def _check(request: Request, session_id: str, act: str = "") -> None:
    """Raise `NotFound` where this caller may not do that to the session, or there is none."""
    sessions, who = service(request, AgentSessions), caller(request)
    await (sessions.privacy.check(session_id, who, act) if act else sessions.privacy.check(session_id, who))
    await sessions.get(session_id, who.project)
