"""JSON Schema as grammar: replies and tool arguments that cannot be malformed."""

from earthshine.harness.json_schema.compiler import compile_schema, object_grammar, schema_grammar
from earthshine.harness.json_schema.values import json_object, json_value

__all__ = ["compile_schema", "json_object", "json_value", "object_grammar", "schema_grammar"]
