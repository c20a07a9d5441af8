"""What is left of a schema when all that no grammar can hold is dropped.

Functions that are not strict are best effort: their schemas come from people and programs that the caller can neither
see nor change. A keyword that is unknown, malformed or beyond a grammar is dropped here, and the values that it would
have excluded are allowed.
"""

from __future__ import annotations

from typing import Any, cast

from earthshine.errors import InvalidSchema
from earthshine.harness.json_schema.keywords import KNOWN, PAIRS, TYPES, Schema, as_list, check_value

_MEMBERS = ("items", "additionalProperties")


def loosened(schema: Any, _param: str = "") -> Schema | bool:
    """Return the part of a schema that is well formed; True, any value, for what is no schema at all.

    Only this schema is looked at, not those inside it.
    """
    if isinstance(schema, bool):
        return schema
    if not isinstance(schema, dict):
        return True
    written = _today(cast(Schema, schema))
    kept: Schema = {}
    for keyword, value in written.items():
        if keyword == "required" and isinstance(value, list):
            value = [name for name in as_list(value) if isinstance(name, str)]
        if keyword in KNOWN and _well_formed(keyword, value):
            kept[keyword] = value
    for low, high in PAIRS:
        if low in kept and high in kept and kept[low] > kept[high]:
            del kept[low], kept[high]
    return {**kept, "$defs": written["$defs"]} if "$defs" in written else kept


def _well_formed(keyword: str, value: Any) -> bool:
    if keyword in _MEMBERS and not isinstance(value, dict | bool):
        return False
    try:
        check_value(keyword, value, "")
    except InvalidSchema:
        return False
    return True


def _today(schema: Schema) -> Schema:
    """Write what older drafts and OpenAPI say in other words the way it is said today."""
    changed = dict(schema)
    if isinstance(changed.get("items"), list):
        changed["prefixItems"] = changed.pop("items")
        if "additionalItems" in changed:
            changed["items"] = changed["additionalItems"]
    if changed.get("nullable") is True:
        names = as_list(changed.get("type")) or [changed.get("type")]
        if all(isinstance(name, str) and name in TYPES for name in names):
            changed["type"] = [*names, "null"]
        if isinstance(changed.get("enum"), list):
            changed["enum"] = [*changed["enum"], None]
    for bound, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if changed.get(exclusive) is True and bound in changed:
            changed[exclusive] = changed.pop(bound)
    return changed
