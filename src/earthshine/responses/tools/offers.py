"""The functions that the server runs for a model, in one response: those of tools, and those that somebody listed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from earthshine.conversations.items import Item, kind_of
from earthshine.conversations.items.mcp.approval import REQUEST
from earthshine.errors import InvalidRequest
from earthshine.responses.reply.unread_call import UnreadCall
from earthshine.responses.tools.definitions import HostedTool
from earthshine.tools.approvals import Decision, Judge, stricter
from earthshine.tools.callers import CallerKind, may_call
from earthshine.tools.functions import FunctionTool, NamespaceTool
from earthshine.tools.listed import ListedFunction, ListedTool
from earthshine.tools.programs.names import NAME as PROGRAMS
from earthshine.tools.ranking import ranked

Json = dict[str, Any]

MOST_SHOWN = 8
"""Listed functions that a model is shown in one step: a small one chooses badly among more."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A function, and what is said of calling it."""

    hosted: HostedTool
    chat: Json
    """In the chat shape."""
    decision: Decision
    later: Decision
    """What is said once the model has read what strangers wrote."""
    listed: ListedFunction | None = None

    @property
    def called(self) -> str:
        """The name that the model knows."""
        return self.chat["function"]["name"]

    @property
    def runs_here(self) -> bool:
        """Whether the server runs it; else the client does."""
        assert self.hosted.tool is not None
        return self.hosted.tool.runs_here(self.hosted.settings)

    def is_shown(self, told: Sequence[Item]) -> bool:
        """Tell whether its tool shows it to a model that was told this."""
        assert self.hosted.tool is not None
        return self.hosted.tool.is_shown(self.called, told)

    @property
    def reads_calls(self) -> bool:
        """Whether its tool reads what a model wrote before the call is shown."""
        assert self.hosted.tool is not None
        return self.hosted.tool.reads_calls

    @property
    def deferred(self) -> bool:
        """Whether it is shown only when a search has found it."""
        tool = self.hosted.tool
        return isinstance(tool, ListedTool) and tool.deferred(self.hosted.settings) is not None

    def callable_by(self, caller: CallerKind) -> bool:
        """Tell whether the request lets the model itself, or its programs, call it."""
        if caller == "programmatic" and (self.hosted.type == PROGRAMS or not self.runs_here):
            return False
        return may_call(self.hosted.settings, caller)

    def definition(self) -> FunctionTool:
        """Return it as a function of the client's would be defined."""
        given = self.chat["function"]
        return FunctionTool(
            type="function",
            name=given["name"],
            description=given.get("description"),
            parameters=given["parameters"],
            defer_loading=self.deferred,
        )

    def now(self, untrusted: bool) -> Decision:
        """Return what is said of calling it; `untrusted`: the model has read what strangers wrote."""
        return self.later if untrusted else self.decision

    def begin(self, untrusted: bool) -> Item:
        """Return the item that a call of it begins as, or that asks whether it may be called; without a call id."""
        tool, settings = self.hosted.tool, self.hosted.settings
        assert tool is not None
        name = self.listed.name if self.listed is not None else self.called
        if self.now(untrusted) == "ask":
            label = tool.label(settings) if isinstance(tool, ListedTool) else tool.type
            told: Item = {"type": REQUEST, "server_label": label, "name": name, "arguments": ""}
            return told if self.listed is not None else {**told, "called": name}
        return begun(self.hosted, name)

    def unread(self, item: Item) -> UnreadCall | None:
        """Return a call that its tool reads first, where it does."""
        tool, settings = self.hosted.tool, self.hosted.settings
        if tool is None or not tool.reads_calls:
            return None
        if not kind_of(item).asks:
            return UnreadCall(self.called, item, partial(tool.read_call, settings))

        def readable(arguments: str) -> Json:
            tool.read_call(settings, arguments)
            return {"arguments": arguments}

        return UnreadCall(self.called, item, readable)


