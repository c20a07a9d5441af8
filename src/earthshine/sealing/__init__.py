"""Secrets at rest: encrypted with keys that are not in the database, and encrypted anew with a new key."""

from earthshine.sealing.cipher import SecretCipher, drop_old_keys, key_file, put_new_key_first
from earthshine.sealing.columns import SEALED
from earthshine.sealing.rotation import Rekeyed, rekey

__all__ = ["SEALED", "Rekeyed", "SecretCipher", "drop_old_keys", "key_file", "put_new_key_first", "rekey"]
