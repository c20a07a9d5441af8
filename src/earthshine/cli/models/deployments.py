"""`earthshine deployments`: where models are served. Works on the data directory, whether the server runs or not.

A running server takes a change over within a few seconds.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncGenerator, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from earthshine.cli.console import Failure, read_settings, settings_options

if TYPE_CHECKING:
    from earthshine.accounts.authorization.caller import Caller
    from earthshine.routing.deployment import Deployment
    from earthshine.routing.deployments.objects import DeploymentCheck
    from earthshine.routing.deployments.store import Deployments
    from earthshine.sealing import Rekeyed
    from earthshine.settings import Settings

Result = TypeVar("Result")


@click.group()
@settings_options("data", "database_url")
@click.pass_context
def deployments(context: click.Context, config: Path | None, **flags: Any) -> None:
    """List, add, remove and check the places where models are served."""
    context.obj = read_settings(config=config, **flags)


@deployments.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="Write JSON.")
@click.pass_obj
def list_(settings: Settings, as_json: bool) -> None:
    """Show the deployments of the settings file and those that are stored."""
    from earthshine.routing.deployments.routes import show

    found = _run(_all(settings))
    if as_json:
        click.echo(json.dumps([show(each, None) for each in found], indent=2))
    elif not found:
        click.echo("There are no deployments: each model on this machine serves itself.", err=True)
    else:
        _print_table(found)


@deployments.command()
@click.argument("model", required=False)
@click.option(
    "--base-url", help="An upstream's address, up to and including `/v1`; without MODEL also as people type it."
)
@click.option(
    "--model", "chosen", multiple=True, help="A model of the server's list, by its name there.", metavar="NAME"
)
@click.option("--all", "everything", is_flag=True, help="All models of the server's list.")
@click.option("--local", help="A model on this machine, instead of an upstream.", metavar="NAME")
@click.option("--target", help="The upstream's name for the model; MODEL when left out.", metavar="NAME")
@click.option(
    "--api-key-file",
    type=click.File("r"),
    help="A file that holds the upstream's key; `-` for standard input. Not an argument: everybody can read those.",
)
@click.option("--priority", type=int, help="The lowest number serves first. [0]")
@click.option("--weight", type=float, help="Its share among those of one priority. [1]")
@click.option("--max-parallel", type=int, help="Calls that it takes at the same time.")
@click.option("--requests-per-minute", type=int, help="Calls that it takes in a minute.")
@click.option("--tokens-per-minute", type=int, help="Tokens that it takes in a minute.")
@click.option("--timeout", type=float, help="Seconds between two pieces of a reply. [600]")
@click.option("--context-length", type=int, help="Tokens of prompt plus reply.")
@click.option("--continues", type=click.Choice(["none", "prefill", "vllm", "prefix", "partial"]))
@click.option("--ability", "abilities", multiple=True, help="What it can do; may be given several times.")
@click.option("--price-input", help="Dollars per million input tokens.")
@click.option("--price-cached-input", help="Dollars per million cached input tokens.")
@click.option("--price-output", help="Dollars per million output tokens.")
@click.option("--price-per-hour", help="Dollars per hour of work.")
@click.pass_obj
def add(
    settings: Settings, model: str | None, base_url: str | None, local: str | None, chosen: tuple[str, ...],
    everything: bool, **given: Any,
) -> None:  # fmt: skip
    """Serve MODEL at an upstream, or by a model on this machine.

    Without MODEL, list what the server at --base-url has; with --model or --all, add models of that list under the
    names shown, with what is known of each.
    """
    if (base_url is None) == (local is None):
        raise Failure("Name either an upstream with --base-url or a model on this machine with --local.")
    key_file = given.pop("api_key_file")
    key = key_file.read().strip() if key_file else ""
    price = {name: given.pop(f"price_{name}") for name in ("input", "cached_input", "output", "per_hour")}
    body = {name: value for name, value in given.items() if value not in (None, ())} | {"price": price}
    if "abilities" in body:
        body["abilities"] = list(body["abilities"])
    operator = _as_operator(settings)
    if model is not None:
        if chosen or everything:
            raise Failure("Give either MODEL, or --model or --all for models of the server's list.")
        place = (
            {"kind": "local", "target": local} if local is not None else {"base_url": base_url, "api_key": key or None}
        )
        made = [_run(_add_one(operator, body | place | {"model": model}))]
    else:
        if base_url is None or given.get("target"):
            raise Failure("Name the MODEL: what clients shall ask for.")
        if chosen and everything:
            raise Failure("Give either --model or --all.")
        made = _run(_add_listed(operator, base_url, key, chosen, everything, body))
    if made:
        _warn_if_private(settings, made[0])
    for each in made:
        click.echo(each.id if model is not None else f"{each.id}  {each.model}")


async def _add_one(settings: Settings, body: dict[str, Any]) -> Deployment:
    from earthshine.catalog import Catalog
    from earthshine.routing.deployments.schemas import CreateDeployment
    from earthshine.wire import check

    wanted = check(CreateDeployment, body)
    if wanted.kind == "local" and wanted.target is not None:
        Catalog(settings).card(wanted.target)
    async with _stored(settings) as store:
        return await store.add(_operator(), wanted)


async def _add_listed(
    settings: Settings, base_url: str, key: str, chosen: tuple[str, ...], everything: bool, body: dict[str, Any]
) -> list[Deployment]:
    """Add models of a server's list; with none chosen, show it."""
    from earthshine.catalog import Catalog
    from earthshine.cli.models.server_models import look_at

    installed = {card.name for card in Catalog(settings).installed()}
    offers = await look_at(base_url, key, await _all(settings), installed)
    if not chosen and not everything:
        offers.show()
        return []
    wanted = [offers.deployment(each, body) for each in offers.chosen(chosen, everything)]
    async with _stored(settings) as store:
        return await store.add_all(_operator(), wanted, key)


