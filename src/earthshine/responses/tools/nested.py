"""What programs may call, of the tools of a response: what they are told of it, and what a call of theirs begins as."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from earthshine.conversations.items import Item, kind_of
from earthshine.conversations.items.base import program_caller
from earthshine.errors import InvalidRequest
from earthshine.ids import new_id
from earthshine.responses.reply.unread_call import UnreadCall
from earthshine.responses.tools.offers import Offer
from earthshine.tools.base import NestedCall
from earthshine.tools.callers import may_call
from earthshine.tools.functions import FunctionTool, NamespaceTool, called_name, chat_tools
from earthshine.tools.programs.names import NAME

Json = dict[str, Any]
Function = tuple[FunctionTool, NamespaceTool | None]


def chats(offers: Iterable[Offer], functions: Iterable[Function]) -> list[Json]:
    """Return what programs may call of these in the chat shape, with the schemas of results where there are some."""
    mine = [each for each in functions if may_call(each[0], "programmatic")]
    schemas = {called_name(tool.name, space and space.name): tool.output_schema for tool, space in mine}
    found = [offer.chat for offer in offers if offer.callable_by("programmatic")]
    for chat in chat_tools(mine):
        schema = schemas[chat["function"]["name"]]
        found.append({**chat, "function": {**chat["function"], "output_schema": schema}} if schema else chat)
    return found


def begin(
    call: NestedCall,
    program: str,
    offers: Mapping[str, Offer],
    functions: Mapping[str, Function],
    *,
    untrusted: bool,
    left: int | None,
) -> Item:
    """Return what a program's call begins as; `program` is its call id, `left` how many calls may still be run here.

    Raises `InvalidRequest` for what it may not call.
    """
    offer, function = offers.get(call.name), functions.get(call.name)
    caller = {"caller": program_caller(program)}
    if function is not None and may_call(function[0], "programmatic"):
        tool, space = function
        name: Json = {"name": tool.name} | ({"namespace": space.name} if space is not None else {})
        return {"type": "function_call", "call_id": new_id("call"), **name, "arguments": "", **caller}
    if offer is None or not offer.callable_by("programmatic") or offer.now(untrusted) == "refuse":
        raise InvalidRequest(f"The program was stopped: it may not call {call.name!r} now.")
    if left is not None and left <= 0:
        raise InvalidRequest("The program was stopped: the response has made as many calls as `max_tool_calls` allows.")
    item = {**offer.begin(untrusted), **caller}
    return item if kind_of(item).asks else {**item, "call_id": new_id("call")}


def only_programs(name: str) -> UnreadCall:
    """Return a call that the model may not make itself: it is told so, and asked again."""

    def refuse(_arguments: str) -> Json:
        raise InvalidRequest(f"Only a program may call {name}: write one for {NAME}.")

    return UnreadCall(name, {"type": "function_call", "call_id": new_id("call"), "name": name}, refuse)
