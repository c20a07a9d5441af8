"""JSON Schema as grammar: replies and tool arguments that cannot be malformed."""

from earthshine.harness.json_schema.compiler import compile_schema, object_grammar, schema_grammar
from earthshine.harness.json_schema.strict import check_strict
from earthshine.harness.json_schema.values import json_object, json_value

__all__ = ["check_strict", "compile_schema", "json_object", "json_value", "object_grammar", "schema_grammar"]
