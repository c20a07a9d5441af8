"""Which columns have secrets in them: `Column(..., info=SEALED)`.

Such a column is either the encrypted text itself, or JSON in which each encrypted text stands under the key `sealed`.
A column that does not say so is not encrypted anew with the others, and lost when the old key goes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, cast

from sqlalchemy import Column, MetaData

SEALED = {"sealed": True}
SEALED_KEY = "sealed"
"""What an encrypted text stands under, in JSON."""


def sealed_columns(metadata: MetaData) -> Iterator[Column[Any]]:
    """Return the columns that have secrets, in the order of their tables."""
    for table in metadata.sorted_tables:
        for column in table.columns:
            if column.info.get("sealed"):
                yield column


def renewed(value: Any, renew: Callable[[str], str]) -> Any:
    """Return what such a column has with each encrypted text put through `renew`."""
    return renew(value) if isinstance(value, str) else _inside(value, renew)


def _inside(value: Any, renew: Callable[[str], str]) -> Any:
    if isinstance(value, dict):
        return {
            name: renew(each) if name == SEALED_KEY and isinstance(each, str) else _inside(each, renew)
            for name, each in cast("dict[str, Any]", value).items()
        }
    if isinstance(value, list):
        return [_inside(each, renew) for each in cast("list[Any]", value)]
    return value
