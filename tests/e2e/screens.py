"""Every screen that a person can meet, and how to get there: for axe, for the hunt for words, and for pictures.

What is waited for and clicked holds in every language.
"""

from __future__ import annotations

import json
from typing import Any

from playwright.async_api import Page

from tests.e2e.console.machine import MACHINE_SCREENS
from tests.e2e.library.screens import LIBRARY_SCREENS
from tests.e2e.scene import Scene
from tests.e2e.screen import Bring, Screen, at, clicking, settled


def pressing(path: str, *keys: str, ready: str) -> Bring:
    """A screen that keys open over another one."""

    async def bring(page: Page, scene: Scene) -> None:
        await at(path, "main textarea, main h1")(page, scene)
        for key in keys:
            await page.keyboard.press(key)
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
    sidebar = page.locator("aside").first
    if not await sidebar.is_visible():
        await page.locator("main header button").first.click()
    await sidebar.locator("footer button").click()
    await page.locator("[role=menuitem]").first.wait_for()
    await settled(page)


async def prompts(page: Page, scene: Scene) -> None:
    """The prompts that a message can begin with."""
    await at("/", "main textarea")(page, scene)
    # What the person wrote in another language is kept as a draft.
    await page.locator("main textarea").fill("")
    await page.locator("main textarea").press("/")
    await page.locator("[role=option]").first.wait_for()


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

    await page.route("**/earthshine/v1/prompts*", fail)
    try:
        await page.goto(scene.at("/library/prompts"))
        await page.locator("main [role=alert]").wait_for(timeout=20_000)
    finally:
        await page.unroute("**/earthshine/v1/prompts*", fail)


SETTINGS = ("general", "personal", "data", "account", "shortcuts", "about")
LIBRARY = ("collections", "assistants", "prompts", "spaces", "memories", "connectors")
CONSOLE = (
    *("", "/playground", "/log", "/usage", "/keys", "/connect", "/limits"),
    *("/models", "/devices", "/deployments", "/audit", "/health"),
    *("/containers", "/egress", "/policies", "/webhooks"),
)
PEOPLE = ("users", "invites", "members", "projects", "groups", "roles", "links")

SCREENS: tuple[Screen, ...] = (
    Screen("new-chat", at("/", "main textarea")),
    Screen("new-chat-empty", at("/", "main textarea"), empty=True),
    Screen("chat", at("/c/{scene.chat}", "main article table")),
    Screen("comparison", at("/c/{scene.compared}", "main :is(section section, [role=tab])")),
    Screen("running", at("/c/{scene.running}", "main article")),
    Screen("failed", at("/c/{scene.failed}", "main [role=alert]")),
    Screen("temporary", at("/?temporary", "main textarea")),
    Screen("tasks", at("/tasks", "main ul li")),
    Screen("tasks-empty", at("/tasks", "main p"), empty=True),
    Screen("new-task", at("/tasks/new", "main textarea")),
    Screen("task", at("/tasks/{scene.task}", "main article")),
    Screen("research-empty", at("/research", "main p"), empty=True),
    Screen(
        "research-options", clicking("/?research", "main form button:has(.lucide-telescope)", ready="[role=switch]")
    ),
    Screen("usage-of-a-reply", usage_of_a_reply),
    Screen("edit-a-message", clicking("/c/{scene.chat}", "main article button:has(.lucide-pencil)", ready="form")),
    Screen(
        "parameters",
        clicking("/", "main header button:has(.lucide-sliders-horizontal)", ready="dialog[open], main aside form"),
    ),
    Screen("model-menu", clicking("/", "main header button[aria-haspopup=dialog]", ready="[role=option]")),
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
    # Of collections one sees those that others share.
    *(Screen(f"library-{kind}-empty", at(f"/library/{kind}", "main p"), empty=True) for kind in LIBRARY[1:]),
    *(
        Screen(f"library-{kind}-editor", clicking(f"/library/{kind}", "main .lucide-plus", first="main article"))
        for kind in LIBRARY
    ),
    *LIBRARY_SCREENS,
    *(Screen(f"settings-{tab}", at(f"/settings/{tab}")) for tab in SETTINGS),
    *(Screen(f"console{path.replace('/', '-') or '-overview'}", at(f"/console{path}")) for path in CONSOLE),
    *(Screen(f"console-people-{tab}", at(f"/console/people/{tab}")) for tab in PEOPLE),
    Screen("console-group", at("/console/people/groups/{scene.group}", "main [role=group]")),
    Screen("console-person", at("/console/people/users/{scene.person}", "main [role=group]")),
    *MACHINE_SCREENS,
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
    Screen("shared-cited", at("{scene.shared_cited}", "main article p"), stranger=True),
    Screen("shared-task", at("{scene.shared_task}", "main article"), stranger=True),
    Screen("shared-gone", at("/s/none", "main p"), stranger=True),
    Screen("sign-in", at("/sign-in", "main input"), stranger=True),
    Screen("invite", at("/invite#{scene.invite}", "main input"), stranger=True),
)
