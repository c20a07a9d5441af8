"""`earthshine models`: what is installed, what would fit, and taking models away."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from earthshine.cli.console import Failure, read_settings, settings_options

if TYPE_CHECKING:
    from earthshine.catalog import Card, Catalog
    from earthshine.catalog.curated import Entry
    from earthshine.catalog.machine import Machine
    from earthshine.catalog.reachability import Reachability
    from earthshine.engines.llamacpp.devices.inventory import Inventory
    from earthshine.settings import Settings


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
    from earthshine.engines.llamacpp.devices.inventory import inventory

    settings = read_settings(config=config, **flags)
    catalog = Catalog(settings)
    context.obj = catalog
    if context.invoked_subcommand is not None:
        return
    here = inventory(settings)
    machine = replace(Machine.here(settings.data), devices=here.rooms(settings))
    sources = {card.source for card in catalog.local()}
    offered = [entry for entry in entries() if sources.isdisjoint(entry.sources) or entry.server]
    shown = [entry for entry in offered if show_all or (not entry.server and fits(entry.card, machine).ok)]
    reachable = asyncio.run(_asked(settings))
    best = recommended(machine, lambda entry: reachable.of(entry) != "no")
    seen = _Seen(settings, catalog, machine, here, reachable, best)
    if as_json:
        click.echo(json.dumps(_facts(seen, shown), indent=2))
    else:
        _print_tables(seen, shown)


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


@dataclass(frozen=True)
class _Seen:
    """What the tables are made of."""

    settings: Settings
    catalog: Catalog
    machine: Machine
    here: Inventory
    reachable: Reachability
    best: Entry | None


async def _asked(settings: Settings) -> Reachability:
    from earthshine.catalog.reachability import Reachability

    reachable = Reachability(settings)
    await reachable.ask()
    return reachable


def _context(card: Card, settings: Settings) -> int:
    """Return the tokens of context that a reply gets here; what the model has, where that is not ours to say."""
    from earthshine.engines.llamacpp.plan import served_context

    if card.kind != "weights":
        return card.context_length
    return served_context(card.context_length, card.size, card.kv_bytes, settings)


def _facts(seen: _Seen, shown: list[Entry]) -> dict[str, Any]:
    from earthshine.catalog.offers import card_facts

    aliases = _meanings(seen.catalog)
    return {
        "installed": [
            card_facts(card, seen.machine)
            | {"aliases": aliases.get(card.name, []), "context_in_force": _context(card, seen.settings)}
            | _outlook(card, seen)
            for card in seen.catalog.installed()
        ],
        "available": [
            card_facts(entry.card, seen.machine, entry)
            | {
                "recommended": entry == seen.best,
                "reachable": seen.reachable.of(entry),
                "checked": entry.checked,
            }
            for entry in shown
        ],
        "broken": {str(path): reason for path, reason in seen.catalog.broken().items()},
    }


def _outlook(card: Card, seen: _Seen) -> dict[str, str]:
    """Return where an installed model goes, and how fast it was measured there."""
    from earthshine.engines.llamacpp.outlook import outlook

    if card.kind != "weights" or (found := outlook(card, seen.settings, seen.here)) is None:
        return {}
    return {"build": found.build, "place": found.place, "pace": found.pace}


def _print_tables(seen: _Seen, shown: list[Entry]) -> None:
    from rich.console import Console

    from earthshine.catalog.offers import card_facts

    # A pipe gets whole lines, whatever the width of the terminal.
    console = Console(width=None if sys.stdout.isatty() else 200)
    catalog, machine = seen.catalog, seen.machine
    aliases = _meanings(catalog)
    wide = console.width >= 120
    installed = _table("Installed", wide)
    for card in catalog.installed():
        facts = card_facts(card, machine) | {"context_in_force": _context(card, seen.settings)} | _outlook(card, seen)
        installed.add_row(*_row(facts, ", ".join(aliases.get(card.name, [])), wide))
    if installed.row_count:
        console.print(installed)
    else:
        console.print("No model is installed. `earthshine pull recommended` fetches the best that fits and can be had.")
    offered = _table("To pull", wide)
    for entry in shown:
        note = "recommended" if entry == seen.best else "needs a server" if entry.server else ""
        if not entry.server and seen.reachable.of(entry) == "no":
            note = "not from here"
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


def _row(facts: Mapping[str, Any], note: str, wide: bool) -> list[str]:
    from earthshine.catalog.machine import gib

    size = gib(facts["size"]) if facts["size"] else ""
    trained, given = facts["context_length"], facts.get("context_in_force", facts["context_length"])
    context = _tokens(given) + (f" of {_tokens(trained)}" if given < trained else "") if trained else ""
    speed = facts.get("pace") or facts["speed"] if facts["fits"] else facts["fit"]
    place = facts.get("place", "processor")
    if facts["fits"] and place != "processor":
        speed = f"{speed}, {place}"
    elif facts["fits"] and "place" not in facts and facts["placement"] in ("device", "split"):
        speed += ", on devices" if facts["placement"] == "device" else ", in part on devices"
    return [facts["name"], note, size, context, facts["licence"], speed, *([facts["description"]] if wide else [])]


def _tokens(count: int) -> str:
    return f"{count // 1024}K" if count >= 1024 else str(count)
