"""The routes of a project's request log, and of the journal of one response. Extensions of OpenAI's API."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from earthshine.openapi import DirectRoute, asks, gives
from earthshine.openapi.objects import page_of
from earthshine.responses.request_log.journal_pages import JournalQuery, journal_page
from earthshine.responses.request_log.objects import JOURNAL, RESPONSE_SUMMARY
from earthshine.responses.request_log.summaries import RequestLogQuery, list_requests
from earthshine.services import caller, get_services
from earthshine.wire import json_reply, list_page
from earthshine.wire.queries import read_query

router = APIRouter(prefix="/v1/responses", tags=["Responses"], route_class=DirectRoute)


@router.get("")
@asks(RequestLogQuery)
@gives(page_of(RESPONSE_SUMMARY))
async def list_responses(request: Request) -> Response:
    """List the stored responses of the caller's project, without their content."""
    services, who = get_services(request), caller(request)
    found, more = await list_requests(services.database, who, read_query(RequestLogQuery, request))
    places = services.router.locations()
    for line in found:
        line["served_at"] = places.get(line["served_by"])
    return json_reply(list_page(found, has_more=more))


@router.get("/{response_id}/journal")
@asks(JournalQuery)
@gives(JOURNAL)
async def read_journal(response_id: str, request: Request) -> Response:
    """Return the stored events of a response, and what it took."""
    services, who = get_services(request), caller(request)
    query = read_query(JournalQuery, request)
    await services.responses.privacy.check(response_id, who)
    page = await journal_page(services.database, response_id, who, query)
    page["summary"]["served_at"] = services.router.locations().get(page["summary"]["served_by"])
    return json_reply(page)
