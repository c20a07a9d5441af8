"""What the wire says under `/v1/embeddings`."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, PlainValidator
from pydantic_core import PydanticCustomError

from earthshine.engines.openai_fields import is_ids, list_of
from earthshine.errors import InvalidRequest
from earthshine.wire.strict import Strict

Input = str | tuple[int, ...]

_MOST_INPUTS = 2048
_MOST_NUMBERS = 2**23
"""Of all vectors; 4,096 for each of as many inputs as there may be."""


def _inputs(value: Any) -> list[Input]:
    """Return the inputs: a text, a list of texts, the ids of one text, or a list of such."""
    items = list_of(value)
    if items is None:
        raise PydanticCustomError("input_type", "Input should be a string, or a list of strings or of token ids")
    if not items or not all(item or item == 0 for item in items):
        raise PydanticCustomError("input_empty", "Input should not be empty, and neither should a text in it")
    if is_ids(items):
        return [tuple(items)]
    if len(items) > _MOST_INPUTS:
        raise PydanticCustomError("input_long", "Input should have at most 2048 texts")
    if all(isinstance(item, str) for item in items):
        return items
    if all(is_ids(item) for item in items):
        return [tuple(item) for item in items]
    raise PydanticCustomError("input_type", "Input should be all strings, all token ids or all lists of token ids")


class CreateEmbedding(Strict):
    """The body of `POST /v1/embeddings`. Call `check_supported` before use."""

    model: str = Field(min_length=1, max_length=256)
    input: Annotated[
        list[Input], PlainValidator(_inputs, json_schema_input_type=str | list[str] | list[int] | list[list[int]])
    ]
    dimensions: int | None = Field(default=None, ge=1, le=65536)
    input_type: Literal["query", "document"] | None = None
    """Ours: what the texts are, for models whose makers put something before them. Left out: either, compared with
    each other."""
    encoding_format: Literal["float", "base64"] = "float"
    user: str | None = None

    def check_supported(self) -> None:
        """Raise `InvalidRequest` for too many numbers in all vectors together, and for an `input_type` of token ids."""
        if self.input_type is not None and not all(isinstance(text, str) for text in self.input):
            raise InvalidRequest(
                "What `input_type` puts before an input can only be put before text. Send texts instead of token ids, "
                "or leave it out.",
                param="input_type",
            )
        if self.dimensions is not None and self.dimensions * len(self.input) > _MOST_NUMBERS:
            raise InvalidRequest(
                f"The vectors of one request may have {_MOST_NUMBERS} numbers in sum; {len(self.input)} with "
                f"{self.dimensions} each are more. Send fewer inputs at once.",
                param="dimensions",
            )
