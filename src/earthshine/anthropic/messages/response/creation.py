"""The making of a message that is a response: begun, followed, and told in this API's words."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from datetime import UTC, datetime
from typing import Any, cast

import orjson

from earthshine.accounts.authorization.caller import Caller
from earthshine.anthropic.dialect import ANTHROPIC
from earthshine.anthropic.messages import reply
from earthshine.anthropic.messages.events import EventWriter
from earthshine.anthropic.messages.response.documents import SourceDocument, by_file
from earthshine.anthropic.messages.response.items import ResponseInput
from earthshine.anthropic.messages.response.reply import ReplyReader
from earthshine.anthropic.messages.response.request import name_fields, response_body
from earthshine.anthropic.messages.response.tokens import SearchTokens
from earthshine.anthropic.messages.schemas import CreateMessage, Prompt
from earthshine.anthropic.messages.server_tools import WebFetch, WebSearch
from earthshine.anthropic.messages.thoughts import Thoughts
from earthshine.anthropic.objects import ServerToolUsage
from earthshine.catalog import Catalog
from earthshine.containers.containers import Containers
from earthshine.conversations.items.mcp.approval import REQUEST
from earthshine.engines.deltas import ChatEnd, Usage
from earthshine.engines.pool import LoadedModel
from earthshine.errors import EarthshineError, NotFound, PermissionDenied
from earthshine.ids import new_id
from earthshine.responses.run.response_run import ResponseRun
from earthshine.responses.run.service import ResponseRuns
from earthshine.responses.schemas import InputTokensRequest, ResponseCreate
from earthshine.routing.router import Router
from earthshine.services import Services
from earthshine.webpages.pages import WebPages
from earthshine.wire import check

Json = dict[str, Any]


class ResponseMessage:
    """One request's work. Use either `whole` or `stream`, once."""

    def __init__(
        self,
        create: CreateMessage,
        given: ResponseInput,
        thoughts: Thoughts,
        services: Services,
        caller: Caller,
        headers: dict[str, str],
    ) -> None:
        """`given` is what was read of the request; `headers` receives those that tell its limits."""
        self._create, self._given, self._thoughts = create, given, thoughts
        self._services, self._caller, self._headers = services, caller, headers
        self._runs = services.get(ResponseRuns)
        self._documents: dict[str, SourceDocument] = {}
        self._tokens = SearchTokens(thoughts.signer)
        self.used = Usage()
        """What it took, once it is over."""

    async def whole(self) -> Json:
        """Write it to its end and return it; who cancels this, cancels it."""
        run = await self._begin()
        try:
            final = await run.ended()
        finally:
            if not run.task.done():
                await self._runs.cancel(run)
        if (error := _error(run, final)) is not None:
            raise self._named(error)
        builder, reader = reply.MessageBuilder(), self._reader()
        for item in final["output"]:
            for piece in reader.item(item):
                builder.add(piece)
        self.used = run.used
        made = cast("Json", reply.message(new_id("msg"), _card(run), self.used))
        made["content"] = builder.content(self._thoughts, omitted=self._create.omits_thoughts)
        made["stop_reason"] = self._stop_reason(run, final)
        made["container"] = await self._container(final)
        made["usage"]["server_tool_use"] = _server_usage(final)
        return made

    async def stream(self) -> AsyncGenerator[bytes]:
        """Write it as events. An error before the first is raised, a later one is an event."""
        run = await self._begin()
        writer = EventWriter(self._thoughts, omitted=self._create.omits_thoughts)
        reader = self._reader()
        opening = writer.begin(reply.message(new_id("msg"), _card(run), Usage()))
        try:
            async with aclosing(self._runs.readers.follow(run)) as batches:
                async for batch in batches:
                    pieces = [piece for event in batch for piece in reader.event(orjson.loads(event))]
                    if written := b"".join(map(writer.write, pieces)):
                        yield opening + written
                        opening = b""
            final = await run.ended()
            if (error := _error(run, final)) is None:
                container, usage = await self._container(final), reply.usage(run.used)
                usage["server_tool_use"] = _server_usage(final)
                yield opening + writer.end(self._stop_reason(run, final), None, usage, container)
            elif opening:
                raise self._named(error)
            else:
                yield ANTHROPIC.event(self._named(error))
        finally:
            if not run.stream.ended:
                await self._runs.cancel(run)

    async def _begin(self) -> ResponseRun:
        body = await _body(self._create, self._given, self._services, self._caller)
        try:
            create = check(ResponseCreate, body)
            turn = await self._runs.turns.prepare(create, body, self._caller)
            self._documents = dict(by_file(self._given.documents, turn.items))
            return await self._runs.start(turn, self._headers)
        except EarthshineError as error:
            raise self._named(error) from error.__cause__

    def _named(self, error: EarthshineError) -> EarthshineError:
        name_fields(error, self._given)
        return error

    def _reader(self) -> ReplyReader:
        looks = any(isinstance(tool, WebSearch | WebFetch) for tool in self._create.tools)
        looked = any(item["type"] == "web_search_call" for item in self._given.items)
        cites = self._given.cites or looks or looked
        return ReplyReader(self._citation if cites else None, self._tokens)

    def _citation(self, annotation: Json) -> Json | None:
        if annotation["type"] == "url_citation":
            place = {name: annotation[name] for name in ("file_id", "start", "end")}
            told = {"cited_text": annotation["quote"], "url": annotation["url"], "title": annotation["title"]}
            return {"type": "web_search_result_location", **told, "encrypted_index": self._tokens.write(place)}
        document = self._documents.get(annotation.get("file_id") or "")
        return document.citation(annotation) if document is not None and document.cites else None

    async def _container(self, final: Json) -> Json | None:
        """Return where code ran, and when that expires."""
        used = [item["environment"]["container_id"] for item in final["output"] if item["type"] == "shell_call"]
        for known in used[:1]:
            with suppress(NotFound):  # somebody removed it meanwhile
                row = await self._services.get(Containers).get(known, self._caller)
                expires = datetime.fromtimestamp(row.last_active_at + row.expires_minutes * 60, UTC)
                return {"id": known, "expires_at": expires.strftime("%Y-%m-%dT%H:%M:%SZ"), "skills": None}
        return None

    def _stop_reason(self, run: ResponseRun, final: Json) -> reply.StopReason:
        details: Json = final.get("incomplete_details") or {}
        reason: str | None = details.get("reason")
        calls = any(item["type"] == "function_call" for item in final["output"])
        if reason is None:
            end = ChatEnd("tool_calls" if calls else "stop", run.used)
        else:
            end = ChatEnd("length" if reason == "max_output_tokens" else "content_filter", run.used)
        assert run.model is not None
        return reply.stop_reason(end, self._create.max_tokens, counted=not run.model.engine.capabilities.remote)


