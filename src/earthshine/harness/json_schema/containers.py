"""Objects and arrays as grammar. Properties come in the order of the schema, optional ones may be left out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

from earthshine.errors import InvalidSchema
from earthshine.harness.grammar import EMPTY, Node, Rules, alt, char_class, optional, repeat, seq
from earthshine.harness.json_schema.budget import Budget, OverBudget
from earthshine.harness.json_schema.keywords import Schema
from earthshine.harness.json_schema.values import COLON, COMMA, enclosed, text_of

MAX_OPTIONAL = 500
"""Optional properties of one object: at each of them the engine follows all the others."""
MAX_TOLD_APART = 40
"""Characters in which other names may differ from those of the properties."""


class Compile(Protocol):
    """Turns a schema inside another one into a node."""

    def __call__(self, schema: Any, param: str) -> Node: ...


def object_node(
    schema: Schema, param: str, compile_schema: Compile, rules: Rules, budget: Budget, *, closed: bool, loose: bool
) -> Node:
    """Describe a JSON object.

    `closed` says that nothing is allowed that the schema does not mention, `loose` that what grammar cannot keep is
    dropped instead of refused.
    """
    properties: dict[str, Any] = dict(schema.get("properties", {}))
    extra = schema.get("additionalProperties", not properties and not closed)
    # What is only required may be anything, unless the schema itself says that there is nothing else.
    undescribed = schema.get("additionalProperties", not closed)
    required = dict.fromkeys(schema.get("required", []))
    budget.spend(len(properties) + len(required), param)
    for name in required:
        if properties.setdefault(name, undescribed) is False:
            if not loose:
                raise InvalidSchema(
                    f"The property {name[:100]!r} is required and cannot be there; describe it in `properties`.",
                    param=f"{param}.required",
                )
            properties[name] = True
    allowed = {name: value for name, value in properties.items() if value is not False}
    pairs = [
        (seq(text_of(name), COLON, compile_schema(value, f"{param}.properties.{name[:100]}")), name in required)
        for name, value in allowed.items()
    ]
    if len(pairs) - len(required) > MAX_OPTIONAL:
        raise OverBudget(
            f"An object may have at most {MAX_OPTIONAL} optional properties; list more of them as required.",
            param=f"{param}.properties",
        )
    low, high = int(schema.get("minProperties", 0)), schema.get("maxProperties")
    extra_pair = None
    if extra is not False:
        budget.spend(sum(min(len(name), MAX_TOLD_APART) for name in properties), param)
        key = seq('"', _text_except(properties), '"')
        extra_pair = rules.add("extra", seq(key, COLON, compile_schema(extra, f"{param}.additionalProperties")))
    if not pairs:
        if low > 1 and extra_pair is not None:
            if not loose:
                # Grammar cannot keep a name from being written twice, and twice counts once.
                raise InvalidSchema(
                    "minProperties above 1 needs `properties`; list them as required.", param=f"{param}.minProperties"
                )
            low = 1
        inside = listed(extra_pair, 0 if loose and extra_pair is None else low, _whole(high), param)
    else:
        too_few = low > len(required)
        too_many = high is not None and (extra_pair is not None or high < len(pairs))
        if (too_few or too_many) and not loose:
            raise InvalidSchema(
                "minProperties and maxProperties cannot be kept here; list the properties and require them.",
                param=param,
            )
        inside = _pairs(pairs, EMPTY if extra_pair is None else repeat(seq(COMMA, extra_pair)), extra_pair, rules)
    return rules.add("object", enclosed("{", inside, "}"))


MAX_FIRST_ITEMS = 1_000
"""Items that `prefixItems` may describe; each is a rule that refers to the next, and a chain of thousands holds the
event loop while it is written."""


def array_node(schema: Schema, param: str, compile_schema: Compile, rules: Rules, *, loose: bool) -> Node:
    """Describe a JSON array. `loose` says that what grammar cannot keep is dropped instead of refused."""
    low, high = int(schema.get("minItems", 0)), _whole(schema.get("maxItems"))
    prefix: list[Any] = schema.get("prefixItems", [])
    if high is not None:
        prefix = prefix[:high]
    if len(prefix) > MAX_FIRST_ITEMS and not loose:
        raise OverBudget(
            f"An array may describe its first {MAX_FIRST_ITEMS} items, not {len(prefix)}.", param=f"{param}.prefixItems"
        )
    # Loosely, what comes after them may be anything.
    others = schema.get("items", True) if len(prefix) <= MAX_FIRST_ITEMS else True
    prefix = prefix[:MAX_FIRST_ITEMS]
    first = [compile_schema(item, f"{param}.prefixItems[{index}]") for index, item in enumerate(prefix)]
    more = high is None or high > len(first)
    item = compile_schema(others, f"{param}.items") if more and others is not False else None
    if low > len(first) and item is None and loose:
        low = len(first)
    if not first:
        return rules.add("array", enclosed("[", listed(item, low, high, param), "]"))
    if low > len(first) and item is None:
        raise InvalidSchema(f"minItems {low} is more than the array may hold.", param=f"{param}.minItems")
    tail = EMPTY
    if item is not None:
        tail = repeat(seq(COMMA, item), max(0, low - len(first)), None if high is None else high - len(first))
    for index in range(len(first) - 1, 0, -1):
        # As rules of their own: written into each other, many would be copied again and again.
        with_item = seq(COMMA, first[index], tail)
        tail = rules.add("items", with_item if index < low else optional(with_item))
    inside = seq(first[0], tail)
    return rules.add("array", enclosed("[", inside if low else optional(inside), "]"))


def listed(item: Node | None, low: int, high: int | None, param: str) -> Node:
    """Describe `low` to `high` items with commas between them."""
    if item is None or high == 0:
        if low:
            raise InvalidSchema(f"At least {low} entries are asked for and none is allowed.", param=param)
        return EMPTY
    inside = seq(item, repeat(seq(COMMA, item), max(0, low - 1), None if high is None else high - 1))
    return inside if low else optional(inside)


def _whole(count: float | None) -> int | None:
    return None if count is None else int(count)


def _pairs(pairs: list[tuple[Node, bool]], end: Node, extra: Node | None, rules: Rules) -> Node:
    """Describe the pairs in order, the optional ones with and without, and then what `end` adds."""
    # Any of the optional pairs at the front, or the first required one, may be written first.
    openers = next((index for index, (_, is_required) in enumerate(pairs) if is_required), len(pairs))
    behind = [
        seq(COMMA, pair) if is_required else optional(seq(COMMA, pair)) for pair, is_required in pairs[openers + 1 :]
    ]
    rest = seq(*behind, end)
    options: list[Node] = []
    for index in reversed(range(min(openers + 1, len(pairs)))):
        pair, is_required = pairs[index]
        if openers:
            # Pair and rest occur twice each: as rules they are not written out again and again.
            pair, rest = rules.add("pair", pair), rest if rest == EMPTY else rules.add("rest", rest)
        options.append(seq(pair, rest))
        following = seq(COMMA, pair)
        rest = seq(following if is_required else optional(following), rest)
    options.reverse()
    if openers < len(pairs):
        return alt(*options)
    return optional(alt(*options, *([seq(extra, end)] if extra is not None else [])))


def _text_except(names: Iterable[str]) -> Node:
    """Describe any unescaped text, as it stands between quotes, other than the names.

    Texts that begin like a name for MAX_TOLD_APART characters are left out as well.
    """
    return _other_than({name for name in names if text_of(name) == f'"{name}"'}, MAX_TOLD_APART)


_FORBIDDEN = ('"', "\\", "\x00\x1f")


def _other_than(texts: set[str], depth: int) -> Node:
    free = repeat(char_class(*_FORBIDDEN, negated=True))
    if not texts:
        return free
    groups: dict[str, set[str]] = {}
    for text in texts:
        if text:
            groups.setdefault(text[0], set()).add(text[1:])
    options = [seq(char, _other_than(rests, depth - 1)) for char, rests in groups.items()] if depth else []
    options.append(seq(char_class(*_FORBIDDEN, *groups, negated=True), free))
    return alt(*options, *([] if "" in texts else [EMPTY]))
