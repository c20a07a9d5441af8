"""The door of `/mcp`. Source: Streamable HTTP, https://modelcontextprotocol.io/specification/2026-07-28/basic/transports

No session is kept, also for older revisions, which allow that; each request is answered with one JSON object.
"""

from __future__ import annotations

from typing import Any

from fastapi import Request
from pydantic import ValidationError
from starlette.responses import Response

from earthshine.accounts.authorization.needs import needs
from earthshine.errors import InvalidRequest
from earthshine.mcp_server.inner_request import Refused
from earthshine.mcp_server.messages import (
    INVALID_PARAMS,
    INVALID_REQUEST,
    NO_METHOD,
    VERSIONS,
    Json,
    RpcAnswer,
    RpcFailed,
    RpcMessage,
    check_stateless,
    is_stateless,
)
from earthshine.mcp_server.tools import TOOLS, Result
from earthshine.openapi import Routes, gives, takes
from earthshine.tools.mcp.client import ABOUT, HANDSHAKE
from earthshine.wire import json_reply, parse

router = Routes(prefix="/mcp", tags=["MCP"])

_INSTRUCTIONS = "Models and stored files of an Earthshine installation. Begin with list_models or list_vector_stores."
_FRESH_MS = 300_000
_LONGEST_FAULT = 500


@router.post("")
@needs("key")
@takes(RpcMessage)
@gives(RpcAnswer, accepts=True, errors=RpcAnswer)
async def answer_mcp(request: Request) -> Response:
    """Answer a message of the Model Context Protocol; a notification is accepted, and changes nothing."""
    try:
        message = await parse(RpcMessage, request)
    except InvalidRequest as error:
        return json_reply(RpcFailed(INVALID_REQUEST, error.message).answer(None), status=400)
    if message.method is None or message.id is None:
        return Response(status_code=202)
    stateless = is_stateless(message, request.headers)
    try:
        if stateless:
            check_stateless(message, request.headers)
        result = await _result(request, message, stateless=stateless)
    except RpcFailed as failure:
        return json_reply(failure.answer(message.id), status=failure.status(stateless=stateless))
    answer: RpcAnswer = {"jsonrpc": "2.0", "id": message.id, "result": result}
    return json_reply(answer)


async def _result(request: Request, message: RpcMessage, *, stateless: bool) -> Json:
    capabilities: Json = {"tools": {}}
    done: Json = {"resultType": "complete"} if stateless else {}
    kept: Json = {"ttlMs": _FRESH_MS, "cacheScope": "private"} if stateless else {}
    match message.method:
        case "server/discover" if stateless:
            about = {"io.modelcontextprotocol/serverInfo": ABOUT}
            told: Json = {"supportedVersions": VERSIONS, "capabilities": capabilities, "instructions": _INSTRUCTIONS}
            return {**told, **done, **kept, "_meta": about}
        case "initialize" if not stateless:
            wanted: Any = message.params.get("protocolVersion")
            version = wanted if wanted in HANDSHAKE else HANDSHAKE[0]
            told = {"protocolVersion": version, "capabilities": capabilities, "serverInfo": ABOUT}
            return {**told, "instructions": _INSTRUCTIONS}
        case "ping" if not stateless:
            return {}
        case "tools/list":
            return {"tools": [tool.listed(name) for name, tool in TOOLS.items()], **done, **kept}
        case "tools/call":
            return {**await _call(request, message.params), **done}
        case _:
            raise RpcFailed(NO_METHOD, "There is no such method here; this server has tools alone.")


async def _call(request: Request, params: Json) -> Json:
    """Return what came of a call. What a model can mend, it reads; an unknown tool is an error of the program."""
    name, given = params.get("name"), params.get("arguments")
    tool = TOOLS.get(name) if isinstance(name, str) else None
    if tool is None:
        raise RpcFailed(INVALID_PARAMS, f"There is no tool {str(name)[:100]!r}; there are {', '.join(TOOLS)}.")
    try:
        arguments = tool.arguments.model_validate({} if given is None else given)
    except ValidationError as error:
        return _told(Result(_fault(error), {}), failed=True)
    try:
        return _told(await tool.run(request, arguments))
    except Refused as error:
        return _told(Result(error.message, {}), failed=True)


def _told(result: Result, *, failed: bool = False) -> Json:
    told: Json = {"content": [{"type": "text", "text": result.text}], "isError": failed}
    return told if failed else {**told, "structuredContent": result.data}


def _fault(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(step) for step in first["loc"])
    return f"The arguments are wrong at `{where}`: {first['msg']}."[:_LONGEST_FAULT]
