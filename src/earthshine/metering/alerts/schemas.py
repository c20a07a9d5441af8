"""Bodies and queries of spend alerts."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from earthshine.accounts.people.names import check_email
from earthshine.errors import InvalidRequest
from earthshine.metering.limits.schemas import Cents, PlacedQuery, Text
from earthshine.wire.strict import Body


def _email(text: str) -> str:
    try:
        return check_email(text)
    except InvalidRequest as error:
        # As a value's error it names the place in the list.
        raise ValueError(error.message) from None


Email = Annotated[str, Field(max_length=1000), AfterValidator(_email)]


class AlertsQuery(PlacedQuery):
    """The query of `spend_alerts.list`."""

    order: Literal["asc", "desc"] = "asc"


class NotificationChannel(Body):
    """Who is told."""

    type: Literal["email"]
    recipients: Annotated[list[Email], Field(min_length=1, max_length=50)]
    subject_prefix: Text | None = None


class SpendAlertBody(Body):
    """The body of `spend_alerts.create` and `.update`."""

    currency: Literal["USD"]
    interval: Literal["month"]
    notification_channel: NotificationChannel
    threshold_amount: Cents
