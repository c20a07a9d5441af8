"""Which database the tests run on: SQLite, or with EARTHSHINE_TEST_DATABASE=postgresql PostgreSQL.

No test says which. It names an SQLite file; on PostgreSQL a database of its own stands in for each such file, so that
a server that is started again on a directory finds what it left there. A test that is about SQLite itself is marked
`sqlite`. A fresh database, of either kind, is a copy of one with all tables, because to migrate an empty one takes a
good part of a second; tests/database and tests/cli/server/test_serve.py begin without.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import make_url

from earthshine.database import Database
from tests.postgres import Cluster, name_of, running_cluster
from tests.units import opens_database

NAME = "EARTHSHINE_TEST_DATABASE"

NOT_AGAIN = frozenset(
    {
        # They open no database, or both kinds themselves.
        *("backups", "catalog", "database", "docs", "e2e", "engines", "harness", "instances", "metering", "openapi"),
        *("telemetry", "web"),
        # They talk with a server over HTTP, or are about programs, files, networks and engines beside it. The few rows
        # that come of it are written by the same statements as those of the tests that stay.
        *("benches", "deploy", "documents", "egress", "cli/agent", "cli/chat", "cli/cluster", "cli/library"),
        *("cli/models", "cli/sandbox", "cli/test_commands", "containers/test_ways_out", "connectors/test_programs"),
        *("agents/environments/test_packages", "agents/environments/test_self_hosted"),
        *("agents/environments/test_servers", "responses/tools/test_browser"),
        *("routing/test_fairness", "routing/test_load_balanced_engine", "routing/test_upstream_faults"),
        # What clients send and how streams end, before or after any row.
        *("faults/test_drain", "faults/test_heads", "faults/test_heartbeats", "faults/test_hostile_bodies"),
        *("operations/test_cross_origin", "accounts/sign_in/oidc/test_oidc_attacks"),
        # Kills in one kind of step. Runs go on by one journal, whose own kills are in both: runs, faults/test_kill,
        # faults/test_two_servers, responses/run/test_kills, agents/test_session_kills.
        *("agents/control/test_kills", "agents/environments/test_kills", "agents/program/test_kills"),
        *("agents/subagents/test_subagent_kills", "responses/tools/test_code_interpreter_kills"),
        *("responses/tools/test_file_search_kills", "responses/tools/test_mcp_kills"),
        *("responses/tools/test_programs_kept", "responses/tools/test_shell_kills"),
        "responses/tools/test_web_search_kills",
    }
)
"""Folders and modules of tests that would show nothing new on PostgreSQL, by their paths without `.py`."""

_BARE = frozenset({"request", "monkeypatch", "caplog", "capsys", "recwarn", "event_loop_policy"})


def on_postgresql() -> bool:
    """Whether this is the run on PostgreSQL."""
    chosen = os.environ.get(NAME, "sqlite")
    if chosen not in ("sqlite", "postgresql"):
        pytest.exit(f"{NAME} is {chosen!r}; it can be sqlite (the default) or postgresql", returncode=4)
    return chosen == "postgresql"


def left_out_on_postgresql(path: Path) -> bool:
    """Whether a folder or a module of tests is left out of the run on PostgreSQL, or stands in one that is."""
    here = Path(__file__).parent
    if not path.is_relative_to(here):
        return False
    place = path.relative_to(here)
    return any(each.as_posix().removesuffix(".py") in NOT_AGAIN for each in (place, *place.parents))


def again_on_postgresql(item: pytest.Item) -> bool:
    """Whether a test shows something new on PostgreSQL."""
    given: dict[str, Any] = getattr(getattr(item, "callspec", None), "params", {})
    fixtures = {name for name in getattr(item, "fixturenames", ()) if name not in given and not name.startswith("_")}
    return not (
        left_out_on_postgresql(item.path)
        or item.get_closest_marker("sqlite") is not None
        # With nothing but its own values it has no place for a database.
        or not fixtures - _BARE
        # It has run on both already.
        or "postgres" in fixtures
        # What the real engine writes is stored like anything else, and costs minutes.
        or "default_model_path" in fixtures
        or (isinstance(item, pytest.Function) and not opens_database(item))
    )


open_plainly = Database.open
"""As it is, whatever tests put in its place."""


class Copies:
    """SQLite files with all tables in them."""

    def __init__(self) -> None:
        self._template = b""

    def lay(self, file: Path) -> None:
        """Make the file, unless it is there or cannot be."""
        if file.exists() or not file.parent.is_dir():
            return
        if not self._template:
            # In a thread, because a loop may be running in this one.
            with ThreadPoolExecutor(1) as thread:
                self._template = thread.submit(asyncio.run, _file_with_tables()).result()
        file.write_bytes(self._template)

    def redirect(self, patch: pytest.MonkeyPatch) -> None:
        """Let whatever makes an SQLite file in this process get a copy."""

        async def open_copy(url: str, *args: Any, **options: Any) -> Database:
            parsed = make_url(url)
            if parsed.get_backend_name() == "sqlite" and parsed.database:
                await asyncio.to_thread(self.lay, Path(parsed.database))
            return await open_plainly(url, *args, **options)

        patch.setattr(Database, "open", staticmethod(open_copy))


COPIES = Copies()


async def _file_with_tables() -> bytes:
    with tempfile.TemporaryDirectory(prefix="earthshine-template-") as folder:
        file = Path(folder) / "template.db"
        await (await open_plainly(f"sqlite+aiosqlite:///{file}")).close()
        return file.read_bytes()


class StandIns:
    """The PostgreSQL databases that stand for SQLite files; made when they are first opened."""

    def __init__(self) -> None:
        self._exit = ExitStack()
        self._cluster: Cluster | None = None
        self._template = ""
        self._urls: dict[Path, str] = {}

    def url(self, file: Path) -> str:
        """Return the URL of the database for a file; fresh, with all tables, when it was not asked for before."""
        if self._cluster is None:
            self._cluster = self._exit.enter_context(running_cluster())
            self._template = make_template(self._cluster)
        if file not in self._urls:
            self._urls[file] = self._cluster.create(template=self._template)
        return self._urls[file]

    def drop_below(self, folder: Path) -> None:
        """Remove the databases that stand for files in a folder."""
        for file in [file for file in self._urls if file.is_relative_to(folder)]:
            assert self._cluster is not None
            self._cluster.drop(self._urls.pop(file))

    def close(self) -> None:
        """Stop the cluster, and forget what was in it."""
        self._urls.clear()
        self._cluster = None
        self._exit.close()

    def redirect(self, patch: pytest.MonkeyPatch) -> None:
        """Let whatever opens an SQLite file in this process open the database that stands for it."""

        async def open_stand_in(url: str, *args: Any, **options: Any) -> Database:
            parsed = make_url(url)
            if parsed.get_backend_name() == "sqlite":
                file = Path(parsed.database or "memory").absolute()
                url = await asyncio.to_thread(self.url, file)
            return await open_plainly(url, *args, **options)

        patch.setattr(Database, "open", staticmethod(open_stand_in))


STAND_INS = StandIns()


def lay_database(data: Path) -> dict[str, str]:
    """Give a server's data directory a database, and return the settings that its process needs for it."""
    if not on_postgresql():
        COPIES.lay(data / "earthshine.db")
        return {}
    return {"EARTHSHINE_DATABASE_URL": STAND_INS.url(data.absolute() / "earthshine.db")}


def make_template(cluster: Cluster) -> str:
    """Make a database with all tables, and return its name: a copy of it is made much faster than another one."""
    url = cluster.create()

    async def make_tables() -> None:
        await (await open_plainly(url)).close()

    cluster.run(make_tables())
    return name_of(url)
