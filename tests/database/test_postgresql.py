"""What is PostgreSQL's own: its URLs, its errors, and transactions of several servers at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable

import pytest
from sqlalchemy import delete, func, insert, select, text, update

from earthshine.conversations.tables import conversations, seal_keys
from earthshine.database import Connection, Database, clock, insert_new, take_turns
from earthshine.database.dialects import among
from earthshine.database.schema import HEAD
from earthshine.database.url import driver_url, libpq_url
from earthshine.errors import EarthshineError, InvalidRequest, StorageFull, Unavailable
from tests.postgres import Cluster, name_of

ROW = {"project": "default", "created_at": 1, "metadata": {}, "next_position": 0}


@pytest.fixture
def url(postgres_with_tables: str) -> str:
    return postgres_with_tables


@pytest.fixture
async def database(url: str) -> AsyncGenerator[Database]:
    opened = await Database.open(url)
    yield opened
    await opened.close()


# --- URLs ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+asyncpg"])
async def test_the_schemes_that_people_write(scheme: str, url: str) -> None:
    opened = await Database.open(url.replace("postgresql", scheme, 1))
    assert opened.shared
    await opened.close()


async def test_libpqs_parameters_keep_their_meaning(postgres: Cluster, url: str) -> None:
    """A socket's folder as the host, and what other drivers do not know."""
    folder = postgres.execute("SHOW unix_socket_directories")[0][0]
    socket = f"postgresql://postgres@/{name_of(url)}?host={folder}&port={postgres.port}&sslmode=prefer"
    opened = await Database.open(socket)
    async with opened.read() as connection:
        assert await connection.scalar(text("SELECT inet_client_addr()")) is None
        assert await connection.scalar(text("SHOW application_name")) == "earthshine"
    await opened.close()
    with pytest.raises(Unavailable):
        await Database.open(f"{url}?sslmode=require")  # this server has no certificate


def test_a_password_survives_as_it_is() -> None:
    parsed = driver_url("postgres://me:p%40ss%2Fw%C3%B6rd@db.example:5433/my%20base?sslmode=require")
    assert parsed.password == "p@ss/wörd"
    assert libpq_url(parsed).startswith("postgresql://me:p%40ss%2Fw%C3%B6rd@db.example:5433/my")
    assert "p@ss" not in str(parsed)


