"""Sessions end when they are unused, old or revoked, at once here and within seconds elsewhere."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select, update

from earthshine.accounts.authorization.caller import Caller
from earthshine.accounts.authorization.permissions import PERMISSIONS
from earthshine.accounts.keys.registry import KeyRegistry
from earthshine.accounts.people.schemas import InviteCreate, UserCreate, UserUpdate
from earthshine.accounts.people.tables import sessions, users
from earthshine.accounts.sign_in.schemas import InviteAccept, PasswordChange, SessionCreate
from earthshine.accounts.sign_in.sessions import TOKEN_PREFIX, Device, Sessions
from earthshine.accounts.tables import audit_logs, organizations, projects
from earthshine.accounts.tables import keys as key_rows
from earthshine.database import Database
from earthshine.errors import Conflict, InvalidRequest, NotFound, RateLimited, Unauthenticated, Unavailable
from earthshine.settings import Settings
from tests.accounts.account_services import AccountServices
from tests.patience import PATIENCE

ROOT = Caller("key_root", "default", permissions=PERMISSIONS)
HERE = Device("tests/1.0", "192.0.2.1")
PASSWORD = "correct horse battery"


@pytest.fixture
async def keys(database: Database) -> AsyncGenerator[KeyRegistry]:
    opened = KeyRegistry(database)
    await opened.open("sk-es-test-administrator")
    yield opened
    await opened.close()


@pytest.fixture
async def accounts(database: Database, keys: KeyRegistry) -> AsyncGenerator[AccountServices]:
    opened = AccountServices(Settings(), database, keys)
    yield opened
    opened.close()


async def add(accounts: AccountServices, email: str = "person@example.org", **more: Any) -> str:
    return (await accounts.users.add(ROOT, UserCreate(email=email, password=PASSWORD, **more)))["id"]


async def sign_in(accounts: AccountServices, email: str = "person@example.org", password: str = PASSWORD) -> str:
    return (await accounts.sign_in.by_password(SessionCreate(email=email, password=password), HERE)).token


async def test_a_session_is_the_person_in_the_first_project(accounts: AccountServices, database: Database) -> None:
    user = await add(accounts)
    token = await sign_in(accounts)
    assert token.startswith(TOKEN_PREFIX)
    caller = await accounts.sessions.identify(token)
    assert (caller.user, caller.email, caller.project) == (user, "person@example.org", "default")
    assert caller.permissions == {"project.read", "project.write"}
    assert caller.key_id.startswith("sess_")
    async with database.read() as connection:
        row = (await connection.execute(select(sessions))).one()
        events = (await connection.execute(select(audit_logs.c.type).order_by(audit_logs.c.id))).scalars().all()
    assert token not in repr(row)
    assert (row.user_agent, row.address, row.method) == ("tests/1.0", "192.0.2.1", "password")
    assert events == ["user.added", "login.succeeded"]


async def test_it_ends_when_unused_and_when_old(accounts: AccountServices, database: Database) -> None:
    await add(accounts)
    now = time.time()
    later = Sessions(database, idle=3600, lifetime=30 * 86_400, clock=lambda: now)
    token = await sign_in(accounts)
    for _ in range(30):
        now += 3500
        await later.identify(token)
    now += 3601
    with pytest.raises(Unauthenticated, match="Sign in again"):
        await later.identify(token)
    used = Sessions(database, idle=1e9, lifetime=1e9, clock=lambda: now)
    now = time.time() + 30 * 86_400 - 10
    await used.identify(token)
    now += 20
    with pytest.raises(Unauthenticated):
        await used.identify(token)


async def test_revocation_is_immediate_here_and_soon_elsewhere(accounts: AccountServices, database: Database) -> None:
    await add(accounts)
    token = await sign_in(accounts)
    other_keys = KeyRegistry(database, refresh_every=0.05)
    await other_keys.open()
    elsewhere = AccountServices(Settings(), database, other_keys)
    caller = await accounts.sessions.identify(token)
    assert await elsewhere.sessions.identify(token) == caller
    await accounts.sign_in.end(caller, caller.key_id)
    with pytest.raises(Unauthenticated):
        await accounts.sessions.identify(token)
    deadline = time.monotonic() + PATIENCE
    with pytest.raises(Unauthenticated):
        while time.monotonic() < deadline:
            await elsewhere.sessions.identify(token)
            await asyncio.sleep(0.02)
    elsewhere.close()
    await other_keys.close()


async def test_a_change_while_the_rows_are_read_is_not_remembered_wrongly(
    accounts: AccountServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    await add(accounts)
    token = await sign_in(accounts)
    load, loaded, go_on = accounts.sessions._load, asyncio.Event(), asyncio.Event()

    async def slow(*arguments: Any) -> Any:
        found = await load(*arguments)
        loaded.set()
        await go_on.wait()
        return found

    monkeypatch.setattr(accounts.sessions, "_load", slow)
    reading = asyncio.create_task(accounts.sessions.identify(token))
    await loaded.wait()
    caller = Caller("key", "default", user=(await load(_hash(token), None, time.time()))[0].user)
    session = (await load(_hash(token), None, time.time()))[0].key_id
    await accounts.sign_in.end(caller, session)
    go_on.set()
    await reading
    with pytest.raises(Unauthenticated):
        await accounts.sessions.identify(token)


def _hash(token: str) -> str:
    import hashlib

    return hashlib.sha256(token.encode()).hexdigest()


async def test_wrong_tokens_are_refused_and_their_address_is_slowed(accounts: AccountServices) -> None:
    await add(accounts)
    token = await sign_in(accounts)
    for wrong in ("", TOKEN_PREFIX, token[:-1], token + "x", "\ud800", "\0", TOKEN_PREFIX + "قمر"):
        with pytest.raises(Unauthenticated):
            await accounts.sessions.identify(wrong, None, "192.0.2.9")
    for number in range(60):
        with pytest.raises((Unauthenticated, RateLimited)):
            await accounts.sessions.identify(f"{TOKEN_PREFIX}{number}", None, "192.0.2.9")
    with pytest.raises(RateLimited):
        await accounts.sessions.identify(TOKEN_PREFIX, None, "192.0.2.9")
    # A right one still passes from there, though nobody here has seen it yet.
    assert await accounts.sessions.identify(token, None, "192.0.2.9")


@pytest.fixture
def light_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many guesses are held off by their number, however long each takes."""
    for name, value in {"_ITERATIONS": 1, "_MEMORY_KIB": 64, "_PREFIX": "$argon2id$v=19$m=64,t=1,p=1$"}.items():
        monkeypatch.setattr(f"earthshine.accounts.sign_in.passwords.{name}", value)


