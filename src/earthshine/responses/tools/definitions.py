"""Tools as clients send them: functions, which they run themselves, and tools that run on the server."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, cast

from pydantic import ConfigDict, PrivateAttr, ValidatorFunctionWrapHandler, WrapValidator

from earthshine.errors import InvalidRequest, UnsupportedParameter
from earthshine.services import Services
from earthshine.tools import registry
from earthshine.tools.base import Tool as BuiltIn
from earthshine.tools.functions import (
    Definition,
    FunctionTool,
    NamespaceTool,
)
from earthshine.wire.strict import Choose, Strict, chooser


class HostedTool(Strict):
    """A tool that is no function of the client's: one that is registered, or one that is not there."""

    model_config = ConfigDict(extra="allow")

    type: str
    _tool: BuiltIn | None = PrivateAttr(default=None)
    _settings: Any = PrivateAttr(default=None)

    @classmethod
    def read(cls, value: dict[str, Any]) -> HostedTool:
        """Check a tool as its own settings demand. Raises `Unavailable` when a package that it needs is missing."""
        hosted = cls.model_validate(value)
        hosted._tool = registry.find(hosted.type)
        if hosted._tool is not None:
            hosted._settings = hosted._tool.settings.model_validate(value)
        return hosted

    @property
    def tool(self) -> BuiltIn | None:
        """The tool; None when it is not there."""
        return self._tool

    @property
    def settings(self) -> Any:
        """What the client asks of it."""
        return self._settings

    def prepare(self, known: dict[str, Any]) -> None:
        """Take what `Tool.prepare` found for this request."""
        assert self._tool is not None
        self._settings = self._tool.prepared(self._settings, known)

    def lacks(self, services: Services) -> str:
        """Say what the operator must set before it can work; empty where nothing is, or the tool is not there."""
        return "" if self._tool is None else self._tool.lacks(self._settings, services)

    @property
    def never_works(self) -> bool:
        """Whether the client itself leaves it little to do: a search that may not reach the web, only copies here."""
        return self.type.startswith("web_search") and (self.model_extra or {}).get("external_web_access") is False


_definition = chooser("tool type", {"function": FunctionTool, "namespace": NamespaceTool})


def _tool(value: Any, union: ValidatorFunctionWrapHandler) -> Any:
    if isinstance(value, dict):
        given = cast("dict[str, Any]", value)
        name: Any = given.get("type")
        if isinstance(name, str) and name not in ("function", "namespace"):
            return HostedTool.read(given)
    return cast("Choose", _definition.func)(value, union)


Tool = Annotated[FunctionTool | NamespaceTool | HostedTool, WrapValidator(_tool)]


def check_equipped(tools: Sequence[Definition | HostedTool], services: Services) -> None:
    """Name the first tool for which this installation lacks something. Raises `UnsupportedParameter`."""
    for index, tool in enumerate(tools):
        if isinstance(tool, HostedTool) and (lacking := tool.lacks(services)):
            raise UnsupportedParameter(
                f"The tool {tool.type!r} cannot work here: {lacking} Leave it out; or, for a client that always sends "
                'it, let the operator set `missing_tools` to "leave_out".',
                param=f"tools[{index}].type",
            )


def check_hosted(tools: Sequence[Definition | HostedTool]) -> None:
    """Name the first tool that cannot be used.

    Raises `InvalidRequest` for one that is not there, `UnsupportedParameter` for one that lacks what it needs.
    """
    for index, tool in enumerate(tools):
        if not isinstance(tool, HostedTool):
            continue
        if tool.tool is None:
            raise InvalidRequest(
                f"The tool {tool.type[:80]!r} is not there: besides functions, which the client runs, a model calls "
                f"{', '.join(registry.names())} here. Leave it out; or, for a client that always sends it, let the "
                'operator set `missing_tools` to "leave_out".',
                param=f"tools[{index}].type",
            )
        if lacking := tool.tool.needs - registry.AVAILABLE:
            raise UnsupportedParameter(
                f"The tool {tool.type!r} cannot work here without: {', '.join(sorted(lacking))}. Leave it out.",
                param=f"tools[{index}].type",
            )
