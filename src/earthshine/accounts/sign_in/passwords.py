"""Passwords: Argon2id in threads of their own, a few at once, and equally slow for people who do not exist."""

from __future__ import annotations

import asyncio
import base64
import secrets
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from earthshine.errors import InvalidRequest, Unavailable

Result = TypeVar("Result")

_ITERATIONS, _LANES, _MEMORY_KIB, _LENGTH = 2, 1, 19_456, 32
"""OWASP's minimum for Argon2id. Source: https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet"""

_PREFIX = f"$argon2id$v=19$m={_MEMORY_KIB},t={_ITERATIONS},p={_LANES}$"

_AT_ONCE = 2
"""Hashes being computed: each takes 19 MiB and a core."""

_WAITING = 64
"""Hashes asked for, those being computed included; more is an attack, or a machine that is too small."""

SHORTEST, LONGEST = 10, 256


class Passwords:
    """Hashes and checks passwords without blocking the event loop."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(_AT_ONCE, "passwords")
        self._pending = 0
        # Nobody's: checking a password against it takes as long as against somebody's, and always fails.
        self._decoy = _PREFIX + f"{_base64(secrets.token_bytes(16))}${_base64(secrets.token_bytes(_LENGTH))}"

    async def hash(self, password: str) -> str:
        """Return the hash to store, in the PHC string format. Raises `Unavailable` when too many wait."""
        return await self._run(lambda: _hash(_bytes(password)))

    async def verify(self, password: str, stored: str | None) -> bool:
        """Say whether this is the password behind `stored`; None takes as long as a wrong one.

        Raises `Unavailable` when too many wait.
        """
        return await self._run(lambda: _verify(_bytes(password), stored or self._decoy)) and stored is not None

    def close(self) -> None:
        """End the threads."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _run(self, work: Callable[[], Result]) -> Result:
        if self._pending >= _WAITING:
            raise Unavailable("Too many people are signing in at once. Try again in a moment.", retry_after=2)
        self._pending += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._pending -= 1


def check_strength(password: str, *, email: str, param: str = "password") -> None:
    """Raise `InvalidRequest` for a password that is guessed first, or too long to be one."""
    text = unicodedata.normalize("NFC", password)
    if not SHORTEST <= len(text) <= LONGEST:
        raise InvalidRequest(f"A password has {SHORTEST} to {LONGEST} characters.", param=param, code="weak_password")
    if len(set(text)) < SHORTEST // 2 or text.casefold() in (email.casefold(), email.casefold().partition("@")[0]):
        raise InvalidRequest(
            "That password would be guessed among the first. Take one with more different characters that is not the "
            "e-mail address.",
            param=param,
            code="weak_password",
        )


def outdated(stored: str) -> bool:
    """Say whether a stored hash was made with other parameters than today's."""
    return not stored.startswith(_PREFIX)


def _bytes(password: str) -> bytes:
    # The same letters can be typed as different code points, depending on the keyboard.
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")


def _hash(password: bytes) -> str:
    salt = secrets.token_bytes(16)
    kdf = Argon2id(salt=salt, length=_LENGTH, iterations=_ITERATIONS, lanes=_LANES, memory_cost=_MEMORY_KIB)
    return kdf.derive_phc_encoded(password)


def _verify(password: bytes, stored: str) -> bool:
    try:
        Argon2id.verify_phc_encoded(password, stored)
    except InvalidKey:
        return False
    return True


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode().rstrip("=")
