"""New secrets for a credential, whose kind and destination stay."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict

from earthshine.errors import InvalidRequest
from earthshine.vaults.auth import Moment, Secret, Word
from earthshine.wire.bounded import BoundedModel
from earthshine.wire.strict import Strict, chooser

Json = dict[str, Any]


class RotateClientSecret(Strict):
    """A new secret of the OAuth client."""

    type: Literal["client_secret_basic", "client_secret_post"]
    client_secret: Secret | None = None


class RotateRefresh(BoundedModel):
    """What is new about the refreshing; `scope: null` sends none from now on."""

    model_config = ConfigDict(extra="forbid", strict=True)

    refresh_token: Secret | None = None
    scope: Word | None = None
    token_endpoint_auth: RotateClientSecret | None = None


class RotateOauth(BoundedModel):
    """New tokens. The old expiry goes with the old access token; `expires_at: null` clears it alone."""

    model_config = ConfigDict(extra="forbid", strict=True)

    type: Literal["mcp_oauth"]
    access_token: Secret | None = None
    expires_at: Moment | None = None
    refresh: RotateRefresh | None = None


class RotateBearer(Strict):
    """A new token."""

    type: Literal["static_bearer"]
    token: Secret


class RotateVariable(Strict):
    """A new secret."""

    type: Literal["environment_variable"]
    secret_value: Secret


Rotation = RotateOauth | RotateBearer | RotateVariable
AnyRotation = Annotated[
    Rotation,
    chooser(
        "kind of credential",
        {"mcp_oauth": RotateOauth, "static_bearer": RotateBearer, "environment_variable": RotateVariable},
    ),
]


def rotated(told: Json, secrets: dict[str, str], wanted: Rotation) -> tuple[Json, dict[str, str]]:
    """Return what is told of a credential, and its secrets, with what is new.

    Raises `InvalidRequest` where the credential is of another kind, or has nothing to refresh.
    """
    if wanted.type != told["type"]:
        raise InvalidRequest(
            f"This credential is of the type {told['type']!r}, which stays. Make another one for {wanted.type!r}.",
            param="auth.type",
        )
    if isinstance(wanted, RotateBearer):
        return told, {"token": wanted.token}
    if isinstance(wanted, RotateVariable):
        return told, {"secret_value": wanted.secret_value}
    told, secrets = dict(told), dict(secrets)
    if wanted.access_token is not None:
        secrets["access_token"], told["expires_at"] = wanted.access_token, None
    if "expires_at" in wanted.model_fields_set:
        told["expires_at"] = wanted.expires_at
    if wanted.refresh is not None:
        told["refresh"] = _refreshed(told["refresh"], secrets, wanted.refresh)
    return told, secrets


def _refreshed(told: Json | None, secrets: dict[str, str], wanted: RotateRefresh) -> Json:
    if told is None:
        raise InvalidRequest(
            "This credential was made without `refresh`, and has nothing to renew there. Make another one.",
            param="auth.refresh",
        )
    if wanted.refresh_token is not None:
        secrets["refresh_token"] = wanted.refresh_token
    if wanted.token_endpoint_auth is not None:
        kind = told["token_endpoint_auth"]["type"]
        if wanted.token_endpoint_auth.type != kind:
            raise InvalidRequest(f"Its token_endpoint_auth is {kind!r}, which stays.", param="auth.refresh")
        if wanted.token_endpoint_auth.client_secret is not None:
            secrets["client_secret"] = wanted.token_endpoint_auth.client_secret
    return {**told, "scope": wanted.scope} if "scope" in wanted.model_fields_set else told
