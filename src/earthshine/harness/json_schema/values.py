"""JSON itself as grammar: any value, any object, one given value.

White space may stand where models write it: one space, or a line break and its indentation, after `{`, `[` and `,`
and before `]` and `}`; one space after `:`. It is bounded everywhere, because a small model that may write blanks
without end does so. Digits are bounded for the same reason: 18 before the point, 15 after it, 2 in the exponent.
"""

from __future__ import annotations

import json
from typing import Any, cast

from earthshine.harness.grammar import Node, Rules, alt, char_class, literal, one_of, optional, repeat, seq
from earthshine.harness.grammar.nodes import Literal, Repeat

INDENTATION = 24
"""Most blanks after a line break."""

GAP: Node = optional(alt(" ", seq("\n", repeat(char_class(" ", "\t"), 0, INDENTATION))))
"""Between the parts of an object or array. Forbid it, and a model that would open a line writes an odd name for a
property instead."""
COMMA: Node = seq(",", GAP)
COLON: Node = seq(":", optional(" "))
DIGIT = char_class("09")

INTEGER_DIGITS = 18
FRACTION_DIGITS = 15


def enclosed(opening: str, inside: Node, closing: str) -> Node:
    """Describe an object or array around its members; with none, its brackets touch."""
    match inside:
        case Literal(""):
            return literal(opening + closing)
        case Repeat(item, 0, 1):
            return seq(opening, optional(seq(GAP, item, GAP)), closing)
        case _:
            return seq(opening, GAP, inside, GAP, closing)


def json_value(rules: Rules) -> Node:
    """Describe any JSON value."""
    return rules.once(
        "json-value",
        lambda: alt(
            json_object(rules),
            json_array(rules),
            json_string(rules),
            json_number(rules),
            one_of(["true", "false", "null"]),
        ),
    )


def json_of(name: str, rules: Rules) -> Node:
    """Describe any JSON value of one of JSON Schema's types."""
    match name:
        case "object":
            return json_object(rules)
        case "array":
            return json_array(rules)
        case "string":
            return json_string(rules)
        case "number":
            return json_number(rules)
        case "integer":
            return json_integer(rules)
        case "boolean":
            return alt("true", "false")
        case _:
            return literal("null")


def json_object(rules: Rules) -> Node:
    """Describe any JSON object."""

    def build() -> Node:
        pair = rules.add("json-pair", seq(json_string(rules), COLON, json_value(rules)))
        return enclosed("{", optional(seq(pair, repeat(seq(COMMA, pair)))), "}")

    return rules.once("json-object", build)


def json_array(rules: Rules) -> Node:
    """Describe any JSON array."""

    def build() -> Node:
        value = json_value(rules)
        return enclosed("[", optional(seq(value, repeat(seq(COMMA, value)))), "]")

    return rules.once("json-array", build)


def json_string(rules: Rules) -> Node:
    """Describe any JSON string."""
    return rules.once("json-string", lambda: seq('"', repeat(json_char(rules)), '"'))


def json_number(rules: Rules) -> Node:
    """Describe any JSON number of bounded length."""

    def build() -> Node:
        fraction = optional(seq(".", repeat(DIGIT, 1, FRACTION_DIGITS)))
        exponent = optional(seq(char_class("e", "E"), optional(char_class("+", "-")), repeat(DIGIT, 1, 2)))
        return seq(optional("-"), _natural(), fraction, exponent)

    return rules.once("json-number", build)


def json_integer(rules: Rules) -> Node:
    """Describe any integer of bounded length."""
    return rules.once("json-integer", lambda: alt("0", seq(optional("-"), _above_zero())))


def json_char(rules: Rules) -> Node:
    """Describe one character inside a JSON string, escaped where it must be.

    NUL and the halves of surrogate pairs are left out: databases and UTF-8 refuse them.
    """

    def build() -> Node:
        hexadecimal = char_class("09", "af", "AF")
        above_zero = char_class("19", "af", "AF")
        code = alt(
            seq(char_class("19", "ac", "AC", "ef", "EF"), repeat(hexadecimal, 3, 3)),
            seq(char_class("d", "D"), char_class("07"), repeat(hexadecimal, 2, 2)),
            seq("0", above_zero, repeat(hexadecimal, 2, 2)),
            seq("00", above_zero, hexadecimal),
            seq("000", above_zero),
        )
        escape = seq("\\", alt(char_class(*'"\\/bfnrt'), seq("u", code)))
        return alt(char_class('"', "\\", "\x00\x1f", negated=True), escape)

    return rules.once("json-char", build)


def constant(value: Any) -> Node:
    """Describe exactly this JSON value."""
    match value:
        case dict():
            members = cast(dict[str, Any], value)
            pairs = [seq(text_of(key), COLON, constant(item)) for key, item in members.items()]
            return enclosed("{", seq(*_separated(pairs)), "}")
        case list():
            return enclosed("[", seq(*_separated([constant(item) for item in cast(list[Any], value)])), "]")
        case _:
            return literal(text_of(value))


def text_of(value: Any) -> str:
    """Write a JSON value the way the grammars here do, without optional spaces."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 10**INTEGER_DIGITS:
        value = int(value)
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _natural() -> Node:
    return alt("0", _above_zero())


def _above_zero() -> Node:
    return seq(char_class("19"), repeat(DIGIT, 0, INTEGER_DIGITS - 1))


def _separated(nodes: list[Node]) -> list[Node]:
    return [part for index, node in enumerate(nodes) for part in ([COMMA, node] if index else [node])]
