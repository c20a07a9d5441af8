"""Kinds of limits: what each counts, and in which window of UTC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from earthshine.metering.prices.money import PICODOLLARS
from earthshine.metering.units import PARTS, Unit

Kind = Literal[
    "requests_per_minute",
    "tokens_per_minute",
    "requests_per_day",
    "parallel_requests",
    "spend_per_day",
    "spend_per_month",
    "seconds_per_day",
    "searches_per_day",
    "sessions_per_day",
    "training_tokens_per_day",
]


LimitUnit = Literal["requests", "tokens", "usd", Unit]


@dataclass(frozen=True, slots=True)
class KindTerms:
    """What one kind means."""

    unit: LimitUnit
    window: Literal["minute", "day", "month"] | None
    """None for what is in use at one moment."""

    @property
    def parts(self) -> int:
        """The smallest parts of the unit, which amounts are whole numbers of: picodollars, milliseconds."""
        return PICODOLLARS if self.unit == "usd" else PARTS.get(self.unit, 1)


KINDS: Final[Mapping[Kind, KindTerms]] = {
    "requests_per_minute": KindTerms("requests", "minute"),
    "tokens_per_minute": KindTerms("tokens", "minute"),
    "requests_per_day": KindTerms("requests", "day"),
    "parallel_requests": KindTerms("requests", None),
    "spend_per_day": KindTerms("usd", "day"),
    "spend_per_month": KindTerms("usd", "month"),
    "seconds_per_day": KindTerms("seconds", "day"),
    "searches_per_day": KindTerms("searches", "day"),
    "sessions_per_day": KindTerms("sessions", "day"),
    "training_tokens_per_day": KindTerms("training_tokens", "day"),
}

SPEND: Final[frozenset[Kind]] = frozenset(kind for kind, terms in KINDS.items() if terms.unit == "usd")
"""Kinds whose amount is in picodollars."""


def kept_until_settled(kind: Kind) -> bool:
    """Whether a claim of this kind is a reservation, rather than a use of the current window."""
    return kind in SPEND or kind == "parallel_requests"


def corrected_when_settled(kind: Kind) -> bool:
    """Whether what was claimed of the window is replaced by what was counted, when the work has ended."""
    return not kept_until_settled(kind) and KINDS[kind].unit != "requests"


def counted(kind: Kind, row: Mapping[str, Any]) -> int:
    """Return what a row of the ledger counts against a limit of such a kind."""
    match KINDS[kind].unit:
        case "tokens":
            return int(row["input_tokens"]) + int(row["output_tokens"])
        case "seconds":
            return int(row["milliseconds"])
        case unit:
            return int(row["quantity"]) if row["unit"] == unit else 0
