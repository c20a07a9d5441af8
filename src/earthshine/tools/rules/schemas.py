"""What requests about rules say."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from earthshine.errors import InvalidRequest
from earthshine.tools.approvals import Decision, Reach
from earthshine.wire.strict import Strict

MOST_RULES = 100
"""Of one list."""

Host = Annotated[str, Field(max_length=253)]


class RuleBody(Strict):
    """One rule; see `ToolRule` of the settings for what each field means."""

    tool: str = Field(default="*", min_length=1, max_length=64)
    touches: Reach | None = None
    host: Host = Field(default="*", min_length=1)
    project: str = Field(default="*", min_length=1, max_length=64)
    after_untrusted: bool = False
    decision: Decision


class ToolRulesUpdate(Strict):
    """A list of rules, in their order, in place of the one before."""

    rules: Annotated[list[RuleBody], Field(max_length=MOST_RULES)]
    version: int | None = Field(default=None, ge=0)
    """The version that was changed; refused when somebody else changed it meanwhile. Without it the last one wins."""

    def check_of_project(self) -> None:
        """Raise `InvalidRequest` for a rule that names a project: a project's list is about that one alone."""
        for index, rule in enumerate(self.rules):
            if rule.project != "*":
                raise InvalidRequest(
                    "A project's rules are about that project. Leave `project` out.", param=f"rules[{index}].project"
                )


class HostedTool(Strict):
    """Whether a tool may be used."""

    enabled: bool


class HostedToolsUpdate(Strict):
    """The body of `POST /v1/organization/projects/{id}/hosted_tool_permissions`: what is left out stays."""

    code_interpreter: HostedTool | None = None
    file_search: HostedTool | None = None
    image_generation: HostedTool | None = None
    mcp: HostedTool | None = None
    web_search: HostedTool | None = None


class ToolRulesTrial(Strict):
    """A call that is only judged."""

    tool: str = Field(min_length=1, max_length=64)
    host: Host = ""
    touches: Annotated[list[Reach], Field(max_length=4)] | None = None
    """What the call may touch. Without it, what a call of this tool may touch when nothing more is said of it."""
    after_untrusted: bool = False
    """Whether the model has read what strangers wrote."""
