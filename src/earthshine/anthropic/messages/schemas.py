"""What the wire says under `/anthropic/v1/messages`. Source: `anthropic.types.MessageCreateParams` of the official SDK.

Fields that exist and cannot be honoured here are parsed too, so that they are refused by name; any other is unknown.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from earthshine.anthropic.messages.content import (
    Block,
    CacheControl,
    TextBlock,
    TextContent,
    ThinkingBlock,
    ToolUseBlock,
    UserContent,
    blocks_of,
)
from earthshine.anthropic.messages.server_blocks import SERVER_BLOCKS, ServerResult, ServerUse
from earthshine.anthropic.messages.server_tools import McpServer
from earthshine.anthropic.messages.tools import MOST_TOOLS, AnthropicChoice, AnthropicTool, CustomTool
from earthshine.errors import InvalidRequest, UnsupportedParameter
from earthshine.wire.bounded import MOST_MESSAGES
from earthshine.wire.strict import JsonObject, Strict, chooser

Effort = Literal["low", "medium", "high", "xhigh", "max"]
_LEAST_BUDGET = 1024


_OWN: dict[str, type[Block]] = {"text": TextBlock, "thinking": ThinkingBlock, "tool_use": ToolUseBlock}
AssistantBlock = TextBlock | ThinkingBlock | ToolUseBlock | ServerUse | ServerResult
AssistantContent = Annotated[
    list[AssistantBlock],
    blocks_of(Annotated[AssistantBlock, chooser("content block of an assistant", {**_OWN, **SERVER_BLOCKS})]),
]


class UserTurn(Strict):
    """What the user says, and what tools answered."""

    role: Literal["user"]
    content: UserContent


class AssistantTurn(Strict):
    """What the model said; as the last message, what its reply is to begin with."""

    role: Literal["assistant"]
    content: AssistantContent


class SystemTurn(Strict):
    """What the developer tells the model in the middle of a conversation."""

    role: Literal["system"]
    content: TextContent


Turn = Annotated[
    UserTurn | AssistantTurn | SystemTurn,
    chooser("role", {"user": UserTurn, "assistant": AssistantTurn, "system": SystemTurn}, field="role"),
]


class ThinkingOn(Strict):
    """Think first, about so long."""

    type: Literal["enabled"]
    budget_tokens: int = Field(ge=_LEAST_BUDGET)
    display: Literal["summarized", "omitted"] | None = None


class ThinkingAdaptive(Strict):
    """Think as the model does by itself, or as the effort says."""

    type: Literal["adaptive"]
    display: Literal["summarized", "omitted"] | None = None


class ThinkingOff(Strict):
    """Do not think."""

    type: Literal["disabled"]


ThinkingConfig = Annotated[
    ThinkingOn | ThinkingAdaptive | ThinkingOff,
    chooser("type of thinking", {"enabled": ThinkingOn, "adaptive": ThinkingAdaptive, "disabled": ThinkingOff}),
]


class SchemaFormat(Strict):
    """JSON that a schema describes."""

    type: Literal["json_schema"]
    schema_: JsonObject = Field(alias="schema")


class OutputConfig(Strict):
    """How much effort the reply is worth, and what its text must be."""

    effort: Effort | None = None
    format: SchemaFormat | None = None
    task_budget: JsonObject | None = None


class RequestMetadata(Strict):
    """Who asks, in the client's own words."""

    user_id: str | None = Field(default=None, max_length=8192)


class ThinkingTurns(Strict):
    """So many of the last turns."""

    type: Literal["thinking_turns"]
    value: int = Field(ge=1)


class AllTurns(Strict):
    """All turns."""

    type: Literal["all"]


_kept = chooser("value", {"thinking_turns": ThinkingTurns, "all": AllTurns})


class ClearThinking(Strict):
    """Leave out the thoughts of older turns."""

    type: Literal["clear_thinking_20251015"]
    keep: Literal["all"] | Annotated[ThinkingTurns | AllTurns, _kept] = Field(
        default_factory=lambda: ThinkingTurns(type="thinking_turns", value=1)
    )


class ContextManagement(Strict):
    """What is to be left out of a long conversation."""

    edits: list[Annotated[ClearThinking, chooser("edit", {"clear_thinking_20251015": ClearThinking})]] = Field(
        default_factory=list[ClearThinking], max_length=8
    )


class ContainerSkill(Strict):
    """A skill of the project."""

    type: Literal["custom", "anthropic"]
    skill_id: str = Field(min_length=1, max_length=64)
    version: str | None = None


