"""`earthshine cluster attach`: keep a server's deployments in step with the replicas of a cluster."""

from __future__ import annotations

import asyncio
import signal
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from earthshine.cli.console import Failure, read_settings
from earthshine.cli.remote import quote, server_options

if TYPE_CHECKING:
    from earthshine.cli.api import Api
    from earthshine.cluster.coordinator import Report
    from earthshine.cluster.terms import Offer

INTERVAL = 0.5
"""Seconds between two looks at the cluster."""
LOOK_AGAIN = 15.0
"""Seconds after which the server is asked what it has though nothing changed: somebody else may have changed it."""
_PASSING = (404, 429)
"""Refusals that need nobody: somebody else removed it, or the server is busy."""
_PATH = "/earthshine/v1/deployments"


@click.command()
@click.option("--address", default="auto", help="The cluster, as HOST:PORT. [the one whose node runs here]")
@server_options
def attach(address: str, url: str | None, key: str | None, data: Path | None, as_json: bool) -> None:
    """Let a running server use the cluster: it gets a deployment for each replica, for as long as this runs.

    Needs an administrator's key. What it made stays when it ends, so that the server goes on using the replicas there
    are; started again, it takes up from there. One server, or several on one database, belongs to one cluster.
    """
    from earthshine.cli.api import find_server, open_api
    from earthshine.cluster.ray_package import connect
    from earthshine.errors import EarthshineError

    where, secret = find_server(url, key, data)
    try:
        ray = connect(address, read_settings(data=data).data)
    except EarthshineError as error:
        raise Failure(error.message) from error

    async def run() -> None:
        task = asyncio.current_task()
        assert task is not None
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, task.cancel)
        async with open_api(where, secret) as api:
            with suppress(asyncio.CancelledError):
                await _follow(ray, api, as_json)

    try:
        asyncio.run(run())
    finally:
        ray.shutdown()


@dataclass(frozen=True, slots=True)
class Seen:
    """What a look at the cluster found."""

    models: list[str]
    """All names, also of those of which nothing else is known at the moment."""
    known: list[tuple[Offer, list[Report], bool]]
    """What is offered, its replicas, and whether a missing one is gone."""

    def marks(self) -> object:
        """Return what a server must hear of when it changes."""
        return self.models, [
            (offer.key, offer.terms, sorted((each.url, each.context_length) for each in replicas), settled)
            for offer, replicas, settled in self.known
        ]


async def _follow(ray: Any, api: Api, as_json: bool) -> None:
    """Look at the cluster again and again, and tell the server what changed; fails when it refuses, or Ray is gone."""
    from earthshine.cli.api import Refused

    told, marks, due = "", None, 0.0
    while True:
        try:
            seen = await _look(ray)
            if marks != seen.marks() or time.monotonic() > due:
                async with asyncio.timeout(60):
                    done = await _tell(api, seen)
                if not told and not as_json:
                    click.echo("attached", err=True)
                for line in done:
                    click.echo(line, err=True)
                told, marks, due = "attached", seen.marks(), time.monotonic() + LOOK_AGAIN
        except (Failure, TimeoutError) as error:
            if isinstance(error, Refused) and error.status < 500 and error.status not in _PASSING:
                raise  # a wrong key, or addresses that the server does not allow: its words say what to do
            # A server that is being started anew is found again.
            if str(error) != told:
                click.echo(f"earthshine: {error}", err=True)
            told, marks = str(error), None
        except ray.exceptions.RayError as error:
            raise Failure(f"The cluster does not answer any more ({type(error).__name__}): {error}") from None
        await asyncio.sleep(INTERVAL)


async def _look(ray: Any) -> Seen:
    """Ask the cluster's coordinators."""
    from earthshine.cluster.coordinator import deployed, find

    seen = Seen(deployed(ray), [])
    for model in seen.models:
        coordinator = find(ray, model)
        if coordinator is None:
            continue  # removed this very moment
        # One that is being started anew tells nothing, so nothing is changed.
        with suppress(TimeoutError, ray.exceptions.RayActorError):
            async with asyncio.timeout(10):
                offer: Offer = await coordinator.offer.remote()
                known: tuple[list[Report], bool] = await coordinator.replicas.remote()
            seen.known.append((offer, *known))
    return seen


async def _tell(api: Api, seen: Seen) -> list[str]:
    """Bring the server's deployments up to date; returns what was done, in words."""
    from earthshine.cluster.deployments import Changes, changes, leftovers

    shown: list[Any] = (await api.get(_PATH))["data"]
    all_changes = [Changes(remove=leftovers(seen.models, shown))]
    for offer, replicas, settled in seen.known:
        all_changes.append(changes(offer, replicas, settled=settled, shown=shown))
    done: list[str] = []
    for each in all_changes:
        for body in each.add:
            await api.post(_PATH, body)
            done.append(f"{body['model']}: asked at {body.get('base_url', 'this machine, last')}")
        for deployment in each.remove:
            await api.delete(f"{_PATH}/{quote(deployment)}")
            done.append(f"{deployment} is asked no more")
    return done
