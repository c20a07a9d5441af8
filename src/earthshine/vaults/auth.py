"""How a credential authenticates, as requests say it: what is told again, and what is secret.

Source: `VaultCredentialAuth...` of the official SDK (`openai.types.beta.agents.vaults`).
"""

from __future__ import annotations

import ipaddress
import re
from datetime import datetime
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, StringConstraints

from earthshine.errors import InvalidRequest
from earthshine.wire.strict import Strict, as_validator, chooser

Json = dict[str, Any]

MOST_HOSTS = 16
_LONGEST = 16_384
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_RESERVED = re.compile(
    r"(?i)(codex|earthshine)_|(https?|all|no|ftp)_proxy$|(ssl_cert_file|ssl_cert_dir|requests_ca_bundle|"
    r"curl_ca_bundle|node_extra_ca_certs|git_ssl_cainfo|pip_cert|path|home|ld_\w+|python\w+)$"
)
"""Variables by which a sandbox finds its way; a secret in their place would break it, or open it."""


def _check_secret(value: str) -> str:
    if any(character in value for character in "\r\n\0"):
        raise InvalidRequest("A secret is one line: leave out line breaks and NUL.")
    return value


def _check_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("https", "http") or not parts.hostname or "@" in parts.netloc or parts.fragment:
        raise InvalidRequest("Give a whole https address, without a user's name and without a part behind '#'.")
    if parts.scheme == "http" and parts.hostname not in ("localhost", "127.0.0.1", "::1"):
        raise InvalidRequest("A secret is sent over https only; http is for a server of this machine itself.")
    return value


def _check_moment(value: str) -> str:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise InvalidRequest("Give a moment as RFC 3339 has it, such as '2026-12-31T23:59:59Z'.") from None
    if moment.tzinfo is None:
        raise InvalidRequest("Give the moment's offset too, such as the 'Z' of '2026-12-31T23:59:59Z'.")
    return value


def _check_host(value: str) -> str:
    host = value.lower().rstrip(".")
    try:
        ipaddress.IPv4Address(host)
    except ValueError:
        if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in host.split(".")):
            raise InvalidRequest(
                f"{value[:80]!r} is no host's name: give it without scheme, port, path and '*'."
            ) from None
    return host


def _check_variable(value: str) -> str:
    if _RESERVED.match(value):
        raise InvalidRequest(f"The variable {value!r} is one that a sandbox needs itself. Choose another name.")
    return value


def _distinct(hosts: list[str]) -> list[str]:
    return list(dict.fromkeys(hosts))


Secret = Annotated[
    str, StringConstraints(min_length=1, max_length=_LONGEST), AfterValidator(as_validator(_check_secret))
]
Url = Annotated[str, StringConstraints(min_length=1, max_length=2048), AfterValidator(as_validator(_check_url))]
Moment = Annotated[str, StringConstraints(max_length=64), AfterValidator(as_validator(_check_moment))]
Host = Annotated[str, StringConstraints(min_length=1, max_length=256), AfterValidator(as_validator(_check_host))]
Word = Annotated[str, StringConstraints(min_length=1, max_length=2048)]


class NoClientSecret(Strict):
    """The client's id alone."""

    type: Literal["none"]


class ClientSecret(Strict):
    """The client's id and secret, in a header or in the request's body."""

    type: Literal["client_secret_basic", "client_secret_post"]
    client_secret: Secret


AnyTokenAuth = Annotated[
    NoClientSecret | ClientSecret,
    chooser(
        "kind of token_endpoint_auth",
        {"none": NoClientSecret, "client_secret_basic": ClientSecret, "client_secret_post": ClientSecret},
    ),
]


class Refresh(Strict):
    """Where a new access token comes from."""

    token_endpoint: Url
    client_id: Word
    refresh_token: Secret
    token_endpoint_auth: AnyTokenAuth
    resource: Word | None = None
    scope: Word | None = None

    def told(self) -> Json:
        """Return it without its secrets."""
        return {
            "token_endpoint": self.token_endpoint,
            "client_id": self.client_id,
            "token_endpoint_auth": {"type": self.token_endpoint_auth.type},
            "resource": self.resource,
            "scope": self.scope,
        }

    def secrets(self) -> dict[str, str]:
        """Return its secrets by their names."""
        found = {"refresh_token": self.refresh_token}
        if isinstance(self.token_endpoint_auth, ClientSecret):
            found["client_secret"] = self.token_endpoint_auth.client_secret
        return found


class McpOauth(Strict):
    """An access token of an MCP server, which is renewed where it is said how."""

    type: Literal["mcp_oauth"]
    mcp_server_url: Url
    access_token: Secret
    expires_at: Moment | None = None
    refresh: Refresh | None = None

    def told(self) -> Json:
        """Return it without its secrets."""
        refresh = self.refresh.told() if self.refresh else None
        told = {"type": self.type, "mcp_server_url": self.mcp_server_url}
        return {**told, "expires_at": self.expires_at, "refresh": refresh}

    def secrets(self) -> dict[str, str]:
        """Return its secrets by their names."""
        return {"access_token": self.access_token, **(self.refresh.secrets() if self.refresh else {})}


class StaticBearer(Strict):
    """A token of an MCP server that is never renewed."""

    type: Literal["static_bearer"]
    mcp_server_url: Url
    token: Secret

    def told(self) -> Json:
        """Return it without its secret."""
        return {"type": self.type, "mcp_server_url": self.mcp_server_url}

    def secrets(self) -> dict[str, str]:
        """Return its secret by its name."""
        return {"token": self.token}


class Unrestricted(Strict):
    """Wherever the environment may go at all."""

    type: Literal["unrestricted"]


class Limited(Strict):
    """Some hosts, of those to which the environment may go."""

    type: Literal["limited"]
    allowed_hosts: Annotated[list[Host], Field(min_length=1, max_length=MOST_HOSTS), AfterValidator(_distinct)]


AnyNetworking = Annotated[
    Unrestricted | Limited, chooser("kind of networking", {"unrestricted": Unrestricted, "limited": Limited})
]


class EnvironmentVariable(Strict):
    """A secret for requests of code in a sandbox, which sees a placeholder; the proxy puts the secret in its place."""

    type: Literal["environment_variable"]
    secret_name: Annotated[
        str,
        StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,127}$"),
        AfterValidator(as_validator(_check_variable)),
    ]
    secret_value: Secret
    networking: AnyNetworking

    def told(self) -> Json:
        """Return it without its secret."""
        return {"type": self.type, "secret_name": self.secret_name, "networking": self.networking.model_dump()}

    def secrets(self) -> dict[str, str]:
        """Return its secret by its name."""
        return {"secret_value": self.secret_value}


Auth = McpOauth | StaticBearer | EnvironmentVariable
AnyAuth = Annotated[
    Auth,
    chooser(
        "kind of credential",
        {"mcp_oauth": McpOauth, "static_bearer": StaticBearer, "environment_variable": EnvironmentVariable},
    ),
]
