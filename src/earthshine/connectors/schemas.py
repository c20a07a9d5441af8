"""What requests about connectors say."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from earthshine.accounts.people.names import check_name
from earthshine.egress import Policy
from earthshine.errors import InvalidRequest
from earthshine.tools.mcp.addresses import Address, Headers, Token
from earthshine.tools.mcp.filters import ASKS_ALWAYS, RequireApproval, ToolNames
from earthshine.tools.mcp.names import LONGEST_NAME
from earthshine.wire.pagination import ListQuery
from earthshine.wire.strict import Body, JsonObject, all_unicode, as_validator, rejection

_MOST_ENV, _LONGEST_VALUE = 64, 8192
_HTTP_ONLY, _PROGRAM_ONLY = ("headers", "client_id", "client_secret"), ("env", "allowed_domains")


def _name(value: str) -> str:
    name = check_name(value)
    if not name:
        raise InvalidRequest("A name has at least one character that can be seen.")
    return name


def _plain(value: list[str]) -> list[str]:
    if any("\0" in each or len(each) > _LONGEST_VALUE or not all_unicode(each) for each in value):
        raise InvalidRequest(f"Each part of a command is text of at most {_LONGEST_VALUE} characters, without NUL.")
    return value


def _variables(value: dict[str, str]) -> dict[str, str]:
    if len(value) > _MOST_ENV or any(not name.isidentifier() or not name.isascii() for name in value):
        raise InvalidRequest(f"An environment has {_MOST_ENV} variables at most, with names such as 'API_KEY'.")
    _plain(list(value.values()))
    return value


def _domains(value: list[str]) -> list[str]:
    Policy.allow(value)
    return value


Name = Annotated[str, Field(max_length=100), AfterValidator(as_validator(_name))]
Command = Annotated[list[str], Field(min_length=1, max_length=64), AfterValidator(as_validator(_plain))]
Environment = Annotated[dict[str, str], AfterValidator(as_validator(_variables))]
Domains = Annotated[list[str], Field(max_length=100), AfterValidator(as_validator(_domains))]


class ConnectorFields(Body):
    """What may be changed of a connector."""

    headers: Headers = Field(default_factory=dict[str, str])
    """Sent with each request. They are stored encrypted, and told to nobody else."""
    client_id: Token | None = None
    """For authorization servers at which clients cannot register by themselves."""
    client_secret: Token | None = None
    env: Environment = Field(default_factory=dict[str, str])
    """Variables of the program; stored encrypted, too."""
    allowed_domains: Domains = Field(default_factory=list[str])
    """Where the program may connect to; nowhere without any."""
    allowed_tools: ToolNames | None = None
    """Names of those that models may be shown; null means all."""
    require_approval: RequireApproval = ASKS_ALWAYS
    """What counts where a request does not say."""

    def check_kind(self, *, program: bool) -> None:
        """Raise `InvalidRequest` for a field that does not fit the kind of server."""
        for name in _HTTP_ONLY if program else _PROGRAM_ONLY:
            if name in self.model_fields_set and getattr(self, name):
                kind = "is reached by its `url`" if name in _HTTP_ONLY else "is run by its `command`"
                raise InvalidRequest(f"Only a server that {kind} has `{name}`; leave it out.", param=name)


class ConnectorCreate(ConnectorFields):
    """The body of `POST /earthshine/v1/connectors`."""

    name: Name
    url: Address | None = None
    """Where it speaks MCP over HTTP."""
    command: Command | None = None
    """A program that speaks MCP over stdio, and its arguments; it is run in a sandbox."""
    shared: bool = False
    """Whether it is the project's, for all its people; needs `project.manage`."""

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.url is None) == (self.command is None):
            error = InvalidRequest("Give the server's address as `url`, or its program as `command`; one of them.")
            raise rejection(error)
        return self


class ConnectorUpdate(ConnectorFields):
    """The body of `POST /earthshine/v1/connectors/{id}`; what is left out stays as it is."""

    name: Name = ""
    url: Address = ""
    """Another address forgets headers and sign-ins: they were meant for the one before."""
    command: Command = Field(default_factory=list[str])


class ToolTry(Body):
    """The body of `POST /earthshine/v1/connectors/{id}/try`."""

    name: str = Field(min_length=1, max_length=LONGEST_NAME)
    arguments: JsonObject = Field(default_factory=dict[str, Any])


class SignInStart(Body):
    """The body of `POST /earthshine/v1/connectors/{id}/sign_in`."""

    return_to: str = Field(default="/", max_length=1000)
    """The path of this server that the browser goes on to."""
    callback_url: str | None = Field(default=None, max_length=10_000)
    """Where the authorization server sent a browser that is not the one which began: finishes the sign-in."""


class CallbackQuery(Body):
    """What an authorization server has the browser bring back."""

    model_config = ConfigDict(extra="ignore")

    state: str = Field(default="", max_length=500)
    code: str = Field(default="", max_length=8192)
    iss: str | None = Field(default=None, max_length=2048)
    error: str | None = Field(default=None, max_length=500)
    error_description: str | None = Field(default=None, max_length=2000)


class ConnectorListQuery(ListQuery):
    """One page of connectors."""
