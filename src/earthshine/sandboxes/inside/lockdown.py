"""What a process gives up before it becomes code that nobody has read: limits, Landlock, and the filter of calls.

Source: the kernel's include/uapi/linux/landlock.h and seccomp.h.
"""

from __future__ import annotations

import ctypes
import os
import resource
import stat
import struct
from collections.abc import Mapping, Sequence

TYPE_CHECKING = False
"""As in `typing`, whose import takes longer than all others here."""
if TYPE_CHECKING:
    from typing import Any

    Plan = Mapping[str, Any]

_libc = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS, _PR_SET_SUBREAPER = 1, 4, 22, 38, 36
_NEW_USERS = 0x10000000
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_EXECUTE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 2, 1 << 3
_WRITE_FILE, _TRUNCATE, _IOCTL = 1 << 1, 1 << 14, 1 << 15
_OF_FILES = _EXECUTE | _READ_FILE | _WRITE_FILE | _TRUNCATE | _IOCTL
_HANDLED = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1, 5: (1 << 16) - 1}
"""The rights that each version of Landlock knows; later versions as 5."""
_SCOPES = 0b11
"""Abstract Unix sockets and signals, from version 6 on."""


def hide() -> None:
    """Keep other processes of the same user out of this one, and give up what setuid programs would give."""
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)
    _prctl(_PR_SET_DUMPABLE, 0)


def become_nobody(user: int, inside: int) -> bool:
    """Stop being root for ever; return whether there is a user namespace of one's own now, where limits count anew."""
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)
    if _libc.unshare(_NEW_USERS) != 0:
        return False
    _prctl(_PR_SET_DUMPABLE, 1)  # else one's own entry in /proc is root's
    for name, text in (("setgroups", "deny"), ("uid_map", f"{inside} {user} 1"), ("gid_map", f"{inside} {user} 1")):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(text)
    return True


def die_with_parent() -> None:
    """Let the kernel kill this process when its parent is gone."""
    _prctl(_PR_SET_PDEATHSIG, 9)


def adopt() -> None:
    """Become the parent of what one's descendants leave behind."""
    _prctl(_PR_SET_SUBREAPER, 1)


def landlock_version() -> int:
    """Return the version of Landlock that the kernel has; 0 for none."""
    return max(0, int(_libc.syscall(_CREATE_RULESET, None, 0, 1)))


class Walls:
    """What all commands of one sandbox may do, made ready once."""

    def __init__(self, plan: Plan) -> None:
        """`plan`: `read` and `write`, lists of paths; `scoped`; `filter`, in hexadecimal. Raises `OSError`."""
        self.version = landlock_version()
        self._filter = bytes.fromhex(plan["filter"])
        self._rules = -1
        if self.version:
            self._rules = _ruleset(self.version, plan["read"], plan["write"], bool(plan["scoped"]))

    def enter(self, limits: Mapping[str, int]) -> None:
        """Give up everything; there is no way back. Raises `OSError`, after which nothing may be run."""
        for name, most in limits.items():
            number: int = getattr(resource, name)
            hard = resource.getrlimit(number)[1]
            most = most if hard == resource.RLIM_INFINITY else min(most, hard)
            resource.setrlimit(number, (most, most))
        _prctl(_PR_SET_NO_NEW_PRIVS, 1)
        if self._rules >= 0:
            _checked(_libc.syscall(_RESTRICT_SELF, self._rules, 0))
        code = ctypes.create_string_buffer(self._filter, len(self._filter))
        program = struct.pack("HxxxxxxP", len(self._filter) // 8, ctypes.addressof(code))
        _prctl(_PR_SET_SECCOMP, 2, program)


def _ruleset(version: int, read: Sequence[str], write: Sequence[str], scoped: bool) -> int:
    handled = _HANDLED[min(version, 5)]
    attributes = struct.pack("QQQ", handled, 0, _SCOPES if scoped and version >= 6 else 0)
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    rules = _checked(_libc.syscall(_CREATE_RULESET, attributes, size, 0))
    for path in read:
        _allow(rules, path, _EXECUTE | _READ_FILE | _READ_DIR)
    for path in write:
        _allow(rules, path, handled)
    return rules


def _allow(rules: int, path: str, rights: int) -> None:
    try:
        handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        if not stat.S_ISDIR(os.fstat(handle).st_mode):
            rights &= _OF_FILES
        _checked(_libc.syscall(_ADD_RULE, rules, 1, struct.pack("<Qi", rights & _handled_now(), handle), 0))
    finally:
        os.close(handle)


def _handled_now() -> int:
    return _HANDLED[min(landlock_version(), 5)]


def _prctl(option: int, value: int, pointer: bytes | None = None) -> None:
    _checked(_libc.prctl(option, ctypes.c_ulong(value), pointer if pointer is not None else ctypes.c_ulong(0), 0, 0))


def _checked(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result
