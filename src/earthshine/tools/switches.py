"""Tools that a person switches on for a chat or an assistant: by their type alone, or by a connector that is kept."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, NotRequired

from pydantic import AfterValidator, Field, SerializerFunctionWrapHandler, model_serializer
from typing_extensions import TypedDict

from earthshine.errors import EarthshineError, InvalidRequest
from earthshine.services import Services
from earthshine.tools import registry
from earthshine.tools.base import Tool
from earthshine.tools.functions import FunctionName
from earthshine.wire.strict import Strict, as_validator

Json = dict[str, Any]


class ToolSwitch(Strict):
    """One tool that is on."""

    type: str = Field(min_length=1, max_length=64)
    connector_id: str | None = Field(default=None, min_length=1, max_length=64)
    """Of a tool that is nothing without one: `mcp`."""
    server_label: FunctionName | None = None
    """What the model knows the connector by; made of its id where nobody says."""

    @model_serializer(mode="wrap")
    def _said(self, serialize: SerializerFunctionWrapHandler) -> Json:
        return {name: value for name, value in serialize(self).items() if value is not None}

    @property
    def key(self) -> tuple[str, str | None]:
        """What tells it from others."""
        return self.type, self.connector_id


def _known(switches: list[ToolSwitch]) -> list[ToolSwitch]:
    there = _switchable()
    for each in switches:
        connects = _connects(each.type)
        if each.type not in there and not connects:
            raise InvalidRequest(
                f"No tool {each.type!r} can be switched on; there are: {', '.join(sorted(there)) or 'none'}."
            )
        if connects != (each.connector_id is not None) or (each.server_label is not None and not connects):
            raise InvalidRequest("A switch of the type 'mcp' names its `connector_id`, and no other does.")
    return list({each.key: each for each in switches}.values())


ToolSwitches = Annotated[list[ToolSwitch], Field(max_length=32), AfterValidator(as_validator(_known))]
"""Tools that are on, each once."""


class SwitchedTool(TypedDict):
    """One tool that is on, as replies show it."""

    type: str
    connector_id: NotRequired[str]
    server_label: NotRequired[str]


class OfferedTool(TypedDict):
    """A tool that people can switch on."""

    type: str
    available: bool
    reason: str
    """Why it cannot work now; empty where it can."""
    tool: NotRequired[Json]
    """It as a request names it; left out where a package that it needs is missing."""


def still_there(switches: Iterable[Json]) -> list[Json]:
    """Return those of stored switches whose tools are still registered: a package may have been removed since."""
    there = _switchable()
    return [each for each in switches if each["type"] in there or _connects(each["type"])]


def offered_tools(services: Services) -> list[OfferedTool]:
    """Return the tools that people can switch on, and whether each can work here."""
    found: list[OfferedTool] = []
    for name in registry.names():
        try:
            tool = registry.find(name)
        except EarthshineError as error:  # a package is missing
            found.append({"type": name, "available": False, "reason": error.message})
            continue
        if tool is None or tool.switch is None or not _is_switched_as(tool, name):
            continue
        reason = tool.lacks(tool.settings.model_validate(tool.switch), services)
        if not reason and (lacking := tool.needs - registry.AVAILABLE):
            reason = f"this server has no {', '.join(sorted(lacking))}."
        found.append({"type": name, "available": not reason, "reason": reason, "tool": tool.switch})
    return found


def requested(switches: Iterable[ToolSwitch]) -> list[Json]:
    """Return the tools of a request, as their switches ask for them."""
    there = _switchable()
    asked: list[Json] = []
    labels: set[str] = set()
    for each in switches:
        if each.connector_id is None:
            asked.append(there[each.type])
            continue
        own = f"connector_{each.connector_id[-6:]}"
        label = each.server_label if each.server_label not in (None, *labels) else own
        labels.add(label)
        asked.append({"type": each.type, "connector_id": each.connector_id, "server_label": label})
    return asked


def _connects(name: str) -> bool:
    """Tell whether a tool is switched on with a connector."""
    try:
        tool = registry.find(name)
    except EarthshineError:
        return False
    return tool is not None and tool.connects


def _switchable() -> dict[str, Json]:
    found: dict[str, Json] = {}
    for name in registry.names():
        try:
            tool = registry.find(name)
        except EarthshineError:
            continue
        if tool is not None and tool.switch is not None and _is_switched_as(tool, name):
            found[name] = tool.switch
    return found


def _is_switched_as(tool: Tool, name: str) -> bool:
    """Tell whether a tool is switched on by this name: it may have older ones."""
    return tool.switch is not None and tool.switch["type"] == name
