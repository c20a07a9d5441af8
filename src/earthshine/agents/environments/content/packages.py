"""Python packages of an environment: those that sandboxes have already, else from the operator's wheels or index.

They are installed by pip in a sandbox of their own, on the environment's files, before anything else runs there. Its
only way out leads to the index that the operator named; nothing that the server's own pip was told is seen inside.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from earthshine.containers.containers import Containers
from earthshine.egress import EgressProxy, Policy, Record
from earthshine.egress.addresses import Resolver, system_resolver
from earthshine.processes.runtime_folder import RuntimeFolder
from earthshine.sandboxes.base import Command, Sandbox, Spec
from earthshine.sandboxes.registry import Sandboxes
from earthshine.settings import Settings

log = logging.getLogger(__name__)

FOLDER = ".packages"
"""Below the workspace; Python there finds it by its path."""
_SECONDS = 900.0
_ADDRESS = re.compile(r"\w+://\S+")
_QUIET = ("--quiet", "--no-input", "--disable-pip-version-check", "--no-cache-dir", "--only-binary", ":all:")
_MISSING = """
import sys
from importlib.metadata import PackageNotFoundError, version
from pip._vendor.packaging.requirements import Requirement
for text in sys.argv[1:]:
    wanted = Requirement(text)
    try:
        there = wanted.specifier.contains(version(wanted.name), prereleases=True) and not wanted.extras
    except PackageNotFoundError:
        there = False
    if not there:
        print(text)
"""


class Installer:
    """Installs packages for environments of one server."""

    def __init__(self, settings: Settings, sandboxes: Sandboxes, containers: Containers) -> None:
        self._settings, self._sandboxes, self._containers = settings, sandboxes, containers
        self.resolver: Resolver = system_resolver

    async def install(self, environment_id: str, packages: Sequence[str]) -> str:
        """Install what is not there; return what is wrong, in words, or nothing. Raises `SandboxRefused`."""
        if not (await self._sandboxes.backend()).network:
            return "Packages are installed where bubblewrap makes the sandboxes; see `earthshine doctor`."
        async with AsyncExitStack() as closing:
            sandbox = await self._start(environment_id, closing)
            looked = await sandbox.run(Command(["python3", "-c", _MISSING, *packages], timeout=60))
            if looked.code != 0:
                return "Packages cannot be installed: the sandboxes' Python has no pip. See the setting sandbox_python."
            missing = looked.stdout.decode(errors="replace").split()
            if not missing:
                return ""
            sources = self._sources()
            if not sources:
                return (
                    f"These packages are not in the sandboxes' Python: {', '.join(missing)}. No others can be "
                    "installed here: the operator has set neither environment_wheels nor environment_index."
                )
            said = ""
            for source in sources:
                # One that was not finished is begun anew: it is the same work again.
                into = f"{sandbox.inside}/{FOLDER}"
                argv = ["python3", "-m", "pip", "install", *_QUIET, *source, "--upgrade", "--target", into, *missing]
                env = {"PIP_CONFIG_FILE": "/dev/null"}
                done = await sandbox.run(Command(argv, env=env, timeout=_SECONDS))
                if done.code == 0:
                    return ""
                said = _last_error(done.stderr.decode(errors="replace"))
            return f"The packages could not be installed ({', '.join(missing)}): {said or 'pip did not say why'}"

    def _sources(self) -> list[list[str]]:
        """Return what pip is told, in the order in which it is tried."""
        wheels, index = self._settings.environment_wheels, self._settings.environment_index
        found = [["--no-index", "--find-links", wheels]] if wheels else []
        if not index:
            return found
        plain = ["--trusted-host", urlsplit(index).netloc] if index.startswith("http:") else []
        return [*found, ["--index-url", index, *plain]]

    def _hosts(self) -> list[str]:
        index = urlsplit(self._settings.environment_index)
        more = self._settings.environment_index_hosts.split(",")
        host = f"{index.hostname}:{index.port}" if index.port else str(index.hostname)
        return [host, *(each.strip() for each in more if each.strip())]

    async def _start(self, environment_id: str, closing: AsyncExitStack) -> Sandbox:
        egress = None
        if self._settings.environment_index:
            # A socket's path may have a hundred bytes.
            place = await asyncio.to_thread(RuntimeFolder, "egress")
            closing.callback(place.remove)
            egress = place.path / "proxy"
            # Where the operator's index is, is the operator's word.
            policy = Policy.allow(self._hosts(), private=True)
            proxy = EgressProxy(policy, lambda record: _tell(environment_id, record), resolver=self.resolver)
            await closing.enter_async_context(proxy.serve(egress))
        living = self._containers.living
        show = [Path(self._settings.environment_wheels)] if self._settings.environment_wheels else []
        spec = Spec(living.workspace(environment_id).root, living.limits("4g"), egress, show=show)
        sandbox = await self._sandboxes.start(spec)
        closing.push_async_callback(sandbox.stop)
        return sandbox


def _last_error(said: str) -> str:
    lines = [line for line in said.splitlines() if line.startswith("ERROR:")] or said.splitlines()
    return _ADDRESS.sub("[...]", lines[-1].removeprefix("ERROR:").strip())[:500] if lines else ""


def _tell(environment_id: str, record: Record) -> Any:
    log.info("packages of %s: %s %s:%s %s", environment_id, record.method, record.host, record.port, record.verdict)
