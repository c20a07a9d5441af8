"""Health checks of deployments whose circuit is open, so that no user's request has to find out whether they answer."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from earthshine.engines.base import Engine
from earthshine.errors import EarthshineError
from earthshine.routing.deployment_state import DeploymentState
from earthshine.tasks import end_tasks

log = logging.getLogger(__name__)


class HealthChecker:
    """Asks each upstream with an open circuit for its list of models, until it answers."""

    def __init__(self, sleep: Callable[[float], Awaitable[object]] = asyncio.sleep) -> None:
        self._sleep = sleep
        self._watches: dict[DeploymentState, asyncio.Task[None]] = {}

    def watch(self, member: DeploymentState) -> None:
        """Check a deployment from now on, until its circuit is not open any more."""
        log.warning("the deployment %s is not asked for now: %s", member.deployment.id, member.last_error)
        if member.engine is not None and member not in self._watches:
            task = asyncio.create_task(self._until_healthy(member, member.engine), name=f"watch {member.deployment.id}")
            self._watches[member] = task
            task.add_done_callback(lambda _: self._watches.pop(member, None))

    def forget(self, member: DeploymentState) -> None:
        """Check a deployment no more: it is being removed."""
        if (task := self._watches.pop(member, None)) is not None:
            task.cancel()

    async def close(self) -> None:
        """End all watches."""
        await end_tasks(*self._watches.values())

    async def _until_healthy(self, member: DeploymentState, engine: Engine) -> None:
        while member.breaker.circuit == "open":
            await self._sleep(max(0.01, member.breaker.seconds()))
            try:
                await engine.probe()
            except EarthshineError as error:
                member.last_error = error.message
                member.breaker.extend()
            else:
                member.breaker.recover()
                log.info("the deployment %s answers again; the next request tries it", member.deployment.id)
