"""What a sandbox takes now, measured from outside: memory, processes, and bytes on the disk."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from earthshine.processes.child import resident

_DELETED = re.compile(
    r"^([0-9a-f]+)-([0-9a-f]+) \S+ \S+ ([0-9a-f]+:[0-9a-f]+) (\d+)\s+(/.*) \(deleted\)$", re.MULTILINE
)
_PSS = re.compile(rb"^Pss:\s+(\d+) kB", re.MULTILINE)
_MOST = 100_000
"""Files after which counting stops: it is too many already."""


@dataclass(frozen=True, slots=True)
class Use:
    """What one sandbox takes."""

    memory: int
    """Bytes of all processes, each shared page once, with shared memory that has no name."""
    processes: int
    """Threads count."""
    deleted: int
    """Bytes on the workspace's disk that no name leads to, because they were deleted while open."""


def family(pid: int, most: int) -> list[int]:
    """Return a process and its descendants; those that end meanwhile may be left out, and those beyond `most` are."""
    found = [pid]
    for each in found:
        if len(found) > most:
            break
        try:
            tasks = os.listdir(f"/proc/{each}/task")
        except OSError:
            continue
        for task in tasks:
            try:
                found += map(int, Path(f"/proc/{each}/task/{task}/children").read_text().split())
            except (OSError, ValueError):
                continue
    return found


def measure(pid: int, device: int, most: int) -> Use:
    """Measure a process and its descendants; `device`: the number of the workspace's disk, as `stat` has it.

    When there are more than `most`, only that is said, at once: more are made while one looks.
    """
    members = family(pid, most)
    if len(members) > most:
        return Use(0, len(members), 0)
    mapped: dict[tuple[str, int], int] = {}
    open_files: dict[int, int] = {}
    memory = threads = 0
    for each in members:
        memory += _proportional(each)
        threads += _threads(each)
        _add_mapped(each, mapped)
        _add_open(each, device, open_files)
    disk = f"{os.major(device):02x}:{os.minor(device):02x}"
    shared = sum(size for (where, _), size in mapped.items() if where == "shared")
    for (where, inode), size in mapped.items():
        if where == disk:
            open_files[inode] = max(size, open_files.get(inode, 0))
    return Use(memory + shared, threads, sum(open_files.values()))


def folder_use(folder: Path) -> tuple[int, int]:
    """Return the bytes on the disk below a folder, and how many files and folders there are; no link is followed."""
    size = count = 0
    waiting = [str(folder)]
    while waiting and count <= _MOST:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    try:
                        size += entry.stat(follow_symlinks=False).st_blocks * 512
                        deeper = entry.is_dir(follow_symlinks=False)
                    except OSError:
                        continue
                    count += 1
                    if deeper:
                        waiting.append(entry.path)
        except OSError:
            continue
    return size, count


def processes_of(user: int) -> int:
    """Return how many processes and threads a user has on this machine."""
    return sum(_threads(pid) for pid in _pids() if _owner(pid) == user)


def _pids() -> Iterable[int]:
    return (int(name) for name in os.listdir("/proc") if name.isdigit())


def _owner(pid: int) -> int:
    try:
        return os.stat(f"/proc/{pid}").st_uid
    except OSError:
        return -1


def _threads(pid: int) -> int:
    try:
        return len(os.listdir(f"/proc/{pid}/task"))
    except OSError:
        return 0


def _proportional(pid: int) -> int:
    """Return a process's memory with shared pages divided among those who share; all of it where nobody may look."""
    try:
        found = _PSS.search(Path(f"/proc/{pid}/smaps_rollup").read_bytes())
    except OSError:
        found = None
    return int(found[1]) * 1024 if found else resident(pid)


def _add_mapped(pid: int, mapped: dict[tuple[str, int], int]) -> None:
    """Add the sizes of what is mapped without a name; what is given back to the kernel stays, unseen otherwise."""
    try:
        text = Path(f"/proc/{pid}/maps").read_text(errors="replace")
    except OSError:
        return
    for start, end, disk, inode, path in _DELETED.findall(text):
        key = ("shared" if path == "/dev/zero" else disk, int(inode))
        mapped[key] = max(mapped.get(key, 0), int(end, 16) - int(start, 16))


def _add_open(pid: int, device: int, sizes: dict[int, int]) -> None:
    try:
        handles = os.listdir(f"/proc/{pid}/fd")
    except OSError:
        return
    for handle in handles:
        try:
            about = os.stat(f"/proc/{pid}/fd/{handle}")
        except OSError:
            continue
        if about.st_dev == device and about.st_nlink == 0:
            sizes[about.st_ino] = about.st_blocks * 512
