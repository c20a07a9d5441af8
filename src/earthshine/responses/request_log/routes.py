"""The routes of a project's request log, and of the journal of one response. Extensions of OpenAI's API."""

from __future__ import annotations

from fastapi import Request

from earthshine.accounts.authorization.caller import caller
from earthshine.accounts.authorization.needs import needs
from earthshine.database import Database
from earthshine.openapi import Routes, asks
from earthshine.responses.request_log.journal_pages import JournalQuery, journal_page
from earthshine.responses.request_log.objects import ResponseJournal, ResponseSummary
from earthshine.responses.request_log.summaries import RequestLogQuery, list_requests
from earthshine.responses.run.service import ResponseRuns
from earthshine.routing.router import Router
from earthshine.services import service
from earthshine.wire import Reply, json_reply, list_page
from earthshine.wire.objects import Page
from earthshine.wire.queries import read_query

router = Routes(prefix="/earthshine/v1/responses", tags=["Responses"])


@router.get("")
@needs("project.read", shows_words=False)
@asks(RequestLogQuery)
async def list_responses(request: Request) -> Reply[Page[ResponseSummary]]:
    """List the stored responses of the caller's project, without their content."""
    who, places = caller(request), service(request, Router).locations()
    query = read_query(RequestLogQuery, request)
    found, more = await list_requests(service(request, Database), who, query, places)
    return json_reply(list_page(found, has_more=more))


@router.get("/{response_id}/journal")
@needs("project.read")
@asks(JournalQuery)
async def read_journal(response_id: str, request: Request) -> Reply[ResponseJournal]:
    """Return the stored events of a response, and what it took."""
    who = caller(request)
    query = read_query(JournalQuery, request)
    await service(request, ResponseRuns).privacy.check(response_id, who)
    places = service(request, Router).locations()
    return json_reply(await journal_page(service(request, Database), response_id, who, query, places))