async def test_strangers_keep_no_known_device_and_no_invited_person_out(
    light_passwords: None, accounts: AccountServices, database: Database
) -> None:
    await add(accounts)
    first = await accounts.sign_in.by_password(SessionCreate(email="person@example.org", password=PASSWORD), HERE)
    async with database.read() as connection:
        root = Caller(
            (await connection.execute(select(key_rows.c.id))).scalar_one(), "default", permissions=PERMISSIONS
        )
    invited = await accounts.invites.create(root, InviteCreate(email="new@example.org", role="member", projects=[]))
    for number in range(60):
        for address, email in (
            (f"198.51.100.{number}", "person@example.org"),
            ("192.0.2.1", f"no{number}@example.org"),
        ):
            with pytest.raises((Unauthenticated, RateLimited)):
                guess = SessionCreate(email=email, password="a wrong guess")
                await accounts.sign_in.by_password(guess, Device("evil", address))
        with pytest.raises((InvalidRequest, RateLimited)):
            await accounts.sign_in.by_invite(InviteAccept(token="no", name="N", password=PASSWORD), HERE)
    right = SessionCreate(email="person@example.org", password=PASSWORD)
    with pytest.raises(RateLimited):
        await accounts.sign_in.by_password(right, HERE)
    assert (await accounts.sign_in.by_password(right, replace(HERE, known=first.device))).token
    # What proves nothing is nothing; and a new password is a new proof.
    with pytest.raises(RateLimited):
        await accounts.sign_in.by_password(right, replace(HERE, known=first.device[:-1] + "x"))
    accept = InviteAccept(token=invited["token"], name="New", password=PASSWORD)
    me = await accounts.sessions.identify((await accounts.sign_in.by_invite(accept, HERE)).token)
    assert me.email == "new@example.org"
    changed = PasswordChange(current_password=PASSWORD, new_password="another fine password")
    person = await accounts.sessions.identify(first.token)
    await accounts.sign_in.change_password(person, changed, HERE)
    with pytest.raises(RateLimited):
        new = SessionCreate(email="person@example.org", password="another fine password")
        await accounts.sign_in.by_password(new, replace(HERE, known=first.device))


async def test_an_unknown_account_and_a_wrong_password_look_the_same(
    accounts: AccountServices, database: Database
) -> None:
    await add(accounts)
    told: list[tuple[str, str | None]] = []
    for email in ("person@example.org", "nobody@example.org"):
        for _ in range(5):
            with pytest.raises(Unauthenticated) as caught:
                await sign_in(accounts, email, "wrong password")
            told.append((caught.value.message, caught.value.code))
        with pytest.raises(RateLimited):
            await sign_in(accounts, email, PASSWORD)
    assert set(told) == {("The e-mail address or the password is wrong.", "wrong_credentials")}
    async with database.read() as connection:
        rows = (await connection.execute(select(audit_logs).where(audit_logs.c.type == "login.failed"))).all()
    assert [row.actor_email for row in rows] == ["person@example.org"] * 5 + ["nobody@example.org"] * 5
    assert "wrong password" not in repr(rows)


