"""Bodies and queries of limits, spend limits and model permissions."""

from __future__ import annotations

import unicodedata
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field

from earthshine.metering.limits.kinds import Kind
from earthshine.metering.limits.store import Scope
from earthshine.metering.prices.money import MOST_PICODOLLARS, PICODOLLARS_PER_CENT
from earthshine.wire.pagination import ListQuery
from earthshine.wire.strict import Body

UNLIMITED: Final = 2**53 - 1
"""What a rate limit shows where there is none, and what takes one away: the largest integer that every JSON reader
keeps exactly. OpenAI's objects have no null there."""


def _printable(text: str) -> str:
    # Also all that `str.splitlines` takes for the end of a line, as the mail package does.
    if any(unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp") for letter in text):
        raise ValueError("must not contain control characters or line separators")
    return text


Text = Annotated[str, Field(max_length=256), AfterValidator(_printable)]

Cents = Annotated[int, Field(ge=0, le=MOST_PICODOLLARS // PICODOLLARS_PER_CENT)]
Amount = Annotated[int, Field(ge=0, le=UNLIMITED)]


class PlacedQuery(ListQuery):
    """One page of a list, after or before one of its objects."""

    before: str | None = Field(default=None, max_length=256)


class RateLimitsQuery(PlacedQuery):
    """The query of `rate_limits.list_rate_limits`."""

    limit: int = Field(default=100, ge=1, le=100)


class RateLimitUpdate(Body):
    """The body of `rate_limits.update_rate_limit`; what is left out stays."""

    max_requests_per_1_minute: Amount | None = None
    max_tokens_per_1_minute: Amount | None = None
    max_requests_per_1_day: Amount | None = None
    batch_1_day_max_input_tokens: int | None = None
    max_audio_megabytes_per_1_minute: int | None = None
    max_images_per_1_minute: int | None = None


class SpendLimitUpdate(Body):
    """The body of `spend_limit.update`."""

    currency: Literal["USD"]
    interval: Literal["month"]
    threshold_amount: Cents


class ModelPermissionsUpdate(Body):
    """The body of `model_permissions.update`."""

    mode: Literal["allow_list", "deny_list"]
    model_ids: Annotated[list[Text], Field(max_length=1000)]


class LimitBody(Body):
    """The body of `POST /v1/organization/limits`."""

    scope: Scope
    scope_id: Annotated[Text, Field(min_length=1, max_length=64)] | None = None
    """Left out for the organisation itself."""
    kind: Kind
    model: Annotated[Text, Field(min_length=1)] | None = None
    """The only model that counts; left out for all of them together."""
    amount: int | float | Annotated[str, Field(max_length=64)]
    """Whole units, or dollars for what limits spending."""


class LimitsQuery(ListQuery):
    """The query of `GET /v1/organization/limits`."""

    after: Text | None = None
    scope: Scope | None = None
    scope_id: Text | None = None
    kind: Kind | None = None
