"""What a child does first: leave signals to its parent, die with it, and take no more memory than it may.

Only the standard library is imported here, so that a child starts fast and stays small.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from contextlib import suppress

_PR_SET_PDEATHSIG = 1
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000


def leave_signals_to_parent() -> None:
    """Ignore what asks a process to end: the parent lets work end first, and then ends its children.

    A signal may come to a whole process group, or from a service manager to all of a service. A child that obeyed by
    itself would cut the work, and be started anew meanwhile.
    """
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


def die_with_parent(parent: int | None = None) -> None:
    """Let the kernel kill this process when its parent is gone; `parent`, its id, tells when it is gone already.

    The kernel does so on Linux only; elsewhere a child ends when its standard input does.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if parent is not None and os.getppid() != parent:
        os._exit(1)  # it died before the lines above took effect


def limit_memory(size: int) -> None:
    """Let the kernel refuse memory beyond `size` bytes of address space, where it can."""
    with suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (size, size))


def limit_files_and_dumps() -> None:
    """Let the kernel refuse to write into any file; pipes stay. A crash leaves no dump."""
    with suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def limit_processor(seconds: float) -> None:
    """Let the kernel end this process when it takes this much more of a processor; called again, it begins anew."""
    with suppress(ImportError, ValueError, OSError):
        import resource

        used = resource.getrusage(resource.RUSAGE_SELF)
        soft = int(used.ru_utime + used.ru_stime + seconds) + 1
        resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def leave_network() -> None:
    """Go where there is no network, where the kernel lets a process do so; call it before `die_with_parent`."""
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None, use_errno=True).unshare(_CLONE_NEWUSER | _CLONE_NEWNET)
