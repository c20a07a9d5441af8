"""Adds runs, which features above it register their kinds with."""

from __future__ import annotations

import logging

from earthshine.database import Database
from earthshine.instances import Instances
from earthshine.runs.runs import Runs
from earthshine.services import Feature, Services
from earthshine.settings import Settings
from earthshine.telemetry.telemetry import Telemetry

log = logging.getLogger(__name__)


async def _open(services: Services) -> None:
    runs = services.add(Runs(services.get(Database), services.get(Instances), services.get(Settings).commit_interval))
    runs.journal.on_commit = services.get(Telemetry).metrics.commit.observe
    services.on_close(runs.journal.close)
    runs.journal.start()
    services.on_close(runs.close)

    async def resume() -> None:
        if resumed := await runs.open():
            log.info("%d runs in the background go on from where they were cut", resumed)

    # All kinds are registered by then.
    services.on_start(resume)


FEATURE = Feature(open=_open)
