"""Containers with a way out, and servers of this machine that stand for the world: what is reached, and what is not."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import ssl
import zipfile
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest
from openai import OpenAI
from sqlalchemy import select, update

from earthshine.accounts.authorization.caller import Caller
from earthshine.containers.containers import Containers
from earthshine.containers.schemas import ContainerCreate
from earthshine.containers.tables import containers as table
from earthshine.database import Database
from earthshine.sandboxes.base import Command
from earthshine.server import create_app
from earthshine.settings import Settings
from tests.containers.test_containers_api import refused
from tests.egress.test_proxy import Stream, certificate, far, loopback, served

__all__ = ["certificate"]
TOKEN = "tok-3f9a/secret"
LOOKS = {
    "urllib": "python3 -c \"import urllib.request as r; print(r.urlopen('{}', timeout=9).read().decode())\"",
    "requests": "python3 -c \"import requests; a = requests.get('{}', timeout=9); print(a.status_code, a.text)\"",
    "curl": "curl --silent --show-error --max-time 9 '{}'",
}
SENDS = {
    "urllib": """python3 -c "
import os, urllib.request as r
print(r.urlopen(r.Request('URL', headers={'X-Key': os.environ['TOKEN']}), timeout=9).read().decode())" """,
    "requests": """python3 -c "
import os, requests
print(requests.get('URL', headers={'X-Key': os.environ['TOKEN']}, timeout=9).text)" """,
    "curl": 'curl --silent --show-error --max-time 9 --header "X-Key: $TOKEN" URL',
}
WHEEL = "tiny-1.0-py3-none-any.whl"
WHO = Caller("key", "default")


class World:
    """A server that answers, and keeps what it was asked."""

    def __init__(self) -> None:
        self.heads: list[str] = []
        self.pages: dict[str, bytes] = {}

    async def __call__(self, stream: Stream) -> None:
        head = (await stream[0].readuntil(b"\r\n\r\n")).decode()
        self.heads.append(head)
        body = self.pages.get(head.split(" ")[1], b"hello from outside")
        kind = "text/html" if body.startswith(b"<") else "application/octet-stream"
        answer = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        stream[1].write(answer.encode() + body)
        await stream[1].drain()


@pytest.fixture(scope="module")
async def installation(
    tmp_path_factory: pytest.TempPathFactory, certificate: Path
) -> AsyncGenerator[tuple[Containers, Database]]:
    """Containers for which every name leads to this machine, as no setting allows."""
    folder = tmp_path_factory.mktemp("ways")
    app = create_app(Settings(data=folder / "data", scripted=True, embedded_model=False))
    async with app.router.lifespan_context(app):
        services = app.state.services
        containers = services.get(Containers)
        containers.ways.private, containers.ways.resolver = True, loopback
        containers.ways.trusted = ssl.create_default_context(cafile=certificate)
        yield containers, services.get(Database)


async def opened(containers: Containers, domains: list[str], **policy: Any) -> str:
    body = {"name": "c", "network_policy": {"type": "allowlist", "allowed_domains": domains, **policy}}
    return (await containers.create(WHO, ContainerCreate.model_validate(body))).id


async def run(containers: Containers, container: str, line: str, timeout: float = 60) -> tuple[str, str]:
    done = await containers.run(container, WHO, Command(["bash", "-c", line], timeout=timeout))
    return done.stdout.decode(), done.stderr.decode()


def secret(domain: str, name: str = "TOKEN") -> dict[str, str]:
    return {"domain": domain, "name": name, "value": TOKEN}


async def test_an_allowed_server_is_reached_by_name_and_no_other(installation: tuple[Containers, Database]) -> None:
    containers, world = installation[0], World()
    async with far(world) as port:
        container = await opened(containers, [f"allowed.test:{port}"])
        for look in LOOKS.values():
            out, _ = await run(containers, container, look.format(f"http://allowed.test:{port}/page"))
            assert "hello from outside" in out
        assert [head.split("\r\n")[:2] for head in world.heads] == [
            ["GET /page HTTP/1.1", f"Host: allowed.test:{port}"]
        ] * len(LOOKS)
        world.heads.clear()
        for address in (f"http://other.test:{port}/", f"http://127.0.0.1:{port}/", f"https://other.test:{port}/"):
            for name, look in LOOKS.items():
                out, err = await run(containers, container, look.format(address))
                said = out + err
                # Why, in the words that each program shows; some keep them to themselves.
                assert "is not among the hosts" in said or "403" in said, (name, address, said)
        assert world.heads == []
        past = f"python3 -c \"import socket; socket.create_connection(('127.0.0.1', {port}), 3)\""
        assert "refused" in (await run(containers, container, past))[1]


async def test_without_a_list_there_is_no_network(installation: tuple[Containers, Database]) -> None:
    containers, world = installation[0], World()
    async with far(world) as port:
        container = (await containers.create(WHO, ContainerCreate(name="c"))).id
        for look in LOOKS.values():
            out, _ = await run(containers, container, look.format(f"http://allowed.test:{port}/"))
            assert "hello" not in out
    assert world.heads == []


@pytest.mark.parametrize("send", SENDS)
async def test_code_has_a_placeholder_and_the_server_gets_the_secret(
    installation: tuple[Containers, Database], certificate: Path, send: str
) -> None:
    containers, database = installation
    world = World()
    async with far(world, served(certificate)) as port:
        domain = f"allowed.test:{port}"
        container = await opened(containers, [domain, f"other.test:{port}"], domain_secrets=[secret(domain)])
        out, err = await run(containers, container, SENDS[send].replace("URL", f"https://{domain}/page"))
        assert "hello from outside" in out, err
        assert f"x-key: {TOKEN}\r\n" in world.heads[0].lower()
        inside, _ = await run(containers, container, "env; cat /proc/self/environ; ls -R /run /mnt/data")
    assert TOKEN not in inside
    assert "TOKEN=placeholder_" in inside
    async with database.read() as connection:
        row = (await connection.execute(table.select().where(table.c.id == container))).one()
    assert TOKEN not in str(row)
    assert containers.ways.opened(row) == [secret(domain)]


