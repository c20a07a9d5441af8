"""What requests about vaults and their credentials say."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field

from earthshine.errors import InvalidRequest
from earthshine.vaults.auth import AnyAuth
from earthshine.vaults.rotation import AnyRotation
from earthshine.wire.bounded import BoundedModel
from earthshine.wire.pagination import OrderedQuery
from earthshine.wire.strict import Metadata, Strict, as_validator

_LONGEST_NAME = 256


def _check_name(value: str) -> str:
    name = value.strip()
    if not 0 < len(name.encode("utf-8", "replace")) <= _LONGEST_NAME:
        raise InvalidRequest(f"A name has between 1 and {_LONGEST_NAME} bytes in UTF-8, spaces around it apart.")
    return name


Name = Annotated[str, Field(max_length=4 * _LONGEST_NAME), AfterValidator(as_validator(_check_name))]


class VaultCreate(Strict):
    """The body of `POST /v1/vaults`."""

    name: Name | None = None
    metadata: Metadata = Field(default_factory=dict[str, str])


class VaultUpdate(BoundedModel):
    """The body of `POST /v1/vaults/{id}`: what is not given stays; `name: null` removes the name."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: Name | None = None
    metadata: Metadata | None = None


class CredentialCreate(Strict):
    """The body of `POST /v1/vaults/{id}/credentials`."""

    name: Name
    auth: AnyAuth
    metadata: Metadata = Field(default_factory=dict[str, str])


class CredentialUpdate(Strict):
    """The body of `POST /v1/vaults/{id}/credentials/{id}`: what is not given stays."""

    auth: AnyRotation | None = None
    metadata: Metadata | None = None


class VaultListQuery(OrderedQuery):
    """One page of vaults or credentials, newest first unless asked otherwise."""

    order: Literal["asc", "desc"] = "desc"
    metadata: Metadata = Field(default_factory=dict[str, str])
    """Pairs that all must match."""
    status: list[Literal["active", "archived"]] = Field(default=["active", "archived"])
    """Nothing is archived here: what is not needed any more is removed."""
