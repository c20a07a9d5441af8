"""What the screens show: chats, replies, libraries and people of somebody who has used everything for a while."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import Any

from tests.e2e.chatting import import_chat, scripted
from tests.e2e.library.parts import book, cited_chat, collection, stored_file
from tests.e2e.site import Session, Site

WIDE_MARKDOWN = """## Why there are two tides a day

The moon pulls the near side of the earth **more** than its middle, and the middle more than the far side.
What is left over raises *two* bulges[^1]:

| Place | Range | Tides a day |
|---|---:|---|
| Brest | 6.1 m | two |
| Gulf of Mexico | 0.4 m | one |

$$
a \\approx \\frac{2 G M r}{d^3}
$$

```python
def tide(mass: float, radius: float, distance: float) -> float:
    \"\"\"The pull that is left over, in m/s².\"\"\"
    return 2 * 6.674e-11 * mass * radius / distance**3
```

- [x] The sun does the same, **less than half** as much: $0.46$
- [ ] Shallow seas add their own

> Time and tide wait for no man.

[^1]: On an earth without continents.
"""

ARABIC = """نعم: في **كلّ يوم قمري** مدّان، والفرق بينهما نحو 12 ساعة و25 دقيقة.

1. القمر يجذب الماء.
2. تدور الأرض تحت الانتفاخين.

استعمل الدالة `tide()` لحساب القوة: $F = ma$."""


@dataclass
class Scene:
    """What the screens show: made once for one person."""

    site: Site
    session: Session
    chat: str = ""
    compared: str = ""
    running: str = ""
    failed: str = ""
    answered: str = ""
    shared: str = ""
    invite: str = ""
    response: str = ""
    book: str = ""
    collection: str = ""
    cited: str = ""
    shared_cited: str = ""
    space: str = ""
    connector: str = ""
    task: str = ""
    shared_task: str = ""
    group: str = ""
    person: str = ""

    def at(self, path: str) -> str:
        """An address of this site."""
        return f"{self.site.url}{path}"


async def full_scene(site: Site, session: Session) -> Scene:
    """Somebody who has used everything for a while."""
    scene = Scene(site, session)
    api = session.api
    for number, title in enumerate(("Jam of quinces", "رسالة إلى المدرسة", "Voyage à Brest", "学习计划", "A letter")):
        chat = await import_chat(session, title, [(f"About {title}?", f"Gladly: {title}.")])
        if number == 0:
            await api("POST", f"/earthshine/v1/chats/{chat}", {"pinned": True})
    said = [
        ("Why are there two tides a day?", WIDE_MARKDOWN),
        ("هل يحدث ذلك كلّ يوم؟", ARABIC),
    ]
    scene.chat = await import_chat(session, "Two tides a day", said)
    scene.shared = (await api("POST", f"/earthshine/v1/chats/{scene.chat}/shares", {}))["url"]
    scene.compared = await _compared(session)
    scene.running = await _running(session)
    scene.failed = await _turn(
        session, "A reply that failed", scripted("Break.", text="One two three", error_after=2, error_always=True)
    )
    scene.answered = await _turn(session, "What pulls the sea?", _QUESTION)
    scene.response = (await api("POST", "/v1/responses", _response()))["id"]
    await api("POST", "/v1/responses", {"model": "scripted", "input": "Hello"})
    await api("POST", "/earthshine/v1/assistants", _assistant())
    prompt = {"name": "Translate", "text": "Translate into {{language}}, and keep the tone: {{text}}"}
    await api("POST", "/earthshine/v1/prompts", prompt)
    await api("POST", "/earthshine/v1/spaces", {"name": "Harbour", "icon": "⚓", "instructions": "We build piers."})
    await api("POST", "/earthshine/v1/memories", {"text": "I keep bees, and live in Brest."})
    await api("POST", "/earthshine/v1/memories", {"text": "Answers may be short."})
    await _library(scene)
    # The one server of tools that is there for certain is this one.
    own = {"url": scene.at("/mcp"), "headers": {"Authorization": f"Bearer {site.server.key}"}}
    connector = {"name": "Harbour office", "require_approval": {"never": {"read_only": True}}, **own}
    scene.connector = (await api("POST", "/earthshine/v1/connectors", connector))["id"]
    scene.task = (await api("POST", "/v1/agents/sessions", _TASK))["id"]
    await api("POST", "/v1/agents/automations", _SCHEDULE)
    await site.api("POST", "/v1/organization/limits", {"scope": "organization", **_LIMIT})
    scene.shared_task = await _shared_task(session, scene.task)
    await _group(scene)
    invitation = {"email": f"guest-{scene.chat}@example.org", "role": "reader"}
    scene.invite = (await site.api("POST", "/v1/organization/invites", invitation))["token"]
    return scene


_TIDES = {"tool_call": {"name": "shell", "arguments": {"commands": ["echo 'high 06:10, low 12:25' | tee tides.txt"]}}}
_TASK = {
    "agent": {"model": "scripted"},
    "environment": {"type": "openai_hosted"},
    "input": "List the tides of Brest.\n!script " + json.dumps([_TIDES, {"text": "The tides are in **tides.txt**."}]),
}
_SCHEDULE = {
    "type": "periodic",
    "name": "Harbour news",
    "expression": "0 7 * * *",
    "timezone": "Africa/Casablanca",
    "target": {
        "type": "new_session",
        "environment": {"type": "none"},
        "agent": {"model": "scripted"},
        "input": [{"type": "message", "role": "user", "content": [{"type": "input_text", "text": "What is new?"}]}],
    },
}
_NOTES = """# Tides

