"""What a server has, for `earthshine deployments add --base-url URL` without a MODEL: its list, and those to take."""

from __future__ import annotations

import sys
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import click

from earthshine.cli.console import Failure

if TYPE_CHECKING:
    from earthshine.routing.deployment import Deployment
    from earthshine.routing.deployments.schemas import CreateDeployment
    from earthshine.servers.facts import FoundModel
    from earthshine.servers.listing import Listing


@dataclass(frozen=True, slots=True)
class Offer:
    """One model of a server's list."""

    found: FoundModel
    name: str
    """What it is called here, or would be."""
    served: bool
    """Whether it is offered already from that address."""


@dataclass(frozen=True, slots=True)
class Offers:
    """A server's list as one may choose from it."""

    listing: Listing
    models: list[Offer]

    def chosen(self, names: Sequence[str], everything: bool) -> list[Offer]:
        """Return the models with these names, the server's own or ours; or all that can be offered.

        Raises `Failure` for a name that is not there or is offered already, and when nothing is left of all.
        """
        if everything:
            return self._all()
        known = {each.name: each for each in self.models} | {each.found.target: each for each in self.models}
        for name in names:
            if name not in known:
                near = get_close_matches(name, known, n=1)
                hint = f" Did you mean {near[0]!r}?" if near else " Leave --model out to see its list."
                raise Failure(f"{self.listing.base_url} has no model {name[:256]!r}.{hint}")
            if known[name].served:
                raise Failure(f"{name!r} is offered from there already, as {known[name].name!r}.")
        return list({known[name].found.target: known[name] for name in names}.values())

    def _all(self) -> list[Offer]:
        able = [each for each in self.models if each.found.abilities]
        wanted = [each for each in able if not each.served]
        if not wanted:
            reason = "are offered already" if able else "can neither chat nor embed, as far as is known"
            raise Failure(
                f"There is nothing to add: all {len(self.models)} models of {self.listing.base_url} {reason}."
            )
        if unable := [each.found.target for each in self.models if not each.found.abilities]:
            told = ", ".join(unable[:10]) + (", ..." if len(unable) > 10 else "")
            click.echo(f"Left out, for they can neither chat nor embed as far as is known: {told}", err=True)
        return wanted

    def deployment(self, offer: Offer, given: dict[str, Any]) -> CreateDeployment:
        """Return the deployment of a model: what was found out, and before it what was `given`."""
        from earthshine.routing.deployments.schemas import CreateDeployment
        from earthshine.wire import check

        vendor, found = self.listing.vendor, offer.found
        known: dict[str, Any] = {
            "abilities": list(found.abilities),
            "context_length": found.context_length or None,
            "continues": vendor.continues if vendor else "none",
        }
        price = dict(found.price) | {name: value for name, value in given["price"].items() if value is not None}
        body = known | given | {"price": price or None, "base_url": self.listing.base_url}
        if not body["abilities"]:
            raise Failure(f"What {found.target!r} can do is not known; say so with --ability, such as --ability chat.")
        return check(CreateDeployment, body | {"model": offer.name, "target": found.target})

    def show(self) -> None:
        """Print the list, and how to go on."""
        from rich.console import Console
        from rich.table import Table

        listing = self.listing
        who = f"{listing.vendor.name} at {listing.base_url}" if listing.vendor else listing.base_url
        click.echo(f"{who} has {len(self.models) + listing.left_out} models.", err=True)
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
        for heading in ("model", "name here", "can", "context", "$ in / out", ""):
            table.add_column(heading, overflow="fold", justify="right" if heading == "context" else "left")
        for each in self.models:
            price = each.found.price
            dollars = f"{price.get('input', '?')} / {price.get('output', '?')}" if price else ""
            marks = (_context(each.found), dollars, "offered already" if each.served else "")
            table.add_row(each.found.target, each.name, _abilities(each.found), *marks)
        # The names are a stranger's: nothing in them is markup.
        Console(width=None if sys.stdout.isatty() else 1000, markup=False, emoji=False, highlight=False).print(table)
        if listing.left_out:
            click.echo(f"{listing.left_out} more are not shown; each can be added as MODEL.", err=True)
        if self.models:
            told = "Add some with --model NAME (again for each), or --all. A question mark: guessed, not told by it."
            click.echo(told, err=True)


async def look_at(base_url: str, key: str, known: Sequence[Deployment], installed: Collection[str]) -> Offers:
    """Ask the server at an address as people type it. Raises as `discover` does, and `Failure` if it has no list."""
    from earthshine.servers.listing import discover
    from earthshine.servers.names import suggest

    listing = await discover(base_url, api_key=key, private=True)
    if not listing.listed:
        raise Failure(f"The server at {listing.base_url} has no list of models; name one: deployments add MODEL ...")
    at = listing.base_url.rstrip("/")
    served = {each.target: each.model for each in known if each.base_url.rstrip("/") == at}
    names = suggest([each.target for each in listing.models], {*installed, *(each.model for each in known)})
    return Offers(
        listing,
        [
            Offer(each, served.get(each.target, name), each.target in served)
            for each, name in zip(listing.models, names, strict=True)
        ],
    )


def _abilities(found: FoundModel) -> str:
    return ", ".join(name + ("" if sure == "told" else "?") for name, sure in found.abilities.items())


def _context(found: FoundModel) -> str:
    return f"{found.context_length:,}{'' if found.context_sure == 'told' else '?'}" if found.context_length else ""