async def count_tokens(
    prompt: Prompt, given: ResponseInput, services: Services, caller: Caller, model: LoadedModel
) -> int:
    """Return how many tokens a prompt is, with what it shows of files."""
    responses = services.get(ResponseRuns)
    body = await _body(prompt, given, services, caller)
    try:
        asked = check(InputTokensRequest, body)
        return await responses.count(asked, body, await responses.turns.context(asked, caller), model, caller)
    except EarthshineError as error:
        name_fields(error, given)
        raise


async def _body(prompt: Prompt, given: ResponseInput, services: Services, caller: Caller) -> Json:
    """Return the body of the response, with pages of the web fetched."""
    for item, place in zip(given.items, given.places, strict=True):
        for part in item.get("content") or () if item.get("role") == "user" else ():
            if (url := part.pop("file_url", None)) is not None:
                try:
                    part["file_id"] = (await services.get(WebPages).open(url, caller)).file_id
                except EarthshineError as error:
                    error.param = place
                    raise
    context = services.get(Router).context_length(prompt.model)
    return response_body(prompt, given, services.get(Catalog).resolve(prompt.model), context)


def _error(run: ResponseRun, final: Json) -> EarthshineError | None:
    """Return why there is no message, if there is none."""
    if run.error is not None:
        return run.error.bare()
    if any(item["type"] == REQUEST for item in final["output"]):
        return PermissionDenied(
            "The rules of this installation have a person asked before this tool is called, and this API asks nobody. "
            "Use /v1/responses, or leave the tool out.",
            param="tools",
        )
    return None


def _server_usage(final: Json) -> ServerToolUsage | None:
    looks = [item["action"]["type"] for item in final["output"] if item["type"] == "web_search_call"]
    searches = looks.count("search")
    return {"web_search_requests": searches, "web_fetch_requests": len(looks) - searches} if looks else None


def _card(run: ResponseRun) -> str:
    assert run.model is not None
    return run.model.card.name
