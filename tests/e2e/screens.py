"""Every screen that a person can meet, with something on it: for axe, for the hunt for words, and for pictures."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from playwright.async_api import Page

from tests.e2e.chatting import import_chat, scripted
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

    def at(self, path: str) -> str:
        """An address of this site."""
        return f"{self.site.url}{path}"


Bring = Callable[[Page, Scene], Awaitable[None]]


@dataclass(frozen=True)
class Screen:
    """One screen. `bring` goes there; the page is settled when it returns."""

    name: str
    bring: Bring
    empty: bool = False
    """Whether it belongs to somebody who has nothing yet."""
    stranger: bool = False
    """Whether it is seen without a session."""


async def full_scene(site: Site, session: Session) -> Scene:
    """Somebody who has used everything for a while."""
    scene = Scene(site, session)
    api = session.api
    for number, title in enumerate(("Jam of quinces", "رسالة إلى المدرسة", "Voyage à Brest", "学习计划", "A letter")):
        chat = await import_chat(session, title, [(f"About {title}?", f"Gladly: {title}.")])
        if number == 0:
            await api("POST", f"/v1/chats/{chat}", {"pinned": True})
    said = [
        ("Why are there two tides a day?", WIDE_MARKDOWN),
        ("هل يحدث ذلك كلّ يوم؟", ARABIC),
    ]
    scene.chat = await import_chat(session, "Two tides a day", said)
    scene.shared = (await api("POST", f"/v1/chats/{scene.chat}/shares", {}))["url"]
    scene.compared = await _compared(session)
    scene.running = await _running(session)
    scene.failed = await _turn(
        session, "A reply that failed", scripted("Break.", text="One two three", error_after=2, error_always=True)
    )
    scene.answered = await _turn(session, "What pulls the sea?", _QUESTION)
    scene.response = (await api("POST", "/v1/responses", _response()))["id"]
    await api("POST", "/v1/responses", {"model": "scripted", "input": "Hello"})
    await api("POST", "/v1/assistants", _assistant())
    prompt = {"name": "Translate", "text": "Translate into {{language}}, and keep the tone: {{text}}"}
    await api("POST", "/v1/prompts", prompt)
    await api("POST", "/v1/spaces", {"name": "Harbour", "icon": "⚓", "instructions": "We build piers."})
    await api("POST", "/v1/memories", {"text": "I keep bees, and live in Brest."})
    await api("POST", "/v1/memories", {"text": "Answers may be short."})
    await site.api("POST", "/v1/organization/limits", {"scope": "organization", **_LIMIT})
    invitation = {"email": f"guest-{scene.chat}@example.org", "role": "reader"}
    scene.invite = (await site.api("POST", "/v1/organization/invites", invitation))["token"]
    return scene


_LIMIT = {"kind": "spend_per_month", "amount": "250"}


def _assistant() -> dict[str, Any]:
    return {
        "name": "Patient tutor",
        "icon": "🌙",
        "description": "Explains step by step, and asks back.",
        "instructions": "Explain patiently.",
        "starters": ["Teach me fractions", "Test me on tides"],
    }


_QUESTION = scripted("What pulls the sea?", reasoning="Gravity, mostly the moon's.", text="The moon does.")


def _response() -> dict[str, Any]:
    return {"model": "scripted", "input": _QUESTION, "instructions": "Answer in one sentence."}


async def _turn(session: Session, title: str, text: str) -> str:
    chat = await session.api("POST", "/v1/chats", {"title": title, "settings": {"model": "scripted"}})
    content = [{"type": "input_text", "text": text}]
    item = {"type": "message", "role": "user", "content": content}
    await session.api("POST", f"/v1/chats/{chat['id']}/turns", {"parent_id": None, "input": [item]})
    return chat["id"]


async def _running(session: Session) -> str:
    words = "The sea rises twice a day, and nobody asked it to. " * 400
    script = scripted("Tell me slowly.", reasoning="Slowly, then. " * 4, text=words, tokens_per_second=20)
    return await _turn(session, "A reply that runs", script)


async def _compared(session: Session) -> str:
    chat = await session.api("POST", "/v1/chats", {"title": "Two answers", "settings": {"model": "scripted"}})
    content = [{"type": "input_text", "text": "Tides, in one line?"}]
    item = {"type": "message", "role": "user", "content": content}
    for model in ("scripted", "default"):
        turn = {"parent_id": None, "input": [item], "model": model, "group_id": "group_tides"}
        turn["settings"] = {"max_output_tokens": 24}
        await session.api("POST", f"/v1/chats/{chat['id']}/turns", turn)
    return chat["id"]


# --- Going there. What is waited for holds in every language. -------------------------------------------------------


async def settled(page: Page) -> None:
    """Wait until nothing is on its way and nothing moves."""
    await page.wait_for_function(
        """() => !document.querySelector('main [role=status] .animate-spin, dialog[open] [role=status] .animate-spin')
        && document.querySelector('main, dialog[open]')"""
    )
    # What follows from a change begins to move in the next frame.
    await page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    await page.evaluate(
        """() => document.fonts.ready.then(() => Promise.all(document.getAnimations()
        .filter((each) => each.effect?.getTiming().iterations !== Infinity).map((each) => each.finished
        .catch(() => undefined))))"""
    )


def at(path: str, ready: str = "main h1") -> Bring:
    """A screen that has an address."""

    async def bring(page: Page, scene: Scene) -> None:
        await visit(page, scene.at(path.format(scene=scene)))
        await page.locator(ready).first.wait_for()
        await settled(page)

    return bring


async def visit(page: Page, url: str) -> None:
    """Go to an address: inside the app where the page is in it already, as links do."""
    if not page.url.startswith(url.split("/", 3)[0] + "//") or not await page.locator("#root > *").count():
        await page.goto(url)
        return
    for _ in range(3):
        if not await page.locator("dialog[open], [role=menu], [role=dialog]").count():
            break
        await page.keyboard.press("Escape")
    await page.evaluate("(url) => history.pushState(null, '', url)", url)


def pressing(path: str, *keys: str, ready: str) -> Bring:
    """A screen that keys open over another one."""

    async def bring(page: Page, scene: Scene) -> None:
        await at(path, "main textarea, main h1")(page, scene)
        for key in keys:
            await page.keyboard.press(key)
        await page.locator(ready).first.wait_for()
        await settled(page)

    return bring


def clicking(path: str, *places: str, ready: str = "dialog[open]", first: str = "main h1, main textarea") -> Bring:
    """A screen that is reached by clicks, on places that have the same names in every language."""

    async def bring(page: Page, scene: Scene) -> None:
        await at(path, first)(page, scene)
        for place in places:
            await page.locator(place).first.click()
        await page.locator(ready).first.wait_for()
        await settled(page)

    return bring


def chat_menu(item: int, ready: str = "dialog[open] h2") -> Bring:
    """Something that the menu of a chat opens, by its place in the menu."""

    async def bring(page: Page, scene: Scene) -> None:
        await at("/c/{scene.chat}", "main article table")(page, scene)
        await page.locator("main header button[aria-haspopup=menu]").last.click()
        await page.locator("[role=menuitem]").nth(item).click()
        await page.locator(ready).first.wait_for()
        await settled(page)

    return bring


async def searched(page: Page, scene: Scene) -> None:
    """What a search finds."""
    await pressing("/", "Control+Shift+F", ready="dialog[open] input")(page, scene)
    await page.locator("dialog[open] input").fill("tide")
    await page.locator("dialog[open] [role=option]").first.wait_for()
    await page.wait_for_function("() => !document.querySelector('dialog[open] [aria-busy=true]')")


async def person_menu(page: Page, scene: Scene) -> None:
    """What stands in the menu of whoever is signed in."""
    await at("/", "main textarea")(page, scene)
    if not await page.locator("aside").is_visible():
        await page.locator("main header button").first.click()
    await page.locator("aside footer button").click()
    await page.locator("[role=menuitem]").first.wait_for()
    await settled(page)


async def prompts(page: Page, scene: Scene) -> None:
    """The prompts that a message can begin with."""
    await at("/", "main textarea")(page, scene)
    await page.locator("main textarea").press("/")
    await page.locator("dialog[open] li").first.wait_for()


async def usage_of_a_reply(page: Page, scene: Scene) -> None:
    """What one reply took."""
    await at("/c/{scene.answered}", "main article button[aria-haspopup=dialog]")(page, scene)
    await page.locator("main article button[aria-haspopup=dialog]").last.click()
    await page.locator("[role=dialog] dl").wait_for()


async def offline(page: Page, scene: Scene) -> None:
    """A chat when the network is gone."""
    await at("/c/{scene.chat}", "main article table")(page, scene)
    await page.context.set_offline(True)
    await page.locator("[role=status] .bg-warn-soft, .bg-warn-soft").first.wait_for()
    await page.context.set_offline(False)
    # It would go away now; the page is told what it was told before.
    await page.evaluate(
        "Object.defineProperty(navigator, 'onLine', { value: false, configurable: true });"
        "window.dispatchEvent(new Event('offline'))"
    )
    await page.locator(".bg-warn-soft").first.wait_for()


async def broken_list(page: Page, scene: Scene) -> None:
    """A list that the server cannot give."""
    fault = {"error": {"message": "The list is damaged. Restore the last backup.", "type": "server_error"}}

    async def fail(route: Any) -> None:
        await route.fulfill(status=500, content_type="application/json", body=json.dumps(fault))

    await page.route("**/v1/prompts*", fail)
    try:
        await page.goto(scene.at("/library/prompts"))
        await page.locator("main [role=alert]").wait_for(timeout=20_000)
    finally:
        await page.unroute("**/v1/prompts*", fail)


SETTINGS = ("general", "personal", "data", "account", "shortcuts", "about")
LIBRARY = ("assistants", "prompts", "spaces", "memories")
CONSOLE = ("", "/playground", "/log", "/usage", "/keys", "/limits", "/models", "/deployments", "/audit", "/health")
PEOPLE = ("users", "invites", "members", "projects", "roles")

SCREENS: tuple[Screen, ...] = (
    Screen("new-chat", at("/", "main textarea")),
    Screen("new-chat-empty", at("/", "main textarea"), empty=True),
    Screen("chat", at("/c/{scene.chat}", "main article table")),
    Screen("comparison", at("/c/{scene.compared}", "main article")),
    Screen("running", at("/c/{scene.running}", "main article")),
    Screen("failed", at("/c/{scene.failed}", "main [role=alert]")),
    Screen("temporary", at("/?temporary", "main textarea")),
    Screen("usage-of-a-reply", usage_of_a_reply),
    Screen("edit-a-message", clicking("/c/{scene.chat}", "main article button:has(.lucide-pencil)", ready="form")),
    Screen("parameters", clicking("/", "main header button:has(.lucide-sliders-horizontal)")),
    Screen("model-menu", clicking("/", "main header button[aria-haspopup=menu]", ready="[role=menuitem]")),
    Screen("person-menu", person_menu),
    Screen("rename", chat_menu(0, "main header input")),
    Screen("move", chat_menu(2)),
    Screen("share", chat_menu(3)),
    Screen("export", chat_menu(4)),
    Screen("delete", chat_menu(6)),
    Screen("palette", pressing("/", "Control+K", ready="dialog[open] [role=option]")),
    Screen("search", searched),
    Screen("shortcuts", pressing("/", "Control+/", ready="dialog[open] dl")),
    Screen("prompt-picker", prompts),
    Screen("not-found", at("/nowhere", "main a")),
    Screen("chat-not-found", at("/c/chat_0", "main [role=alert], main a")),
    Screen("error", broken_list),
    *(Screen(f"library-{kind}", at(f"/library/{kind}", "main article")) for kind in LIBRARY),
    *(Screen(f"library-{kind}-empty", at(f"/library/{kind}", "main p"), empty=True) for kind in LIBRARY),
    *(
        Screen(f"library-{kind}-editor", clicking(f"/library/{kind}", "main .lucide-plus", first="main article"))
        for kind in LIBRARY
    ),
    *(Screen(f"settings-{tab}", at(f"/settings/{tab}")) for tab in SETTINGS),
    *(Screen(f"console{path.replace('/', '-') or '-overview'}", at(f"/console{path}")) for path in CONSOLE),
    *(Screen(f"console-people-{tab}", at(f"/console/people/{tab}")) for tab in PEOPLE),
    Screen("console-response", at("/console/log/{scene.response}")),
    Screen("console-catalog", clicking("/console/models", "[role=tab]:nth-child(2)", ready="[role=tabpanel] dl")),
    Screen("console-new-key", clicking("/console/keys", "main button:has(.lucide-plus)")),
    Screen("console-new-limit", clicking("/console/limits", "main button:has(.lucide-plus)")),
    Screen(
        "console-invite", clicking("/console/people/invites", "main button:has(.lucide-mail-plus, .lucide-user-plus)")
    ),
    Screen("console-add-server", clicking("/console/deployments", "main button:has(.lucide-plus)")),
    Screen("offline", offline),
    Screen("shared", at("{scene.shared}", "main table"), stranger=True),
    Screen("shared-gone", at("/s/none", "main p"), stranger=True),
    Screen("sign-in", at("/sign-in", "main input"), stranger=True),
    Screen("invite", at("/invite#{scene.invite}", "main input"), stranger=True),
)
