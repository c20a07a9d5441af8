"""An application in this process whose researches are written by a program that does what the tests tell it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from earthshine.research.commands import WAIT_PAUSED, WAIT_PLAN, Commands
from earthshine.research.report import ResearchReport
from earthshine.research.store import Researches
from earthshine.responses.run.programs import Moves
from earthshine.responses.run.service import ResponseRuns
from earthshine.runs import Done, StepRecord
from earthshine.server import create_app
from earthshine.services import Services
from earthshine.settings import Settings
from tests.patience import PATIENCE
from tests.responses.app import ROOT, People

Json = dict[str, Any]
MODEL = "scripted-deep-research"
END = "end"
"""What is steered to have the program end; a question with it ends at once."""


class Program:
    """Goes round until somebody says so; tells as reasoning what it was given, and keeps a small report."""

    name = "research"

    def __init__(self, services: Services) -> None:
        self._commands, self._store = services.get(Commands), services.get(Researches)
        self.told: dict[str, Json] = {}
        """The settings of each response."""
        self.taken: list[Json] = []

    async def write(self, moves: Moves, settings: Json) -> str:
        response_id = moves.response.id
        self.told[response_id] = settings
        if settings["clarify"]:
            await moves.say(["Which bridge?"])
            return "stop"
        if settings["approve"]:
            self.taken.append(await moves.wait(WAIT_PLAN, {}))
        over = END in settings["question"]
        while True:
            for each in await self._boundary(moves, response_id):
                if each not in self.taken:  # told again when the run goes on
                    self.taken.append(each)
                over |= each.get("text") == END
                if each["type"] == "pause":
                    await moves.wait(WAIT_PAUSED, {})
            if over:
                break
            await asyncio.sleep(0.02)
        await self._keep(moves, settings)
        await moves.say(["The report."])
        return "stop"

    async def _boundary(self, moves: Moves, response_id: str) -> list[Json]:
        async def take(_step: StepRecord) -> Done:
            taken, write = await self._commands.take(response_id)
            return Done({"commands": taken}, write=write)

        return (await moves.step("research boundary", take))["commands"]

    async def _keep(self, moves: Moves, settings: Json) -> None:
        made = report(moves.response.id, settings["question"], moves.response.turn.caller.project)

        async def keep(_step: StepRecord) -> Done:
            return Done({}, write=lambda connection: self._store.keep(connection, moves.response.id, made))

        await moves.step("research compose", keep)


FILES: dict[str, str] = {}
"""The file of the source of each project."""


def report(response_id: str, question: str, project: str) -> ResearchReport:
    quote = "It was opened in 1932."
    return {
        "object": "research.report",
        "id": response_id,
        "created_at": 1,
        "question": question,
        "title": "The bridge",
        "language": "en",
        "summary": ["c1"],
        "sections": [{"id": "q1", "heading": "When?", "claims": ["c1"], "tables": []}],
        "contradictions": [],
        "not_found": [],
        "claims": [{"id": "c1", "text": quote, "evidence": ["e1"], "support": None, "quoted": True}],
        "evidence": [
            {
                "id": "e1",
                "source": "s1",
                "start": 13,
                "end": 13 + len(quote),
                "quote": quote,
                "part": "",
                "part_number": 0,
                "language": "en",
                "translation": "",
                "question": "q1",
            }
        ],
        "sources": [
            {
                "id": "s1",
                "file_id": FILES.get(project, ""),
                "url": "",
                "title": "Bridges",
                "kind": "own",
                "published": None,
                "fetched_at": None,
                "sha256": "",
                "language": "en",
                "copy_of": None,
                "dropped": None,
                "question": "q1",
            }
        ],
        "method": {
            "model": "scripted",
            "queries": [],
            "rounds": 1,
            "pages": 1,
            "stages": [],
            "limits": {},
            "stopped": "answered",
        },
    }  # type: ignore[typeddict-item]


class World(People):
    """The application, and how its researches are looked at."""

    program: Program

    def research(self, said: str, *, status: int = 200, who: str = "", model: str = MODEL, **more: Any) -> Any:
        own = {name: more.pop(name) for name in list(more) if name in _OWN}
        body = {"model": model, "input": said, "background": True, **more}
        extension = {"earthshine": {"research": own}} if own else {}
        return self.ask("POST", "/responses", {**body, **extension}, who=who or self.key, status=status)

    def get(self, research_id: str, **more: Any) -> Any:
        return self.ask("GET", f"/research/{research_id}", **{"who": self.key, **more})

    def act(self, research_id: str, what: str, body: Any = None, **more: Any) -> Any:
        return self.ask("POST", f"/research/{research_id}/{what}", body, **{"who": self.key, **more})

    def until(self, research_id: str, **wanted: Any) -> Any:
        """Wait until a research is so; returns it."""
        deadline = time.monotonic() + PATIENCE
        while not wanted.items() <= (found := self.get(research_id)).items():
            assert time.monotonic() < deadline, found
            time.sleep(0.02)
        return found


_OWN = ("clarify", "approve", "language", "languages", "limits", "since")


@contextmanager
def open_world(data: Path) -> Generator[World]:
    (pages := data / "pages").mkdir(parents=True)
    (pages / "bridge.html").write_text("<title>Bridges</title><p>It was opened in 1932.")
    settings = Settings.model_validate(
        {
            "data": data,
            "scripted": True,
            "embedded_model": False,
            "default_model": "scripted",
            "bootstrap_key": ROOT,
            "web_archive": str(pages),
        }
    )
    app = create_app(settings)
    with TestClient(app, raise_server_exceptions=False) as http:
        world = World(http, data)
        services: Services = app.state.services
        world.program = Program(services)
        services.get(ResponseRuns).programs["research"] = world.program
        yield world
