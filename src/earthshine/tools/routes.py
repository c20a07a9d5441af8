"""The tools that people can switch on. An extension of OpenAI's API."""

from __future__ import annotations

from typing import Literal

from fastapi import Request
from typing_extensions import TypedDict

from earthshine.accounts.authorization.needs import needs
from earthshine.openapi import Routes
from earthshine.services import services_of
from earthshine.tools.switches import OfferedTool, offered_tools
from earthshine.wire import Reply, json_reply

router = Routes(prefix="/earthshine/v1/tools", tags=["Tools"])


class ToolList(TypedDict):
    """All of them."""

    object: Literal["list"]
    data: list[OfferedTool]


@router.get("")
@needs("key")
async def list_tools(request: Request) -> Reply[ToolList]:
    """List the tools that a chat or an assistant can have switched on, and whether each can work here."""
    return json_reply({"object": "list", "data": offered_tools(services_of(request))})
