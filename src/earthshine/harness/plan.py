"""Everything about a reply that is decided before the model writes: the prompt, and what the answer may be."""

from __future__ import annotations

from dataclasses import dataclass, field, fields

from earthshine.catalog.card import Card
from earthshine.engines.base import Engine
from earthshine.engines.requests import ChatRequest, Prompt
from earthshine.errors import UnsupportedParameter
from earthshine.harness import thinking
from earthshine.harness.constraint import Constraint, build, permitted
from earthshine.harness.parsing.parser import Parser
from earthshine.harness.pictures import NONE_SHOWN, Shown, take_out
from earthshine.harness.templates import rendering, tool_format
from earthshine.harness.templates.messages import normalise, without_calls
from earthshine.harness.templates.special_tokens import SpecialTokenEscaper, check_size
from earthshine.harness.templates.tool_format import ToolFormat
from earthshine.harness.thinking import Thinking
from earthshine.pictures import Pictures


@dataclass(frozen=True, slots=True)
class ReplyPlan:
    """One reply, ready to be written."""

    rendered: str
    """The conversation through the template, with placeholders for escaped spellings."""
    escaper: SpecialTokenEscaper
    thinking: Thinking
    tool_format: ToolFormat
    constraint: Constraint
    prefill: str = ""
    stop: tuple[str, ...] = ()
    shown: Shown = NONE_SHOWN

    def begun(self, raw: str, answer_at: int | None) -> str:
        """Return the model's text with the client's own beginning of the answer in its place."""
        if answer_at is None and self.thinking.planned:
            return raw
        at = answer_at or 0
        return raw[:at] + self.prefill + raw[at:]

    async def prompt(self, engine: Engine, raw: str = "", answer_at: int | None = None) -> Prompt:
        """Return what to send so that the engine goes on behind `raw`, the text written so far."""
        escaper, text = self.escaper, self.rendered
        if written := self.begun(raw, answer_at):
            escaper = await self.escaper.extended_by(engine, written)
            literals = self.tool_format
            own = (literals.begin, literals.between or "", literals.middle, literals.end, self.thinking.tags.close)
            text += escaper.escape(written, spare=own)
        if self.shown.pictures:
            return self.shown.prompt(escaper.defused(text))
        return await escaper.prompt(engine, text)

    def parser(self) -> Parser:
        """Return a parser of this reply, at its beginning."""
        return Parser(
            self.thinking.tags,
            opened=self.thinking.opened,
            tool_format=self.tool_format if self.constraint.names else None,
            names=self.constraint.names,
            stop=self.stop,
            calls_first_only=self.constraint.mode == "grammar",
        )


@dataclass(frozen=True, slots=True)
class PlannedRequest(ChatRequest):
    """A request that has been read against the model."""

    plan: ReplyPlan = field(kw_only=True)


async def make(card: Card, engine: Engine, request: ChatRequest, pictures: Pictures | None = None) -> PlannedRequest:
    """Read a request against a model. Raises typed errors for all that this model cannot do."""
    request, shown = await take_out(request, pictures, sees=engine.capabilities.images)
    check_size(request, engine.capabilities.context_length)
    messages = normalise(request.messages, default_system=str(card.options.get("default_system", "")))
    tools = permitted(request)
    if request.citable and not tools:
        messages = without_calls(messages)
    if tools and card.proof and card.proof.tool_format is None:
        raise UnsupportedParameter(
            f"{card.name} failed its tool-call trial when it was loaded ({card.proof.detail}); "
            "choose another model for tools.",
            param="tools",
        )
    constrained = bool(tools) or request.output.type != "text"
    if constrained and not engine.capabilities.grammar:
        raise UnsupportedParameter(
            f"{card.name} runs on an engine without grammars, so neither tools nor JSON formats can be guaranteed.",
            param="tools" if tools else "response_format",
        )
    calls, _ = await rendering.tool_format_of(card)
    constraint = await build(request, calls)
    if thinking.borrowed(card.chat_template, request.reasoning_effort):
        messages = thinking.instructed(messages)
    escaper = await SpecialTokenEscaper.for_values(engine, messages, tools)
    messages, tools = escaper.escape(messages), escaper.escape(tools)
    messages, tools = tool_format.arranged(messages, tools, calls)
    variables = {**thinking.variables(request.reasoning_effort), **request.template_variables}
    rendered = await rendering.conversation(card, messages, tools, variables)
    thoughts = thinking.plan(card.chat_template, request.reasoning_effort, rendered, request.thinking_budget)
    ready = ReplyPlan(
        rendered + thoughts.suffix,
        escaper,
        thoughts,
        calls,
        constraint,
        request.prefill,
        request.sampling.stop,
        shown,
    )
    return PlannedRequest(**{each.name: getattr(request, each.name) for each in fields(ChatRequest)}, plan=ready)
