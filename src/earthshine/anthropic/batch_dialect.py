"""Message batches: how one of their requests is kept, answered, and told; all else is what `batches` does.

Source: https://platform.claude.com/docs/en/api/messages/batches
"""

from __future__ import annotations

from typing import Any, cast

import orjson

from earthshine.accounts.authorization.caller import Caller
from earthshine.anthropic.dialect import ANTHROPIC
from earthshine.anthropic.messages.conversation import Conversation
from earthshine.anthropic.messages.creation import MessageCreation
from earthshine.anthropic.messages.response.creation import ResponseMessage
from earthshine.anthropic.messages.response.items import ResponseInput, read_request
from earthshine.anthropic.messages.schemas import CreateMessage
from earthshine.anthropic.messages.thoughts import Thoughts
from earthshine.batches.dialect import Line, LineFault, LineReply, Missed
from earthshine.conversations.store import Conversations
from earthshine.errors import EarthshineError, InvalidRequest
from earthshine.generation import GenerationContext
from earthshine.metering.meter import Meter
from earthshine.routing.router import Router
from earthshine.services import Services
from earthshine.wire import aside, check, load_json


class MessageBatches:
    """Lines with `custom_id` and `params`, as the request to make the batch had them."""

    name = "msgbatch"
    one_model = False

    def __init__(self, services: Services) -> None:
        self._services = services

    def read(self, number: int, text: bytes, endpoint: str) -> Line:
        """Read a line, which was checked when it was written; `endpoint` is the only one that there is."""
        try:
            value = load_json(text)
        except InvalidRequest as error:
            raise LineFault("invalid_json_line", error.message) from None
        return Line(number, value["custom_id"], value["params"], len(text))

    async def ask(self, line: Line, endpoint: str, caller: Caller) -> LineReply:
        """Have a message written."""
        thoughts = Thoughts(await self._services.get(Conversations).signer())

        def checked() -> tuple[CreateMessage, Conversation | ResponseInput]:
            create = check(CreateMessage, line.body)
            if create.stream:
                raise InvalidRequest("The messages of a batch are not streamed.", param="stream")
            return create, read_request(create, thoughts)

        create, given = await aside(line.size, checked)
        if isinstance(given, ResponseInput):
            response = ResponseMessage(create, given, thoughts, self._services, caller, {})
            made, used = await response.whole(), response.used
        else:
            context = GenerationContext(self._services.get(Meter), self._services.get(Router), caller, {})
            creation = MessageCreation(create, given, thoughts, context)
            made, ended = await creation.whole(), creation.ended()
            assert ended is not None
            used = ended[0]
        made["usage"]["service_tier"] = "batch"
        return LineReply(orjson.dumps(made), used)

    def succeeded(self, line: Line, reply: LineReply, request_id: str) -> bytes:
        """Return the line of the results that tells a message."""
        return _result(line, {"type": "succeeded", "message": orjson.Fragment(reply.body)})

    def failed(self, line: Line, error: EarthshineError, request_id: str) -> bytes:
        """Return the one that tells an error."""
        return _result(line, {"type": "errored", "error": cast("dict[str, Any]", ANTHROPIC.body(error, request_id))})

    def missed(self, line: Line, why: Missed) -> bytes:
        """Return the one that tells that a request was not come to."""
        return _result(line, {"type": "canceled" if why == "cancelled" else "expired"})


def _result(line: Line, result: dict[str, Any]) -> bytes:
    return orjson.dumps({"custom_id": line.custom_id, "result": result})
