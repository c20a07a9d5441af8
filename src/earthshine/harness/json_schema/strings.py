"""Strings with a length, a pattern or a format, as grammar.

The formats give a subset of what their standards allow, chosen so that every text is valid: years
have four digits and begin above zero, February has 29 days in leap years only, times carry an offset,
addresses are ASCII and made of parts too short to go on for ever. Formats that are not listed are
annotations, as JSON Schema says, and constrain nothing.
"""

from __future__ import annotations

from earthshine.errors import InvalidSchema
from earthshine.harness.grammar import Node, Rules, alt, code_points, literal, one_of, repeat, seq
from earthshine.harness.grammar.nodes import Alt, Chars, Literal, Ref, Repeat, Seq
from earthshine.harness.json_schema.budget import Budget
from earthshine.harness.json_schema.patterns import read_pattern
from earthshine.harness.json_schema.values import json_char, json_string

_LEAP = "[1-9][0-9](?:0[48]|[2468][048]|[13579][26])"
_DATE = (
    "(?:[1-9][0-9]{3}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
    "|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))"
    f"|{_LEAP}-02-29)"
)
_TIME = "(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\\.[0-9]{1,6})?(?:Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])"
_N = "[0-9]{1,4}"
_CLOCK = f"T(?:{_N}H(?:{_N}M(?:{_N}S)?)?|{_N}M(?:{_N}S)?|{_N}S)"
_LABEL = "[A-Za-z0-9](?:-?[A-Za-z0-9]){0,20}"
_ATOM = "[A-Za-z0-9](?:[._+-]?[A-Za-z0-9]){0,20}"
_OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_GROUP = "[0-9A-Fa-f]{1,4}"
_SHORT_IPV6 = "|".join(
    (f"{_GROUP}(?::{_GROUP}){{{left - 1}}}" if left else "")
    + "::"
    + (f"(?:{_GROUP}(?::{_GROUP}){{0,{5 - left}}})?" if left < 6 else "")
    for left in range(7)
)

FORMATS = {
    "date": _DATE,
    "time": _TIME,
    "date-time": f"{_DATE}T{_TIME}",
    "duration": f"P(?:{_N}W|(?:{_N}Y(?:{_N}M(?:{_N}D)?)?|{_N}M(?:{_N}D)?|{_N}D)(?:{_CLOCK})?|{_CLOCK})",
    "email": f"{_ATOM}@{_LABEL}(?:\\.{_LABEL}){{1,3}}",
    "hostname": f"{_LABEL}(?:\\.{_LABEL}){{0,3}}",
    "ipv4": f"{_OCTET}(?:\\.{_OCTET}){{3}}",
    "ipv6": f"(?:{_GROUP}(?::{_GROUP}){{7}}|{_SHORT_IPV6})",
    "uuid": "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",
}
"""Regular expressions of the formats that are enforced."""

_SPECIAL = code_points([(0x01, 0x1F), (0x22, 0x22), (0x5C, 0x5C)])
"""Characters that a JSON string cannot hold as they are."""
_SHORT_ESCAPES = {8: "\\b", 9: "\\t", 10: "\\n", 12: "\\f", 13: "\\r", 34: '\\"', 92: "\\\\"}


def string_node(
    rules: Rules,
    *,
    minimum: int,
    maximum: int | None,
    pattern: str | None,
    format: str | None,  # noqa: A002  the keyword's own name
    param: str,
    budget: Budget,
) -> Node:
    """Describe a JSON string. Lengths count characters. Raises InvalidSchema, with `param`, when it cannot be."""
    expression, source = (pattern, "pattern") if pattern is not None else (None, "")
    if format in FORMATS:
        if pattern is not None:
            raise InvalidSchema("`pattern` and `format` cannot be combined; keep one of them.", param=param)
        expression, source = f"^{FORMATS[format]}$", "format"
    if expression is None:
        if minimum == 0 and maximum is None:
            return json_string(rules)
        return rules.add("string", seq('"', repeat(json_char(rules), minimum, maximum), '"'))
    node = _with_length(read_pattern(expression, f"{param}.{source}", budget), minimum, maximum, param)
    if source == "format":
        return rules.once(f"format-{format}-{minimum}-{maximum}", lambda: seq('"', _quoted(node), '"'))
    return rules.add("pattern", seq('"', _quoted(node), '"'))


def _with_length(node: Node, minimum: int, maximum: int | None, param: str) -> Node:
    """Restrict a pattern to a length; InvalidSchema when grammar cannot express the combination."""
    shortest, longest = _lengths(node)
    if shortest >= minimum and (maximum is None or (longest is not None and longest <= maximum)):
        return node
    if isinstance(node, Repeat) and _lengths(node.item) == (1, 1):
        low = max(node.minimum, minimum)
        high = min((m for m in (node.maximum, maximum) if m is not None), default=None)
        if high is None or low <= high:
            return repeat(node.item, low, high)
    raise InvalidSchema(
        "minLength and maxLength cannot be combined with this pattern or format; drop them, "
        "or write the length into the pattern, for example `^[a-z]{2,8}$`.",
        param=param,
    )


def _lengths(node: Node) -> tuple[int, int | None]:
    """Return the least and the greatest length of the node's texts; None for no limit."""
    match node:
        case Literal(text):
            return len(text), len(text)
        case Seq(items):
            pairs = [_lengths(item) for item in items]
            most = [high for _, high in pairs if high is not None]
            return sum(low for low, _ in pairs), sum(most) if len(most) == len(pairs) else None
        case Alt(options):
            pairs = [_lengths(option) for option in options]
            most = [high for _, high in pairs if high is not None]
            return min(low for low, _ in pairs), max(most) if len(most) == len(pairs) else None
        case Repeat(item, minimum, maximum):
            low, high = _lengths(item)
            return low * minimum, None if maximum is None or high is None else high * maximum
        case _:
            return 1, 1


def _quoted(node: Node) -> Node:
    """Turn a node over plain text into one over the inside of a JSON string."""
    match node:
        case Literal(text):
            return seq(*(_escaped(ord(char)) for char in text))
        case Chars():
            return _quoted_chars(node)
        case Seq(items):
            return seq(*(_quoted(item) for item in items))
        case Alt(options):
            return alt(*(_quoted(option) for option in options))
        case Repeat(item, minimum, maximum):
            return repeat(_quoted(item), minimum, maximum)
        case Ref():
            return node


def _quoted_chars(chars: Chars) -> Node:
    escaped = [_escaped(code).text for low, high in _SPECIAL.ranges for code in range(low, high + 1) if code in chars]
    if not escaped:
        return chars
    # Outside both sets is outside of what may stand unescaped: De Morgan on ranges.
    outside = (*chars.complement(), *_SPECIAL.ranges)
    try:
        return alt(code_points(outside, negated=True), one_of(escaped))
    except InvalidSchema:
        return one_of(escaped)


def _escaped(code: int) -> Literal:
    if code not in _SPECIAL:
        return literal(chr(code))
    return literal(_SHORT_ESCAPES.get(code, f"\\u{code:04x}"))
