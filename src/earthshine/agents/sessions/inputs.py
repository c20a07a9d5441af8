"""What clients send to a session: messages, answers to what it waits for, and that it is to stop.

Source: `AgentSessionInputParam` of the official SDK (`openai.types.beta`).
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, model_validator

from earthshine.errors import InvalidRequest
from earthshine.wire.strict import Strict, chooser, rejection

Json = dict[str, Any]

MOST_TEXT = 10 * 2**20
"""Characters of one part of a message."""
_MOST_PARTS, _MOST_MESSAGES, _MOST_EVENTS = 100, 100, 100
_Id = Annotated[str, StringConstraints(min_length=1, max_length=64)]


class InputText(Strict):
    """Words."""

    type: Literal["input_text"]
    text: Annotated[str, StringConstraints(max_length=MOST_TEXT)]


class InputImage(Strict):
    """A picture, by its address or as a data URL."""

    type: Literal["input_image"]
    image_url: Annotated[str, StringConstraints(min_length=1, max_length=32 * 2**20)]


Part = Annotated[InputText | InputImage, chooser("content type", {"input_text": InputText, "input_image": InputImage})]
Parts = Annotated[list[Part], Field(min_length=1, max_length=_MOST_PARTS)]


class InputMessage(Strict):
    """What a person says."""

    role: Literal["user"]
    content: Parts
    type: Literal["message"] = "message"


Messages = Annotated[list[InputMessage], Field(min_length=1, max_length=_MOST_MESSAGES)]


class SendMessages(Strict):
    """Begins a turn."""

    type: Literal["agent.session.input.message"]
    input: Messages


class Cancel(Strict):
    """Ends the turn that is under way."""

    type: Literal["agent.session.input.cancel"]


class ToolResult(Strict):
    """What came of a function that the client ran."""

    type: Literal["agent.session.input.tool_result"]
    turn_id: _Id
    call_id: _Id
    success: bool
    output: Annotated[str, StringConstraints(max_length=MOST_TEXT)] | Parts | None = None
    error: Annotated[str, StringConstraints(max_length=2**16)] | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> ToolResult:
        if self.success and self.error is not None:
            raise rejection(InvalidRequest("A call that succeeded has an `output` and no `error`."))
        return self

    def item(self) -> Json:
        """Return it as an item of the Responses API."""
        output: Any = self.output
        if not self.success:
            output = f"The call failed: {self.error or 'nothing more is known.'}"
        elif isinstance(output, list):
            output = [part.model_dump() for part in self.output or () if not isinstance(part, str)]
        return {"type": "function_call_output", "call_id": self.call_id, "output": output or ""}


class McpDecision(Strict):
    """Whether a call of an MCP server's tool is to be made."""

    type: Literal["mcp_tool_call"]
    decision: Literal["approve", "deny", "cancel"]


class McpApproval(Strict):
    """An answer to a call that was asked about."""

    type: Literal["agent.session.input.mcp_approval_request_result"]
    request_id: _Id
    response: McpDecision

    def item(self) -> Json:
        """Return it as an item of the Responses API."""
        approve = self.response.decision == "approve"
        return {"type": "mcp_approval_response", "approval_request_id": self.request_id, "approve": approve}


SessionInput = SendMessages | Cancel | ToolResult | McpApproval
AnySessionInput = Annotated[
    SessionInput,
    chooser(
        "session event",
        {
            "agent.session.input.message": SendMessages,
            "agent.session.input.cancel": Cancel,
            "agent.session.input.tool_result": ToolResult,
            "agent.session.input.mcp_approval_request_result": McpApproval,
        },
    ),
]


class EventsCreate(Strict):
    """The body of `POST /v1/agents/sessions/{id}/events`."""

    events: Annotated[list[AnySessionInput], Field(min_length=1, max_length=_MOST_EVENTS)]


def as_messages(value: Any) -> Any:
    """Return what a session is given at its beginning as messages: text is one of them."""
    if not isinstance(value, str):
        return value
    if not value:
        raise rejection(InvalidRequest("Give the text that the session begins with."))
    return [{"type": "message", "role": "user", "content": [{"type": "input_text", "text": value}]}]
