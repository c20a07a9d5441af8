"""What the same work would have cost at a hosted vendor: an estimate from dated public list prices."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

from earthshine.metering.prices.price import Price

_TOLERANCE = 10
"""A model counts as the listed one when their weights differ by at most one part in so many."""


@dataclass(frozen=True, slots=True)
class HostedPrice:
    """One vendor's list price for one open-weight model."""

    family: str
    parameters: int
    embedding: bool
    model: str
    """The vendor's name for it."""
    vendor: str
    source: str
    """The vendor's page."""
    checked: date
    price: Price


@cache
def hosted_prices() -> tuple[HostedPrice, ...]:
    """Return the whole table."""
    text = files("earthshine.metering.prices").joinpath("hosted_prices.toml").read_text("utf-8")
    return tuple(
        HostedPrice(
            family=item["family"],
            parameters=item["parameters"],
            embedding=item.get("embedding", False),
            model=item["model"],
            vendor=item["vendor"],
            source=item["source"],
            checked=item["checked"],
            price=Price.parse({name: item[name] for name in ("input", "cached_input", "output") if name in item}),
        )
        for item in tomllib.loads(text)["price"]
    )


@cache
def hosted_price(family: str, parameters: int, embedding: bool = False) -> HostedPrice | None:
    """Return the price of the listed model of this family that is nearest in size; None when none is near."""
    near = [
        entry
        for entry in hosted_prices()
        if entry.family == family
        and entry.embedding == embedding
        and abs(entry.parameters - parameters) * _TOLERANCE <= entry.parameters
    ]
    return min(near, key=lambda entry: abs(entry.parameters - parameters), default=None)


def hosted_cost(
    family: str,
    parameters: int,
    *,
    input_tokens: int,
    cached_tokens: int = 0,
    output_tokens: int = 0,
    embedding: bool = False,
) -> int | None:
    """Return the picodollars that a hosted vendor lists for this work of a model; None when no price is known.

    `family` and `parameters` are those of the model's card; `input_tokens` contains the cached ones.
    """
    found = hosted_price(family, parameters, embedding)
    if found is None:
        return None
    return found.price.charge(input_tokens=input_tokens, cached_tokens=cached_tokens, output_tokens=output_tokens).total
