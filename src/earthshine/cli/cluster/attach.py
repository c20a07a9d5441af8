"""`earthshine cluster attach`: keep a server's deployments in step with the replicas of a cluster."""

from __future__ import annotations

import asyncio
import signal
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from earthshine.cli.console import Failure, read_settings
from earthshine.cli.remote import quote, server_options

if TYPE_CHECKING:
    from earthshine.cli.api import Api
    from earthshine.cluster.coordinator import Report
    from earthshine.cluster.terms import Offer

INTERVAL = 1.0
"""Seconds between two looks at the cluster."""
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


async def _follow(ray: Any, api: Api, as_json: bool) -> None:
    """Look at the cluster again and again, and tell the server what changed; fails when it refuses, or Ray is gone."""
    from earthshine.cli.api import Refused

    told = ""
    while True:
        try:
            done = await asyncio.wait_for(_step(ray, api), 60)
        except Refused:
            raise  # a wrong key, or addresses that the server does not allow: its words say what to do
        except (Failure, TimeoutError) as error:
            # A server that is being started anew is found again.
            if str(error) != told:
                click.echo(f"earthshine: {error}", err=True)
            told = str(error)
        except ray.exceptions.RayError as error:
            raise Failure(f"The cluster does not answer any more ({type(error).__name__}): {error}") from None
        else:
            if not told and not as_json:
                click.echo("attached", err=True)
            told = "attached"
            for line in done:
                click.echo(line, err=True)
        await asyncio.sleep(INTERVAL)


async def _step(ray: Any, api: Api) -> list[str]:
    """Bring the server's deployments up to date; returns what was done, in words."""
    from earthshine.cluster.coordinator import deployed, find
    from earthshine.cluster.deployments import Changes, changes, leftovers

    shown: list[Any] = (await api.get(_PATH))["data"]
    models = deployed(ray)
    all_changes: list[Changes] = [Changes(remove=leftovers(models, shown))]
    for model in models:
        coordinator = find(ray, model)
        if coordinator is None:
            continue  # removed this very moment
        try:
            async with asyncio.timeout(10):
                offer: Offer = await coordinator.offer.remote()
                known: tuple[list[Report], bool] = await coordinator.replicas.remote()
        except (TimeoutError, ray.exceptions.RayActorError):
            continue  # being started anew; nothing is known, so nothing is changed
        all_changes.append(changes(offer, known[0], settled=known[1], shown=shown))
    done: list[str] = []
    for each in all_changes:
        for body in each.add:
            await api.post(_PATH, body)
            done.append(f"{body['model']}: asked at {body.get('base_url', 'this machine, last')}")
        for deployment in each.remove:
            await api.delete(f"{_PATH}/{quote(deployment)}")
            done.append(f"{deployment} is asked no more")
    return done
