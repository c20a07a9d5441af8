"""Skills and their versions."""

from __future__ import annotations

from typing import Any

from openai import OpenAI

from tests.conformance.uses import use

SKILL = [("math/SKILL.md", b"---\nname: math\ndescription: Adds.\n---\n")]


@use("POST /skills")
def create_skill(client: OpenAI) -> Any:
    made = client.skills.create(files=SKILL)
    assert (made.name, made.default_version) == ("math", "1")
    return made


@use("GET /skills")
def list_skills(client: OpenAI) -> None:
    assert create_skill(client).id in [each.id for each in client.skills.list(limit=2)]


@use("GET /skills/{}")
def retrieve_skill(client: OpenAI) -> None:
    made = create_skill(client)
    assert client.skills.retrieve(made.id) == made


@use("POST /skills/{}")
def update_skill(client: OpenAI) -> None:
    made = create_skill_version(client)
    assert client.skills.update(made.skill_id, default_version="2").default_version == "2"


@use("DELETE /skills/{}")
def delete_skill(client: OpenAI) -> None:
    assert client.skills.delete(create_skill(client).id).deleted


@use("GET /skills/{}/content")
def skill_content(client: OpenAI) -> None:
    assert b"SKILL.md" in client.skills.content.retrieve(create_skill(client).id).read()


@use("POST /skills/{}/versions")
def create_skill_version(client: OpenAI) -> Any:
    made = client.skills.versions.create(create_skill(client).id, files=SKILL)
    assert made.version == "2"
    return made


@use("GET /skills/{}/versions")
def list_skill_versions(client: OpenAI) -> None:
    made = create_skill_version(client)
    assert [each.version for each in client.skills.versions.list(made.skill_id)] == ["2", "1"]


@use("GET /skills/{}/versions/{}")
def retrieve_skill_version(client: OpenAI) -> None:
    made = create_skill_version(client)
    assert client.skills.versions.retrieve("2", skill_id=made.skill_id) == made


@use("DELETE /skills/{}/versions/{}")
def delete_skill_version(client: OpenAI) -> None:
    made = create_skill_version(client)
    assert client.skills.versions.delete("2", skill_id=made.skill_id).deleted


@use("GET /skills/{}/versions/{}/content")
def skill_version_content(client: OpenAI) -> None:
    made = create_skill_version(client)
    assert b"SKILL.md" in client.skills.versions.content.retrieve("2", skill_id=made.skill_id).read()