@pytest.mark.parametrize(
    "bad", ["mysql://h/d", "postgresql+psycopg://h/d", "s3cret", "postgresql://me:s3cret@h:port/d"]
)
async def test_a_url_that_cannot_be_used_is_refused_without_repeating_secrets(bad: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        await Database.open(bad)
    assert "s3cret" not in caught.value.message
    assert "postgresql://USER:PASSWORD@HOST/DATABASE" in caught.value.message


# --- starting --------------------------------------------------------------------------------------------------------


async def test_servers_that_start_at_once_make_the_tables_once(postgres: Cluster) -> None:
    url = postgres.create()
    opened = await asyncio.gather(*(Database.open(url) for _ in range(5)))
    async with opened[0].read() as connection:
        assert await connection.scalar(text("SELECT version_num FROM alembic_version")) == HEAD
    await asyncio.gather(*(database.close() for database in opened))
    postgres.drop(url)


async def test_what_keeps_us_out_is_named(postgres: Cluster, url: str) -> None:
    with pytest.raises(Unavailable, match="does not answer"):
        await Database.open("postgresql://postgres@127.0.0.1:1/none")
    with pytest.raises(Unavailable, match=r'database "none" does not exist.*Check the database URL'):
        await Database.open(postgres.url("none"))
    postgres.execute("CREATE ROLE narrow LOGIN CONNECTION LIMIT 0")
    with pytest.raises(Unavailable) as caught:
        await Database.open(url.replace("//postgres@", "//narrow@"))
    assert caught.value.code == "database_unreachable" and caught.value.retry_after


# --- errors ----------------------------------------------------------------------------------------------------------


async def _insert(database: Database, conversation_id: str) -> None:
    async with database.write() as connection:
        await connection.execute(insert(conversations).values(id=conversation_id, **ROW))


async def _raise(database: Database, state: str) -> None:
    """Let PostgreSQL itself raise an error that is hard to bring about."""
    async with database.write() as connection:
        statement = f"DO $$ BEGIN RAISE EXCEPTION 'as it says' USING ERRCODE = '{state}'; END $$"
        await connection.exec_driver_sql(statement)


@pytest.mark.parametrize(
    ("act", "error", "code"),
    [
        (lambda database: _raise(database, "53100"), StorageFull, "storage_full"),
        (lambda database: _raise(database, "53200"), Unavailable, "database_unreachable"),
        (lambda database: _raise(database, "40001"), Unavailable, "database_locked"),
        (lambda database: _raise(database, "40P01"), Unavailable, "database_locked"),
        (lambda database: _insert(database, "nul\0"), InvalidRequest, "invalid_value"),
        (lambda database: _insert(database, "half \ud800"), InvalidRequest, "invalid_value"),
        (lambda database: _insert(database, "long" * 100), InvalidRequest, "invalid_value"),
    ],
)
async def test_errors_become_ours(
    database: Database, act: Callable[[Database], Awaitable[None]], error: type[EarthshineError], code: str
) -> None:
    with pytest.raises(error) as caught:
        await act(database)
    assert caught.value.code == code
    assert caught.value.retry_after or error is InvalidRequest
    await _insert(database, "afterwards")


async def test_a_row_that_another_holds_is_waited_for_then_named(database: Database) -> None:
    await _insert(database, "held")
    async with database.write() as holder:
        await holder.execute(update(conversations).values(created_at=2))
        with pytest.raises(Unavailable) as caught:
            async with database.write() as connection:
                await connection.execute(text("SET LOCAL lock_timeout = '100ms'"))
                await connection.execute(delete(conversations))
    assert caught.value.code == "database_locked" and caught.value.retry_after
    async with database.read() as connection:
        assert await connection.scalar(select(conversations.c.created_at)) == 2


async def test_who_sleeps_in_a_transaction_loses_it(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """A frozen server's locks must not keep others from going on."""
    with pytest.raises(Unavailable):
        async with database.write() as connection:
            await connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = '50ms'"))
            await connection.execute(insert(conversations).values(id="asleep", **ROW))
            await asyncio.sleep(0.4)
            await connection.execute(insert(conversations).values(id="awake", **ROW))
    async with database.read() as connection:
        assert (await connection.scalars(select(conversations.c.id))).all() == []


async def test_connections_that_postgresql_closed_are_not_used_again(postgres: Cluster, database: Database) -> None:
    async def use(number: int) -> None:
        async with database.write() as connection:
            await connection.execute(insert(conversations).values(id=str(number), **ROW))
            await asyncio.sleep(0.05)

    await asyncio.gather(*(use(number) for number in range(5)))
    postgres.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'earthshine'")
    await asyncio.sleep(0.1)
    await asyncio.gather(*(use(number) for number in range(5, 10)))


async def test_more_users_than_connections_wait_for_their_turn(database: Database) -> None:
    async def use() -> None:
        async with database.read() as connection:
            await connection.execute(text("SELECT pg_sleep(0.02)"))

    await asyncio.gather(*(use() for _ in range(100)))


# --- values ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "said", ["nul \0", "half \ud83d", "\u0627\u0644\u0642\u0645\u0631 🌒", "\\u0000", "é" * 100_000]
)
async def test_text_inside_json_is_kept_whole(database: Database, said: str) -> None:
    async with database.write() as connection:
        row = {**ROW, "metadata": {"said": said, said[:60]: [1.5, None, True, 2**60]}}
        await connection.execute(insert(conversations).values(id="c", **row))
    async with database.read() as connection:
        assert await connection.scalar(select(conversations.c.metadata)) == row["metadata"]


async def test_bytes_are_kept_whole(database: Database) -> None:
    key = bytes(range(256)) * 1000
    async with database.write() as connection:
        await connection.execute(insert(seal_keys).values(id="k", key=key))
    async with database.read() as connection:
        assert await connection.scalar(select(seal_keys.c.key)) == key


# --- transactions ----------------------------------------------------------------------------------------------------


async def test_a_reader_sees_one_state(database: Database) -> None:
    async with database.read() as connection:
        before = await connection.scalar(select(func.count()).select_from(conversations))
        await _insert(database, "new")
        assert await connection.scalar(select(func.count()).select_from(conversations)) == before == 0


async def test_a_part_that_fails_does_not_undo_the_rest(database: Database) -> None:
    async with database.write() as connection:
        await connection.execute(insert(conversations).values(id="kept", **ROW))
        with pytest.raises(ZeroDivisionError):
            async with connection.begin_nested():
                await connection.execute(insert(conversations).values(id="undone", **ROW))
                _ = 1 / 0
    async with database.read() as connection:
        assert (await connection.scalars(select(conversations.c.id))).all() == ["kept"]


async def test_turns_are_taken_across_servers(url: str) -> None:
    servers = [await Database.open(url) for _ in range(2)]
    await _insert(servers[0], "counter")

    async def count(database: Database, name: str) -> None:
        async with database.write() as connection:
            await take_turns(connection, name)
            seen = await connection.scalar(select(conversations.c.created_at)) or 0
            await asyncio.sleep(0.002)
            await connection.execute(update(conversations).values(created_at=seen + 1))

    await asyncio.gather(*(count(servers[number % 2], "counting") for number in range(40)))
    async with servers[0].read() as connection:
        assert await connection.scalar(select(conversations.c.created_at)) == 41
    await asyncio.gather(*(database.close() for database in servers))


async def _both(postgresql: Database) -> AsyncGenerator[Connection]:
    lite = await Database.open("sqlite+aiosqlite://")
    for database in (lite, postgresql):
        async with database.write() as connection:
            yield connection
    await lite.close()


async def test_what_the_two_say_differently(database: Database) -> None:
    async for connection in _both(database):
        first = await connection.scalar(select(clock()))
        assert isinstance(first, float)
        rows = [{"id": name, **ROW} for name in ("a", "b")]
        await connection.execute(insert_new(connection, conversations), rows[:1])
        await connection.execute(insert_new(connection, conversations), rows)
        ids = conversations.c.id
        assert (await connection.scalars(select(ids).order_by(ids))).all() == ["a", "b"]
        for values, found in (((), []), (("b", "c"), ["b"])):
            assert (await connection.scalars(select(ids).where(among(connection, ids, values)))).all() == found
        assert (await connection.scalars(select(ids).where(~among(connection, ids, {"a"})))).all() == ["b"]
        await take_turns(connection, "any")
        later = await connection.scalar(select(clock()))
        assert later is not None and first <= later < first + 5
