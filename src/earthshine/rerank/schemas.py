"""What the wire says under `/rerank`: Cohere's fields of both versions, and Jina's."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, cast

from pydantic import Field, PlainValidator
from pydantic_core import PydanticCustomError

from earthshine.wire.strict import Strict, is_unicode

MOST_DOCUMENTS = 1000
"""As at Cohere's."""


def _documents(value: Any) -> list[str]:
    """Return the texts of documents, each a string or an object with a `text`."""
    if not isinstance(value, list) or not value or len(cast("list[Any]", value)) > MOST_DOCUMENTS:
        raise PydanticCustomError("documents", "Input should be a list of 1 to {most} texts", {"most": MOST_DOCUMENTS})
    texts: list[str] = []
    for each in cast("list[Any]", value):
        text: Any = cast("dict[str, Any]", each).get("text") if isinstance(each, dict) else each
        if not isinstance(text, str) or not text or not is_unicode(text):
            raise PydanticCustomError(
                "document", "Each document should be a text that is not empty, or an object with a `text`"
            )
        texts.append(text)
    return texts


class CreateRerank(Strict):
    """The body of `POST /v1/rerank`, `/v2/rerank` and `/rerank`."""

    model: str = Field(min_length=1, max_length=256)
    query: str = Field(min_length=1)
    documents: Annotated[list[str], PlainValidator(_documents, json_schema_input_type=list[str])]
    top_n: int | None = Field(default=None, ge=1)
    return_documents: bool = False

    # Where texts are cut at Cohere's. One that is too long is an error here, so nothing is cut.
    max_tokens_per_doc: int | None = None
    max_chunks_per_doc: int | None = None
    priority: int | None = None

    unheard: ClassVar = ("max_tokens_per_doc", "max_chunks_per_doc", "priority")
    """Fields that change nothing."""