@deployments.command()
@click.argument("deployment_id")
@click.pass_obj
def remove(settings: Settings, deployment_id: str) -> None:
    """Remove a stored deployment and its key."""

    async def work() -> None:
        async with _stored(settings) as store:
            await store.remove(_operator(), deployment_id)

    _run(work())
    click.echo(f"{deployment_id} is removed.", err=True)


@deployments.command(name="check")
@click.argument("deployment_id", required=False)
@click.pass_obj
def check_(settings: Settings, deployment_id: str | None) -> None:
    """Ask one deployment, or all, whether it answers. Exit code 1 when one does not. Costs nothing."""
    from earthshine.routing.deployments.routes import check

    async def work() -> list[tuple[Deployment, DeploymentCheck]]:
        found = [each for each in await _all(settings) if deployment_id in (None, each.id)]
        results = await asyncio.gather(*(check(each) for each in found))
        return list(zip(found, results, strict=True))

    checked = _run(work())
    if deployment_id is not None and not checked:
        raise Failure(f"There is no deployment {deployment_id!r}; `earthshine deployments list` shows all.")
    for deployment, result in checked:
        told = f"answers after {result['seconds'] * 1000:.0f} ms" if result["ok"] else result["error"]
        click.echo(f"{deployment.id}: {told}")
    if not all(result["ok"] for _, result in checked):
        sys.exit(1)


@deployments.command()
@click.pass_obj
def rekey(settings: Settings) -> None:
    """Encrypt all stored secrets with a new secret key, or with the first one of the setting `secret_key`."""

    from earthshine.server import load_features

    load_features()  # all tables that have secrets are known then

    async def work() -> Rekeyed:
        async with _stored(settings) as store:
            return await store.rekey(_operator())

    told = _run(work())
    click.echo(f"{told.renewed} secrets are encrypted with the new secret key.", err=True)
    if told.lost:
        click.echo(f"{told.lost} were encrypted with another key than those here, and are left as they were.", err=True)


async def _all(settings: Settings) -> list[Deployment]:
    from earthshine.routing.deployment import configured

    async with _stored(settings) as store:
        return [*configured(settings), *await store.load()]


@asynccontextmanager
async def _stored(settings: Settings) -> AsyncGenerator[Deployments]:
    from earthshine.database import Database
    from earthshine.routing.deployments.store import Deployments

    settings.data.mkdir(parents=True, exist_ok=True)
    database = await Database.open(settings.database)
    try:
        yield Deployments(database, settings)
    finally:
        await database.close()


def _operator() -> Caller:
    from earthshine.accounts.authorization.caller import Caller

    return Caller("command_line", "default")


def _run(work: Coroutine[Any, Any, Result]) -> Result:
    from earthshine.errors import EarthshineError

    try:
        return asyncio.run(work)
    except EarthshineError as error:
        raise Failure(error.message) from error


def _as_operator(settings: Settings) -> Settings:
    """Whoever can write to the database may name any address; that is what the setting is about for others."""
    return settings.model_copy(update={"allow_private_upstreams": True})


def _warn_if_private(settings: Settings, made: Deployment) -> None:
    from earthshine.errors import InvalidRequest
    from earthshine.outbound import check_url

    async def allowed() -> bool:
        async with _stored(settings) as store:
            return (await store.private()).allowed

    if not made.base_url or _run(allowed()):
        return
    try:
        check_url(made.base_url, private=False, param="base_url")
    except InvalidRequest:
        told = "The server will not use this address unless the console's switch under Deployments or the setting "
        click.echo(f"{told}`allow_private_upstreams` allows it.", err=True)


def _print_table(found: list[Deployment]) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console(width=None if sys.stdout.isatty() else 200)
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in ("id", "model", "served by", "key", "priority", "weight", "from"):
        table.add_column(heading, no_wrap=True, justify="right" if heading in ("priority", "weight") else "left")
    for each in found:
        where = f"{each.target} at {each.base_url}" if each.base_url else f"{each.target} on this machine"
        key = f"{each.key_prefix}..." if each.key_prefix else ""
        state = each.source if each.enabled else f"{each.source}, off"
        row = (each.id, each.model, where, key, str(each.priority), f"{each.weight:g}", state)
        table.add_row(*row)
    console.print(table)
