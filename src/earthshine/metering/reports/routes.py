"""Reports of usage and costs: OpenAI's calls for the organisation, and the same for one project."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator

from fastapi import Request, Response
from starlette.responses import StreamingResponse

from earthshine.accounts.authorization.caller import caller
from earthshine.accounts.authorization.needs import needs
from earthshine.database import Database
from earthshine.errors import NotFound
from earthshine.metering.limits.holders import check_project
from earthshine.metering.prices.money import dump_json
from earthshine.metering.reports.costs import costs_report
from earthshine.metering.reports.objects import CostsResult, ReportPage, Result, UsageResult
from earthshine.metering.reports.queries import CompletionsUsageQuery, CostsQuery
from earthshine.metering.reports.report import Report, csv_table, json_page
from earthshine.metering.reports.usage import CAPABILITIES, rows_of, usage_report
from earthshine.openapi import Routes, asks, gives
from earthshine.services import service
from earthshine.wire import json_reply, peek
from earthshine.wire.queries import read_query

router = Routes(prefix="/v1/organization", tags=["Usage"])


@router.get("/usage/{capability}", operation_id="get_usage")
@needs("organization.read")
@asks(CompletionsUsageQuery)
@gives(ReportPage[UsageResult])
async def get_usage(request: Request, capability: str) -> Response:
    """Report the usage of the whole organisation, by minutes, hours or days."""
    return await _reply(request, _usage(request, capability, None))


@router.get("/costs", operation_id="get_costs")
@needs("organization.read")
@asks(CostsQuery)
@gives(ReportPage[CostsResult])
async def get_costs(request: Request) -> Response:
    """Report what the whole organisation spent, by days."""
    return await _reply(request, _costs(request, None))


@router.get("/projects/{project_id}/usage/{capability}", operation_id="get_project_usage")
@needs("project.read")
@asks(CompletionsUsageQuery)
@gives(ReportPage[UsageResult])
async def get_project_usage(request: Request, project_id: str, capability: str) -> Response:
    """Report the usage of one project: an extension, for those who may read the project only."""
    await check_project(request, project_id)
    return await _reply(request, _usage(request, capability, project_id))


@router.get("/projects/{project_id}/costs", operation_id="get_project_costs")
@needs("project.read")
@asks(CostsQuery)
@gives(ReportPage[CostsResult])
async def get_project_costs(request: Request, project_id: str) -> Response:
    """Report what one project spent: an extension, for those who may read the project only."""
    await check_project(request, project_id)
    return await _reply(request, _costs(request, project_id))


def _usage(request: Request, name: str, project: str | None) -> Report[UsageResult]:
    capability = CAPABILITIES.get(name)
    if capability is None:
        raise NotFound(f"There is no usage of {name[:100]!r}. There is usage of {', '.join(CAPABILITIES)}.")
    query = read_query(capability.query, request)
    return usage_report(capability, rows_of(caller(request).organization, project, query), query)


def _costs(request: Request, project: str | None) -> Report[CostsResult]:
    query = read_query(CostsQuery, request)
    return costs_report(rows_of(caller(request).organization, project, query), query)


async def _reply(request: Request, report: Report[Result]) -> Response:
    now = int(time.time())
    database = service(request, Database)
    if report.query.format == "csv" or (report.query.format is None and _prefers_csv(request)):
        table: AsyncIterator[bytes] = await peek(csv_table(database, report, now))
        headers = {"content-disposition": 'attachment; filename="report.csv"'}
        return StreamingResponse(table, media_type="text/csv; charset=utf-8", headers=headers)
    return json_reply(dump_json(await json_page(database, report, now)))


def _prefers_csv(request: Request) -> bool:
    accepted = request.headers.get("accept", "").lower()
    return "text/csv" in accepted and "application/json" not in accepted
