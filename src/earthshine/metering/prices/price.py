"""What work costs: a price per token and hour, and which deployment has which price."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from earthshine.errors import InvalidRequest, UnknownParameter
from earthshine.metering.prices.money import dollars, parse_dollars, plain

_MILLION = 1_000_000
_HOUR_MS = 3_600_000
_PER_TOKEN = ("input", "cached_input", "output")


@dataclass(frozen=True, slots=True)
class Charge:
    """What one piece of work costs, in picodollars."""

    input: int = 0
    """For input tokens that were not cached."""
    cached: int = 0
    output: int = 0
    time: int = 0

    @property
    def total(self) -> int:
        """The sum of the four."""
        return self.input + self.cached + self.output + self.time


@dataclass(frozen=True, slots=True)
class Price:
    """Picodollars per token, and per hour that a local machine works."""

    input: int = 0
    cached_input: int = 0
    output: int = 0
    per_hour: int = 0

    @classmethod
    def parse(cls, fields: Mapping[str, Any], param: str = "price") -> Self:
        """Read dollars per million tokens (`input`, `cached_input`, `output`) and per hour (`per_hour`).

        What is not given is free, except that cached input costs what input costs. Raises a 400 naming the field.
        """
        if unknown := sorted(set(fields) - {*_PER_TOKEN, "per_hour"}):
            name = f"{param}.{unknown[0]}"
            raise UnknownParameter(
                f"Unknown parameter: '{name}'. A price has input, cached_input, output and per_hour.", param=name
            )
        given = {name: _read(value, f"{param}.{name}") for name, value in fields.items() if value is not None}
        for name in _PER_TOKEN:
            if given.get(name, 0) % _MILLION:
                raise InvalidRequest(
                    f"Invalid value for '{param}.{name}': a price per million tokens has at most six decimals.",
                    param=f"{param}.{name}",
                )
        per_token = {name: given.get(name, 0) // _MILLION for name in _PER_TOKEN}
        if "cached_input" not in given:
            per_token["cached_input"] = per_token["input"]
        return cls(**per_token, per_hour=given.get("per_hour", 0))

    def dump(self) -> dict[str, str]:
        """Return what `parse` reads: decimal strings, in dollars per million tokens and per hour."""
        per_million = {name: plain(dollars(getattr(self, name) * _MILLION)) for name in _PER_TOKEN}
        return {**per_million, "per_hour": plain(dollars(self.per_hour))}

    def charge(
        self, *, input_tokens: int, cached_tokens: int = 0, output_tokens: int = 0, milliseconds: int = 0
    ) -> Charge:
        """Return the cost of work. `input_tokens` contains the cached ones, as in every usage object.

        Tokens are exact; time is rounded up to the next picodollar.
        """
        return Charge(
            input=(input_tokens - cached_tokens) * self.input,
            cached=cached_tokens * self.cached_input,
            output=output_tokens * self.output,
            time=-(-milliseconds * self.per_hour // _HOUR_MS),
        )


FREE = Price()


class Prices:
    """The price of every deployment; what nobody has priced is free."""

    def __init__(self, prices: Mapping[str, Mapping[str, Any]] | None = None) -> None:
        """Take the settings' prices of local models, by name. Raises a 400 that names a wrong field."""
        self._prices = {name: Price.parse(fields, f"prices.{name}") for name, fields in (prices or {}).items()}

    def of(self, deployment: str) -> Price:
        """Return a deployment's price."""
        return self._prices.get(deployment, FREE)

    def put(self, deployment: str, price: Price) -> None:
        """Set or change a deployment's price, for work that begins from now on."""
        self._prices[deployment] = price

    def remove(self, deployment: str) -> None:
        """Forget a deployment's price."""
        self._prices.pop(deployment, None)


def _read(value: Any, param: str) -> int:
    try:
        return parse_dollars(value)
    except ValueError as error:
        raise InvalidRequest(f"Invalid value for '{param}': {error}.", param=param) from None
