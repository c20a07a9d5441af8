"""Schemas that other schemas join: `allOf`, and keywords beside a `$ref`, merged into one."""

from __future__ import annotations

from typing import Any, cast

from earthshine.errors import InvalidSchema
from earthshine.harness.json_schema.budget import OverBudget
from earthshine.harness.json_schema.keywords import Schema
from earthshine.harness.json_schema.merging import constraints, merge
from earthshine.harness.json_schema.source import MAX_DEPTH, Source


class Flattening:
    """Merges what the schemas of one source join."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._flat: dict[str, Schema | bool] = {}
        """Targets of references, with what they join merged."""
        self._following: set[str] = set()

    def flattened(self, schema: Any, param: str) -> Schema | bool:
        """Merge a schema with the targets of its `$ref` and the members of its `allOf`."""
        valid = self._source.read(schema, param)
        if isinstance(valid, bool):
            return valid
        self._source.budget.spend(1 + len(valid), param)
        parts: list[Any] = [constraints(valid, "$ref", "allOf")]
        if "$ref" in valid:
            parts.append(self._target(valid["$ref"], f"{param}.$ref"))
        for index, member in enumerate(valid.get("allOf", [])):
            parts.append(self._member(member, f"{param}.allOf[{index}]"))
        merged: Schema | bool = True
        for part in {id(part): part for part in parts}.values():
            merged = self._joined(merged, part, param)
        return merged

    def _member(self, member: Any, param: str) -> Schema | bool:
        if isinstance(member, dict) and member.keys() == {"$ref"} and isinstance(member["$ref"], str):
            return self._target(cast(Schema, member)["$ref"], f"{param}.$ref")
        with self._source.deeper(param):
            return self.flattened(member, param)

    def _target(self, pointer: str, param: str) -> Schema | bool:
        """Return the flattened target of a `$ref`; each is merged once, however often it is named."""
        if pointer not in self._flat:
            if pointer in self._following or len(self._following) >= MAX_DEPTH:
                what = "leads back to itself and never to a value" if pointer in self._following else "leads too far"
                raise InvalidSchema(f"{pointer[:200]} {what}.", param=param)
            self._following.add(pointer)
            try:
                self._flat[pointer] = self.flattened(self._source.resolve(pointer, param), self._source.path(pointer))
            except OverBudget:
                raise
            except InvalidSchema:
                if not self._source.loose:
                    raise
                self._flat[pointer] = True
            finally:
                self._following.discard(pointer)
        return self._flat[pointer]

    def _joined(self, first: Schema | bool, second: Any, param: str) -> Schema | bool:
        """Merge two schemas that both hold; a loose one keeps the first where they cannot both be kept."""
        try:
            merged = merge(first, second, param, self._source.budget, self._source.read)
            if merged is False:
                raise InvalidSchema("These schemas exclude each other; no value satisfies all of them.", param=param)
        except OverBudget:
            raise
        except InvalidSchema:
            if not self._source.loose:
                raise
            return first
        return merged
