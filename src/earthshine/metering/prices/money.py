"""Money: whole picodollars inside, `Decimal` dollars at the edges, never a float in between."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

import orjson
from pydantic import WithJsonSchema

PICODOLLARS = 10**12
"""In one dollar."""

PICODOLLARS_PER_CENT = PICODOLLARS // 100

MOST_PICODOLLARS = 2**63 - 1
"""What a row can hold: about 9.2 million dollars."""

_PLACES = 12

Dollars = Annotated[Decimal, WithJsonSchema({"type": "number"})]
"""An amount in a reply, exactly; `dump_json` writes it as a number."""


def dollars(picodollars: int) -> Dollars:
    """Return an amount in dollars, exactly."""
    # Decimal's arithmetic rounds to the context's 28 digits; shifting the exponent does not.
    sign, digits, _ = Decimal(picodollars).as_tuple()
    return Decimal((sign, digits, -_PLACES))


def parse_dollars(value: object) -> int:
    """Return the picodollars in a decimal number such as `"12.50"`, `3` or `0.15`.

    Raises `ValueError`, with a message for people, for what is not a number, negative, finer than a picodollar or
    more than a row can hold. Floats are read as they are written: 0.1 is a tenth.
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        raise ValueError("an amount in dollars is a decimal number, such as '12.50'")
    text = str(value).strip()
    try:
        number = Decimal(text) if text.isascii() and len(text) <= 64 else Decimal("NaN")
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise ValueError("an amount in dollars is a decimal number, such as '12.50'")
    sign, digits, exponent = number.as_tuple()
    if sign and number:
        raise ValueError("an amount in dollars cannot be negative")
    shift = int(exponent) + _PLACES
    whole = int("".join(map(str, digits)))
    if whole == 0:
        return 0
    if shift > 30 or (shift >= 0 and whole * 10**shift > MOST_PICODOLLARS):
        raise ValueError(f"an amount can be at most {MOST_PICODOLLARS // PICODOLLARS} dollars")
    if shift >= 0:
        return whole * 10**shift
    amount, rest = divmod(whole, 10**-shift)
    if rest:
        raise ValueError("an amount cannot be finer than a picodollar (twelve decimals)")
    if amount > MOST_PICODOLLARS:
        raise ValueError(f"an amount can be at most {MOST_PICODOLLARS // PICODOLLARS} dollars")
    return amount


def plain(amount: Decimal) -> str:
    """Write an amount without exponent and trailing zeros: `0.00000015`, `12.5`, `0`."""
    text = format(amount, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def dump_json(value: Any) -> bytes:
    """Write JSON in which every `Decimal` is a number with all its digits, which a float on the way would round."""
    return orjson.dumps(value, default=_number)


def _number(value: Any) -> orjson.Fragment:
    if not isinstance(value, Decimal):
        raise TypeError(f"{type(value).__name__} is no JSON")
    return orjson.Fragment(plain(value).encode())
