"""The objects of the API's replies, as the OpenAPI document shows them.

Our own objects are described whole. Those of OpenAI's API are described as far as a reader needs to tell them apart;
their every field is in OpenAI's reference and in the official SDK's types, which the tests hold our replies to.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from earthshine.wire.objects import Page

Schema = dict[str, Any]

STRING: Schema = {"type": "string"}
INTEGER: Schema = {"type": "integer"}
NUMBER: Schema = {"type": "number"}
BOOLEAN: Schema = {"type": "boolean"}
ANYTHING: Schema = {"type": "object"}
STRINGS: Schema = {"type": "array", "items": STRING}


@dataclass(frozen=True, slots=True)
class Object:
    """One kind of object: its name in the document, and its schema."""

    name: str
    schema: Schema
    uses: tuple[Object, ...] = field(default=())
    """Those that its schema refers to."""

    @property
    def reference(self) -> Schema:
        """Return what stands for it elsewhere."""
        return {"$ref": f"#/components/schemas/{self.name}"}


def nullable(schema: Schema) -> Schema:
    """Return a schema that null fits too."""
    if "$ref" in schema:
        return {"anyOf": [schema, {"type": "null"}]}
    return {**schema, "type": [schema["type"], "null"]}


SECONDS: Schema = {"description": "Unix seconds."} | INTEGER
SECONDS_OR_NULL: Schema = {"description": "Unix seconds."} | nullable(INTEGER)


def const(value: str) -> Schema:
    """Return the schema of one word."""
    return {"type": "string", "const": value}


def record(name: str, about: str, /, *uses: Object, **fields: Schema) -> Object:
    """Return an object with these fields, all of them always there, and no others."""
    return Object(name, _schema(about, fields) | {"additionalProperties": False}, uses)


def theirs(name: str, about: str, /, *uses: Object, **fields: Schema) -> Object:
    """Return an object of OpenAI's API that has these fields and more."""
    return Object(name, _schema(about, fields) | {"additionalProperties": True}, uses)


def sometimes(thing: Object, /, *uses: Object, **fields: Schema) -> Object:
    """Return an object that also has these fields, some of the time."""
    schema = {**thing.schema, "properties": {**thing.schema["properties"], **fields}}
    return Object(thing.name, schema, (*thing.uses, *uses))


def _schema(about: str, fields: dict[str, Schema]) -> Schema:
    return {"type": "object", "description": about, "properties": fields, "required": list(fields)}


def page_of(thing: Any) -> Any:
    """Return the list object around things with ids."""
    if not isinstance(thing, Object):
        return Page[thing]
    return record(
        f"{thing.name}List",
        "One page of a list.",
        thing,
        object=const("list"),
        data={"type": "array", "items": thing.reference},
        first_id=nullable(STRING),
        last_id=nullable(STRING),
        has_more=BOOLEAN,
    )


def list_of(thing: Object, name: str, about: str) -> Object:
    """Return the list object that holds all of its things at once."""
    return record(name, about, thing, object=const("list"), data={"type": "array", "items": thing.reference})


def deleted(name: str, word: str) -> Object:
    """Return what the removal of an object is answered with."""
    return record(name, "What was removed.", id=STRING, object=const(word), deleted={"type": "boolean", "const": True})


ERROR = record(
    "Error",
    "Why a request failed, in OpenAI's shape.",
    error=_schema(
        "What happened, and what to do next.",
        {
            "message": STRING,
            "type": STRING,
            "param": {"description": "The field at fault, such as `input[2].content`."} | nullable(STRING),
            "code": {"description": "A stable word that programs can compare."} | STRING,
        },
    ),
)
FILE = theirs(
    "File",
    "A stored file.",
    id=STRING,
    object=const("file"),
    bytes=INTEGER,
    created_at=SECONDS,
    expires_at=SECONDS_OR_NULL,
    filename=STRING,
    purpose=STRING,
    status=const("processed"),
)
FILE_CONTENT = Object("FileContent", {"type": "string", "format": "binary", "description": "A file's bytes."})
UPLOAD = theirs(
    "Upload",
    "A file that is sent in parts.",
    FILE,
    id=STRING,
    object=const("upload"),
    bytes=INTEGER,
    created_at=SECONDS,
    expires_at=SECONDS,
    filename=STRING,
    purpose=STRING,
    status=STRING,
    file=nullable(FILE.reference),
)
UPLOAD_PART = record(
    "UploadPart",
    "A part of a file that is sent in parts.",
    id=STRING,
    object=const("upload.part"),
    created_at=SECONDS,
    upload_id=STRING,
)
HEALTH = record("Health", "The process lives.", status=const("ok"), version=STRING)
METRICS = Object("Metrics", {"type": "string", "description": "Prometheus' text format."})
READY = record("Ready", "Requests may be sent here.", status=const("ready"))

MODEL = record(
    "Model",
    "A model that requests can name.",
    id=STRING,
    object=const("model"),
    created=INTEGER,
    owned_by=STRING,
    earthshine=_schema(
        "What OpenAI has no field for.",
        {
            "alias_of": nullable(STRING),
            "abilities": {"type": "array", "items": STRING},
            "weak_vectors": {
                "description": "Its vectors are the average of a chat model's states, which compares texts poorly."
            }
            | BOOLEAN,
            "family": STRING,
            "parameters": nullable(INTEGER),
            "quantization": nullable(STRING),
            "context_length": {"description": "Tokens that it is served with; 0 when unknown."} | INTEGER,
            "server": {
                "description": "The server that answers: a name of the settings, or its host; empty for an address "
                "without a public name, null for this machine."
            }
            | nullable(STRING),
            "size": INTEGER,
            "licence": STRING,
            "description": STRING,
        },
    )
    | {"additionalProperties": True},
)
MODELS = list_of(MODEL, "ModelList", "All models.")
RESPONSE = theirs(
    "Response",
    "A response, as in OpenAI's API.",
    id=STRING,
    object=const("response"),
    created_at=INTEGER,
    status={"type": "string", "enum": ["queued", "in_progress", "completed", "incomplete", "failed", "cancelled"]},
    model=STRING,
    output={"type": "array", "items": ANYTHING},
    usage=nullable(ANYTHING),
)
COMPACTION = theirs("CompactedResponse", "A condensed conversation, as in OpenAI's API.", id=STRING, object=STRING)
INPUT_TOKENS = record("InputTokens", "A count.", object=const("response.input_tokens"), input_tokens=INTEGER)
ITEM = theirs("Item", "An item of a conversation, as in OpenAI's API.", id=STRING, type=STRING)
CONVERSATION = theirs(
    "Conversation", "A conversation, as in OpenAI's API.", id=STRING, object=const("conversation"), created_at=INTEGER
)
CHAT_COMPLETION = theirs(
    "ChatCompletion",
    "A chat completion, as in OpenAI's API.",
    id=STRING,
    object=const("chat.completion"),
    created=INTEGER,
    model=STRING,
    choices={"type": "array", "items": ANYTHING},
)
CHAT_MESSAGE = theirs(
    "StoredMessage", "A message of a stored chat completion, as in OpenAI's API.", id=STRING, role=STRING
)
COMPLETION = theirs(
    "Completion",
    "A completion, as in OpenAI's API.",
    id=STRING,
    object=const("text_completion"),
    created=INTEGER,
    model=STRING,
    choices={"type": "array", "items": ANYTHING},
)
EMBEDDINGS = theirs(
    "EmbeddingList",
    "Vectors, as in OpenAI's API.",
    object=const("list"),
    model=STRING,
    data={"type": "array", "items": ANYTHING},
    usage=ANYTHING,
)