async def test_packages_come_from_an_index_that_wants_a_token(
    installation: tuple[Containers, Database], certificate: Path
) -> None:
    containers, world = installation[0], World()
    wheel = tiny_wheel()
    link = f'<a href="/{WHEEL}#sha256={hashlib.sha256(wheel).hexdigest()}">{WHEEL}</a>'
    world.pages = {"/simple/tiny/": f"<html><body>{link}</body></html>".encode(), f"/{WHEEL}": wheel}
    async with far(world, served(certificate)) as port:
        domain = f"allowed.test:{port}"
        container = await opened(containers, [domain], domain_secrets=[secret(domain)])
        index = f"https://me:$TOKEN@{domain}/simple"
        install = f"python3 -m pip install --quiet --no-deps --target lib --index-url {index} tiny"
        _, err = await run(containers, container, install, 120)
        out, _ = await run(containers, container, "PYTHONPATH=lib python3 -c 'import tiny; print(tiny.SAYS)'")
        assert out == "small\n", err
        # The same from a host that is not allowed says so.
        _, err = await run(
            containers, container, install.replace("allowed.test", "other.test").replace("--quiet", "--retries 1"), 120
        )
        assert "is not among the hosts" in err
    asked = [head for head in world.heads if "/simple/tiny/" in head]
    sent = base64.b64encode(f"me:{TOKEN}".encode()).decode()
    assert f"Authorization: Basic {sent}" in asked[-1]


async def test_secrets_go_when_a_container_expires(installation: tuple[Containers, Database]) -> None:
    containers, database = installation
    container = await opened(containers, ["a.org"], domain_secrets=[secret("a.org")])
    query = select(table.c.expired, table.c.secrets).where(table.c.id == container)
    async with database.write() as connection:
        assert (await connection.execute(query)).one().secrets
        await connection.execute(update(table).where(table.c.id == container).values(last_active_at=0))
    await containers.sweep()
    async with database.read() as connection:
        assert tuple((await connection.execute(query)).one()) == (True, None)


@pytest.mark.parametrize(
    ("policy", "param"),
    [
        ({"domain_secrets": [secret("b.org")]}, "network_policy.domain_secrets[0].domain"),
        ({"domain_secrets": [secret("a.org", "1X")]}, "network_policy.domain_secrets[0].name"),
        ({"domain_secrets": [secret("a.org", "Path")]}, "network_policy.domain_secrets[0].name"),
        ({"domain_secrets": [{**secret("a.org"), "value": f"{TOKEN}\n"}]}, "network_policy.domain_secrets[0].value"),
        ({"domain_secrets": [{**secret("a.org"), "more": TOKEN}]}, "network_policy.domain_secrets[0].more"),
    ],
)
async def test_secrets_that_cannot_be_used_are_refused_without_telling_them(
    sdk: OpenAI, policy: dict[str, Any], param: str
) -> None:
    network = {"type": "allowlist", "allowed_domains": ["a.org"], **policy}
    error = refused(lambda: sdk.post("/containers", body={"name": "x", "network_policy": network}, cast_to=object), 400)
    assert (error.body["param"], TOKEN in str(error)) == (param, False)


async def test_a_response_tells_no_secret(sdk: OpenAI) -> None:
    network = {"type": "allowlist", "allowed_domains": ["a.org"], "domain_secrets": [secret("a.org")]}
    shell: Any = {"type": "shell", "environment": {"type": "container_auto", "network_policy": network}}
    python: Any = {"type": "code_interpreter", "container": {"type": "auto", "network_policy": network}}
    calls = [
        {"tool_call": {"name": "shell", "arguments": {"commands": ["echo $TOKEN"]}}},
        {"tool_call": {"name": "code_interpreter", "arguments": {"code": "import os; os.environ['TOKEN']"}}},
    ]
    said = f"!script {json.dumps([*calls, {'text': 'Done.'}])}"
    made = sdk.responses.create(model="scripted", input=said, tools=[shell, python])
    then = sdk.responses.create(model="scripted", input=said, tools=[shell, python], previous_response_id=made.id)
    assert made.output[0].environment == then.output[0].environment
    assert made.output[2].container_id == then.output[2].container_id
    assert made.output[1].output[0].stdout.startswith("placeholder_")
    assert made.output[2].outputs[0].logs.startswith("'placeholder_")
    for told in (made, sdk.responses.retrieve(made.id), sdk.containers.retrieve(made.output[2].container_id)):
        assert "a.org" in told.to_json()
        assert TOKEN not in told.to_json()
    # Another value is another container.
    network["domain_secrets"] = [{**secret("a.org"), "value": "other"}]
    other = sdk.responses.create(model="scripted", input=said, tools=[shell, python], previous_response_id=made.id)
    assert made.output[0].environment != other.output[0].environment


def tiny_wheel() -> bytes:
    """Return a package with one module."""
    about = "tiny-1.0.dist-info"
    files = {
        "tiny.py": "SAYS = 'small'\n",
        f"{about}/METADATA": "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n",
        f"{about}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{name},,\n" for name in [*files, f"{about}/RECORD"])
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, text in {**files, f"{about}/RECORD": record}.items():
            archive.writestr(name, text)
    return file.getvalue()
