"""What a sandbox sees of the host: an allow-list, read only. Everything else is not there."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from earthshine.sandboxes.base import SandboxRefused
from earthshine.settings import Settings

_PROGRAMS = ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
"""Beside `/usr`; on most systems links into it."""
_ETC = (
    *("alternatives", "ca-certificates", "ca-certificates.conf", "crypto-policies", "fonts", "ld.so.cache"),
    *("ld.so.conf", "ld.so.conf.d", "localtime", "mime.types", "pki", "protocols", "services", "ssl/certs"),
    *("ssl/openssl.cnf", "terminfo"),
)
"""Of `/etc`, what programs look up and nobody keeps secrets in."""


@dataclass(frozen=True, slots=True)
class Layers:
    """Folders and files of the host."""

    trees: Sequence[Path]
    """Shown at the same place."""
    links: Sequence[tuple[str, str]]
    """Links of the root: where, and what they say."""
    python: Sequence[Path]
    """Environments whose programs come first in PATH."""


def host_layers(settings: Settings) -> Layers:
    """Return what sandboxes of this installation see.

    Raises `SandboxRefused` when the data directory, with everybody's files, would be among it.
    """
    links = [(each, str(Path(each).readlink())) for each in _PROGRAMS if Path(each).is_symlink()]
    trees = [Path("/usr"), *(Path(each) for each in _PROGRAMS if Path(each).is_dir() and not Path(each).is_symlink())]
    trees += [Path("/etc") / each for each in _ETC if (Path("/etc") / each).exists()]
    environment = Path(settings.sandbox_python) if settings.sandbox_python else Path(sys.prefix)
    if not (environment / "bin").is_dir():
        raise SandboxRefused(f"`sandbox_python` names no Python environment: {environment} has no folder `bin`.")
    pythons = [environment.absolute(), *_bases(environment), Path(sys.base_prefix)]
    trees += beyond(pythons, trees)
    keep_out(settings.data, trees)
    return Layers(trees, links, [environment.absolute()])


def keep_out(data: Path, trees: Iterable[Path]) -> None:
    """Raise `SandboxRefused` when the data directory would be seen in one of these trees."""
    data = data.absolute().resolve()
    for each in trees:
        if data.is_relative_to(each.resolve()):
            raise SandboxRefused(
                f"The data directory {data} is inside {each}, which code in sandboxes sees. Put it elsewhere (--data)."
            )


def beyond(paths: Iterable[Path], trees: Sequence[Path]) -> list[Path]:
    """Return those of some paths that are in no tree yet, nor in one another."""
    found: list[Path] = []
    for each in sorted(dict.fromkeys(paths), key=lambda path: len(path.parts)):
        if not _below(each, [*trees, *found]):
            found.append(each)
    return found


def _bases(environment: Path) -> Iterable[Path]:
    """Return where the interpreter of a virtual environment comes from."""
    try:
        lines = (environment / "pyvenv.cfg").read_text().splitlines()
    except OSError:
        return
    for line in lines:
        name, _, value = line.partition("=")
        if name.strip() == "home":
            # The folder of its programs may be a link itself.
            yield Path(os.path.realpath(Path(value.strip()) / "python3")).parent.parent


def _below(path: Path, trees: Sequence[Path]) -> bool:
    return any(path.resolve().is_relative_to(each.resolve()) for each in trees)
