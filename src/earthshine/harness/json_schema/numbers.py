"""Numbers between bounds, as grammar: every decimal text in the interval, and none outside it.

Bounds beyond 18 digits are pulled in to 18; what is left is still inside what was asked for. Numbers
with bounds are written without exponent.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from earthshine.errors import InvalidSchema
from earthshine.harness.grammar import EMPTY, Node, alt, char_class, literal, one_of, optional, repeat, seq
from earthshine.harness.json_schema.values import DIGIT, FRACTION_DIGITS, INTEGER_DIGITS

LARGEST = 10**INTEGER_DIGITS - 1
MAX_LISTED = 1000
"""Multiples that are written out one by one."""
MAX_FRACTION = 40
"""Digits after the point that a bound may have."""
_DOUBLE_DIGITS = 15
"""Digits that a reader's double tells apart; with more, a number beside an excluded bound would become the bound."""

Digits = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Bound:
    """One end of an interval."""

    value: Decimal
    inclusive: bool = True


def integer_between(low: int | None, high: int | None, multiple: int, param: str) -> Node:
    """Describe the multiples of `multiple` from `low` to `high`; None means no bound.

    Raises InvalidSchema, with `param`, when there is none or when grammar cannot tell the multiples.
    """
    first = max(-LARGEST if low is None else low, -LARGEST)
    last = min(LARGEST if high is None else high, LARGEST)
    first, last = -(-first // multiple) * multiple, last // multiple * multiple
    if first > last:
        raise InvalidSchema("No integer satisfies these bounds; widen them.", param=param)
    if (last - first) // multiple < MAX_LISTED and multiple > 1:
        return one_of(str(number) for number in range(first, last + 1, multiple))
    if multiple == 1:
        return _signed_integers(first, last)
    if low is None and high is None:
        return _all_multiples(multiple, param)
    raise InvalidSchema(
        f"multipleOf together with bounds works up to {MAX_LISTED} values; narrow the bounds.", param=param
    )


def number_between(low: Bound | None, high: Bound | None, fraction_digits: int | None, param: str) -> Node:
    """Describe the decimal numbers between two bounds, with at most `fraction_digits` after the point.

    Raises InvalidSchema, with `param`, when there is none.
    """
    limit = Bound(Decimal(LARGEST))
    bottom, top = low or Bound(-limit.value), high or limit
    bottom = bottom if bottom.value >= -limit.value else Bound(-limit.value)
    top = top if top.value <= limit.value else limit
    digits = _fraction_length(bottom, top) if fraction_digits is None else fraction_digits
    options: list[Node] = []
    zero = Bound(Decimal(0), inclusive=False)
    if bottom.value < 0:
        nearest = zero if top.value >= 0 else Bound(-top.value, top.inclusive)
        options += _positive(nearest, Bound(-bottom.value, bottom.inclusive), digits, sign="-")
    if top.value >= 0:
        nearest = bottom if bottom.value >= 0 else Bound(Decimal(0))
        options += _positive(nearest, top, digits, sign="")
    if not options:
        raise InvalidSchema("No number satisfies these bounds; widen them.", param=param)
    return alt(*options)


def _fraction_length(*bounds: Bound) -> int:
    needed = max(len(_fraction(abs(bound.value))) for bound in bounds)
    if needed > MAX_FRACTION:
        raise InvalidSchema(f"Bounds may have at most {MAX_FRACTION} digits after the point.")
    given = [abs(int(bound.value)) for bound in bounds if abs(bound.value) < LARGEST]
    whole = max((len(str(value)) for value in given), default=1)
    return max(min(FRACTION_DIGITS, _DOUBLE_DIGITS - whole), needed + 1)


def _signed_integers(first: int, last: int) -> Node:
    options: list[Node] = []
    if first < 0:
        options.append(seq("-", _naturals(max(1, -last), -first)))
    if last >= 0:
        options.append(_naturals(max(0, first), last))
    return alt(*options)


def _naturals(first: int, last: int) -> Node:
    """Describe the whole numbers from `first` to `last`, neither below zero."""
    options: list[Node] = []
    for length in range(len(str(first)), len(str(last)) + 1):
        low = max(first, 10 ** (length - 1) if length > 1 else 0)
        high = min(last, 10**length - 1)
        options.append(_same_length(str(low), str(high)))
    return alt(*options)


def _same_length(low: str, high: str) -> Node:
    """Describe the digit strings from `low` to `high`, all equally long."""
    if low == high:
        return literal(low)
    rest = len(low) - 1
    if set(low) == {"0"} and set(high) == {"9"}:
        return repeat(DIGIT, rest + 1, rest + 1)
    if low[0] == high[0]:
        return seq(low[0], _same_length(low[1:], high[1:]))
    options: list[Node] = []
    first, last = int(low[0]), int(high[0])
    if rest and set(low[1:]) != {"0"}:
        options.append(seq(low[0], _same_length(low[1:], "9" * rest)))
        first += 1
    upper: list[Node] = []
    if rest and set(high[1:]) != {"9"}:
        upper.append(seq(high[0], _same_length("0" * rest, high[1:])))
        last -= 1
    if first <= last:
        options.append(seq(_digits(range(first, last + 1)), repeat(DIGIT, rest, rest) if rest else EMPTY))
    return alt(*options, *upper)


def _all_multiples(multiple: int, param: str) -> Node:
    """Describe all multiples of a number whose last digits alone decide, such as 2, 5, 20 or 25."""
    places = next((k for k in range(1, 4) if 10**k % multiple == 0), None)
    if places is None:
        raise InvalidSchema(
            f"multipleOf {multiple} needs a minimum and a maximum; without them only divisors of 1000 work.",
            param=param,
        )
    short = one_of(str(number) for number in range(multiple, 10**places, multiple)) if multiple < 10**places else None
    ending = one_of(f"{number:0{places}d}" for number in range(0, 10**places, multiple))
    long = seq(char_class("19"), repeat(DIGIT, 0, INTEGER_DIGITS - places - 1), ending)
    return alt("0", seq(optional("-"), alt(long, *([short] if short else []))))


def _positive(low: Bound, high: Bound, digits: int, sign: str) -> list[Node]:
    """Describe the numbers from `low` to `high`, neither below zero, in pieces; none when empty."""
    if low.value > high.value or (low.value == high.value and not (low.inclusive and high.inclusive)):
        return []
    first, last = int(low.value), int(high.value)
    above = (_fraction(low.value), low.inclusive)
    below = (_fraction(high.value), high.inclusive)
    pieces: list[Node] = []
    for whole, floor, ceiling in (
        (first, above, below if first == last else None),
        *([(last, None, below)] if last > first else []),
    ):
        fraction = _fractions(floor, ceiling, digits)
        if fraction is not None:
            pieces.append(seq(sign, str(whole), fraction))
    if last - first > 1:
        free = optional(seq(".", repeat(DIGIT, 1, digits))) if digits else EMPTY
        pieces.append(seq(sign, _naturals(first + 1, last - 1), free))
    return pieces


def _fraction(value: Decimal) -> Digits:
    """Return the digits after the point, without trailing zeros."""
    text = f"{value:f}".partition(".")[2].rstrip("0")
    return tuple(int(char) for char in text)


Edge = tuple[Digits, bool]
"""A bound on a fraction: its digits, and whether it may be reached."""


def _fractions(floor: Edge | None, ceiling: Edge | None, digits: int) -> Node | None:
    """Describe the fractions between two edges, point included, or None when there is none."""
    more = _after_point(floor, ceiling, digits)
    some = None if more is None else seq(".", more)
    if not _zero_fits(floor, ceiling):
        return some
    return EMPTY if some is None else optional(some)


def _zero_fits(floor: Edge | None, ceiling: Edge | None) -> bool:
    over = floor is None or floor == ((), True)
    return over and (ceiling is None or bool(ceiling[0]) or ceiling[1])


def _after_point(floor: Edge | None, ceiling: Edge | None, digits: int) -> Node | None:
    """Describe one to `digits` digits whose value as a fraction lies between the edges."""
    if floor == ((), True):
        floor = None
    if digits == 0 or ceiling == ((), False):
        return None
    if floor is None and ceiling is None:
        return repeat(DIGIT, 1, digits)
    options: list[Node] = []
    for members, low, high in _by_next_digit(floor, ceiling):
        more = _after_point(low, high, digits - 1)
        if _zero_fits(low, high):
            options.append(seq(members, EMPTY if more is None else optional(more)))
        elif more is not None:
            options.append(seq(members, more))
    return alt(*options) if options else None


def _by_next_digit(floor: Edge | None, ceiling: Edge | None) -> Iterator[tuple[Node, Edge | None, Edge | None]]:
    """Group the possible next digits by what remains to be respected after them."""
    groups: dict[tuple[Edge | None, Edge | None], list[int]] = {}
    least = floor[0][0] if floor and floor[0] else 0
    most = (ceiling[0][0] if ceiling[0] else 0) if ceiling else 9
    for digit in range(least, most + 1):
        low = (floor[0][1:], floor[1]) if floor and digit == least else None
        high = (ceiling[0][1:], ceiling[1]) if ceiling and digit == most else None
        groups.setdefault((low, high), []).append(digit)
    for (low, high), members in groups.items():
        yield _digits(members), low, high


def _digits(members: range | list[int]) -> Node:
    return char_class(*(str(digit) for digit in members))


def ceiling(value: Decimal) -> int:
    """Return the smallest integer that is not below the value."""
    return int(value.to_integral_value(ROUND_CEILING))


def floor(value: Decimal) -> int:
    """Return the largest integer that is not above the value."""
    return int(value.to_integral_value(ROUND_FLOOR))
