"""A server that is killed inside the steps of a research, or while one waits for a person, loses nothing."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import httpx2

from tests.patience import PATIENCE
from tests.research.playing import MODEL, NOTE, WRITE, good, running_player
from tests.research.serving import start_searching
from tests.server_process import ServerProcess

Json = dict[str, Any]


class Gate:
    """Plays well, and keeps the first prompt with a wish waiting until it is opened."""

    def __init__(self, wish: str) -> None:
        self._wish, self._opened = wish, threading.Event()
        self.reached = threading.Event()
        self.prompt = ""

    def play(self, prompt: str) -> str:
        if self._wish in prompt and not self.prompt:
            self.prompt = prompt
            self.reached.set()
            self._opened.wait(PATIENCE)
        return good(prompt)

    def open(self) -> None:
        self._opened.set()


class Client:
    """One server, as it is asked."""

    def __init__(self, server: ServerProcess) -> None:
        self._http = httpx2.Client(base_url=server.url, headers={"authorization": f"Bearer {server.key}"})

    def ask(self, question: str, **own: Any) -> str:
        body = {"model": MODEL, "input": question, "background": True, "reasoning": {"effort": "low"}}
        reply = self._http.post("/v1/responses", json={**body, "earthshine": {"research": own}})
        return reply.raise_for_status().json()["id"]

    def get(self, path: str) -> Json:
        return self._http.get(path).raise_for_status().json()

    def act(self, research_id: str, what: str, body: Json) -> None:
        self._http.post(f"/earthshine/v1/research/{research_id}/{what}", json=body).raise_for_status()

    def done(self, research_id: str) -> list[Json]:
        """Return the items that are whole."""
        output: list[Json] = self.get(f"/v1/responses/{research_id}")["output"]
        return [each for each in output if each.get("status") == "completed"]

    def until(self, research_id: str, **wanted: Any) -> Json:
        deadline = time.monotonic() + PATIENCE
        while not wanted.items() <= (now := self.get(f"/earthshine/v1/research/{research_id}")).items():
            assert time.monotonic() < deadline and now["status"] != "failed", now
            time.sleep(0.05)
        return now


async def test_a_killed_server_goes_on_with_what_was_written_and_with_what_waits(tmp_path: Path) -> None:
    with running_player() as player:
        player.play = good
        server = await start_searching(tmp_path, player)
        try:
            client = Client(server)
            waits = client.ask("Who built the Brel bridge?", approve=True)
            plan = await asyncio.to_thread(client.until, waits, waiting="plan")
            player.prompts.clear()
            cut: list[str] = []
            going, before = "", list[Json]()
            for wish in (NOTE, WRITE):
                gate = Gate(wish)
                player.play = gate.play
                going = going or client.ask("How long is the Brel bridge?")
                assert await asyncio.to_thread(gate.reached.wait, PATIENCE)
                client.act(waits, "steer", {"text": f"Heed {wish[:5]}."})
                before = client.done(going)
                await server.kill()
                cut.append(gate.prompt)
                gate.open()
                server = await start_searching(tmp_path, player)
                client = Client(server)
            whole = await asyncio.to_thread(client.until, going, status="completed")
            assert client.done(going)[: len(before)] == before
            assert "412 metres" in client.done(going)[-1]["content"][0]["text"]
            assert whole["report"]["claims"]
            # What was asked just before a kill, and not stored yet, is asked again; no page is kept again.
            assert max(Counter(player.prompts).values()) <= 1 + len(cut)
            assert max(Counter(each["filename"] for each in client.get("/v1/files")["data"]).values()) == 1
            still = client.get(f"/earthshine/v1/research/{waits}")
            assert (still["waiting"], still["questions"]) == ("plan", plan["questions"])
            client.act(waits, "plan", {"questions": [{"id": "q1", "text": plan["questions"][0]["text"]}]})
            approved = await asyncio.to_thread(client.until, waits, status="completed")
            states = {each["text"]: each["state"] for each in approved["questions"]}
            assert {"Heed state.", "Heed Answe."} <= states.keys(), states
            assert states[plan["questions"][1]["text"]] == "dropped"
        finally:
            await server.stop()
