"""What the routes for operators and balancers reply with."""

from __future__ import annotations

from typing import Any, Literal

from typing_extensions import TypedDict

Origin = Literal["default", "file", "environment", "flag", "console"]


class Health(TypedDict):
    """The process lives."""

    status: Literal["ok"]
    version: str


class Ready(TypedDict):
    """Requests may be sent here."""

    status: Literal["ready"]


class Setting(TypedDict):
    """One setting as it is in force in the server process that answers."""

    object: Literal["setting"]
    name: str
    value: Any
    """Text, a number, a truth value, or an object; secrets are masked."""
    default: Any
    """Text, a number, a truth value, or an object; secrets are masked."""
    in_force: Any
    """What it comes to: the value, or what is worked out where that leaves it open, such as the cores for 0 `threads`.
    Null for secrets."""
    origin: Origin
    secret: bool
    """Whether its value is masked; a secret that is not set is empty."""
    choosable: bool
    """Whether `POST /earthshine/v1/settings/{name}` may change it: nothing else gives it."""
    description: str


class SettingList(TypedDict):
    """All settings."""

    object: Literal["list"]
    data: list[Setting]
