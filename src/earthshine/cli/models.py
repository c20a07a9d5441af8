"""`earthshine models`: what is installed, what would fit, and taking models away."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from earthshine.cli.console import Failure, read_settings, settings_options

if TYPE_CHECKING:
    from earthshine.catalog import Catalog
    from earthshine.catalog.curated import Entry
    from earthshine.catalog.machine import Machine


@click.group(invoke_without_command=True)
@click.option("--all", "show_all", is_flag=True, help="Also show models that do not fit this machine.")
@click.option("--json", "as_json", is_flag=True, help="Write JSON.")
@settings_options("data")
@click.pass_context
def models(context: click.Context, show_all: bool, as_json: bool, config: Path | None, **flags: Any) -> None:
    """Show installed models, and those that would fit this machine."""
    from earthshine.catalog import Catalog
    from earthshine.catalog.curated import entries, recommended
    from earthshine.catalog.machine import Machine, fits

    settings = read_settings(config=config, **flags)
    catalog = Catalog(settings)
    context.obj = catalog
    if context.invoked_subcommand is not None:
        return
    machine = Machine.here(settings.data)
    sources = {card.source for card in catalog.local()}
    offered = [entry for entry in entries() if entry.card.source not in sources or entry.server]
    shown = [entry for entry in offered if show_all or (not entry.server and fits(entry.card, machine).ok)]
    best = recommended(machine)
    if as_json:
        click.echo(json.dumps(_facts(catalog, machine, shown, best), indent=2))
    else:
        _print_tables(catalog, machine, shown, best)


@models.command()
@click.argument("name")
@click.pass_obj
def remove(catalog: Catalog, name: str) -> None:
    """Remove an installed model. Weights that came by `file:` stay where they are."""
    from earthshine.errors import EarthshineError

    try:
        card = catalog.remove(name)
    except EarthshineError as error:
        raise Failure(error.message) from error
    kept = " (its file stays)" if card.source.startswith("file:") else ""
    click.echo(f"{name} is removed{kept}.")


models.add_command(remove, "rm")


def _meanings(catalog: Catalog) -> dict[str, list[str]]:
    """Return the aliases of each model's name."""
    from earthshine.catalog import ALIASES
    from earthshine.errors import ModelBroken, ModelNotFound

    found: dict[str, list[str]] = {}
    for alias in ALIASES:
        try:
            found.setdefault(catalog.resolve(alias).name, []).append(alias)
        except (ModelNotFound, ModelBroken):
            continue
    return found


def _facts(catalog: Catalog, machine: Machine, shown: list[Entry], best: Entry | None) -> dict[str, Any]:
    from earthshine.catalog.offers import card_facts

    aliases = _meanings(catalog)
    return {
        "installed": [
            card_facts(card, machine) | {"aliases": aliases.get(card.name, [])} for card in catalog.installed()
        ],
        "available": [
            card_facts(entry.card, machine, entry) | {"recommended": entry == best, "checked": entry.checked}
            for entry in shown
        ],
        "broken": {str(path): reason for path, reason in catalog.broken().items()},
    }


def _print_tables(catalog: Catalog, machine: Machine, shown: list[Entry], best: Entry | None) -> None:
    from rich.console import Console

    from earthshine.catalog.offers import card_facts

    # A pipe gets whole lines, whatever the width of the terminal.
    console = Console(width=None if sys.stdout.isatty() else 200)
    aliases = _meanings(catalog)
    wide = console.width >= 120
    installed = _table("Installed", wide)
    for card in catalog.installed():
        installed.add_row(*_row(card_facts(card, machine), ", ".join(aliases.get(card.name, [])), wide))
    if installed.row_count:
        console.print(installed)
    else:
        console.print("No model is installed. `earthshine pull recommended` fetches the best that fits this machine.")
    offered = _table("To pull", wide)
    for entry in shown:
        note = "recommended" if entry == best else "needs a server" if entry.server else ""
        offered.add_row(*_row(card_facts(entry.card, machine, entry), note, wide))
    if offered.row_count:
        console.print(offered)
    for path, reason in catalog.broken().items():
        Console(stderr=True).print(f"The record {path} cannot be read ({reason}). Remove it and pull the model again.")


def _table(title: str, wide: bool) -> Any:
    from rich.table import Table

    table = Table(title=title, title_justify="left", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in ("name", "", "size", "context", "licence", "speed here"):
        table.add_column(heading, justify="right" if heading in ("size", "context") else "left", no_wrap=True)
    if wide:
        table.add_column("what it is")
    return table


def _row(facts: dict[str, Any], note: str, wide: bool) -> list[str]:
    from earthshine.catalog.machine import gib

    size = gib(facts["size"]) if facts["size"] else ""
    context = f"{facts['context_length'] // 1024}K" if facts["context_length"] else ""
    speed = facts["speed"] if facts["fits"] else facts["fit"]
    return [facts["name"], note, size, context, facts["licence"], speed, *([facts["description"]] if wide else [])]
