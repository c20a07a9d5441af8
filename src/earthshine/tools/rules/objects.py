"""What the routes of rules reply with."""

from __future__ import annotations

from typing import Literal

from typing_extensions import TypedDict

from earthshine.settings_tables import ToolRule
from earthshine.tools.approvals import Decision, Reach

Origin = Literal["settings", "organization", "project"]
"""Whose rule it is: the operator's, in the settings file, or one that was written in the app."""


class ToolRuleObject(TypedDict):
    """One rule on what tools may do."""

    tool: str
    touches: Reach | None
    host: str
    project: str
    after_untrusted: bool
    decision: Decision


class InheritedToolRule(ToolRuleObject):
    """A rule of a list above, which is asked first."""

    origin: Origin


class ToolRuleList(TypedDict):
    """The rules of an organisation or a project, in the order in which they are asked."""

    object: Literal["tool_rules"]
    project: str | None
    """None for the organisation's own list."""
    inherited: list[InheritedToolRule]
    """Those that come before these and cannot be changed here."""
    rules: list[ToolRuleObject]
    version: int
    """To be sent with a change, so that nobody's is overwritten unseen."""


class ToolRulesVerdict(TypedDict):
    """What the rules say of a call."""

    object: Literal["tool_rules.verdict"]
    decision: Decision
    touches: list[Reach]
    """What the call was taken to touch."""
    rule: InheritedToolRule | None
    """The rule that decided; None where none is about such a call, which is allowed then."""


class HostedTool(TypedDict):
    """Whether a project may use one tool."""

    enabled: bool


class HostedToolPermissions(TypedDict):
    """Which tools a project may use, as in OpenAI's API."""

    object: Literal["project.hosted_tool_permissions"]
    code_interpreter: HostedTool
    file_search: HostedTool
    image_generation: HostedTool
    """Always off: nothing here makes images."""
    mcp: HostedTool
    web_search: HostedTool


def serialize_rule(rule: ToolRule) -> ToolRuleObject:
    """Return a rule as replies show it."""
    return {
        "tool": rule.tool,
        "touches": rule.touches,
        "host": rule.host,
        "project": rule.project,
        "after_untrusted": rule.after_untrusted,
        "decision": rule.decision,
    }
