"""Query strings, read into checked models."""

from __future__ import annotations

import types
from typing import Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel
from starlette.requests import Request

from earthshine.wire.checking import check

Query = TypeVar("Query", bound=BaseModel)


def read_query(model: type[Query], request: Request) -> Query:
    """Check a query string. Lists are written `name[]=a&name[]=b` or `name=a&name=b`, objects `name[key]=value`.

    Raises a 400 that names the parameter at fault.
    """
    values: dict[str, Any] = {}
    for name, value in request.query_params.multi_items():
        plain, _, rest = name.partition("[")
        field = model.model_fields.get(plain)
        if field is not None and _is_list(field.annotation) and rest in ("", "]"):
            values.setdefault(plain, []).append(value)
        elif field is not None and rest not in ("", "]") and rest.endswith("]"):
            values.setdefault(plain, {})[rest[:-1]] = value
        else:
            values[name] = value
    return check(model, values)


def _is_list(annotation: Any) -> bool:
    if get_origin(annotation) in (Union, types.UnionType):
        return any(_is_list(each) for each in get_args(annotation))
    return get_origin(annotation) is list
