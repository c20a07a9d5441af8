"""Passwords are Argon2id in the PHC format, equally slow for nobody, and a few at once."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Generator
from typing import Any

import pytest
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from earthshine.accounts.sign_in import passwords as module
from earthshine.accounts.sign_in.passwords import Passwords, check_strength, outdated
from earthshine.errors import InvalidRequest, Unavailable


@pytest.fixture
def passwords() -> Generator[Passwords]:
    made = Passwords()
    yield made
    made.close()


async def test_a_hash_fits_its_password_only(passwords: Passwords) -> None:
    stored = await passwords.hash("كلمة سر 🌙 longue")
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert await passwords.verify("كلمة سر 🌙 longue", stored)
    for wrong in ("كلمة سر 🌙 long", "", "\ud800", "\0", "x" * 1000):
        assert not await passwords.verify(wrong, stored)
    assert stored != await passwords.hash("كلمة سر 🌙 longue")


async def test_one_password_typed_on_two_keyboards(passwords: Passwords) -> None:
    stored = await passwords.hash("cafe\u0301 du matin")
    assert await passwords.verify("caf\u00e9 du matin", stored)


async def test_nobody_has_no_password_and_takes_as_long(passwords: Passwords) -> None:
    stored = await passwords.hash("correct horse")
    assert not await passwords.verify("correct horse", None)

    def best(of: str | None) -> float:
        return min(_seconds(passwords, of) for _ in range(3))

    def _seconds(passwords: Passwords, of: str | None) -> float:
        started = time.thread_time()
        module._verify(b"wrong", of or passwords._decoy)
        return time.thread_time() - started

    somebody, nobody = best(stored), best(None)
    assert 0.5 < nobody / somebody < 2
    assert nobody > 0.005


async def test_hashes_of_other_parameters_still_fit_and_are_known_as_outdated(passwords: Passwords) -> None:
    kdf = Argon2id(salt=b"0123456789abcdef", length=32, iterations=1, lanes=1, memory_cost=1024)
    old = kdf.derive_phc_encoded(b"correct horse")
    assert outdated(old)
    assert await passwords.verify("correct horse", old)
    assert not outdated(await passwords.hash("correct horse"))


async def test_two_at_once_and_not_too_many_waiting(passwords: Passwords, monkeypatch: pytest.MonkeyPatch) -> None:
    running, most, gate = 0, 0, threading.Event()
    lock = threading.Lock()

    def slow(*_: Any) -> bool:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        gate.wait(10)
        with lock:
            running -= 1
        return True

    monkeypatch.setattr(module, "_verify", slow)
    waiting = [asyncio.create_task(passwords.verify("x", "y")) for _ in range(64)]
    await asyncio.sleep(0.05)
    with pytest.raises(Unavailable):
        await passwords.verify("x", "y")
    gate.set()
    assert all(await asyncio.gather(*waiting))
    assert most == 2


@pytest.mark.parametrize("weak", ["", "short", "x" * 257, "aaaaaaaaaa", "abababababab", "Person@Example.org"])
def test_weak_passwords_are_refused(weak: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        check_strength(weak, email="person@example.org")
    assert (caught.value.code, caught.value.param) == ("weak_password", "password")
    if weak:
        assert weak not in caught.value.message


@pytest.mark.parametrize("fine", ["correct horse", "x1y2z3a4b5" * 25, "كلمة السر الطويلة", "月球上的地球光是什么呢"])
def test_long_ones_are_taken_in_any_script(fine: str) -> None:
    check_strength(fine, email="person@example.org")
