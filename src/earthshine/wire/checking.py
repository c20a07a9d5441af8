"""Values to checked models, and a refusal that names the field at fault."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from earthshine.errors import InvalidRequest, UnknownParameter

Model = TypeVar("Model", bound=BaseModel)


def check(model: type[Model], value: Any) -> Model:
    """Validate a value. Raises `UnknownParameter` or `InvalidRequest` with the path of the first field at fault."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise _explain(error) from None


def _explain(error: ValidationError) -> InvalidRequest:
    first = error.errors(include_url=False, include_context=True)[0]
    # A validator of ours may raise one of our own errors, wrapped in pydantic's.
    context = first.get("ctx", {})
    cause = context.get("error")
    param = field_path(first["loc"]) or None
    # A rule about several fields has no place; its words name them.
    where = f" for '{param}'" if param else ""
    if isinstance(cause, InvalidRequest):
        cause.param = cause.param or param
        return cause
    match first["type"]:
        case "extra_forbidden":
            return UnknownParameter(f"Unknown parameter: '{param}'. Remove it, or check its spelling.", param=param)
        case "missing":
            return InvalidRequest(
                f"Missing required parameter: '{param}'.", param=param, code="missing_required_parameter"
            )
        case "too_long":
            most, given = context["max_length"], context["actual_length"] or "more"
            message = f"Invalid value{where}: it may have {most} items at most, not {given}. Send fewer at once."
            return InvalidRequest(message, param=param)
        case kind if kind.endswith(("_type", "_parsing")):
            message = f"Invalid type{where}: {_lower(first['msg'])}."
            return InvalidRequest(message, param=param, code="invalid_type")
        case _:
            message = first["msg"].removeprefix("Value error, ").removesuffix(".")
            return InvalidRequest(f"Invalid value{where}: {_lower(message)}.", param=param)


def _lower(message: str) -> str:
    return message[:1].lower() + message[1:]


def field_path(location: Sequence[int | str]) -> str:
    """Write `("input", 2, "content")` as `input[2].content`."""
    path = ""
    for step in location:
        path += f"[{step}]" if isinstance(step, int) else f".{step}" if path else step
    return path
