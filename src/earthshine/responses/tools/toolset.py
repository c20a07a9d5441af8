"""The tools of one response: what the model is shown in each step, and which of its calls the server runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from earthshine.conversations.items import Item, kind_of
from earthshine.conversations.items.search.tool_search_output import found
from earthshine.engines.requests import ToolChoice
from earthshine.errors import UnsupportedParameter
from earthshine.ids import new_id
from earthshine.responses.items.readings import last_said
from earthshine.responses.reply.unread_call import UnreadCall
from earthshine.responses.schemas import InputTokensRequest, ResponseCreate
from earthshine.responses.tools import nested
from earthshine.responses.tools.choice import AllowedTools, NamedFunction, NamedHosted, NamedListed, chosen
from earthshine.responses.tools.definitions import HostedTool
from earthshine.responses.tools.offers import Offer, Offers
from earthshine.responses.tools.repeats import repeated
from earthshine.tools.approvals import Judge, allow_all
from earthshine.tools.base import NestedCall
from earthshine.tools.callers import may_call
from earthshine.tools.functions import MOST_TOOLS, FunctionTool, NamespaceTool, called_name, chat_tools, functions
from earthshine.tools.listed import ListedTool
from earthshine.tools.programs.names import NAME as PROGRAMS
from earthshine.tools.programs.tool import described
from earthshine.tools.tool_search import MOST_FOUND

Json = dict[str, Any]
Function = tuple[FunctionTool, NamespaceTool | None]

MOST_STEPS = 32
"""Times that one response asks the model; the last time it cannot call what the server runs, so that it answers."""
_MOST_REFUSED = 3
"""Calls of a function that can be no calls, one after the other, after which it is not shown again."""


@dataclass(frozen=True, slots=True)
class ToolView:
    """What a model is shown in one step."""

    tools: list[Json]
    """In the chat shape."""
    choice: ToolChoice


class Toolset:
    """The tools that a request names, those that searches found, and the choice among them."""

    def __init__(
        self,
        create: ResponseCreate | InputTokensRequest,
        *,
        asked_often: bool = False,
        judge: Judge = allow_all,
    ) -> None:
        """`asked_often`: the model may be asked more than once whatever the tools are, as for files in the messages."""
        self._create = create
        self._asked_often = asked_often
        self._offers = Offers(create.tools, judge)
        self._functions = {_called(each): each for each in functions(create.tools)}
        self._most = create.max_tool_calls if isinstance(create, ResponseCreate) else None

    def told(self, items: Sequence[Item]) -> list[Item]:
        """Return what the model is told before a step: the instructions as an item, and the items."""
        said = self._create.instructions
        if not said:
            return list(items)
        return [{"type": "message", "role": "system", "content": [{"type": "input_text", "text": said}]}, *items]

    def offered(self, items: Sequence[Item]) -> list[object]:
        """Return the tools of the request, and the functions of lists that only a search finds."""
        hidden = [offer.definition() for offer in self._listed(items).values() if offer.deferred]
        return [*self._create.tools, *hidden]

    @property
    def runs_any(self) -> bool:
        """Whether the server may have to answer what the model calls, so that it is asked again."""
        return self._offers.run_any or self._asked_often

    @property
    def one_by_one(self) -> bool:
        """Whether a step of the model may call once at most, whatever the request says."""
        return self._offers.alone

    def unlisted(self, items: Sequence[Item]) -> list[tuple[HostedTool, ListedTool]]:
        """Return the tools whose functions are not known yet, because the context has no list of them."""
        return self._offers.unlisted(items)

    def approved_call(self, request: Item, items: Sequence[Item]) -> tuple[Item, bool]:
        """Return the item that an approved call begins as, and whether it may still be made.

        Raises `InvalidRequest` when its tool is not among the tools.
        """
        item, allowed = self._offers.approved(request, items, untrusted=has_strangers_words(items))
        name = "call_id" if item["type"] != "mcp_call" else "approval_request_id"
        caller = {"caller": request["caller"]} if "caller" in request else {}
        return {"call_id": new_id("call"), **item, **caller, name: request["id"]}, allowed

    def for_programs(self, items: Sequence[Item]) -> list[Json]:
        """Return what programs may call after these items, in the chat shape; deferred ones once they were found."""
        untrusted, found = has_strangers_words(items), _found(items)
        offers = {**self._listed(items), **self._offers.fixed}
        kept = [each for name, each in offers.items() if not each.deferred or name in found]
        known = {name: each for name, each in self._functions.items() if not each[0].defer_loading} | found
        mine = {name: each for name, each in known.items() if name not in offers}
        return nested.chats((each for each in kept if each.now(untrusted) != "refuse"), mine.values())

    def nested_call(self, call: NestedCall, items: Sequence[Item], output: Sequence[Item], program: str) -> Item:
        """Return what a call of a program's begins as, as in `opens`. Raises `InvalidRequest` for what it may not."""
        made = sum(self.run_here(item) is not None for item in output)
        return nested.begin(
            call,
            program,
            {**self._listed(items), **self._offers.fixed},
            {**self._functions, **_found(items)},
            untrusted=has_strangers_words(items),
            left=None if self._most is None else self._most - made,
        )

    def schema(self, item: Item, items: Sequence[Item]) -> Any:
        """Return the schema of a call's arguments, where a list in the context has one."""
        offer = self._offers.listed(items).get(kind_of(item).called(item))
        return offer.chat["function"]["parameters"] if offer is not None else None

    def run_here(self, item: Item) -> HostedTool | None:
        """Return the tool whose call an item is, if the server runs it."""
        if kind_of(item).pairs != "call":
            return None
        hosted = self._offers.owner(item)
        if hosted is None or hosted.tool is None or not hosted.tool.runs_here(hosted.settings):
            return None
        return hosted

    def check_blind(self, reason: str) -> None:
        """Raise `UnsupportedParameter`, with the reason, for a tool that a model which does not see cannot use."""
        for index, tool in enumerate(self._create.tools):
            if isinstance(tool, HostedTool) and tool.tool is not None and tool.tool.sees:
                raise UnsupportedParameter(
                    f"The tool {tool.type!r} shows pictures of a screen. {reason}", param=f"tools[{index}].type"
                )

    def view(
        self, items: Sequence[Item], output: Sequence[Item], *, refused: Sequence[Item] = (), last: bool = False
    ) -> ToolView:
        """Return what the model is shown after `items`, the last of which are the response's own `output` so far.

        `refused`: calls that were none, with what was wrong; `last`: it must answer now.
        """
        made = self._made(output)
        times = Counter(item["name"] for item in refused if item["type"] == "function_call")
        tired = repeated(output) | {name for name, count in times.items() if count >= _MOST_REFUSED or last}
        untrusted = has_strangers_words(items)
        fixed, listed = self._offers.fixed, self._listed(items)
        chosen_names = [name for each in chosen(self._create.tool_choice) or () for name in self._named(each, listed)]
        called = [kind_of(item).called(item) for item in output if self.run_here(item) is not None]
        found = _found(items)
        in_view = self._offers.shown(listed, last_said(items), [*chosen_names, *called, *found])
        told = self.told(items)
        offers = [
            offer
            for offer in (*(each for each in fixed.values() if each.is_shown(told)), *in_view)
            if offer.called not in tired and offer.now(untrusted) != "refuse"
            if not (offer.runs_here and (last or self._is_spent(offer.hosted, made)))
            if offer.callable_by("direct")
        ]
        built_in = [
            described(offer.chat, self.for_programs(items)) if offer.hosted.type == PROGRAMS else offer.chat
            for offer in offers
        ]
        names = {tool.name for tool in chosen(self._create.tool_choice) or () if isinstance(tool, NamedFunction)}
        shown = {name: each for name, each in self._functions.items() if not each[0].defer_loading or name in names} | {
            name: each for name, each in found.items() if name not in listed
        }
        shown = {name: each for name, each in shown.items() if may_call(each[0], "direct")}
        choice = self._choose(built_in, shown, len(made), listed)
        if refused and not built_in and not shown:
            choice = ToolChoice("none")
        return ToolView([*built_in, *chat_tools(list(shown.values()))], choice)

    def opens(self, items: Sequence[Item], begun: Sequence[Item]) -> Any:
        """Return what a call begins as in this step, for a `ResponseBuilder`.

        `items`: all before the step. `begun`: what the response has, of this step also, when it begins or goes on.
        """
        known = {**self._functions, **_found(items)}
        untrusted = has_strangers_words([*items, *begun])
        every = {**self._listed(items), **self._offers.fixed}
        offers = {name: offer for name, offer in every.items() if offer.now(untrusted) != "refuse"}
        made = self._made(begun)

        def open_call(name: str, call_id: str | None) -> Item | UnreadCall | None:
            if (offer := offers.get(name)) is not None:
                if not offer.callable_by("direct"):
                    return nested.only_programs(name)
                if offer.runs_here:
                    if self._is_spent(offer.hosted, made):
                        return None
                    made.append(offer.hosted)
                item = offer.begin(untrusted)
                # An id of our own: upstreams number their calls anew in each step.
                item = item if kind_of(item).asks else {**item, "call_id": new_id("call")}
                return offer.unread(item) or item
            function, namespace = known.get(name, (None, None))
            if function is not None and not may_call(function, "direct"):
                return nested.only_programs(name)
            called: Json = {"name": name}
            if function is not None and namespace is not None:
                called = {"name": function.name, "namespace": namespace.name}
            return {"type": "function_call", "call_id": call_id or new_id("call"), **called, "arguments": ""}

        return open_call

    def _made(self, output: Sequence[Item]) -> list[HostedTool]:
        """Return the tools that were called, once for each call."""
        return [hosted for item in output if (hosted := self.run_here(item)) is not None]

    def _is_spent(self, hosted: HostedTool, made: Sequence[HostedTool]) -> bool:
        """Tell whether a tool, or all together, were called as often as the request allows."""
        own: int | None = getattr(hosted.settings, "max_uses", None)
        over = own is not None and sum(each is hosted for each in made) >= own
        return over or (self._most is not None and len(made) >= self._most)

    def _listed(self, items: Sequence[Item]) -> dict[str, Offer]:
        """Return the functions of lists, but those that have the name of a function of the client's."""
        listed = self._offers.listed(items)
        return {name: offer for name, offer in listed.items() if name not in self._functions}

    def _choose(
        self, built_in: Sequence[Json], shown: dict[str, Function], made: int, listed: dict[str, Offer]
    ) -> ToolChoice:
        """Return the choice as engines take it; one that demanded a call has been met when a tool was called."""
        choice = self._create.tool_choice
        named = chosen(choice)
        mode = choice if isinstance(choice, str) else choice.mode if isinstance(choice, AllowedTools) else "required"
        names = None
        if named is not None:
            names = [name for each in named for name in self._named(each, listed)]
        if mode == "required" and made:
            mode, names = "auto", None
            if isinstance(choice, NamedHosted) and (met := self._met(choice)):
                names = [name for name in (*(each["function"]["name"] for each in built_in), *shown) if name not in met]
        if names is None:
            return ToolChoice(mode)
        there = {function["function"]["name"] for function in built_in} | shown.keys()
        kept = tuple(name for name in dict.fromkeys(names) if name in there)
        return ToolChoice(mode, kept) if kept else ToolChoice("none")

    def _met(self, choice: NamedHosted) -> set[str]:
        """Return the functions that are not shown again when a call of them was demanded, and made."""
        return {
            name
            for name, offer in self._offers.fixed.items()
            if offer.hosted.type == choice.type and offer.hosted.tool is not None and offer.hosted.tool.demanded_once
        }

    def _named(self, tool: NamedFunction | NamedHosted | NamedListed, listed: dict[str, Offer]) -> list[str]:
        """Return the names of the functions that a choice means."""
        if isinstance(tool, NamedListed):
            return [name for name, offer in listed.items() if tool.means(offer.hosted, offer.listed)]
        if isinstance(tool, NamedHosted):
            return [name for name, offer in self._offers.fixed.items() if offer.hosted.type == tool.type]
        return [tool.name]


def has_strangers_words(items: Sequence[Item]) -> bool:
    """Tell whether the model has read what strangers wrote."""
    return any(kind_of(item).is_strangers(item) for item in items)


def _called(function: Function) -> str:
    tool, namespace = function
    return called_name(tool.name, namespace and namespace.name)


def _found(items: Sequence[Item]) -> dict[str, Function]:
    """Return the functions that searches found, the latest first.

    Of the server's the last few, for a model chooses badly among more; of the client's as many as a request may have.
    """
    shown: dict[str, Function] = {}
    room = {"server": MOST_FOUND, "client": MOST_TOOLS}
    for item in reversed(items):
        if item["type"] != "tool_search_output" or not room[item["execution"]]:
            continue
        for name, tool, space in found(item):
            if name not in shown and room[item["execution"]]:
                room[item["execution"]] -= 1
                namespace = None if space is None else NamespaceTool.model_validate({**space, "tools": [tool]})
                shown[name] = FunctionTool.model_validate(tool), namespace
    return shown
