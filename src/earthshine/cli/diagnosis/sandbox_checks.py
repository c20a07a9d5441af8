"""Whether code can be run safely on this machine: the check of `earthshine doctor`."""

from __future__ import annotations

from earthshine.cli.diagnosis.findings import Finding
from earthshine.errors import EarthshineError
from earthshine.sandboxes.registry import OFF, Sandboxes
from earthshine.settings import Settings


async def check_sandbox(settings: Settings) -> Finding:
    """A sandbox that was really started, and held; without one no code is run, and all else works."""
    if settings.sandbox == OFF:
        return Finding("sandbox", "ok", "switched off; no code is run")
    try:
        backend = await Sandboxes(settings).backend()
        detail = await backend.check()
    except EarthshineError as error:
        return Finding("sandbox", "warning", "no code is run here", error.message)
    if not backend.network:
        mend = "Install `bubblewrap`, or `pip install earthshine[sandbox]`, for sandboxes that can have a network."
        return Finding("sandbox", "warning", detail, mend)
    return Finding("sandbox", "ok", detail)
