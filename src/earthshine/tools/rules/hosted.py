"""OpenAI's hosted tool permissions of a project: each is a rule of the project's list that refuses the whole tool."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from earthshine.accounts.authorization.caller import Caller
from earthshine.errors import Conflict, InvalidRequest, UnsupportedParameter
from earthshine.settings_tables import ToolRule
from earthshine.tools.approvals import Touches
from earthshine.tools.rules.objects import HostedToolPermissions
from earthshine.tools.rules.schemas import MOST_RULES, HostedToolsUpdate, RuleBody, ToolRulesUpdate
from earthshine.tools.rules.store import ToolRules

_PATTERNS: Final = {
    "code_interpreter": "code_interpreter",
    "file_search": "file_search",
    "mcp": "mcp",
    "web_search": "web_search*",
}
"""OpenAI's names to what rules call the tools: some have a type for each of their versions."""


def hosted_tools(rules: ToolRules, organization: str, project: str) -> HostedToolPermissions:
    """Return which tools a project may use: all but those that some rule refuses whatever they touch."""
    on = {name: not _refused(rules, organization, project, name) for name in _PATTERNS}
    return {
        "object": "project.hosted_tool_permissions",
        "code_interpreter": {"enabled": on["code_interpreter"]},
        "file_search": {"enabled": on["file_search"]},
        "image_generation": {"enabled": False},
        "mcp": {"enabled": on["mcp"]},
        "web_search": {"enabled": on["web_search"]},
    }


async def switch(rules: ToolRules, who: Caller, project: str, body: HostedToolsUpdate) -> None:
    """Switch tools on and off for a project. Raises `Conflict` for one that a rule above the project's refuses."""
    if body.image_generation is not None and body.image_generation.enabled:
        raise UnsupportedParameter("Nothing here makes images.", param="image_generation.enabled")
    wanted = {name: chosen.enabled for name in _PATTERNS if (chosen := getattr(body, name)) is not None}
    kept = await rules.read(who.organization, project, [project])
    own = [RuleBody.model_validate(rule) for rule in kept["rules"]]
    for name, enabled in wanted.items():
        own = [rule for rule in own if not _switches_off(rule, name)]
        if not enabled:
            own.insert(0, RuleBody(tool=_PATTERNS[name], decision="refuse"))
    if len(own) > MOST_RULES:
        raise InvalidRequest(f"A list has {MOST_RULES} rules at most. Remove one under Policies in the console first.")
    then = [ToolRule.model_validate(rule.model_dump()) for rule in own]
    for name, enabled in wanted.items():
        if enabled and _refused(rules, who.organization, project, name, then):
            raise Conflict(
                f"Another rule refuses {name!r}. Look at the rules of the project, the organization and the settings "
                "file: `tool_rules`, under Policies in the console.",
                param=f"{name}.enabled",
            )
    await rules.write(who, project, ToolRulesUpdate(rules=own, version=kept["version"]))


def _refused(
    rules: ToolRules, organization: str, project: str, name: str, own: Sequence[ToolRule] | None = None
) -> bool:
    # Of what touches nothing, only those rules decide that are about whatever a tool touches.
    return rules.verdict(organization, project, name, Touches(), own=own).decision == "refuse"


def _switches_off(rule: RuleBody, name: str) -> bool:
    blanket = rule.decision == "refuse" and rule.touches is None and rule.host == "*" and not rule.after_untrusted
    return blanket and rule.tool in (name, _PATTERNS[name])
