"""The routes of a project's request log, and of the journal of one response. Extensions of OpenAI's API."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from earthshine.accounts.authorization.caller import caller
from earthshine.accounts.authorization.needs import needs
from earthshine.database import Database
from earthshine.openapi import DirectRoute, asks, gives
from earthshine.openapi.objects import page_of
from earthshine.responses.request_log.journal_pages import JournalQuery, journal_page
from earthshine.responses.request_log.objects import JOURNAL, RESPONSE_SUMMARY
from earthshine.responses.request_log.summaries import RequestLogQuery, list_requests
from earthshine.responses.run.service import ResponseRuns
from earthshine.routing.router import Router
from earthshine.services import service
from earthshine.wire import json_reply, list_page
from earthshine.wire.queries import read_query

router = APIRouter(prefix="/v1/responses", tags=["Responses"], route_class=DirectRoute)


@router.get("")
@needs("project.read", shows_words=False)
@asks(RequestLogQuery)
@gives(page_of(RESPONSE_SUMMARY))
async def list_responses(request: Request) -> Response:
    """List the stored responses of the caller's project, without their content."""
    who, places = caller(request), service(request, Router).locations()
    query = read_query(RequestLogQuery, request)
    found, more = await list_requests(service(request, Database), who, query, places)
    return json_reply(list_page(found, has_more=more))


@router.get("/{response_id}/journal")
@needs("project.read")
@asks(JournalQuery)
@gives(JOURNAL)
async def read_journal(response_id: str, request: Request) -> Response:
    """Return the stored events of a response, and what it took."""
    who = caller(request)
    query = read_query(JournalQuery, request)
    await service(request, ResponseRuns).privacy.check(response_id, who)
    places = service(request, Router).locations()
    return json_reply(await journal_page(service(request, Database), response_id, who, query, places))
