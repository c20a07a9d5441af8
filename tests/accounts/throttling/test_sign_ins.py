"""Failed sign-ins cost growing pauses, of the account and of the address, also where no account is."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest
from sqlalchemy import func, select

from earthshine.accounts.people.tables import failures
from earthshine.accounts.throttling.sign_ins import ACCOUNT, ADDRESS, SignInThrottle
from earthshine.database import Database
from earthshine.errors import RateLimited


class Clock:
    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def throttle(database: Database, clock: Clock) -> SignInThrottle:
    return SignInThrottle(database, clock=clock)


async def wait_for(throttle: SignInThrottle, address: str, *accounts: str) -> float:
    with pytest.raises(RateLimited) as caught:
        await throttle.attempt(address, *accounts)
    assert caught.value.retry_after is not None
    return caught.value.retry_after


async def test_pauses_of_an_account_grow_up_to_five_minutes(throttle: SignInThrottle, clock: Clock) -> None:
    for _ in range(ACCOUNT.free):
        await throttle.attempt("192.0.2.1", "a")
    pauses: list[float] = []
    for number in range(12):
        # From another address each time: it is the account that must wait.
        pauses.append(await wait_for(throttle, f"198.51.100.{number}", "a"))
        clock.now += pauses[-1]
        await throttle.attempt(f"198.51.100.{number}", "a")
    assert pauses == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]
    await throttle.attempt("192.0.2.1", "b")


async def test_an_address_waits_whatever_accounts_it_tries(throttle: SignInThrottle, clock: Clock) -> None:
    for number in range(ADDRESS.free):
        await throttle.attempt("192.0.2.1", f"account {number}")
    assert await wait_for(throttle, "192.0.2.1", "account 0") == 1
    assert await wait_for(throttle, "::ffff:192.0.2.1", "account 1") == 1
    assert await wait_for(throttle, "192.0.2.1") == 1
    await throttle.attempt("192.0.2.2", "account 0")


async def test_who_never_failed_comes_in_at_once_from_an_address_that_waits(throttle: SignInThrottle) -> None:
    for number in range(ADDRESS.free + 10):
        await throttle.attempt("192.0.2.1", f"account {number}")
    assert await wait_for(throttle, "192.0.2.1", "account 0") > 1
    await throttle.succeeded(await throttle.attempt("192.0.2.1", "mine"))
    await throttle.attempt("192.0.2.1", "mine")
    # Once failed, one waits as all there do.
    assert await wait_for(throttle, "192.0.2.1", "mine") > 1


async def test_a_known_device_has_a_count_of_its_own(throttle: SignInThrottle) -> None:
    for number in range(50):
        with suppress(RateLimited):
            await throttle.attempt(f"198.51.100.{number}", "mine")
        with suppress(RateLimited):
            await throttle.attempt("192.0.2.1", f"account {number}")
    for _ in range(3):
        await throttle.succeeded(await throttle.attempt_of("laptop"))
    for _ in range(ACCOUNT.free):
        await throttle.attempt_of("laptop")
    with pytest.raises(RateLimited):
        await throttle.attempt_of("laptop")
    await throttle.attempt_of("phone")


async def test_an_attacker_has_a_whole_network_of_ipv6(throttle: SignInThrottle) -> None:
    for number in range(ADDRESS.free):
        await throttle.attempt(f"2001:db8::{number:x}", f"account {number}")
    assert await wait_for(throttle, "2001:db8::ffff:1") == 1
    await throttle.attempt("2001:db8:0:1::1")


async def test_success_forgives_the_account_but_not_the_address(throttle: SignInThrottle) -> None:
    for number in range(ADDRESS.free - 1):
        await throttle.attempt("192.0.2.1", f"account {number}")
    for _ in range(30):
        await throttle.succeeded(await throttle.attempt("192.0.2.1", "mine"))
    await throttle.attempt("192.0.2.1", "another")
    assert await wait_for(throttle, "192.0.2.1", "another") == 1


async def test_who_succeeds_in_a_busy_office_leaves_no_pause_behind(throttle: SignInThrottle, clock: Clock) -> None:
    for number in range(ADDRESS.free + 3):
        try:
            await throttle.attempt("192.0.2.1", f"account {number}")
        except RateLimited as error:
            clock.now += error.retry_after or 0
    clock.now += 900
    await throttle.succeeded(await throttle.attempt("192.0.2.1", "mine"))
    await throttle.succeeded(await throttle.attempt("192.0.2.1", "mine"))


async def test_a_burst_is_counted_whole(throttle: SignInThrottle) -> None:
    results = await asyncio.gather(
        *(throttle.attempt(f"192.0.2.{number}", "a") for number in range(50)), return_exceptions=True
    )
    assert sum(isinstance(result, RateLimited) for result in results) == 50 - ACCOUNT.free


async def test_an_hour_without_failures_is_forgotten_and_swept(
    throttle: SignInThrottle, clock: Clock, database: Database
) -> None:
    for _ in range(ACCOUNT.free):
        await throttle.attempt("192.0.2.1", "a")
    clock.now += 3601
    await throttle.attempt("192.0.2.1", "a")
    await throttle.attempt("192.0.2.1", "b")
    async with database.read() as connection:
        rows = (await connection.execute(select(func.max(failures.c.failures), func.count()))).one()
    assert tuple(rows) == (2, 3)


async def test_servers_share_the_counts_and_no_name_is_stored(database: Database, clock: Clock) -> None:
    one, two = SignInThrottle(database, clock=clock), SignInThrottle(database, clock=clock)
    for _ in range(ACCOUNT.free):
        await one.attempt("192.0.2.1", "person@example.org")
    assert await wait_for(two, "192.0.2.2", "person@example.org") == 1
    async with database.read() as connection:
        rows = (await connection.execute(select(failures))).all()
    assert "person" not in repr(rows)
    assert "192.0.2" not in repr(rows)
