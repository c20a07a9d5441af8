"""`earthshine cluster`: models on several machines."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from earthshine.cli.cluster.attach import attach
from earthshine.cli.cluster.start import start
from earthshine.cli.console import Failure, read_settings, settings_options
from earthshine.cli.remote import show_json, show_table

if TYPE_CHECKING:
    from earthshine.cluster.applications import Status
    from earthshine.settings import Settings

_COUNT = click.FloatRange(0)
_address = click.option("--address", default="auto", help="The cluster, as HOST:PORT. [the one whose node runs here]")


def _read_replicas(_context: click.Context, _parameter: click.Parameter, text: str) -> tuple[int, int]:
    from earthshine.cluster.terms import parse_replicas
    from earthshine.errors import InvalidRequest

    try:
        return parse_replicas(text)
    except InvalidRequest as error:
        raise Failure(error.message) from error


@click.group()
def cluster() -> None:
    """Serve models on several machines, by Ray Serve."""


cluster.add_command(start)
cluster.add_command(attach)


@cluster.command()
@click.argument("model")
@click.option("--replicas", default="1", callback=_read_replicas, help="How many: 2, or 0..4 to follow the load. [1]")
@click.option("--cpus", type=_COUNT, default=1, show_default=True, help="Cores that each replica takes.")
@click.option("--gpus", type=_COUNT, default=0, show_default=True, help="Graphics cards that each takes, or a part.")
@click.option(
    "--memory", type=click.IntRange(0), default=0, help="MiB that each takes. [its share of the node by cores]"
)
@click.option(
    "--slots",
    type=click.IntRange(1, 256),
    default=4,
    show_default=True,
    help="Replies that each writes at the same time.",
)
@click.option("--load", type=_COUNT, help="Requests for each that call for another one. [half the slots]")
@click.option("--idle", type=_COUNT, default=300, show_default=True, help="Seconds of less load before one is ended.")
@click.option("--context", type=click.IntRange(0), default=0, help="Tokens of context per reply. [what memory allows]")
@click.option("--folder", type=click.Path(path_type=Path), help="Where nodes keep weights. [/var/tmp/...]")
@click.option("--shared", is_flag=True, help="The weights are at the same path on every node: fetch nothing.")
@click.option("--entry-port", type=int, default=8001, show_default=True, help="Port of Ray Serve on the first node.")
@_address
@settings_options("data")
def deploy(
    model: str,
    replicas: tuple[int, int],
    address: str,
    entry_port: int,
    folder: Path | None,
    load: float | None,
    slots: int,
    config: Path | None,
    data: Path | None,
    **given: Any,
) -> None:
    """Serve MODEL, which is installed on this machine, by replicas on the nodes of the cluster.

    Returns when the first replica answers. Given again, it changes the terms. Nodes fetch the weights from this
    machine, check them and keep them.
    """
    settings = read_settings(config=config, data=data)

    def work() -> list[Status]:
        from earthshine.catalog import Catalog
        from earthshine.cluster import applications, terms

        where = {"folder": folder.absolute()} if folder is not None else {}
        wanted = terms.Terms(*replicas, slots=slots, load=load or slots / 2, **where, **given)
        return [applications.deploy(Catalog(settings).card(model), wanted, entry_port)]

    _show(_connected(address, settings, work))


@cluster.command()
@click.option("--json", "as_json", is_flag=True, help="Write JSON.")
@_address
@settings_options("data")
def status(address: str, as_json: bool, config: Path | None, **flags: Any) -> None:
    """Show the models on the cluster and where their replicas are."""
    from earthshine.cluster import applications

    found = _connected(address, read_settings(config=config, **flags), applications.statuses)
    if as_json:
        show_json([_facts(each) for each in found])
    elif found:
        _show(found)
    else:
        click.echo("No model is deployed; `earthshine cluster deploy MODEL` does that.", err=True)


@cluster.command()
@click.argument("model")
@_address
@settings_options("data")
def remove(model: str, address: str, config: Path | None, **flags: Any) -> None:
    """End the replicas of MODEL when their replies have ended. Weights that nodes keep stay there."""
    from earthshine.cluster import applications

    _connected(address, read_settings(config=config, **flags), lambda: applications.remove(model))
    click.echo(f"{model} is removed from the cluster.", err=True)


def _connected(address: str, settings: Settings, work: Any) -> Any:
    """Do `work` while this process is connected to the cluster; what it raises becomes one line."""
    from earthshine.cluster.ray_package import connect
    from earthshine.errors import EarthshineError

    try:
        ray = connect(address, settings.data)
        try:
            return work()
        finally:
            ray.shutdown()
    except EarthshineError as error:
        raise Failure(error.message) from error


def _facts(status: Status) -> dict[str, Any]:
    terms = status.offer.terms
    return {
        "model": status.offer.name,
        "state": status.state,
        "message": status.message,
        "replicas": {"least": terms.least, "most": terms.most, "wanted": status.wanted, "ready": len(status.replicas)},
        "entry": status.offer.entry,
        "places": [{"node": each.node, "url": each.url, "running": each.running} for each in status.replicas],
    }


def _show(found: list[Status]) -> None:
    rows = [
        (
            each.offer.name,
            each.state.lower(),
            f"{len(each.replicas)} of {each.wanted} ({each.offer.terms.least}..{each.offer.terms.most})",
            ", ".join(f"{place.node} ({place.running})" for place in each.replicas),
        )
        for each in found
    ]
    show_table(("MODEL", "STATE", "REPLICAS", "ON (REQUESTS)"), rows)
    for each in found:
        if each.message:
            click.echo(f"{each.offer.name}: {each.message.strip()}", err=True)
