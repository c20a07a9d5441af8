"""Query strings of lists of items, here and under responses."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from starlette.requests import Request

from earthshine.wire import check

Query = TypeVar("Query", bound=BaseModel)

Includable = Literal[
    "file_search_call.results",
    "web_search_call.results",
    "web_search_call.action.sources",
    "message.input_image.image_url",
    "computer_call_output.output.image_url",
    "code_interpreter_call.outputs",
    "reasoning.encrypted_content",
    "message.output_text.logprobs",
]


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


class IncludeQuery(BaseModel):
    """What else to return. Stored items are always returned whole, so the values change nothing."""

    model_config = ConfigDict(extra="forbid")

    include: Annotated[list[Includable], BeforeValidator(_as_list)] = Field(default_factory=list[Includable])


class ItemListQuery(IncludeQuery):
    """One page of items."""

    after: str | None = None
    limit: int = Field(default=20, ge=1, le=100)
    order: Literal["asc", "desc"] = "desc"


def parse_query(model: type[Query], request: Request) -> Query:
    """Read and check a query string; `include` may be repeated, and written `include[]` as the SDK does.

    Raises a 400 that names the parameter at fault.
    """
    values: dict[str, Any] = {}
    for name, value in request.query_params.multi_items():
        plain = name.removesuffix("[]")
        if plain == "include":
            values.setdefault(plain, []).append(value)
        else:
            values[name] = value
    return check_query(model, values)


def check_query(model: type[Query], values: dict[str, Any]) -> Query:
    """Check a query's values. Raises a 400 that names the parameter at fault."""
    return check(model, values)