class Offers:
    """All of them. Refused ones are not among them: the model does not see what it may not call."""

    def __init__(self, tools: Sequence[object], judge: Judge) -> None:
        self._judge = judge
        self._fixed: dict[str, Offer] = {}
        self._listing: list[tuple[HostedTool, ListedTool]] = []
        for hosted in tools:
            if not isinstance(hosted, HostedTool) or hosted.tool is None:
                continue
            if isinstance(hosted.tool, ListedTool):
                self._listing.append((hosted, hosted.tool))
            for chat in hosted.tool.functions(hosted.settings, [*tools, *_announced(tools)]):
                name: str = chat["function"]["name"]
                touches = hosted.tool.touches(hosted.settings, name)
                decision, later = judge(hosted.type, touches), judge(hosted.type, touches, untrusted=True)
                if not hosted.tool.runs_here(hosted.settings):
                    # Whoever would be asked is the one who runs it.
                    decision, later = _unasked(decision), _unasked(later)
                if decision != "refuse":
                    self._fixed[name] = Offer(hosted, chat, decision, later)
        self._lists: dict[str, tuple[Item, list[Offer]]] = {}
        """By the id of a list's item; with the item, which begins empty and is told anew when it is complete."""
        self._ranked: tuple[object, list[str]] = (None, [])

    @property
    def fixed(self) -> dict[str, Offer]:
        """Those that are there from the start, by name."""
        return self._fixed

    @property
    def run_any(self) -> bool:
        """Whether the server may have to run something, or to answer a call that was none."""
        return bool(self._listing) or any(each.runs_here or each.reads_calls for each in self._fixed.values())

    @property
    def alone(self) -> bool:
        """Whether one of them is called alone in its step."""
        return any(
            each.runs_here and each.hosted.tool is not None and each.hosted.tool.alone for each in self._fixed.values()
        )

    def unlisted(self, items: Sequence[Item]) -> list[tuple[HostedTool, ListedTool]]:
        """Return the tools of which the context has no list."""
        return [
            (hosted, tool)
            for hosted, tool in self._listing
            if not any(tool.is_list(hosted.settings, item) for item in items)
        ]

    def listed(self, items: Sequence[Item]) -> dict[str, Offer]:
        """Return what the last list of each tool has, by name; what has the name of something else is left out."""
        found: dict[str, Offer] = {}
        for hosted, tool in self._listing:
            item = next((each for each in reversed(items) if tool.is_list(hosted.settings, each)), None)
            for offer in self._of_list(hosted, tool, item) if item is not None else ():
                if offer.called not in self._fixed:
                    found.setdefault(offer.called, offer)
        return found

    def shown(self, offers: dict[str, Offer], question: str, kept: Sequence[str]) -> list[Offer]:
        """Return the listed functions that go into a prompt: `kept` ones, and then those that the question is about.

        Of those that are deferred, only `kept` ones.
        """
        offers = {name: offer for name, offer in offers.items() if not offer.deferred or name in kept}
        if len(offers) <= MOST_SHOWN:
            return list(offers.values())
        key = question, tuple(offers)
        if self._ranked[0] != key:
            self._ranked = key, _ranked(question, offers)
        names = dict.fromkeys([*(name for name in kept if name in offers), *self._ranked[1]])
        chosen = set(list(names)[:MOST_SHOWN])
        return [offer for name, offer in offers.items() if name in chosen]

    def owner(self, item: Item) -> HostedTool | None:
        """Return the tool whose call an item is."""
        for hosted, tool in self._listing:
            if tool.made(hosted.settings, item):
                return hosted
        offer = self._fixed.get(kind_of(item).called(item))
        return offer.hosted if offer is not None else None

    def approved(self, request: Item, items: Sequence[Item], *, untrusted: bool) -> tuple[Item, bool]:
        """Return what a call that was asked about begins as, without a call id, and whether it may be made.

        Raises `InvalidRequest` when its tool is not among the tools, or cannot read what it was called with.
        """
        label, name = request["server_label"], request["name"]
        for hosted, tool in self._listing:
            if tool.label(hosted.settings) == label:
                lists = (offer for offer in self.listed(items).values() if offer.hosted is hosted)
                fitting = (offer for offer in lists if offer.listed and offer.listed.name == name)
                return begun(hosted, name), any(offer.now(untrusted) != "refuse" for offer in fitting)
        offer = self._fixed.get(name)
        if offer is None or offer.hosted.type != label:
            raise InvalidRequest(f"The tool {label!r} of an approved call cannot be used now.", param="tools")
        item = begun(offer.hosted, name)
        if (unread := offer.unread(item)) is not None:
            item = unread.whole(request["arguments"])
        return item, offer.now(untrusted) != "refuse"

    def _of_list(self, hosted: HostedTool, tool: ListedTool, item: Item) -> Sequence[Offer]:
        known, kept = self._lists.get(item["id"]) or (None, list[Offer]())
        if known is not item:
            offers = [self._offer(hosted, each) for each in tool.listed(hosted.settings, item)]
            kept = [each for each in offers if each.decision != "refuse"]
            self._lists[item["id"]] = item, kept
        return kept

    def _offer(self, hosted: HostedTool, listed: ListedFunction) -> Offer:
        now = stricter(listed.decision, self._judge(hosted.type, listed.touches))
        later = stricter(listed.decision, self._judge(hosted.type, listed.touches, untrusted=True))
        return Offer(hosted, listed.chat, now, later, listed)


def begun(hosted: HostedTool, name: str) -> Item:
    """Return the item that a call of a tool's function begins as, without a call id; by the function's own name."""
    tool = hosted.tool
    assert tool is not None
    if isinstance(tool, ListedTool):
        return tool.begin_call(hosted.settings, name)
    return tool.call_item(hosted.settings) or {"type": "function_call", "name": name, "arguments": ""}


def _unasked(decision: Decision) -> Decision:
    return "allow" if decision == "ask" else decision


def _ranked(question: str, offers: dict[str, Offer]) -> list[str]:
    """Return the names, those first that the question is about."""
    best = [tool.name for tool, _ in ranked(question, [(offer.definition(), None) for offer in offers.values()])]
    return list(dict.fromkeys([*best, *offers]))


def _announced(tools: Sequence[object]) -> Iterator[NamespaceTool]:
    """Yield what a search is told of deferred tools that are not listed yet: that there are some, and what for."""
    for hosted in tools:
        if isinstance(hosted, HostedTool) and isinstance(hosted.tool, ListedTool):
            about = hosted.tool.deferred(hosted.settings)
            if about is not None:
                some = FunctionTool(type="function", name="tools", defer_loading=True)
                label = hosted.tool.label(hosted.settings)
                yield NamespaceTool(type="namespace", name=label, description=about, tools=[some])
