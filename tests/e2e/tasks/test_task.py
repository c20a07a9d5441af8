"""Tasks in the assistant: stated, watched, allowed, steered, left, come back to, taken away, and seen again."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from tests.conftest import ROOT
from tests.e2e.axe import grave, violations
from tests.e2e.site import Site, Trouble
from tests.server_process import ServerProcess, start_server


def shell(*commands: str) -> dict[str, Any]:
    return {"tool_call": {"name": "shell", "arguments": {"commands": list(commands)}}}


WRITE = "cat > report.md <<'EOF'\n# Tides\n\nthe moon pulls\nEOF"
REWRITE = "cat > report.md <<'EOF'\n# Tides\n\nthe moon pulls twice\nEOF"
TABLE = """
text = "place,range\\nBrest,6.1\\nقابس,2.1\\n"
open("tides.csv", "w").write(text)
open("page.html", "w").write("<style>p{color:red}</style><p id=a>Before</p><script>a.textContent='After'</script>")
print("harbour")
"""
COUNT = "for n in 1 2 3 4 5 6 7 8; do printf '\\033[32mtide %s\\033[0m\\n' $n; sleep 0.5; done"
PYTHON = {"tool_call": {"name": "code_interpreter", "arguments": {"code": TABLE}}}
STEPS = [shell(WRITE), PYTHON, shell(REWRITE), shell(COUNT), {"text": "The **report** is there."}]


WORDS = [{"type": "message", "role": "user", "content": [{"type": "input_text", "text": "What is new?"}]}]
MORNING = {
    "type": "periodic",
    "name": "Harbour news",
    "expression": "0 7 * * *",
    "timezone": "Africa/Casablanca",
    "target": {
        "type": "new_session",
        "environment": {"type": "none"},
        "agent": {"model": "default"},
        "input": WORDS,
    },
}


@pytest.fixture
async def own_site(tmp_path: Path) -> AsyncGenerator[Site]:
    """An installation that may be killed."""
    site = Site(await _start(tmp_path / "data"))
    try:
        await site.administrator()
        yield site
    finally:
        await site.server.stop()


async def _start(data: Path, port: int = 0) -> ServerProcess:
    env = {"EARTHSHINE_TOOL_RULES": json.dumps([{"tool": "code_interpreter", "decision": "ask"}])}
    return await start_server(data, "--scripted", "--default-model", "scripted", port=port, env=env)


async def _kill_and_start(site: Site) -> None:
    await site.server.kill()
    site.server = await _start(site.server.data, int(site.url.rpartition(":")[2]))


def words(language: str) -> dict[str, str]:
    """What the pages say in a language."""
    folder = ROOT / "web/src/features"
    return {
        **json.loads((folder / "chat/messages" / f"{language}.json").read_text()),
        **json.loads((folder / "tasks/messages" / f"{language}.json").read_text()),
    }


async def tab(page: Page, name: str) -> None:
    """Look at one of the tabs."""
    await page.get_by_role("tab", name=name).click()


@pytest.mark.parametrize(("language", "width", "height"), [("en", 1280, 800), ("ar", 360, 740)])
async def test_a_task_from_its_goal_to_its_files_through_a_closed_tab_and_a_kill(
    own_site: Site, browser: Browser, language: str, width: int, height: int
) -> None:
    said, trouble = (
        words(language),
        Trouble(expected=("ERR_", "Failed to load", "Blocked script execution in 'about:srcdoc'")),
    )
    context = await browser.new_context(viewport={"width": width, "height": height})
    # Frames without an origin have no storage.
    chosen = f"if (origin !== 'null') localStorage.setItem('earthshine.language', '{language}')"
    await context.add_init_script(chosen)
    try:
        session = await own_site.sign_in(context, await own_site.add_person())
        await session.api("POST", "/v1/agents/automations", MORNING)
        page = await context.new_page()
        trouble.watch(page, own_site.url)
        await page.goto(f"{own_site.url}/tasks")
        await page.get_by_role("button", name=said["schedule_pause"].replace("{{name}}", "Harbour news")).click()
        resume = page.get_by_role("button", name=said["schedule_resume"].replace("{{name}}", "Harbour news"))
        await expect(resume).to_be_visible()
        await page.get_by_role("link", name=said["new_task"]).last.click()
        await page.get_by_role("textbox", name=said["goal"]).fill(f"Tides\n!script {json.dumps(STEPS)}")
        await page.locator("summary").get_by_text(said["limits"]).click()
        await page.get_by_role("spinbutton", name=said["most_steps"]).fill("50")
        await page.get_by_role("button", name=said["send"], exact=True).click()

        # What is asked about is in sight, all of it.
        asked = page.get_by_role("list", name=said["waits_for_you"])
        await expect(asked).to_contain_text('print("harbour")', timeout=60_000)
        assert grave(await violations(page)) == []

        # The tab is closed, and the server is killed while it waits.
        address = page.url
        await page.close()
        await _kill_and_start(own_site)
        page = await context.new_page()
        trouble.watch(page, own_site.url)
        await page.goto(address)
        await page.get_by_role("button", name=said["approve"]).click(timeout=30_000)

        # A command that runs is seen as it prints, without the colours of a terminal; words come in between.
        await tab(page, said["terminal"])
        await expect(page.get_by_role("tabpanel")).to_contain_text("tide 1 tide 2", timeout=30_000)
        await page.get_by_role("textbox", name=said["say"]).fill("Be quick.")
        await page.get_by_role("button", name=said["send"], exact=True).click()
        await expect(page.get_by_role("textbox", name=said["say"])).to_have_value("")
        if width < 1000:
            await tab(page, said["course"])
        await expect(page.get_by_role("article", name=said["you_said"]).last).to_have_text("Be quick.", timeout=30_000)
        await expect(page.get_by_role("article", name=said["answer"])).to_have_text("You said: Be quick.")
        await expect(page.locator("main header").get_by_text(said["status_done"])).to_be_visible()

        limits = page.get_by_role("region", name=said["limits"])
        await expect(limits.get_by_role("progressbar", name=said["limit_steps"])).to_be_visible()
        await _editor_and_files(page, said)
        await _replayed(page, said, narrow=width < 1000)
        assert grave(await violations(page)) == []
    finally:
        await context.close()
    assert trouble.unexpected == []


async def _editor_and_files(page: Page, said: dict[str, str]) -> None:
    await tab(page, said["editor"])
    await page.get_by_role("combobox", name=said["what_was_written"]).select_option(label="3. report.md")
    changes = page.get_by_role("region", name=said["changes_of"].replace("{{name}}", "report.md"))
    await expect(changes).to_contain_text("- the moon pulls")
    await expect(changes).to_contain_text("+ the moon pulls twice")
    await tab(page, said["results"])
    async with page.expect_download() as download:
        await page.get_by_role("button", name=said["download_file"].replace("{{name}}", "report.md")).first.click()
    assert (await (await download.value).path()).read_text() == "# Tides\n\nthe moon pulls twice\n"
    await page.get_by_role("button", name=re.compile(r"^tides\.csv")).first.click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_role("cell")).to_have_text(["Brest", "6.1", "قابس", "2.1"])
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name=re.compile(r"^page\.html")).first.click()
    inner = dialog.frame_locator("iframe").frame_locator("iframe")
    await expect(inner.locator("p")).to_have_text("Before")
    await expect(inner.locator("p")).to_have_css("color", "rgb(255, 0, 0)")
    await dialog.get_by_role("switch").click()
    await expect(inner.locator("p")).to_have_text("After")
    await page.keyboard.press("Escape")


async def _replayed(page: Page, said: dict[str, str], *, narrow: bool) -> None:
    await page.get_by_role("button", name=said["more"], exact=True).click()
    await page.get_by_role("menuitem", name=said["replay"]).click()
    if narrow:
        await tab(page, said["course"])
    slider = page.get_by_role("slider", name=said["replay_place"])
    await expect(page.get_by_role("article", name=said["you_said"])).to_have_count(0)
    await slider.press("End")
    await expect(page.get_by_role("article", name=said["answer"])).to_have_text("You said: Be quick.")
    await slider.press("Home")
    for _ in range(2):
        await page.get_by_role("button", name=said["step_on"]).click()
    await expect(page.get_by_role("article", name=said["you_said"])).to_have_count(1)
    await page.get_by_role("button", name=said["replay_close"]).click()