async def test_old_hashes_are_made_anew_at_sign_in(accounts: AccountServices, database: Database) -> None:
    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

    user = await add(accounts)
    kdf = Argon2id(salt=b"0123456789abcdef", length=32, iterations=1, lanes=1, memory_cost=1024)
    async with database.write() as connection:
        await connection.execute(update(users).values(password=kdf.derive_phc_encoded(PASSWORD.encode())))
    await sign_in(accounts)
    async with database.read() as connection:
        stored = (await connection.execute(select(users.c.password).where(users.c.id == user))).scalar_one()
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    await sign_in(accounts)


async def test_a_password_is_changed_by_its_owner_who_stays_signed_in(accounts: AccountServices) -> None:
    await add(accounts)
    mine, other = await sign_in(accounts), await sign_in(accounts)
    me = await accounts.sessions.identify(mine)
    await accounts.sessions.identify(other)
    wrong = PasswordChange(current_password="not it at all", new_password="a new password 2")
    with pytest.raises(InvalidRequest, match="not the current password"):
        await accounts.sign_in.change_password(me, wrong, HERE)
    right = PasswordChange(current_password=PASSWORD, new_password="a new password 2")
    await accounts.sign_in.change_password(me, right, HERE)
    assert await accounts.sessions.identify(mine) == me
    with pytest.raises(Unauthenticated):
        await accounts.sessions.identify(other)
    with pytest.raises(Unauthenticated):
        await sign_in(accounts)
    await sign_in(accounts, password="a new password 2")


async def test_an_administrators_new_password_ends_all_sessions(accounts: AccountServices) -> None:
    user = await add(accounts)
    token = await sign_in(accounts)
    await accounts.users.update(ROOT, user, UserUpdate(password="a new password 2"))
    with pytest.raises(Unauthenticated):
        await accounts.sessions.identify(token)


async def test_sessions_are_listed_and_ended_by_their_person_or_an_administrator(accounts: AccountServices) -> None:
    user = await add(accounts)
    other = await add(accounts, "other@example.org")
    mine, theirs = await sign_in(accounts), await sign_in(accounts, "other@example.org")
    me, them = await accounts.sessions.identify(mine), await accounts.sessions.identify(theirs)
    with pytest.raises(NotFound):
        await accounts.sign_in.end(me, them.key_id)
    with pytest.raises(NotFound):
        await accounts.sign_in.end(Caller("key", "default", "org_2", permissions=PERMISSIONS), them.key_id)
    await accounts.sign_in.end(ROOT, them.key_id)
    with pytest.raises(Unauthenticated):
        await accounts.sessions.identify(theirs)
    with pytest.raises(NotFound):
        await accounts.sign_in.end(ROOT, them.key_id)
    assert user != other


async def test_nobody_acts_in_what_is_archived(accounts: AccountServices, database: Database) -> None:
    await add(accounts)
    token = await sign_in(accounts)
    async with database.write() as connection:
        await connection.execute(update(projects).values(archived_at=1))
    accounts.sessions.forget()
    assert (await accounts.sessions.identify(token)).project == ""
    with pytest.raises(NotFound):
        await accounts.sessions.identify(token, "default")
    async with database.write() as connection:
        await connection.execute(update(organizations).values(archived_at=1))
    accounts.sessions.forget()
    with pytest.raises(Unauthenticated):
        await accounts.sessions.identify(token)


async def test_two_people_with_one_address_at_once(accounts: AccountServices) -> None:
    made = await asyncio.gather(*(add(accounts) for _ in range(4)), return_exceptions=True)
    assert sum(isinstance(each, Conflict) for each in made) == 3


async def test_two_owners_cannot_demote_each_other_at_once(accounts: AccountServices) -> None:
    owners = [await add(accounts, f"owner{number}@example.org", role="owner") for number in range(2)]
    results = await asyncio.gather(
        *(accounts.users.update(ROOT, owner, UserUpdate(role="member")) for owner in owners), return_exceptions=True
    )
    assert sum(isinstance(result, Conflict) for result in results) == 1


async def test_a_full_disk_keeps_nobody_out(
    accounts: AccountServices, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await add(accounts)
    token = await sign_in(accounts)
    now = time.time() + 120
    later = Sessions(database, idle=3600, lifetime=3600, clock=lambda: now)

    def full() -> Any:
        raise Unavailable("no space")

    monkeypatch.setattr(database, "write", full)
    assert (await later.identify(token)).email == "person@example.org"
