"""Builds the filter: everything is allowed but what a sandbox has no use for and escapes were made of.

A list of what is forbidden, and not of what is allowed, because interpreters and compilers use most calls; the walls
are the namespaces and Landlock, and this takes the kernel's seldom used corners out of reach.
"""

from __future__ import annotations

import errno
import platform
import socket
import struct

from earthshine.sandboxes.seccomp.numbers import NUMBERS

FORBIDDEN = (
    # other processes' memory and descriptors
    *("ptrace", "process_vm_readv", "process_vm_writev", "process_madvise", "pidfd_getfd", "kcmp"),
    # the kernel's own machines, and rings that pass this filter by
    *("bpf", "perf_event_open", "userfaultfd", "io_uring_setup", "io_uring_enter", "io_uring_register", "io_setup"),
    *("keyctl", "add_key", "request_key"),
    # mounts, namespaces, roots, and files by handle
    *("mount", "umount2", "pivot_root", "chroot", "move_mount", "open_tree", "open_tree_attr", "fsopen", "fsconfig"),
    *("fsmount", "fspick", "mount_setattr", "unshare", "setns", "name_to_handle_at", "open_by_handle_at"),
    # the machine
    *("init_module", "finit_module", "delete_module", "kexec_load", "kexec_file_load", "reboot", "swapon", "swapoff"),
    *("acct", "quotactl", "quotactl_fd", "settimeofday", "clock_settime", "adjtimex", "clock_adjtime", "syslog"),
    *("iopl", "ioperm", "modify_ldt", "personality", "lookup_dcookie", "fanotify_init", "vhangup", "sethostname"),
    *("setdomainname", "uselib", "ustat", "sysfs", "_sysctl", "nfsservctl", "migrate_pages", "move_pages", "mbind"),
    "set_mempolicy",
    # memory that no limit counts: without a name, or of System V
    *("memfd_secret", "shmget", "shmat", "msgget", "semget", "mq_open"),
)
"""Refused with EPERM."""
ABSENT = ("clone3", "memfd_create")
"""Answered as an old kernel would, so that programs do it another way: the flags of `clone3` cannot be looked at."""
BY_PATH = (
    *("chmod", "fchmodat", "fchmodat2", "chown", "lchown", "fchownat", "setxattr", "lsetxattr", "setxattrat"),
    *("removexattr", "lremovexattr", "removexattrat", "utime", "utimes", "futimesat", "utimensat"),
)
"""What Landlock does not watch; refused where it is the only wall."""

_NEW_NAMESPACES = 0x7E020080
"""The flags CLONE_NEW* of `clone`: mount, cgroup, uts, ipc, user, pid, net, and time."""
_TYPING = (0x5412, 0x541C)
"""TIOCSTI and TIOCLINUX, which put words into somebody else's terminal."""

_MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_NUMBER, _MACHINE, _ARGUMENTS = 0, 4, 16
_X32 = 0x40000000


def supported(machine: str = "") -> bool:
    """Whether there are numbers for this machine, or the one that is named."""
    return (machine or platform.machine()) in _MACHINES


def build_filter(*, network: bool, paths: bool, local: bool = False, machine: str = "") -> bytes:
    """Return the filter as the kernel takes it, an array of `sock_filter`.

    `network`: whether sockets of IPv4 and IPv6 may be made; `local`: Unix ones; no other family may. `paths`: whether
    owners, modes, times and attributes may be changed by path. Raises `KeyError` for a machine without numbers.
    """
    column, architecture = _MACHINES[machine or platform.machine()]
    code: list[tuple[int, int, int, int]] = [
        (_LOAD, 0, 0, _MACHINE),
        (_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
    ]
    if column == 0:
        code += [(_AT_LEAST, 0, 1, _X32), _refuse(errno.ENOSYS)]

    def when(name: str, *then: tuple[int, int, int, int]) -> None:
        number = NUMBERS[name][column]
        if number is not None:
            code.extend([(_EQUAL, 0, len(then), number), *then])

    for name in FORBIDDEN + (() if paths else BY_PATH):
        when(name, _refuse(errno.EPERM))
    for name in ABSENT:
        when(name, _refuse(errno.ENOSYS))
    # The lower half of an argument, which is all of it that the kernel looks at in these calls.
    when("clone", _argument(0), (_ANY_BIT, 0, 1, _NEW_NAMESPACES), _refuse(errno.EPERM), _allow())
    typing = [(_EQUAL, 0, 1, each) for each in _TYPING]
    when("ioctl", _argument(1), *(part for each in typing for part in (each, _refuse(errno.EPERM))), _allow())
    families = (*((socket.AF_INET, socket.AF_INET6) if network else ()), *((socket.AF_UNIX,) if local else ()))
    allowed = [part for family in families for part in ((_EQUAL, 0, 1, int(family)), _allow())]
    when("socket", _argument(0), *allowed, _refuse(errno.EACCES))
    code.append(_allow())
    return b"".join(struct.pack("<HBBI", *each) for each in code)


def _refuse(error: int) -> tuple[int, int, int, int]:
    return (_RETURN, 0, 0, _ERRNO | error)


def _allow() -> tuple[int, int, int, int]:
    return (_RETURN, 0, 0, _ALLOW)


def _argument(index: int) -> tuple[int, int, int, int]:
    return (_LOAD, 0, 0, _ARGUMENTS + 8 * index)
