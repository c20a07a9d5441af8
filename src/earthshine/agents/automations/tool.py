"""`automations`: an agent says when its session is to be woken, as in "remind me every morning".

Source: `AgentToolResourceAutomations` of the official SDK. The wire names no functions; these are ours.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, StringConstraints

from earthshine.accounts.authorization.ownership import WRITING, Owner
from earthshine.agents.automations.automations import Automations
from earthshine.agents.automations.objects import Automation
from earthshine.agents.automations.schedule import check_zone, next_due
from earthshine.agents.automations.schemas import AutomationCreate, AutomationListQuery
from earthshine.errors import InvalidRequest
from earthshine.tools.approvals import Touches
from earthshine.tools.base import Tool, ToolCall, ToolContext, ToolResult
from earthshine.wire import check
from earthshine.wire.strict import Strict

Json = dict[str, Any]

CREATE, LIST, PAUSE, DELETE = "create_automation", "list_automations", "pause_automation", "delete_automation"
_MOST_LISTED = 50
_TEXT: Json = {"type": "string"}
_ID: Json = {"automation_id": _TEXT}


class AutomationsTool(Strict):
    """The tool, as a request names it."""

    type: Literal["automations"]
    session_id: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    """The session whose automations the model manages."""


class _Wish(Strict):
    """What the model says of a new automation."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=256)]
    instructions: str
    cron: str | None = None
    in_minutes: Annotated[int, Field(ge=1, le=10 * 366 * 24 * 60)] | None = None
    timezone: str = "UTC"


class _Named(Strict):
    automation_id: str


def _function(name: str, description: str, properties: Json, *required: str) -> Json:
    parameters: Json = {"type": "object", "properties": properties, "required": list(required)}
    parameters["additionalProperties"] = False
    about = {"name": name, "description": description, "parameters": parameters, "strict": False}
    return {"type": "function", "function": about}


_FUNCTIONS = (
    _function(
        CREATE,
        "Wakes you later: again and again by `cron`, or once after `in_minutes`. Give one of the two.",
        {
            "name": _TEXT,
            "instructions": {**_TEXT, "description": "What you are told then."},
            "cron": {**_TEXT, "description": "Minute, hour, day, month, weekday: '0 8 * * *' is each day at 8:00."},
            "in_minutes": {"type": "integer", "minimum": 1},
            "timezone": {**_TEXT, "description": "Of `cron`, such as 'Africa/Casablanca'."},
        },
        "name",
        "instructions",
    ),
    _function(LIST, "Lists when you are woken.", {}),
    _function(PAUSE, "Lets an automation rest.", _ID, "automation_id"),
    _function(DELETE, "Removes an automation.", _ID, "automation_id"),
)


class AutomationTool(Tool):
    """The tool."""

    type = "automations"
    settings = AutomationsTool
    repeat = "by_key"
    permission = "project.write"

    def functions(self, settings: AutomationsTool, offered: Sequence[object]) -> list[Json]:
        """Return what can be done."""
        return list(_FUNCTIONS)

    def is_shown(self, function: str, told: Sequence[Json]) -> bool:
        """Show what changes an automation once the model knows one: small models choose badly among more."""
        return function in (CREATE, LIST) or any(each.get("name") in (CREATE, LIST) for each in told)

    def touches(self, settings: AutomationsTool, function: str = "") -> Touches:
        """Return that the project's things are read, or changed."""
        return Touches(frozenset({"read"} if function == LIST else {"write"}))

    async def run(self, call: ToolCall, context: ToolContext) -> ToolResult:
        """Do it. What the session does not own is not found."""
        automations, settings = context.service(Automations), call.settings
        assert isinstance(settings, AutomationsTool)
        if call.name == CREATE:
            made = await self._create(call, settings.session_id, context)
            return ToolResult(f"Made. {_line(made, automations.clock)}")
        query = AutomationListQuery(session_id=settings.session_id, limit=_MOST_LISTED)
        mine, _ = await automations.list(Owner.of(context.caller), query)
        if call.name == LIST:
            return ToolResult("\n".join(_line(each, automations.clock) for each in mine) or "There are none.")
        wanted = check(_Named, call.values()).automation_id
        if wanted not in [each["id"] for each in mine]:
            raise InvalidRequest(f"This session has no automation {wanted[:64]!r}. {LIST} tells which it has.")
        await automations.privacy.check(wanted, context.caller, WRITING)
        if call.name == PAUSE:
            return ToolResult(_line(await automations.pause(wanted, context.caller.project), automations.clock))
        await automations.delete(wanted, context.caller.project)
        return ToolResult(f"{wanted} is removed.")

    async def _create(self, call: ToolCall, session_id: str, context: ToolContext) -> Automation:
        wish, automations = check(_Wish, call.values()), context.service(Automations)
        if (wish.cron is None) == (wish.in_minutes is None):
            raise InvalidRequest("Give `cron` for again and again, or `in_minutes` for once, and not both.")
        check_zone(wish.timezone)
        target = {"type": "existing_session", "session_id": session_id, "instructions": wish.instructions}
        when: Json = {"type": "periodic", "expression": wish.cron, "timezone": wish.timezone}
        if wish.in_minutes is not None:
            when = {"type": "once", "run_at": int(automations.clock()) + 60 * wish.in_minutes}
        body = check(AutomationCreate, {"name": wish.name, "target": target, **when})
        by = {"type": "agent", "session_id": session_id, "tool_call_id": call.id}
        return await automations.create(context.caller, body, created_by=by, key=call.key)


def provide() -> Tool:
    """Return the tool."""
    return AutomationTool()


def _line(automation: Automation, clock: Callable[[], float]) -> str:
    """Tell an automation in a line, with the time of its place."""
    told: Json = {**automation}
    zone: str = told.get("timezone") or "UTC"
    due = told["run_at"] if told["type"] == "once" else next_due(told["expression"], zone, clock())
    when = f"next at {datetime.fromtimestamp(due, ZoneInfo(zone)):%Y-%m-%d %H:%M} {zone}" if due else "never again"
    state = when if told["status"] == "active" else told["status"]
    return f"{told['id']}: {told['name']!r}, {told.get('expression') or 'once'}, {state}."
