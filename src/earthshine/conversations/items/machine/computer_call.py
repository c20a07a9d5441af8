"""Calls of `computer` and of `computer_use_preview`: actions on the client's screen."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from earthshine.conversations.items.base import CallId, Item, Status
from earthshine.conversations.items.machine.machine_call import MachineCalls, MachineItem
from earthshine.errors import InvalidRequest
from earthshine.tools.machine.actions import MOST_ACTIONS, Action
from earthshine.tools.machine.computer import NAME, computer_arguments
from earthshine.wire.strict import Strict, rejection


class SafetyCheck(Strict):
    """Something that a person should look at before the actions are done."""

    id: str
    code: str | None = None
    message: str | None = None


class ComputerCall(MachineItem):
    """Actions that the client does: several, or one as in the preview."""

    prefix = "cu"
    type: Literal["computer_call"]
    call_id: CallId
    action: Action | None = None
    actions: list[Action] | None = Field(default=None, min_length=1, max_length=MOST_ACTIONS)
    pending_safety_checks: list[SafetyCheck] = Field(default_factory=list[SafetyCheck], max_length=64)
    status: Status = "completed"

    def model_post_init(self, _context: Any) -> None:
        """Demand something to do."""
        if self.action is None and self.actions is None:
            message = "A computer_call needs either an action or actions."
            raise rejection(InvalidRequest(message, code="missing_required_parameter"))


class ComputerCalls(MachineCalls):
    """Each is answered by a screenshot."""

    param = ComputerCall
    prefix = "cu"

    def called(self, item: Item) -> str:
        """Return the name of the function, which both tools share."""
        return NAME

    def arguments(self, item: Item) -> str:
        """Return the actions."""
        return computer_arguments(item)