class MessageContainer(Strict):
    """A container that an earlier reply named, or what a new one is to have."""

    id: str | None = Field(default=None, max_length=64)
    skills: list[ContainerSkill] | None = Field(default=None, max_length=64)

    def check_supported(self) -> None:
        """Raise `UnsupportedParameter` for skills that are not of the project."""
        for index, skill in enumerate(self.skills or ()):
            if skill.type == "anthropic":
                raise UnsupportedParameter(
                    "Anthropic's own skills are not here; add one by POST /v1/skills.",
                    param=f"container.skills[{index}].type",
                )

    @property
    def environment(self) -> dict[str, Any]:
        """Where code runs, as a response takes it. A container that is there has the skills that it was made with."""
        if self.id is not None:
            return {"type": "container_reference", "container_id": self.id}
        named = [{"skill_id": skill.skill_id, "version": skill.version} for skill in self.skills or ()]
        return {"type": "container_auto", "skills": [{"type": "skill_reference", **each} for each in named]}


def _as_container(value: Any) -> Any:
    return {"id": value} if isinstance(value, str) else value


InContainer = Annotated[MessageContainer, BeforeValidator(_as_container, json_schema_input_type=str | MessageContainer)]


class Prompt(Strict):
    """What a request and the counting of its tokens have in common."""

    model: str = Field(min_length=1, max_length=256)
    messages: list[Turn] = Field(min_length=1, max_length=MOST_MESSAGES)
    system: TextContent | None = None
    tools: list[AnthropicTool] = Field(default_factory=list[Any], max_length=MOST_TOOLS)
    tool_choice: AnthropicChoice | None = None
    thinking: ThinkingConfig | None = None
    output_config: OutputConfig | None = None
    output_format: SchemaFormat | None = None
    context_management: ContextManagement | None = None
    cache_control: CacheControl | None = None
    speed: Literal["standard", "fast"] | None = None
    mcp_servers: list[McpServer] = Field(default_factory=list[McpServer], max_length=20)

    @property
    def functions(self) -> list[CustomTool]:
        """The tools that the client runs."""
        return [tool for tool in self.tools if isinstance(tool, CustomTool)]

    @property
    def runs_tools(self) -> bool:
        """Whether the server runs tools."""
        return bool(self.mcp_servers) or len(self.functions) < len(self.tools)

    def check_supported(self) -> None:
        """Raise `UnsupportedParameter` naming the first field that cannot be honoured."""
        for field, advice in _NOT_HERE.items():
            if getattr(self, field, None):
                raise UnsupportedParameter(f"'{field}' is not supported: {advice}.", param=field)
        if self.speed == "fast":
            raise UnsupportedParameter("There is one speed here, 'standard'.", param="speed")
        if self.output_config is not None and self.output_config.task_budget is not None:
            raise UnsupportedParameter("Use `max_tokens`; no budget is told to the model.", param="output_config")

    @property
    def format(self) -> SchemaFormat | None:
        """What the text must be."""
        return (self.output_config.format if self.output_config else None) or self.output_format


class CountTokens(Prompt):
    """The body of `POST /anthropic/v1/messages/count_tokens`."""


class CreateMessage(Prompt):
    """The body of `POST /anthropic/v1/messages`."""

    max_tokens: int = Field(ge=1, le=2**31 - 1)
    stream: bool = False
    stop_sequences: list[Annotated[str, Field(min_length=1, max_length=1024)]] = Field(
        default_factory=list[str], max_length=64
    )
    temperature: float | None = Field(default=None, ge=0, le=1)
    top_p: float | None = Field(default=None, ge=0, le=1)
    top_k: int | None = Field(default=None, ge=0, le=2**31 - 1)

    # Accepted, and without an effect on the reply: who asks, and with which priority.
    metadata: RequestMetadata | None = None
    service_tier: Literal["auto", "standard_only"] | None = None

    container: InContainer | None = None
    """Where code runs."""

    # Known, and not to be had here.
    compaction: JsonObject | None = None
    diagnostics: JsonObject | None = None
    fallbacks: JsonObject | list[JsonObject] | None = None
    fallback_credit_token: str | None = None
    inference_geo: str | None = None
    thread: JsonObject | None = None
    billing_policy: JsonObject | None = None

    @property
    def omits_thoughts(self) -> bool:
        """Whether the thoughts are told in their signatures alone."""
        thinking = self.thinking
        return isinstance(thinking, ThinkingOn | ThinkingAdaptive) and thinking.display == "omitted"

    def check_supported(self) -> None:
        """Raise `UnsupportedParameter` naming the first field that cannot be honoured, `InvalidRequest` for clashes."""
        super().check_supported()
        if self.container is not None:
            self.container.check_supported()
        thinking = self.thinking
        if isinstance(thinking, ThinkingOn) and thinking.budget_tokens >= self.max_tokens:
            raise InvalidRequest(
                "`max_tokens` must be greater than `thinking.budget_tokens`.", param="thinking.budget_tokens"
            )


_NOT_HERE = {
    "compaction": "shorten the conversation yourself; /v1/responses/compact can help",
    "diagnostics": "the usage says what the cache had",
    "fallbacks": "deployments of a model stand in for each other, as the operator says",
    "fallback_credit_token": "there are no credits",
    "inference_geo": "models run where the operator has put them",
    "thread": "send the whole conversation",
    "billing_policy": "what is charged is the operator's choice",
}
