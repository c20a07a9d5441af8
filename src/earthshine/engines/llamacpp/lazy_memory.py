"""Give back memory that only holds zeros.

llama.cpp writes zeros over the attention cache of all slots when it starts, and so makes every page of it resident:
3 GB for 16 slots of 8192 tokens of a model whose weights take 100 MB. To a process, a page of zeros and a page that
was never touched look the same, so the zeros are handed back; the pages return one by one as tokens fill them.

Nothing may write to those pages meanwhile. The caller guarantees it: this runs before the first request.
"""

from __future__ import annotations

import ctypes
import sys
from pathlib import Path

SMALLEST = 64 * 2**20
"""Bytes of the smallest mapping worth looking at."""
CHUNK = 2**20

_MADV_DONTNEED = 4


def release_zeros() -> int:
    """Hand back all-zero chunks of this process's large private mappings; return how many bytes that were."""
    if sys.platform != "linux":
        return 0
    library = ctypes.CDLL(None, use_errno=True)
    library.memcmp.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t]
    library.madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    zeros = ctypes.create_string_buffer(CHUNK)
    released = 0
    for start, end in _large_mappings():
        for address in range(start, end - CHUNK + 1, CHUNK):
            if library.memcmp(address, zeros, CHUNK) == 0 and library.madvise(address, CHUNK, _MADV_DONTNEED) == 0:
                released += CHUNK
    return released


def _large_mappings() -> list[tuple[int, int]]:
    """Return the private, writable mappings that belong to no file."""
    found: list[tuple[int, int]] = []
    for line in Path("/proc/self/maps").read_text().splitlines():
        area, permissions, _, _, inode, *name = line.split()
        start, end = (int(number, 16) for number in area.split("-"))
        if permissions == "rw-p" and inode == "0" and not name and end - start >= SMALLEST:
            found.append((start, end))
    return found
