"""Environments: made with a session or before it, set up once, and gone with their session.

A hosted environment is a container, and has its id. Files, skills and plugins are put into it while the request waits,
so that what is wrong with them is the request's error; packages and commands of a setup follow.
"""

from __future__ import annotations

import asyncio
import base64
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any

import orjson
from sqlalchemy import Row, delete, select, update

from earthshine.accounts.authorization.caller import Caller
from earthshine.accounts.authorization.ownership import WRITING, Owner, Privacy, is_person
from earthshine.agents.environments import store
from earthshine.agents.environments.content.capabilities import find_capabilities
from earthshine.agents.environments.content.packages import FOLDER
from earthshine.agents.environments.content.parts import HostedParts
from earthshine.agents.environments.content.paths import ROOT, destination, relative
from earthshine.agents.environments.content.plugins import place_plugin
from earthshine.agents.environments.content.secrets import network_policy
from earthshine.agents.environments.objects import (
    EnvironmentInfo,
    Status,
    domains_of,
    environment_info,
    packages_of,
    shown_parts,
    shown_skill,
)
from earthshine.agents.environments.schemas import EnvironmentListQuery
from earthshine.agents.environments.tables import environments as table
from earthshine.agents.environments.templates import Templates, over_template
from earthshine.containers.containers import Containers
from earthshine.containers.contents import INSIDE, file_id_of
from earthshine.containers.schemas import ContainerCreate
from earthshine.containers.store import new_container_id
from earthshine.containers.tables import containers as container_table
from earthshine.database import Connection, Database, insert_new
from earthshine.errors import Conflict, InvalidRequest, NotFound
from earthshine.sealing import SecretCipher
from earthshine.settings import Settings
from earthshine.vaults.store import Vaults
from earthshine.wire.pagination import page

Json = dict[str, Any]
Heard = Callable[[str], Awaitable[None]]

USABLE = ("ready", "suspended")
HOSTED, SELF_HOSTED = "openai_hosted", "self_hosted"
_MEMORY = {"small": "1g", "medium": "4g", "large": "16g"}
EXPIRES: Json = {"anchor": "last_active_at", "minutes": 30 * 24 * 60}


