"""The skills of `/v1/skills` in Anthropic's shape. Source: https://platform.claude.com/docs/en/api/skills"""

from __future__ import annotations

from typing import Literal

from fastapi import Request
from pydantic import ConfigDict
from starlette.responses import Response

from earthshine.accounts.authorization.caller import Caller, caller
from earthshine.accounts.authorization.needs import needs
from earthshine.accounts.authorization.ownership import WRITING, Owner
from earthshine.anthropic.objects import AnthropicError
from earthshine.anthropic.paging import PageQuery, cursor, known, moment
from earthshine.anthropic.stored_objects import (
    AnthropicSkill,
    AnthropicSkillPage,
    AnthropicSkillVersion,
    AnthropicVersionPage,
    SkillRemoved,
    VersionRemoved,
)
from earthshine.anthropic.versions import check_versions
from earthshine.blobs import Blobs
from earthshine.database import Database
from earthshine.files.forms import check_room
from earthshine.openapi import Routes, asks, gives, takes
from earthshine.services import service
from earthshine.skills.bundle import MOST_UPLOAD
from earthshine.skills.objects import Skill, SkillVersion
from earthshine.skills.receiving import receive_bundle
from earthshine.skills.schemas import SkillCreate, SkillListQuery
from earthshine.skills.store import Skills
from earthshine.wire import check, json_reply
from earthshine.wire.queries import read_query

router = Routes(prefix="/anthropic/v1/skills", tags=["Anthropic"])


class VersionQuery(PageQuery):
    """The query of the list of a skill's versions."""

    model_config = ConfigDict(extra="forbid")


class SkillQuery(VersionQuery):
    """The query of the list of skills."""

    source: Literal["custom", "anthropic"] = "custom"


@router.post("")
@needs("project.write")
@takes(SkillCreate, file="files")
@gives(AnthropicSkill, errors=AnthropicError)
async def create_anthropic_skill(request: Request) -> Response:
    """Store a skill: the files of a folder with a SKILL.md, or one zip of it, sent as a form."""
    skills, who = _skills(request)
    blobs = service(request, Blobs)
    await check_room(request, blobs, who.project)
    async with blobs.incoming(MOST_UPLOAD) as incoming:
        fields, bundle = await receive_bundle(request, incoming)
        check(SkillCreate, fields)
        await blobs.keep(incoming)
        async with service(request, Database).write() as connection:
            made = await skills.create(connection, incoming, Owner.of(who), bundle)
    return json_reply(await _shown(skills, made, who))


@router.get("")
@needs("project.read")
@asks(SkillQuery)
@gives(AnthropicSkillPage, errors=AnthropicError)
async def list_anthropic_skills(request: Request) -> Response:
    """List skills, newest first. None is Anthropic's."""
    skills, who = _skills(request)
    query = read_query(SkillQuery, request)
    found, more = list[Skill](), False
    if query.source == "custom":
        asked = known(SkillListQuery, after=query.after, limit=query.limit, order="desc")
        found, more = await skills.page(Owner.of(who), asked)
    shown = [await _shown(skills, skill, who) for skill in found]
    return json_reply({"data": shown, "next_page": cursor(found, more=more)})


@router.get("/{skill_id}")
@needs("project.read")
@gives(AnthropicSkill, errors=AnthropicError)
async def retrieve_anthropic_skill(skill_id: str, request: Request) -> Response:
    """Return what is known of a skill."""
    skills, who = _skills(request)
    await skills.privacy.check(skill_id, who)
    return json_reply(await _shown(skills, await skills.get(skill_id, who.project), who))


@router.delete("/{skill_id}")
@needs("project.write")
@gives(SkillRemoved, errors=AnthropicError)
async def delete_anthropic_skill(skill_id: str, request: Request) -> Response:
    """Remove a skill with all its versions."""
    skills, who = _skills(request)
    await skills.privacy.check(skill_id, who, "resource.deleted")
    await skills.delete(skill_id, who.project)
    return json_reply({"id": skill_id, "type": "skill_deleted"})


@router.post("/{skill_id}/versions")
@needs("project.write")
@takes(SkillCreate, file="files")
@gives(AnthropicSkillVersion, errors=AnthropicError)
async def create_anthropic_skill_version(skill_id: str, request: Request) -> Response:
    """Add a version to a skill, sent like a new skill; in this API the newest one is the one that counts."""
    skills, who = _skills(request)
    blobs = service(request, Blobs)
    await skills.privacy.check(skill_id, who, WRITING)
    await skills.get(skill_id, who.project)
    await check_room(request, blobs, who.project)
    async with blobs.incoming(MOST_UPLOAD) as incoming:
        fields, bundle = await receive_bundle(request, incoming)
        check(SkillCreate, fields)
        await blobs.keep(incoming)
        async with service(request, Database).write() as connection:
            made = await skills.add_version(connection, incoming, skill_id, who.project, bundle, default=True)
    return json_reply(_version(made))


@router.get("/{skill_id}/versions")
@needs("project.read")
@asks(VersionQuery)
@gives(AnthropicVersionPage, errors=AnthropicError)
async def list_anthropic_skill_versions(skill_id: str, request: Request) -> Response:
    """List a skill's versions, newest first."""
    skills, who = _skills(request)
    query = read_query(VersionQuery, request)
    await skills.privacy.check(skill_id, who)
    asked = known(SkillListQuery, after=query.after, limit=query.limit, order="desc")
    found, more = await skills.version_page(skill_id, who.project, asked)
    return json_reply({"data": [_version(each) for each in found], "next_page": cursor(found, more=more)})


@router.get("/{skill_id}/versions/{version}")
@needs("project.read")
@gives(AnthropicSkillVersion, errors=AnthropicError)
async def retrieve_anthropic_skill_version(skill_id: str, version: str, request: Request) -> Response:
    """Return a version by its id, or the newest one as `latest`."""
    skills, who = _skills(request)
    await skills.privacy.check(skill_id, who)
    return json_reply(_version(await skills.version(skill_id, who.project, version)))


@router.delete("/{skill_id}/versions/{version}")
@needs("project.write")
@gives(VersionRemoved, errors=AnthropicError)
async def delete_anthropic_skill_version(skill_id: str, version: str, request: Request) -> Response:
    """Remove a version that is not the default one."""
    skills, who = _skills(request)
    await skills.privacy.check(skill_id, who, "resource.deleted")
    gone = await skills.delete_version(skill_id, who.project, version)
    return json_reply({"id": gone["id"], "type": "skill_version_deleted"})


def _skills(request: Request) -> tuple[Skills, Caller]:
    check_versions(request.headers)
    return service(request, Skills), caller(request)


async def _shown(skills: Skills, skill: Skill, who: Caller) -> AnthropicSkill:
    latest = await skills.version(skill["id"], who.project, "latest")
    return {
        "id": skill["id"],
        "type": "skill",
        "display_name": skill["name"],
        "source": {"type": "custom"},
        "latest_version_id": latest["id"],
        "created_at": moment(skill["created_at"]),
        "updated_at": moment(latest["created_at"]),
    }


def _version(version: SkillVersion) -> AnthropicSkillVersion:
    return {
        "id": version["id"],
        "type": "skill_version",
        "skill_id": version["skill_id"],
        "name": version["name"],
        "description": version["description"],
        "created_at": moment(version["created_at"]),
    }
