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