class Environments:
    """Those of one installation."""

    def __init__(
        self, database: Database, settings: Settings, containers: Containers, vaults: Vaults, templates: Templates
    ) -> None:
        self.database, self.containers, self.templates = database, containers, templates
        self._settings, self._vaults = settings, vaults
        self.privacy = Privacy(database, table, store.not_found)
        self.heard: list[Heard] = []
        """Called with the id of a session whose environment has changed."""
        self.on_status: list[Callable[[Connection, Row[Any]], Awaitable[None]]] = []
        """Called with one whose status has changed, in that transaction."""
        self.on_setup: Callable[[], None] = lambda: None
        """Called when one is to be set up."""
        self.on_discard: Callable[[str], None] = lambda _: None
        """Called with one that is removed."""

    async def create(
        self,
        who: Caller,
        parts: HostedParts,
        *,
        template_id: str | None = None,
        vault_ids: Sequence[str] = (),
        size: str = "small",
        key: str | None = None,
    ) -> Row[Any]:
        """Make a hosted environment, or find that which was made with this `key`; return its row.

        Raises what its parts raise, at their places in `environment`.
        """
        if key is not None and (made := await self._with_key(Owner.of(who), key)) is not None:
            return made
        given = await self._over_template(who, parts, template_id)
        for vault_id in vault_ids:
            await self._vaults.privacy.check(vault_id, who)
            await self._vaults.get(vault_id, who.project)
        policy = network_policy(domains_of(given), await self._vaults.variables(vault_ids, who.project))
        environment_id = new_container_id()
        asked = {"memory_limit": _MEMORY[size], "network_policy": policy, "skills": given.get("skills")}
        body = ContainerCreate.model_validate({"name": environment_id, **asked, "expires_after": EXPIRES})
        env: dict[str, str] = given.get("env", {})
        if packages_of(given):
            env = {**env, "PYTHONPATH": ":".join(filter(None, (f"{INSIDE}/{FOLDER}", env.get("PYTHONPATH"))))}
        try:
            container = await self.containers.create(who, body, environment_id, env=env)
        except (InvalidRequest, NotFound) as error:
            error.param = f"environment.{error.param}" if error.param else error.param
            raise
        try:
            return await self._fill(who, container, given, size, key)
        except BaseException:
            await asyncio.shield(self.containers.discard(environment_id))
            raise

    async def create_self_hosted(self, who: Caller, workspace_directory: str) -> Row[Any]:
        """Make what a machine can connect to; return its row. Raises `InvalidRequest` for one container too many."""
        environment_id = new_container_id()
        body = ContainerCreate.model_validate({"name": environment_id, "expires_after": EXPIRES})
        container = await self.containers.create_remote(who, body, environment_id)
        address = f"{self._settings.public_url.rstrip('/')}/earthshine/v1/agents/environments/{container.id}/connection"
        about: Json = {"remote_url": address, "workspace_directory": workspace_directory, "capability_directories": []}
        return await self.add(who, container.id, SELF_HOSTED, about, None)

    async def attach(self, who: Caller, environment_id: str) -> Row[Any]:
        """Return an environment that a session is to work in. Raises `NotFound`; `Conflict` for one that is in use."""
        row = await self.get(environment_id, who, WRITING)
        if row.session_id is not None:
            raise store.in_use(environment_id)
        if row.type != HOSTED or row.status not in ("pending", *USABLE):
            raise Conflict(
                f"The environment {environment_id} cannot be used: it is {row.status}. Make another one.",
                param="environment.environment_id",
            )
        return row

    async def get(self, environment_id: str, who: Caller, act: str = "") -> Row[Any]:
        """Return an environment's row, for whoever may do `act` to it, else read it. Raises `NotFound`."""
        await (self.privacy.check(environment_id, who, act) if act else self.privacy.check(environment_id, who))
        async with self.database.read() as connection:
            return await store.find_environment(connection, environment_id, who.project)

    async def list(self, owner: Owner, query: EnvironmentListQuery) -> tuple[list[EnvironmentInfo], bool]:
        """List hosted environments that this owner reaches, and say whether there are more."""
        async with self.database.read() as connection:
            hosted = table.c.type == HOSTED
            rows, more = await page(connection, table, query, owner.reaches(table), hosted)
        return [environment_info(row) for row in rows], more

    async def changes(self, environment_id: str) -> Sequence[Json]:
        """Return the states that an environment has had, the last at the end; nothing for one that is gone."""
        async with self.database.read() as connection:
            wanted = select(table.c.changes).where(table.c.id == environment_id)
            return (await connection.execute(wanted)).scalar_one_or_none() or []

    async def set_status(self, environment_id: str, status: Status, error: Json | None = None, **values: Any) -> None:
        """Note how an environment is, and let its session's readers know."""
        async with self.database.write() as connection:
            row = await store.set_status(connection, environment_id, status, error, **values)
            if row is not None:
                for told in self.on_status:
                    await told(connection, row)
        if row is not None and row.session_id is not None:
            for heard in self.heard:
                await heard(row.session_id)

    async def note_expired(self) -> None:
        """Note which environments have no container any more."""
        gone = (
            ~select(container_table.c.id).where(container_table.c.id == table.c.id, ~container_table.c.expired).exists()
        )
        over = ("expired", "failed")
        async with self.database.read() as connection:
            ids = list(await connection.scalars(select(table.c.id).where(table.c.status.not_in(over), gone).limit(100)))
        for each in ids:
            await self.set_status(each, "expired", setup=None)

    async def discard(self, environment_id: str) -> None:
        """Remove an environment with all that is in it; one that is gone is no error."""
        async with self.database.write() as connection:
            await connection.execute(delete(table).where(table.c.id == environment_id))
        self.on_discard(environment_id)
        with suppress(NotFound):
            await self.containers.discard(environment_id)

    async def erase(self, user: str) -> None:
        """Remove all environments of a person who was removed; a service account's are the project's."""
        if is_person(user):
            async with self.database.read() as connection:
                ids = list(await connection.scalars(select(table.c.id).where(table.c.user == user)))
            for each in ids:
                await self.discard(each)

    def opened(self, row: Row[Any]) -> Json:
        """Return what is to be done to set an environment up. Raises `ModelBroken` when no key here fits."""
        return orjson.loads(SecretCipher.open(self._settings).decrypt(row.setup))

    async def add_capabilities(self, environment_id: str, directories: Sequence[str]) -> None:
        """Let an agent know of the skills in some directories. Raises what `find_capabilities` does."""
        found = await asyncio.to_thread(
            find_capabilities, self.containers.living.workspace(environment_id), directories
        )
        async with self.database.write() as connection:
            this = container_table.c.id == environment_id
            known = (await connection.execute(select(container_table.c.skills).where(this))).scalar_one()
            paths = {each["path"] for each in known}
            more = [each for each in found if each["path"] not in paths]
            await connection.execute(update(container_table).where(this).values(skills=[*known, *more]))

    # --- making one --------------------------------------------------------------------------------------------------

    async def _over_template(self, who: Caller, parts: HostedParts, template_id: str | None) -> Json:
        if template_id is None:
            return parts.given()
        await self.templates.privacy.check(template_id, who)
        return over_template(parts, await self.templates.parts(template_id, who.project))

    async def _with_key(self, owner: Owner, key: str) -> Row[Any] | None:
        async with self.database.read() as connection:
            return (await connection.execute(select(table).where(owner.owns(table), table.c.key == key))).one_or_none()

    async def _fill(self, who: Caller, container: Row[Any], given: Json, size: str, key: str | None) -> Row[Any]:
        files = [await self._place(who, container, each, at) for at, each in enumerate(given.get("files", []))]
        await asyncio.to_thread(self.containers.living.workspace(container.id).make_folder, "outputs")
        workspace = self.containers.living.workspace(container.id).root
        directories = [relative(each) for each in given.get("capability_directories", [])]
        plugins = [await place_plugin(each, workspace, at) for at, each in enumerate(given.get("plugins", []))]
        work: Json = {
            "packages": packages_of(given),
            "commands": given.get("setup_commands", []),
            "directories": [*directories, *plugins],
            "secrets": list(given.get("env", {}).values()),
        }
        todo = bool(work["packages"] or work["commands"])
        if work["directories"] and not todo:
            await self.add_capabilities(container.id, work["directories"])
        shown = {**shown_parts(given), "files": files, "container_size": size}
        shown["skills"] = [shown_skill(each) for each in container.skills]
        row = await self.add(who, container.id, HOSTED, shown, work if todo else None, key)
        if todo:
            self.on_setup()
        return row

    async def _place(self, who: Caller, container: Row[Any], given: Json, at: int) -> Json:
        made = await self.place(who, container, given, f"environment.files[{at}]")
        known = {"file_id": given["file_id"]} if given["type"] == "file_id" else {}
        about = {"id": file_id_of(container.id, destination(made["path"])), "type": given["type"], **known}
        return {**about, "path": made["path"], "size_bytes": made["size_bytes"]}

    async def place(self, who: Caller, container: Row[Any], given: Json, param: str) -> Json:
        """Write a file that a request gives; return its path and size. Raises `InvalidRequest`, `NotFound`."""
        path = destination(given["path"])
        try:
            if given["type"] == "file_id":
                file = await self.containers.file(who, given["file_id"], f"{param}.file_id")
                await self.containers.put(container, file, path)
                size = (await self.containers.blobs.find(file.id)).size
            else:
                data = base64.b64decode(given["data"])
                await self.containers.contents.write(container, path, [data], len(data))
                size = len(data)
        except InvalidRequest as error:
            error.param = param
            raise
        return {"path": f"{ROOT}/{path}", "size_bytes": size}

    async def add(
        self, who: Caller, environment_id: str, kind: str, shown: Json, work: Json | None, key: str | None = None
    ) -> Row[Any]:
        """Store an environment whose container is made; `work`: what is still to be done before it is ready.

        Raises `Conflict` where another request with this `key` makes one at this time.
        """
        status: Status = "disconnected" if kind == SELF_HOSTED else "pending" if work else "ready"
        changes = store.with_change([], "pending", None) if kind == HOSTED else []
        if status != "pending":
            changes = store.with_change(changes, status, None)
        owner = Owner.of(who)
        values: Json = {
            "id": environment_id,
            "project": owner.project,
            "user": owner.user,
            "created_at": int(time.time()),
            "type": kind,
            "shown": {"id": environment_id, "type": kind, **shown},
            "status": changes[-1]["status"],
            "changes": changes,
            "caller": who.dump(),
            "key": key,
            "setup": SecretCipher.open(self._settings).encrypt(orjson.dumps(work).decode()) if work else None,
        }
        async with self.database.write() as connection:
            added = insert_new(connection, table).values(values).returning(*table.c)
            row = (await connection.execute(added)).one_or_none()
        if row is None:
            raise Conflict(
                "Another request with this idempotency key is being done. Send it again to see what it made."
            )
        return row