The moon pulls the sea twice a day.

Le port de Brest voit 6,1 m de marée.

القمر يجذب البحر مرتين كل يوم.

| Place | Range |
|---|---|
| Brest | 6.1 m |
"""


async def _shared_task(session: Session, task: str) -> str:
    """The page of a link to a task, made when its turn has ended."""
    at = f"/v1/agents/sessions/{task}"
    while (await session.api("GET", at))["status"] == "in_progress":
        await asyncio.sleep(0.1)
    made = await session.api("POST", f"/earthshine{at}/shares", {})
    return made["url"].replace("/earthshine/v1/agents/shared/", "/s/task/")


async def _group(scene: Scene) -> None:
    """Somebody in a group that has roles in the organisation and in a project."""
    api = scene.site.api
    scene.person = (await scene.session.api("GET", "/earthshine/v1/sessions/current"))["user"]["id"]
    groups = "/v1/organization/groups"
    scene.group = (await api("POST", groups, {"name": f"Harbour حرّاس الميناء {scene.chat}"}))["id"]
    await api("POST", f"{groups}/{scene.group}/users", {"user_id": scene.person})
    await api("POST", f"{groups}/{scene.group}/roles", {"role_id": "role_organization_viewer"})
    there = {"group_id": scene.group, "role": "role_project_member"}
    await api("POST", "/v1/organization/projects/default/groups", there)


async def _library(scene: Scene) -> None:
    """Files in three languages, one that is broken, collections, a space that searches one, and a reply that cites."""
    session = scene.session
    notes = await stored_file(session, "Notes sur les marées.md", _NOTES)
    scene.book = await stored_file(session, "كتاب القمر.pdf", await book(session.context, 8))
    broken = await stored_file(session, "潮汐报告 2026.pdf", b"%PDF-1.7 and nothing more")
    scene.collection = await collection(session, "Tides, المدّ والجزر", notes, scene.book, broken, shared=True)
    await collection(session, "Jam")
    space = {"name": "The sea", "icon": "🌊", "vector_store_ids": [scene.collection]}
    scene.space = (await session.api("POST", "/earthshine/v1/spaces", space))["id"]
    text = "يدور القمر حول الأرض [2]، وهكذا يستمر الكتاب [5]، ويقول «جملة ليست في أي مكان من الكتاب» أيضًا. 12345 [8]."
    scene.cited = (await cited_chat(session, "ماذا في الكتاب؟", scene.book, "كتاب القمر.pdf", text))["chat_id"]
    scene.shared_cited = (await session.api("POST", f"/earthshine/v1/chats/{scene.cited}/shares", {}))["url"]


_LIMIT = {"kind": "spend_per_month", "amount": "250"}


def _assistant() -> dict[str, Any]:
    return {
        "name": "Tutor of tides",
        "icon": "🌙",
        "description": "Explains step by step, and asks back.",
        "instructions": "Explain patiently.",
        "starters": ["Teach me fractions", "Test me on tides"],
    }


_QUESTION = scripted("What pulls the sea?", reasoning="Gravity, mostly the moon's.", text="The moon does.")


def _response() -> dict[str, Any]:
    return {"model": "scripted", "input": _QUESTION, "instructions": "Answer in one sentence."}


async def _turn(session: Session, title: str, text: str) -> str:
    chat = await session.api("POST", "/earthshine/v1/chats", {"title": title, "settings": {"model": "scripted"}})
    content = [{"type": "input_text", "text": text}]
    item = {"type": "message", "role": "user", "content": content}
    await session.api("POST", f"/earthshine/v1/chats/{chat['id']}/turns", {"parent_id": None, "input": [item]})
    return chat["id"]


async def _running(session: Session) -> str:
    words = "The sea rises twice a day, and nobody asked it to. " * 400
    script = scripted("Tell me slowly.", reasoning="Slowly, then. " * 4, text=words, tokens_per_second=20)
    return await _turn(session, "A reply that runs", script)


async def _compared(session: Session) -> str:
    chat = await session.api(
        "POST", "/earthshine/v1/chats", {"title": "Two answers", "settings": {"model": "scripted"}}
    )
    content = [{"type": "input_text", "text": "Tides, in one line?"}]
    item = {"type": "message", "role": "user", "content": content}
    for model in ("scripted", "default"):
        turn = {"parent_id": None, "input": [item], "model": model, "group_id": "group_tides"}
        turn["settings"] = {"max_output_tokens": 24}
        await session.api("POST", f"/earthshine/v1/chats/{chat['id']}/turns", turn)
    return chat["id"]
