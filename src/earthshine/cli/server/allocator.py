"""How the C library gives memory back: what a large request took is free again when it has been served."""

from __future__ import annotations

import ctypes

_M_MMAP_THRESHOLD = -3
"""Of `mallopt`, in glibc's malloc.h."""
_LARGE = 2**20
"""Bytes of a block that is mapped by itself, and so given back when it is freed."""


def give_large_blocks_back() -> None:
    """Let large blocks be given back at once, where the C library is glibc.

    It lets the bound for that grow to 32 MiB by itself after the first large block; what is below stays in heaps, of
    which each thread has one, and most of it is never given back.
    """
    try:
        set_option = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):  # another C library
        return
    set_option(_M_MMAP_THRESHOLD, _LARGE)
