"""What the wire says under `/v1/moderations`."""

from __future__ import annotations

from typing import Annotated, Any, cast

from pydantic import Field, PlainValidator
from pydantic_core import PydanticCustomError

from earthshine.errors import UnsupportedParameter
from earthshine.wire.strict import Strict, is_unicode, rejection

MOST_INPUTS = 32
"""Texts of one request: each costs two short prompts for each category."""


def _texts(value: Any) -> list[str]:
    """Return the texts that are judged: one, several, or one that is written in parts."""
    items = cast("list[Any]", value) if isinstance(value, list) else [value]
    if isinstance(value, list) and items and all(isinstance(each, dict) for each in items):
        return ["\n".join(_part(part, index) for index, part in enumerate(cast("list[dict[str, Any]]", items)))]
    if not items or len(items) > MOST_INPUTS or not all(isinstance(each, str) and is_unicode(each) for each in items):
        raise PydanticCustomError(
            "input", "Input should be a text, a list of {most} texts at most, or a list of parts", {"most": MOST_INPUTS}
        )
    return items


def _part(part: dict[str, Any], index: int) -> str:
    if part.get("type") == "image_url":
        raise rejection(
            UnsupportedParameter(
                "Pictures are not judged here, only texts. Leave the part out.", param=f"input[{index}].image_url"
            )
        )
    text = part.get("text")
    if part.get("type") != "text" or not isinstance(text, str) or not is_unicode(text):
        raise PydanticCustomError("part", "Each part should be of the type `text`, with a text")
    return text


class CreateModeration(Strict):
    """The body of `POST /v1/moderations`."""

    input: Annotated[list[str], PlainValidator(_texts, json_schema_input_type=str | list[str] | list[dict[str, Any]])]
    model: str = Field(default="omni-moderation-latest", min_length=1, max_length=256)
    """A chat model. OpenAI's names for its own mean the default one."""
