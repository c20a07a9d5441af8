"""The routes of `/v1/skills`. Source: https://platform.openai.com/docs/api-reference/skills"""

from __future__ import annotations

from fastapi import Request
from starlette.responses import Response, StreamingResponse

from earthshine.accounts.authorization.caller import caller
from earthshine.accounts.authorization.needs import needs
from earthshine.accounts.authorization.ownership import WRITING, Owner
from earthshine.blobs import Blobs
from earthshine.database import Database
from earthshine.files.forms import check_room
from earthshine.openapi import Routes, asks, gives, takes
from earthshine.services import service
from earthshine.skills.bundle import MOST_UPLOAD
from earthshine.skills.objects import DeletedSkill, DeletedSkillVersion, Skill, SkillVersion
from earthshine.skills.receiving import receive_bundle
from earthshine.skills.schemas import SkillCreate, SkillListQuery, SkillUpdate, VersionCreate
from earthshine.skills.store import Skills
from earthshine.wire import Reply, check, json_reply, list_page, parse, peek
from earthshine.wire.objects import Page
from earthshine.wire.queries import read_query

router = Routes(prefix="/v1/skills", tags=["Skills"])


@router.post("")
@needs("project.write")
@takes(SkillCreate, file="files")
async def create_skill(request: Request) -> Reply[Skill]:
    """Store a skill: the files of a folder with a SKILL.md, or one zip of it, sent as a form."""
    blobs, skills, owner = service(request, Blobs), service(request, Skills), Owner.of(caller(request))
    await check_room(request, blobs, owner.project)
    async with blobs.incoming(MOST_UPLOAD) as incoming:
        fields, bundle = await receive_bundle(request, incoming)
        check(SkillCreate, fields)
        await blobs.keep(incoming)
        async with service(request, Database).write() as connection:
            made = await skills.create(connection, incoming, owner, bundle)
    return json_reply(made)


@router.get("")
@needs("project.read")
@asks(SkillListQuery)
async def list_skills(request: Request) -> Reply[Page[Skill]]:
    """List skills, newest first unless asked otherwise."""
    found, more = await service(request, Skills).page(Owner.of(caller(request)), read_query(SkillListQuery, request))
    return json_reply(list_page(found, has_more=more))


@router.get("/{skill_id}")
@needs("project.read")
async def retrieve_skill(skill_id: str, request: Request) -> Reply[Skill]:
    """Return what is known of a skill."""
    skills, who = service(request, Skills), caller(request)
    await skills.privacy.check(skill_id, who)
    return json_reply(await skills.get(skill_id, who.project))


@router.post("/{skill_id}")
@needs("project.write")
@takes(SkillUpdate)
async def update_skill(skill_id: str, request: Request) -> Reply[Skill]:
    """Choose the version that those get who name none."""
    skills, who = service(request, Skills), caller(request)
    body = await parse(SkillUpdate, request)
    await skills.privacy.check(skill_id, who, WRITING)
    return json_reply(await skills.set_default(skill_id, who.project, body.default_version))


@router.delete("/{skill_id}")
@needs("project.write")
async def delete_skill(skill_id: str, request: Request) -> Reply[DeletedSkill]:
    """Remove a skill with all its versions."""
    skills, who = service(request, Skills), caller(request)
    await skills.privacy.check(skill_id, who, "resource.deleted")
    await skills.delete(skill_id, who.project)
    return json_reply({"id": skill_id, "object": "skill.deleted", "deleted": True})


@router.get("/{skill_id}/content")
@needs("project.read")
@gives(bytes, media="application/zip")
async def retrieve_skill_content(skill_id: str, request: Request) -> Response:
    """Return the zip of a skill's default version."""
    return await _content(request, skill_id, "")


@router.post("/{skill_id}/versions")
@needs("project.write")
@takes(VersionCreate, file="files")
async def create_skill_version(skill_id: str, request: Request) -> Reply[SkillVersion]:
    """Add a version to a skill, sent like a new skill."""
    blobs, skills, who = service(request, Blobs), service(request, Skills), caller(request)
    await skills.privacy.check(skill_id, who, WRITING)
    await skills.get(skill_id, who.project)
    await check_room(request, blobs, who.project)
    async with blobs.incoming(MOST_UPLOAD) as incoming:
        fields, bundle = await receive_bundle(request, incoming)
        body = check(VersionCreate, fields)
        await blobs.keep(incoming)
        async with service(request, Database).write() as connection:
            made = await skills.add_version(connection, incoming, skill_id, who.project, bundle, default=body.default)
    return json_reply(made)


@router.get("/{skill_id}/versions")
@needs("project.read")
@asks(SkillListQuery)
async def list_skill_versions(skill_id: str, request: Request) -> Reply[Page[SkillVersion]]:
    """List a skill's versions, newest first unless asked otherwise."""
    skills, who = service(request, Skills), caller(request)
    await skills.privacy.check(skill_id, who)
    found, more = await skills.version_page(skill_id, who.project, read_query(SkillListQuery, request))
    return json_reply(list_page(found, has_more=more))


@router.get("/{skill_id}/versions/{version}")
@needs("project.read")
async def retrieve_skill_version(skill_id: str, version: str, request: Request) -> Reply[SkillVersion]:
    """Return a version by its number, or the newest one as `latest`."""
    skills, who = service(request, Skills), caller(request)
    await skills.privacy.check(skill_id, who)
    return json_reply(await skills.version(skill_id, who.project, version))


@router.delete("/{skill_id}/versions/{version}")
@needs("project.write")
async def delete_skill_version(skill_id: str, version: str, request: Request) -> Reply[DeletedSkillVersion]:
    """Remove a version that is not the default one."""
    skills, who = service(request, Skills), caller(request)
    await skills.privacy.check(skill_id, who, "resource.deleted")
    gone = await skills.delete_version(skill_id, who.project, version)
    return json_reply(
        {"id": gone["id"], "object": "skill.version.deleted", "deleted": True, "version": gone["version"]}
    )


@router.get("/{skill_id}/versions/{version}/content")
@needs("project.read")
@gives(bytes, media="application/zip")
async def retrieve_skill_version_content(skill_id: str, version: str, request: Request) -> Response:
    """Return the zip of a version."""
    return await _content(request, skill_id, version)


async def _content(request: Request, skill_id: str, version: str) -> Response:
    skills, who = service(request, Skills), caller(request)
    await skills.privacy.check(skill_id, who)
    found = await skills.version(skill_id, who.project, version)
    blob = await skills.blobs.find(found["id"])
    headers = {
        "content-length": str(blob.size),
        "content-disposition": f'attachment; filename="{found["name"]}-{found["version"]}.zip"',
        "x-content-type-options": "nosniff",
    }
    # The first bytes are read before the status is sent, so that damage still is an error.
    return StreamingResponse(await peek(skills.blobs.read(blob)), 200, headers, media_type="application/zip")
