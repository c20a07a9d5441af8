"""The JSON schemas of replies, made from their types when somebody asks for the document."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterable
from functools import cache
from itertools import pairwise
from typing import Any, get_origin

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema
from typing_extensions import get_original_bases, is_typeddict

Schema = dict[str, Any]


def reply_schemas(replies: Iterable[Any], template: str) -> tuple[dict[Any, Schema], dict[str, Schema]]:
    """Return what stands for each type, and every named schema; `template` is a reference to the name `{model}`."""
    adapters = [(reply, "serialization", TypeAdapter(reply)) for reply in dict.fromkeys(replies)]
    references, made = TypeAdapter[Any].json_schemas(
        adapters,  # type: ignore[arg-type] - the mode is a literal
        ref_template=template,
        schema_generator=ReplySchemas,
    )
    schemas: dict[str, Schema] = made.get("$defs", {})
    for name in schemas:
        if "__" in name:
            raise ValueError(f"Two different replies have the name at the end of {name!r}; give one of them another.")
    return {reply: schema for (reply, _), schema in references.items()}, schemas


class ReplySchemas(GenerateJsonSchema):
    """Writes types as readers of the document, and the generator of the web app's client, like them best."""

    def normalize_name(self, name: str) -> str:
        """Name generic types after what is in them: `ChatList` for `Page[Chat]`, and `CostsBucket`."""
        generic, _, thing = name.removesuffix("]").partition("[")
        if not thing:
            return super().normalize_name(name)
        return thing.removesuffix("Result") + ("List" if generic == "Page" else generic)

    def field_title_should_be_set(self, schema: Any) -> bool:
        """Leave out titles, which only repeat names."""
        return False

    def typed_dict_schema(self, schema: core_schema.TypedDictSchema) -> JsonSchemaValue:
        """Close what does not say that it is open, and describe each field with the text under it."""
        made = super().typed_dict_schema(schema)
        made.pop("title", None)
        made.setdefault("additionalProperties", False)
        if "description" in made:
            made["description"] = _one_line(made["description"])
        for name, text in _field_docs(schema.get("cls", object)).items():
            made["properties"][name] = {"description": text} | made["properties"][name]
        return made

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        """Say `type: [string, null]`, which is shorter than two alternatives, where that is all."""
        inner = self.generate_inner(schema["schema"])
        if isinstance(inner.get("type"), str) and not {"enum", "const"} & inner.keys():
            return {**inner, "type": [inner["type"], "null"]}
        return super().nullable_schema(schema)

    def dict_schema(self, schema: core_schema.DictSchema) -> JsonSchemaValue:
        """Say `type: object` of what may hold anything."""
        made = super().dict_schema(schema)
        return {name: value for name, value in made.items() if (name, value) != ("additionalProperties", True)}


def _field_docs(kind: type) -> dict[str, str]:
    """Return the texts under a type's fields, also under those that it inherits."""
    docs: dict[str, str] = {}
    for base in get_original_bases(kind):
        base = get_origin(base) or base
        if is_typeddict(base):
            docs |= _field_docs(base)
    return docs | _documented(kind.__module__).get(kind.__name__, {})


@cache
def _documented(module: str) -> dict[str, dict[str, str]]:
    """Return the texts under the fields of a module's classes."""
    tree = ast.parse(inspect.getsource(sys.modules[module]))
    return {node.name: dict(_pairs(node)) for node in tree.body if isinstance(node, ast.ClassDef)}


def _pairs(node: ast.ClassDef) -> Iterable[tuple[str, str]]:
    for field, text in pairwise(node.body):
        match field, text:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(words))):
                yield name, _one_line(words)
            case _:
                pass


def _one_line(text: str) -> str:
    return " ".join(text.split())
