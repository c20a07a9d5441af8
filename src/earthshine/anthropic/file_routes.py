"""The files of `/v1/files` in Anthropic's shape. Source: https://platform.claude.com/docs/en/api/files-list"""

from __future__ import annotations

from mimetypes import MimeTypes

from fastapi import Request
from pydantic import ConfigDict, Field
from starlette.responses import Response

from earthshine.accounts.authorization.caller import caller
from earthshine.accounts.authorization.needs import needs
from earthshine.accounts.authorization.ownership import Owner
from earthshine.anthropic.objects import AnthropicError
from earthshine.anthropic.paging import PageQuery, cursor, known, moment
from earthshine.anthropic.stored_objects import FileMetadata, FileMetadataPage, FileRemoved
from earthshine.anthropic.versions import check_versions
from earthshine.blobs import Blobs
from earthshine.database import Database
from earthshine.files.forms import check_room, receive_form
from earthshine.files.objects import File
from earthshine.files.routes import retrieve_file_content
from earthshine.files.schemas import ExpiresAfter, FileListQuery
from earthshine.files.store import Files
from earthshine.openapi import Routes, asks, gives, takes
from earthshine.services import service
from earthshine.settings import Settings
from earthshine.wire import BoundedModel, check, json_reply
from earthshine.wire.queries import read_query

router = Routes(prefix="/anthropic/v1/files", tags=["Anthropic"])

_TYPES = MimeTypes()
_PURPOSE = "user_data"


class FileQuery(PageQuery):
    """The query of the list of files."""

    model_config = ConfigDict(extra="forbid")

    ids: list[str] | None = Field(default=None, max_length=100)


class FileUpload(BoundedModel):
    """The fields of a form beside the file."""

    model_config = ConfigDict(extra="forbid")

    expires_in_seconds: int | None = Field(default=None, ge=3_600, le=7_776_000)


@router.post("")
@needs("project.write")
@takes(FileUpload, file="file")
@gives(FileMetadata, errors=AnthropicError)
async def upload_anthropic_file(request: Request) -> Response:
    """Store a file, sent as a form."""
    check_versions(request.headers)
    blobs, files, who = service(request, Blobs), service(request, Files), caller(request)
    limit = service(request, Settings).max_file
    await check_room(request, blobs, who.project)
    async with blobs.incoming(limit) as incoming:
        fields, filename = await receive_form(request, incoming, file="file", limit=limit)
        seconds = check(FileUpload, fields).expires_in_seconds
        lasts = known(ExpiresAfter, anchor="created_at", seconds=seconds) if seconds else None
        await blobs.keep(incoming)
        async with service(request, Database).write() as connection:
            made = await files.add(connection, incoming, Owner.of(who), filename, _PURPOSE, lasts)
    return json_reply(_shown(made))


@router.get("")
@needs("project.read")
@asks(FileQuery)
@gives(FileMetadataPage, errors=AnthropicError)
async def list_anthropic_files(request: Request) -> Response:
    """List files, newest first, or those of the given ids that there are."""
    check_versions(request.headers)
    files, owner = service(request, Files), Owner.of(caller(request))
    query = read_query(FileQuery, request)
    if query.ids is not None:
        async with service(request, Database).write() as connection:
            there = await files.reachable(connection, set(query.ids), owner)
        found, more = [await files.get(file_id, owner.project) for file_id in sorted(there)], False
    else:
        asked = known(FileListQuery, after=query.after, limit=query.limit, order="desc", purpose=None)
        found, more = await files.page(owner, asked)
    return json_reply({"data": [_shown(file) for file in found], "next_page": cursor(found, more=more)})


@router.get("/{file_id}")
@needs("project.read")
@gives(FileMetadata, errors=AnthropicError)
async def retrieve_anthropic_file(file_id: str, request: Request) -> Response:
    """Return what is known of a file."""
    check_versions(request.headers)
    files, who = service(request, Files), caller(request)
    await files.privacy.check(file_id, who)
    return json_reply(_shown(await files.get(file_id, who.project)))


@router.get("/{file_id}/content")
@needs("project.read")
@gives(bytes, media="application/octet-stream", errors=AnthropicError)
async def download_anthropic_file(file_id: str, request: Request) -> Response:
    """Return a file's bytes, or the range of them that `Range` names."""
    check_versions(request.headers)
    return await retrieve_file_content(file_id, request)


@router.delete("/{file_id}")
@needs("project.write")
@gives(FileRemoved, errors=AnthropicError)
async def delete_anthropic_file(file_id: str, request: Request) -> Response:
    """Remove a file."""
    check_versions(request.headers)
    files, who = service(request, Files), caller(request)
    await files.privacy.check(file_id, who, "resource.deleted")
    await files.delete(file_id, who.project)
    return json_reply({"id": file_id, "type": "file_deleted"})


def _shown(file: File) -> FileMetadata:
    return {
        "id": file["id"],
        "type": "file",
        "filename": file["filename"],
        "mime_type": _TYPES.guess_type(file["filename"])[0] or "application/octet-stream",
        "size_bytes": file["bytes"],
        "created_at": moment(file["created_at"]),
        "expires_at": moment(file["expires_at"]) if file["expires_at"] is not None else None,
        "downloadable": True,
    }
