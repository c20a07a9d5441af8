"""The routes of `/earthshine/v1/research`: researches as far as they have come, and what people change of them."""

from __future__ import annotations

import asyncio
from typing import cast
from urllib.parse import quote

from fastapi import Request
from sqlalchemy import Row
from starlette.responses import Response

from earthshine.accounts.authorization.caller import caller
from earthshine.accounts.authorization.needs import needs
from earthshine.accounts.authorization.ownership import Owner
from earthshine.database import Database
from earthshine.documents.documents import Documents
from earthshine.errors import Conflict
from earthshine.openapi import Routes, asks, gives, takes
from earthshine.research.api.evidence import in_place
from earthshine.research.api.objects import EvidenceInPlace, Research, ResearchSummary
from earthshine.research.api.schemas import Deepening, PlanEdit, ReportQuery, SourcesEdit, Steering
from earthshine.research.api.service import ResearchService
from earthshine.research.commands import Command
from earthshine.research.formats.rendering import render
from earthshine.services import service
from earthshine.wire import Reply, json_reply, list_page, parse
from earthshine.wire.objects import Page
from earthshine.wire.pagination import ListQuery
from earthshine.wire.queries import read_query

router = Routes(prefix="/earthshine/v1/research", tags=["Research"])

_A_FILE = {"x-content-type-options": "nosniff", "content-security-policy": "sandbox"}
"""A report has words of strangers: no browser is to take it for a page of this server."""


@router.get("")
@needs("project.read")
@asks(ListQuery)
async def list_researches(request: Request) -> Reply[Page[ResearchSummary]]:
    """List researches, newest first."""
    query, owner = read_query(ListQuery, request), Owner.of(caller(request))
    rows, more = await service(request, ResearchService).store.page(owner, query)
    return json_reply(list_page([_summary(row) for row in rows], has_more=more))


@router.get("/{research_id}")
@needs("project.read")
async def retrieve_research(research_id: str, request: Request) -> Reply[Research]:
    """Return a research as far as it has come, with its report once that is there."""
    return json_reply(await service(request, ResearchService).get(research_id, caller(request)))


@router.get("/{research_id}/report")
@needs("project.read")
@asks(ReportQuery)
@gives(bytes, media="application/octet-stream")
async def download_report(research_id: str, request: Request) -> Response:
    """Return the finished report as a file: Markdown, or JSON, HTML, PDF or DOCX."""
    query = read_query(ReportQuery, request)
    research = await service(request, ResearchService).get(research_id, caller(request))
    if (report := research["report"]) is None:
        raise Conflict(f"The research is {research['status']}: there is no report.", param="research_id")
    file = await asyncio.to_thread(render, report, query.format)
    headers = {**_A_FILE, "content-disposition": f"attachment; filename*=UTF-8''{quote(file.filename, safe='')}"}
    return Response(file.content, media_type=file.content_type, headers=headers)


@router.get("/{research_id}/evidence/{evidence_id}")
@needs("project.read")
async def retrieve_evidence(research_id: str, evidence_id: str, request: Request) -> Reply[EvidenceInPlace]:
    """Return evidence with what stands around it in its source, and whether it stands there as it is kept now."""
    who = caller(request)
    research = await service(request, ResearchService).get(research_id, who)
    database, documents = service(request, Database), service(request, Documents)
    return json_reply(await in_place(research, evidence_id, database, documents, who))


@router.post("/{research_id}/plan")
@needs("project.write")
@takes(PlanEdit)
async def edit_research_plan(research_id: str, request: Request) -> Reply[Research]:
    """Replace the questions; a research that waits for its plan to be approved goes on with these."""
    body = await parse(PlanEdit, request)
    questions = [each.model_dump(exclude_none=True) for each in body.questions]
    return json_reply(await service(request, ResearchService).edit_plan(research_id, questions, caller(request)))


@router.post("/{research_id}/pause")
@needs("project.write")
async def pause_research(research_id: str, request: Request) -> Reply[Research]:
    """Have a research in the background wait after its next step; it costs nothing meanwhile."""
    return await _act(request, research_id, {"type": "pause"})


@router.post("/{research_id}/resume")
@needs("project.write")
async def resume_research(research_id: str, request: Request) -> Reply[Research]:
    """Let a research go on that is paused."""
    return json_reply(await service(request, ResearchService).resume(research_id, caller(request)))


@router.post("/{research_id}/sources")
@needs("project.write")
@takes(SourcesEdit)
async def edit_research_sources(research_id: str, request: Request) -> Reply[Research]:
    """Add and drop sources; of a finished research, by a new one that goes on from it."""
    body = await parse(SourcesEdit, request)
    return await _act(request, research_id, {"type": "sources", **cast("Command", body.model_dump())})


@router.post("/{research_id}/deepen")
@needs("project.write")
@takes(Deepening)
async def deepen_research(research_id: str, request: Request) -> Reply[Research]:
    """Find more to one question; of a finished research, by a new one that goes on from it."""
    body = await parse(Deepening, request)
    return await _act(request, research_id, {"type": "deepen", "question": body.question})


@router.post("/{research_id}/steer")
@needs("project.write")
@takes(Steering)
async def steer_research(research_id: str, request: Request) -> Reply[Research]:
    """Say what a research is to heed from its next step on."""
    body = await parse(Steering, request)
    return await _act(request, research_id, {"type": "steer", "text": body.text})


async def _act(request: Request, research_id: str, command: Command) -> Reply[Research]:
    return json_reply(await service(request, ResearchService).act(research_id, command, caller(request)))


def _summary(row: Row[object]) -> ResearchSummary:
    shown = {name: getattr(row, name) for name in ResearchSummary.__annotations__ if name != "object"}
    return cast("ResearchSummary", {"object": "research", **shown})
