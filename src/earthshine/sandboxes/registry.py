"""Which backends there are, and which one an installation uses.

The name of an entry point of the group `earthshine.sandboxes` is the backend's; it names a function
`provide(settings)` that returns the `Backend`, or raises `SandboxRefused`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from importlib.metadata import entry_points

from earthshine.sandboxes.base import Backend, Sandbox, SandboxRefused, Spec
from earthshine.services import Services
from earthshine.settings import Settings

GROUP = "earthshine.sandboxes"
OFF = "off"
_BY_ITSELF = ("bubblewrap", "landlock")
"""What is tried, in this order, when the settings name none."""


class Sandboxes:
    """The backend of one installation, found when it is first needed; there is never a fallback to no sandbox."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._chosen: Backend | None = None
        self.refused = ""
        """Why no code can be run, where somebody looked and it is so."""
        self._choosing = asyncio.Lock()

    @property
    def no_network(self) -> str:
        """Why nothing with a network can be run, where somebody looked and it is so; empty otherwise."""
        if self._chosen is not None and not self._chosen.network:
            return "sandboxes of this server have no network: bubblewrap is missing. See `earthshine doctor`."
        return self.refused

    async def backend(self) -> Backend:
        """Return the backend in use. Raises `SandboxRefused`, which says what is missing and how to mend it."""
        async with self._choosing:
            if self._chosen is None:
                try:
                    self._chosen = await self._choose()
                except SandboxRefused as error:
                    self.refused = error.message
                    raise
                self.refused = ""
            return self._chosen

    async def look(self) -> None:
        """Find out, once, whether code can be run, so that `refused` is true."""
        if self._chosen is None and not self.refused:
            with suppress(SandboxRefused):
                await self.backend()

    async def start(self, spec: Spec) -> Sandbox:
        """Start a sandbox. Raises `SandboxRefused`."""
        return await (await self.backend()).start(spec)

    async def _choose(self) -> Backend:
        wanted = self._settings.sandbox
        if wanted == OFF:
            raise SandboxRefused("Sandboxes are switched off here: the setting `sandbox` says so.")
        faults: list[str] = []
        for name in _BY_ITSELF if wanted == "auto" else (wanted,):
            try:
                backend = _provide(name, self._settings)
                await backend.check()
            except SandboxRefused as error:
                faults.append(error.message)
            else:
                return backend
        raise SandboxRefused("No code can be run safely on this machine. " + " ".join(faults))


def lacking(services: Services) -> str:
    """Say why an installation runs no code, where that is known; empty where nothing is in the way."""
    sandboxes = services.find(Sandboxes)
    if services.get(Settings).sandbox == OFF or sandboxes is None:
        return "no code is run on this server. Its operator can change the setting `sandbox`."
    return sandboxes.refused


def _provide(name: str, settings: Settings) -> Backend:
    known = {each.name: each for each in entry_points(group=GROUP)}
    if name not in known:
        raise SandboxRefused(f"There is no sandbox {name!r}; there are {', '.join(sorted(known)) or 'none'}.")
    provide: Callable[[Settings], Backend] = known[name].load()
    return provide(settings)
