"""What work costs: a price per token, hour and other unit, and which deployment or tool has which price."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from math import ceil
from typing import Any, Final, Self

from earthshine.errors import InvalidRequest, UnknownParameter
from earthshine.metering.prices.money import dollars, parse_dollars, plain
from earthshine.metering.units import PARTS, Unit

_MILLION = 1_000_000
_PER_TOKEN = ("input", "cached_input", "output")
_PER_UNIT: Final[Mapping[Unit, tuple[str, int]]] = {
    "seconds": ("per_hour", 3_600 * PARTS["seconds"]),
    "searches": ("per_search", 1),
    "sessions": ("per_session", 1),
    "gigabyte_days": ("per_gigabyte_day", PARTS["gigabyte_days"]),
    "training_tokens": ("training", _MILLION),
}
"""A unit's field, and how many of its smallest parts that price is for."""
_UNIT_FIELDS = tuple(field for field, _ in _PER_UNIT.values())


@dataclass(frozen=True, slots=True)
class Charge:
    """What one piece of work costs, in picodollars."""

    input: int = 0
    """For input tokens that were not cached."""
    cached: int = 0
    output: int = 0
    time: int = 0
    unit: int = 0
    """For units that are neither tokens nor time."""

    @property
    def total(self) -> int:
        """The sum of the five."""
        return self.input + self.cached + self.output + self.time + self.unit


@dataclass(frozen=True, slots=True)
class Price:
    """Picodollars per token, per hour of work, and per what else is counted."""

    input: int = 0
    cached_input: int = 0
    output: int = 0
    per_hour: int = 0
    per_search: int = 0
    per_session: int = 0
    per_gigabyte_day: int = 0
    training: int = 0
    """Per million tokens that a training reads."""

    @classmethod
    def parse(cls, fields: Mapping[str, Any], param: str = "price") -> Self:
        """Read dollars per million tokens (`input`, `cached_input`, `output`, `training`), and per what others say.

        What is not given is free, except that cached input costs what input costs. Raises a 400 naming the field.
        """
        if unknown := sorted(set(fields) - {*_PER_TOKEN, *_UNIT_FIELDS}):
            name = f"{param}.{unknown[0]}"
            known = ", ".join((*_PER_TOKEN, *_UNIT_FIELDS))
            raise UnknownParameter(f"Unknown parameter: '{name}'. A price has {known}.", param=name)
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
        return cls(**per_token, **{name: given.get(name, 0) for name in _UNIT_FIELDS})

    def dump(self) -> dict[str, str]:
        """Return what `parse` reads: decimal strings in dollars. What no model is counted in is left out if free."""
        per_million = {name: plain(dollars(getattr(self, name) * _MILLION)) for name in _PER_TOKEN}
        others = {name: getattr(self, name) for name in _UNIT_FIELDS}
        shown = {name: plain(dollars(price)) for name, price in others.items() if price or name == "per_hour"}
        return per_million | shown

    def discounted(self, percent: float) -> Price:
        """Return the price for so many percent less, each part rounded up to the next picodollar."""
        return Price(**{each.name: ceil(getattr(self, each.name) * (100 - percent) / 100) for each in fields(self)})

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
            time=self._of("seconds", milliseconds),
        )

    def charge_units(self, unit: Unit, quantity: int) -> Charge:
        """Return the cost of so many of a unit's smallest parts, rounded up to the next picodollar."""
        cost = self._of(unit, quantity)
        return Charge(time=cost) if unit == "seconds" else Charge(unit=cost)

    def _of(self, unit: Unit, quantity: int) -> int:
        field, parts = _PER_UNIT[unit]
        return -(-quantity * getattr(self, field) // parts)


FREE = Price()


class Prices:
    """The price of every deployment and tool; what nobody has priced is free."""

    def __init__(self, prices: Mapping[str, Mapping[str, Any]] | None = None) -> None:
        """Take the settings' prices of local models and tools, by name. Raises a 400 that names a wrong field."""
        self._prices = {name: Price.parse(fields, f"prices.{name}") for name, fields in (prices or {}).items()}

    def of(self, deployment: str) -> Price:
        """Return a deployment's or a tool's price."""
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
