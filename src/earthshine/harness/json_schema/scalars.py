"""Texts and numbers within the bounds that a schema sets."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from fractions import Fraction

from earthshine.errors import InvalidSchema
from earthshine.harness.grammar import Node, Rules
from earthshine.harness.json_schema import numbers
from earthshine.harness.json_schema.budget import Budget, OverBudget
from earthshine.harness.json_schema.keywords import OF_TYPE, Schema, decimal
from earthshine.harness.json_schema.merging import constraints
from earthshine.harness.json_schema.strings import string_node
from earthshine.harness.json_schema.values import json_integer, json_number

Describe = Callable[[Schema, str], Node]


def first_that_holds(
    describe: Describe, schema: Schema, first_dropped: tuple[str, ...], param: str, *, loose: bool
) -> Node:
    """Describe the values; in a loose schema without `first_dropped`, or without any bound, if it must be."""
    try:
        return describe(schema, param)
    except OverBudget:
        raise
    except InvalidSchema:
        if not loose:
            raise
    with suppress(InvalidSchema):
        return describe(constraints(schema, *first_dropped), param)
    return describe({}, param)


def bounded_string(rules: Rules, budget: Budget, schema: Schema, param: str) -> Node:
    """Describe the texts that a schema of type string allows. Raises `InvalidSchema` for what no grammar holds."""
    maximum = schema.get("maxLength")
    return string_node(
        rules,
        minimum=int(schema.get("minLength", 0)),
        maximum=None if maximum is None else int(maximum),
        pattern=schema.get("pattern"),
        format=schema.get("format"),
        param=param,
        budget=budget,
    )


def bounded_number(rules: Rules, budget: Budget, name: str, schema: Schema, param: str) -> Node:
    """Describe the numbers, or with `name` `integer` the whole ones, that a schema allows. Raises `InvalidSchema`."""
    bounds = {keyword: schema[keyword] for keyword in OF_TYPE["number"] if keyword in schema}
    if not bounds:
        return json_integer(rules) if name == "integer" else json_number(rules)
    return rules.once(f"{name} {bounds}", lambda: _within(budget, name, bounds, param))


def _within(budget: Budget, name: str, schema: Schema, param: str) -> Node:
    low = _tightest(schema, "minimum", "exclusiveMinimum", sign=1)
    high = _tightest(schema, "maximum", "exclusiveMaximum", sign=-1)
    step = Fraction(decimal(schema["multipleOf"])) if "multipleOf" in schema else None
    budget.spend(10 * sum(len(repr(bound)) for bound in schema.values()), param)
    if name == "integer" or (step is not None and step.denominator == 1):
        first, last = _integer_bounds(low, high)
        multiple = 1 if step is None else step.numerator
        budget.spend(numbers.MAX_LISTED if multiple > 1 else 0, param)
        # A whole number is a multiple of a fraction n/m in lowest terms when it is one of n.
        return numbers.integer_between(first, last, multiple, param)
    digits = None
    if step is not None:
        digits = len(str(step.denominator)) - 1
        if step != Fraction(1, 10**digits) or digits > numbers.MAX_FRACTION:
            raise InvalidSchema(
                "multipleOf of a number works for whole numbers and for 0.1, 0.01 and so on.",
                param=f"{param}.multipleOf",
            )
    return numbers.number_between(low, high, digits, param)


def _tightest(schema: Schema, inclusive: str, exclusive: str, *, sign: int) -> numbers.Bound | None:
    """Return the bound that says more; `sign` is 1 for lower bounds, -1 for upper ones."""
    bounds = [
        numbers.Bound(decimal(schema[keyword]), keyword == inclusive)
        for keyword in (inclusive, exclusive)
        if keyword in schema
    ]
    return max(bounds, key=lambda bound: (sign * bound.value, not bound.inclusive), default=None)


def _integer_bounds(low: numbers.Bound | None, high: numbers.Bound | None) -> tuple[int | None, int | None]:
    first = last = None
    if low is not None:
        first = numbers.ceiling(low.value) if low.inclusive else numbers.floor(low.value) + 1
    if high is not None:
        last = numbers.floor(high.value) if high.inclusive else numbers.ceiling(high.value) - 1
    return first, last
