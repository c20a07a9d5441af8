"""Hosted environments by the official SDK, strict, in the real sandbox."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from openai import APIStatusError, BadRequestError, ConflictError, NotFoundError, OpenAI
from openai.types.beta.agents.environment_info import EnvironmentInfo

from tests.agents.environments.making import SKILL, hosted, inline, plugin, run, settled, shell, zipped
from tests.agents.talking import script, until

FILES = [inline("/workspace/notes/moon.txt", "قمر\n".encode())]


def test_an_environment_before_its_session(sdk: OpenAI, tmp_path: Path) -> None:
    environments, sessions = sdk.beta.agents.environments, sdk.beta.agents.sessions
    stored = sdk.files.create(file=("sun.txt", b"sun\n"), purpose="user_data")
    given: Any = [*FILES, {"type": "file_id", "file_id": stored.id, "path": "/workspace/sun.txt"}]
    made = environments.create(environment=hosted(files=given))
    assert (made.status, made.type) == ("ready", "openai_hosted")
    assert [(each.type, each.path, each.size_bytes) for each in made.files] == [
        ("inline", "/workspace/notes/moon.txt", 7),
        ("file_id", "/workspace/sun.txt", 4),
    ]
    assert environments.retrieve(made.id) == made
    assert made.id in [each.id for each in environments.list(limit=2)]
    added = environments.files.create(made.id, **inline("/workspace/notes/stars.txt", b"**"))
    assert (added.path, added.size_bytes) == ("/workspace/notes/stars.txt", 2)
    (tmp_path / "a.txt").write_text("a")
    assert environments.files.upload(made.id, file=tmp_path / "a.txt", path="/workspace/a.txt").file.size_bytes == 1

    session, printed = run(sdk, hosted(environment_id=made.id), "cat /workspace/notes/moon.txt sun.txt; echo b > b.txt")
    assert "قمر\nsun" in printed
    assert session.environment.type == "openai_hosted" and session.environment.id == made.id
    with pytest.raises(ConflictError) as refused:
        sessions.create(environment=hosted(environment_id=made.id), agent={"model": "scripted"})
    assert "works in the environment" in refused.value.message
    pages = environments.files.list(made.id, limit=2, order="asc")
    assert [each.path.removeprefix("/workspace/") for each in pages] == [
        *("a.txt", "b.txt", "notes/moon.txt", "notes/stars.txt", "sun.txt"),
    ]
    below = environments.files.list(made.id, path="/workspace/notes")
    assert [each.path for each in below] == ["/workspace/notes/stars.txt", "/workspace/notes/moon.txt"]
    sessions.delete(session.id)
    with pytest.raises(NotFoundError):
        environments.retrieve(made.id)


def test_what_is_asked_for_twice_is_made_once(sdk: OpenAI) -> None:
    create = sdk.beta.agents.environments.create
    first = create(environment=hosted(files=FILES), idempotency_key="one")
    assert create(environment=hosted(files=FILES), idempotency_key="one") == first
    assert create(environment=hosted(), idempotency_key="two").id != first.id
    assert create(environment=hosted()).id != create(environment=hosted()).id


def test_a_setup_runs_once_in_order_before_the_first_turn(sdk: OpenAI) -> None:
    commands = [
        {"command": "echo one >> order"},
        {"command": 'sleep 0.5; echo "$WORD" >> ../order', "cwd": "/workspace/notes"},
    ]
    environment = hosted(files=FILES, setup_commands=commands, env={"WORD": "secretword"})
    said = script(shell("cat order; echo $WORD"), {"text": "Done."})
    agent: Any = {"model": "scripted"}
    with sdk.beta.agents.sessions.create(environment=environment, agent=agent, input=said, stream=True) as events:
        told = list(events)
    kinds = [event.type for event in told]
    assert kinds[0] == "agent.session.created" and kinds[-1] == "agent.session.idle"
    places = [kinds.index(f"agent.session.environment.{each}") for each in ("pending", "ready")]
    assert places == sorted(places) and places[1] < kinds.index("agent.session.turn.item.done")
    (done,) = [
        each.item for each in told if each.type == "agent.session.turn.item.done" and each.item.type != "message"
    ]
    assert done.type == "command_execution" and done.output == "one\nsecretword\nsecretword\n"
    first = told[0]
    assert first.type == "agent.session.created"
    assert "secretword" not in str(sdk.beta.agents.sessions.retrieve(first.session.id).environment)


def test_a_setup_that_fails_says_which_command_and_never_its_body(sdk: OpenAI) -> None:
    commands = [{"command": "true"}, {"command": "echo no luck with passphrase-9 >&2; ls /nowhere; exit 7"}]
    agent: Any = {"model": "scripted"}
    with sdk.beta.agents.sessions.create(
        environment=hosted(setup_commands=commands), agent=agent, input="Hello.", stream=True
    ) as events:
        told = list(events)
    failed = next(event for event in told if event.type == "agent.session.environment.failed")
    assert failed.environment.error is not None
    message = failed.environment.error.message
    assert "command 2" in message and "status 7" in message and "No such file" in message
    assert "passphrase" not in message and "/nowhere" not in message
    last = told[-1]
    assert last.type == "agent.session.failed"
    assert last.session.error == message
    session = sdk.beta.agents.sessions.retrieve(last.session.id)
    assert session.status == "failed"
    (turn,) = sdk.beta.agents.sessions.turns.list(session.id)
    assert turn.status == "failed" and turn.error is not None and "command 2" in turn.error.message


def test_skills_come_by_reference_in_the_request_in_a_plugin_and_from_a_directory(sdk: OpenAI) -> None:
    stored = sdk.skills.create(files=[("a/SKILL.md", SKILL.format("stored").encode(), "text/markdown")])
    parts = {
        "skills": [
            {"type": "skill_reference", "skill_id": stored.id},
            zipped({"SKILL.md": SKILL.format("inline")}, "inline", "Says inline."),
        ],
        "plugins": [plugin("tools", {"skills/plugged/SKILL.md": SKILL.format("plugged")})],
        "capability_directories": ["/workspace/mine"],
        "files": [inline("/workspace/mine/own/SKILL.md", SKILL.format("own").encode())],
    }
    made = sdk.beta.agents.environments.create(environment=hosted(**parts))
    assert [(each.type, each.name) for each in made.skills] == [("skill_reference", "stored"), ("inline", "inline")]
    assert [(each.name, each.description) for each in made.plugins] == [("tools", "It says something.")]
    session, printed = run(
        sdk, hosted(environment_id=made.id), "cat skills/*/SKILL.md plugins/*/skills/*/SKILL.md mine/*/*"
    )
    assert all(f"Say {each}." in printed for each in ("stored", "inline", "plugged", "own"))
    (turn,) = sdk.beta.agents.sessions.turns.list(session.id)
    plain, _ = run(sdk, hosted(), "true")
    (other,) = sdk.beta.agents.sessions.turns.list(plain.id)
    assert turn.usage is not None and other.usage is not None
    assert turn.usage.input_tokens > other.usage.input_tokens + 40, "the agent is told of all four"


def test_what_sandboxes_have_is_not_installed_again(sdk: OpenAI) -> None:
    made = sdk.beta.agents.environments.create(environment=hosted(packages={"python": ["pydantic>=2"]}))
    assert settled(sdk, made.id).status == "ready"
    refused = sdk.beta.agents.environments.create(environment=hosted(packages={"python": ["no-such-package==9"]}))
    assert settled(sdk, refused.id).status == "failed"
    session = sdk.beta.agents.sessions
    with pytest.raises(ConflictError):
        session.create(environment=hosted(environment_id=refused.id), agent={"model": "scripted"})


@pytest.mark.parametrize(
    ("parts", "param"),
    [
        ({"files": [inline("/etc/passwd", b"")]}, "environment.files[0].path"),
        ({"files": [inline("/workspace/../x", b"")]}, "environment.files[0].path"),
        ({"files": [{"type": "inline", "path": "/workspace/x", "data": "?"}]}, "environment.files[0].data"),
        (
            {"files": [{"type": "file_id", "path": "/workspace/x", "file_id": "file_none"}]},
            "environment.files[0].file_id",
        ),
        ({"packages": {"system": ["gcc"]}}, "environment.packages"),
        ({"packages": {"npm": ["left-pad"]}}, "environment.packages"),
        ({"packages": {"python": ["--index-url=http://127.0.0.1"]}}, "environment.packages.python[0]"),
        ({"desktop": {"enabled": True}}, "environment.desktop.enabled"),
        ({"env": {"PATH": "/"}}, "environment.env"),
        ({"skills": [{"type": "skill_reference", "skill_id": "skill_none"}]}, "environment.skills[0]"),
        ({"plugins": [plugin("hooked", {}, hooks="./hooks.json")]}, "environment.plugins[0]"),
        ({"setup_commands": [{"command": "true", "cwd": "/etc"}]}, "environment.setup_commands[0].cwd"),
        ({"environment_template_id": "aenvt_none"}, "environment_template_id"),
        ({"capability_directories": ["/workspace/none"]}, None),
    ],
)
def test_what_cannot_be_had_is_refused_by_name(sdk: OpenAI, parts: Any, param: str | None) -> None:
    before = [each.id for each in sdk.containers.list(limit=100)]
    with pytest.raises((BadRequestError, NotFoundError)) as refused:
        sdk.post("/agents/environments", body={"environment": hosted(**parts)}, cast_to=EnvironmentInfo)
    assert refused.value.param == param
    assert [each.id for each in sdk.containers.list(limit=100)] == before, "nothing is left of it"


def test_a_template_is_inherited_and_its_network_never_widened(sdk: OpenAI) -> None:
    templates = sdk.beta.agents.environments.templates
    made = templates.create(
        name="lab",
        files=FILES,
        env={"WORD": "confidential"},
        network={"access": "restricted", "allowed_domains": ["*.example.org"]},
        setup_commands=[{"command": "echo confidential > made"}],
    )
    assert "confidential" not in made.to_json()
    assert made.network.access == "restricted" and made.files[0].path == "/workspace/notes/moon.txt"
    assert templates.retrieve(made.id) == made and made.id in [each.id for each in templates.list(limit=2)]
    wide: Any = {"access": "restricted", "allowed_domains": ["example.com"]}
    with pytest.raises(BadRequestError) as refused:
        sdk.beta.agents.environments.create(environment=hosted(environment_template_id=made.id, network=wide))
    assert refused.value.param == "environment.network"
    narrow: Any = {"access": "disabled"}
    session, printed = run(
        sdk, hosted(environment_template_id=made.id, network=narrow), "cat made notes/moon.txt; echo $WORD"
    )
    assert printed == "confidential\nقمر\nconfidential\n"
    assert session.environment.type == "openai_hosted" and session.environment.network.access == "disabled"
    changed = templates.update(made.id, network=None, name="other", env={})
    assert (changed.network.access, changed.name, changed.files) == ("disabled", "other", made.files)
    assert templates.delete(made.id).deleted
    with pytest.raises(NotFoundError):
        templates.retrieve(made.id)


def test_credentials_of_vaults_are_placeholders_inside(sdk: OpenAI) -> None:
    vault = sdk.beta.agents.vaults.create()
    for name, networking in (
        ("ANY", {"type": "unrestricted"}),
        ("ONE", {"type": "limited", "allowed_hosts": ["example.org", "elsewhere.org"]}),
        ("NONE", {"type": "limited", "allowed_hosts": ["elsewhere.org"]}),
    ):
        auth: Any = {"type": "environment_variable", "secret_name": name, "secret_value": f"real-{name}"}
        sdk.beta.agents.vaults.credentials.create(vault.id, name=name, auth={**auth, "networking": networking})
    network: Any = {"access": "restricted", "allowed_domains": ["example.org"]}
    said = 'echo "$ANY|$ONE|$NONE"; env | grep real; cat /proc/self/environ'
    made, printed = run(sdk, hosted(network=network), said, vault_ids=[vault.id])
    first = printed.splitlines()[0].split("|")
    assert [each.startswith("placeholder_") for each in first[:2]] == [True, True] and first[2] == ""
    assert "real-" not in printed + str(made)
    _, printed = run(sdk, hosted(), "echo [$ANY]", vault_ids=[vault.id])
    assert printed == "[]\n", "without a network there is nothing to put secrets into"


def test_a_session_that_is_deleted_in_its_setup_leaves_nothing(sdk: OpenAI) -> None:
    environment = hosted(setup_commands=[{"command": "sleep 30"}])
    made = sdk.beta.agents.sessions.create(environment=environment, agent={"model": "scripted"}, input="Hello.")
    assert made.status == "in_progress" and made.environment.type == "openai_hosted"
    sdk.beta.agents.sessions.delete(made.id)
    with pytest.raises(APIStatusError):
        sdk.containers.retrieve(made.environment.id)


def test_an_environment_whose_container_is_gone_has_expired(sdk: OpenAI) -> None:
    made, _ = run(sdk, hosted(), "true")
    assert made.environment.type == "openai_hosted"
    sdk.containers.delete(made.environment.id)
    until(sdk, made, "failed")
    assert sdk.beta.agents.environments.retrieve(made.environment.id).status == "expired"
