"""What encrypts secrets for the database: a key that is not in it.

The key is the setting `secret_key`, or else the file `secret.key` in the data directory, made at first use and readable
by its owner only. Either may hold several keys (the setting separated by commas, the file one in a line): the first
encrypts, all decrypt. So a new key is put in front, everything is encrypted anew, and the old one is taken away.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from earthshine.errors import ModelBroken, Unavailable
from earthshine.settings import Settings


class SecretCipher:
    """Encrypts and decrypts texts for the database (Fernet: AES-128 in CBC mode with HMAC-SHA256)."""

    def __init__(self, keys: list[str]) -> None:
        """Use these keys. Raises `Unavailable` for one that is none."""
        try:
            fernets = [Fernet(key) for key in keys]
            self._first, self._fernet = fernets[0], MultiFernet(fernets)
        except (ValueError, TypeError, IndexError):
            raise Unavailable(
                "A secret key is not 32 bytes in URL-safe base64. Correct the setting `secret_key`, or the file "
                "`secret.key` in the data directory."
            ) from None

    @classmethod
    def open(cls, settings: Settings) -> SecretCipher:
        """Use the keys of an installation, made now if there are none."""
        if settings.secret_key:
            return cls([key.strip() for key in settings.secret_key.split(",") if key.strip()])
        return cls(_file_keys(key_file(settings)))

    def encrypt(self, text: str) -> str:
        """Return `text` encrypted."""
        return self._fernet.encrypt(text.encode()).decode()

    def decrypt(self, token: str) -> str:
        """Return the text that was encrypted. Raises `ModelBroken` when no key here fits."""
        try:
            return self._fernet.decrypt(token).decode()
        except InvalidToken:
            raise ModelBroken(
                "This stored secret was encrypted with another secret key than this server has. Give the server that "
                "`secret_key`, or store the secret (an upstream's `api_key`, a token) again."
            ) from None

    def renew(self, token: str) -> str | None:
        """Return the text encrypted with the first key; None when it is that already. Raises `ModelBroken`."""
        try:
            self._first.decrypt(token)
        except InvalidToken:
            return self.encrypt(self.decrypt(token))
        return None


def key_file(settings: Settings) -> Path:
    """Return where the keys are kept when the settings name none."""
    return settings.data / "secret.key"


def put_new_key_first(settings: Settings) -> None:
    """Write a new key in front of those in the file."""
    file = key_file(settings)
    _write(file, [Fernet.generate_key().decode(), *_file_keys(file)])


def drop_old_keys(settings: Settings) -> None:
    """Leave only the first key in the file: nothing is encrypted with the others any more."""
    file = key_file(settings)
    _write(file, _file_keys(file)[:1])


def _file_keys(file: Path) -> list[str]:
    try:
        keys = file.read_text().split()
    except FileNotFoundError:
        keys = []
    if keys:
        return keys
    file.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):  # another process was faster
        _create(file, [Fernet.generate_key().decode()])
    return file.read_text().split()


def _create(file: Path, keys: list[str]) -> None:
    """Make the file appear whole, or not at all when it is there."""
    temporary = file.with_name(f"{file.name}.{os.getpid()}")
    _write_private(temporary, keys)
    try:
        os.link(temporary, file)
    finally:
        temporary.unlink()


def _write(file: Path, keys: list[str]) -> None:
    temporary = file.with_name(f"{file.name}.{os.getpid()}")
    _write_private(temporary, keys)
    temporary.replace(file)


def _write_private(file: Path, keys: list[str]) -> None:
    file.unlink(missing_ok=True)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        stream.write("".join(f"{key}\n" for key in keys))
        stream.flush()
        os.fsync(stream.fileno())
