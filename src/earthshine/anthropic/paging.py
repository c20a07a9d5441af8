"""Pages of lists that a cursor leads through, and times as this API writes them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, TypeVar

from pydantic import BaseModel, Field

from earthshine.wire.bounded import BoundedModel
from earthshine.wire.objects import Thing

Model = TypeVar("Model", bound=BaseModel)

_CURSOR = "page_"
MOST_AT_ONCE = 1000


class PageQuery(BoundedModel):
    """The query of a list."""

    page: str | None = Field(default=None, max_length=256, pattern=f"^{_CURSOR}.")
    limit: int = Field(default=20, ge=1, le=MOST_AT_ONCE)

    @property
    def after(self) -> str | None:
        """The id of the last thing of the page before."""
        return self.page.removeprefix(_CURSOR) if self.page else None


def cursor(found: list[Thing], *, more: bool) -> str | None:
    """Return what leads to the next page."""
    return _CURSOR + found[-1]["id"] if more and found else None


def moment(seconds: int) -> str:
    """Write Unix seconds in the format of RFC 3339."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def known(model: type[Model], **fields: Any) -> Model:
    """Return a query of ours whose bounds this API has checked by its own."""
    return model.model_construct(**fields)
