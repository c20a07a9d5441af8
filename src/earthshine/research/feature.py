"""Adds researches: a program that writes responses, the names that ask for it, and the routes about them."""

from __future__ import annotations

from earthshine.database import Database
from earthshine.documents.documents import Documents
from earthshine.files.store import Files
from earthshine.research.api.routes import router
from earthshine.research.api.service import ResearchService
from earthshine.research.asking import ResearchAsking
from earthshine.research.commands import Commands
from earthshine.research.gathering.library import Library
from earthshine.research.names import ADVICE, PROGRAM, SUFFIX
from earthshine.research.program import ResearchProgram
from earthshine.research.store import Researches
from earthshine.responses.run.service import ResponseRuns
from earthshine.runs import Runs
from earthshine.services import Feature, Services
from earthshine.settings import Settings
from earthshine.webpages.pages import WebPages


async def _open(services: Services) -> None:
    database, responses = services.get(Database), services.get(ResponseRuns)
    commands, store = services.add(Commands(database)), services.add(Researches(database))
    asking = ResearchAsking(services, store, responses.store, responses.privacy)
    responses.turns.variants.add(SUFFIX, PROGRAM, asking.make, advice=ADVICE)
    responses.on_begun.append(asking.store)
    library = Library(
        database, services.get(Documents), services.find(WebPages), days=services.get(Settings).web_page_days
    )
    program = ResearchProgram(library, commands.take, store.keep, store.report)
    responses.programs[program.name] = program
    services.add(ResearchService(database, services.get(Runs), responses, services.get(Files), commands, store))


FEATURE = Feature(routers=(router,), open=_open)
