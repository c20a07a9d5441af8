"""The schema that a request brought: where it stands, what its references mean, and what may be done for it."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, cast
from urllib.parse import unquote

from earthshine.errors import InvalidSchema
from earthshine.harness.json_schema.budget import Budget
from earthshine.harness.json_schema.keywords import Schema, as_list, checked
from earthshine.harness.json_schema.loosening import loosened
from earthshine.harness.json_schema.merging import Read

MAX_DEPTH = 50
"""Schemas inside schemas."""


class Source:
    """One schema as a whole: `param` is where it stands in the request; see `compile_schema` for `loose`."""

    def __init__(self, root: Schema, param: str, budget: Budget, *, loose: bool) -> None:
        self.root = root
        self.param = param
        self.budget = budget
        self.loose = loose
        self.read: Read = loosened if loose else checked
        """Takes a schema and where it stands; returns it once its keywords are known and well-formed."""
        self.depth = 0
        """Schemas that the one being read stands in."""

    @contextmanager
    def deeper(self, param: str) -> Generator[None]:
        """Count one schema inside another. Raises `InvalidSchema` when they are too many."""
        self.depth += 1
        try:
            if self.depth > MAX_DEPTH:
                raise InvalidSchema(f"More than {MAX_DEPTH} schemas inside each other; use $ref.", param=param)
            yield
        finally:
            self.depth -= 1

    def path(self, pointer: str) -> str:
        """Return where the target of a `$ref` stands in the request."""
        return ".".join([self.param, *pointer.split("/")[1:]])

    def resolve(self, pointer: str, param: str) -> Any:
        """Return the target of a `$ref`. Raises `InvalidSchema`, with `param`, when it is not in this schema."""
        if pointer != "#" and not pointer.startswith("#/"):
            raise InvalidSchema(
                f"{pointer[:200]!r} is not inside this schema; write `#/$defs/name` and define it there.", param=param
            )
        target: Any = self.root
        steps = pointer.split("/")[1:]
        self.budget.spend(1 + len(steps), param)
        for step in steps:
            key = unquote(step).replace("~1", "/").replace("~0", "~")
            entries = as_list(target)
            if isinstance(target, dict) and key in target:
                target = cast(Schema, target)[key]
            elif key.isdecimal() and len(key) < 7 and int(key) < len(entries):
                target = entries[int(key)]
            else:
                raise InvalidSchema(f"{pointer[:200]!r} is not defined in this schema.", param=param)
        return target
