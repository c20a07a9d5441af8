"""What a task hands over, looked at in the assistant: each kind of file shows what it says."""

from __future__ import annotations

import asyncio
import base64
import io
import json
import math
import re
import wave
import zipfile
from typing import Any

from PIL import Image
from playwright.async_api import BrowserContext, Locator, Page, expect

from tests.conftest import ROOT
from tests.e2e.axe import grave, violations
from tests.e2e.site import Session, Site, Trouble
from tests.e2e.tasks.test_task import shell, tab, words
from tests.patience import PATIENCE

MARKDOWN = "# Tides\n\nThe moon pulls **twice**.\n\n| Place | Range |\n|---|---|\n| قابس | 2.1 |\n"
# Each line says what a script that was let run could do.
HTML = """<h1>Harbour</h1><ul></ul><script>
const say = (what) => document.querySelector("ul").insertAdjacentHTML("beforeend", `<li>${what}</li>`);
const tried = (name, act) => { try { act(); say(name + " open") } catch { say(name + " shut") } };
say("origin " + origin);
tried("parent", () => parent.document.title);
tried("top", () => top.document.title);
tried("storage", () => localStorage.length);
tried("cookie", () => document.cookie);
fetch("SITE/earthshine/v1/setup").then(() => say("network open"), () => say("network shut"));
</script>"""


async def test_each_kind_of_file_shows_what_it_says(page: Page, site: Site, session: Session, trouble: Trouble) -> None:
    trouble.expected = ("Blocked script execution in 'about:srcdoc'", "Content Security Policy", "sandboxed")
    task = await _deliver(session, await _files(session.context, site))
    await page.goto(f"{site.url}/tasks/{task}")

    shown = await _open(page, "report.md")
    await expect(shown.get_by_role("heading", name="Tides")).to_be_visible()
    await expect(shown.get_by_role("cell")).to_have_text(["قابس", "2.1"])
    assert grave(await violations(page)) == []

    shown = await _open(page, "page.html")
    inner = shown.frame_locator("iframe").frame_locator("iframe")
    await expect(inner.get_by_role("heading", name="Harbour")).to_be_visible()
    await expect(inner.get_by_role("listitem")).to_have_count(0)
    await shown.get_by_role("switch").click()
    await expect(inner.get_by_role("listitem").filter(has_text="network")).to_have_text("network shut")
    told = await inner.get_by_role("listitem").all_inner_texts()
    assert told == ["origin null", "parent shut", "top shut", "storage shut", "cookie shut", "network shut"]

    shown = await _open(page, "picture.png")
    picture = shown.get_by_role("img", name="picture.png")
    await expect(picture).to_be_visible()
    assert await picture.evaluate("(img) => img.decode().then(() => [img.naturalWidth, img.naturalHeight])") == [64, 40]

    shown = await _open(page, "tone.wav")
    sound = shown.get_by_label("tone.wav")
    heard = """async (audio) => {
      const ended = new Promise((done) => audio.addEventListener("ended", done));
      await audio.play();
      await ended;
      return [audio.duration, audio.currentTime, audio.error];
    }"""
    assert await sound.evaluate(heard) == [0.25, 0.25, None]

    shown = await _open(page, "book.pdf")
    # What is drawn, and the words over it that can be marked.
    await expect(shown.locator("canvas").first).to_be_visible()
    await page.wait_for_function(_HAS_INK)
    await shown.get_by_role("textbox", name="Page number").fill("2")
    await page.keyboard.press("Enter")
    await expect(shown.get_by_text("Chapter 2 is about the moon.")).to_be_visible()
    assert grave(await violations(page)) == []

    shown = await _open(page, "tides.xlsx")
    for cell in ("Place", "Range", "قابس", "Brest", "6.1"):
        await expect(shown.get_by_text(cell, exact=True)).to_be_visible()


_HAS_INK = """() => {
  const canvas = document.querySelector("dialog canvas");
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return data.some((each, at) => at % 4 < 3 && each < 128 && data[at - (at % 4) + 3] > 0);
}"""


async def test_a_shared_task_is_replayed_without_a_session_on_an_arabic_phone(
    page: Page, site: Site, session: Session
) -> None:
    steps = [shell("echo 'high 06:10' | tee tides.txt"), {"text": "المدّ عند **06:10**."}]
    task = await _done(session, "متى المدّ في بريست؟", steps)
    await page.goto(f"{site.url}/tasks/{task}")
    await page.get_by_role("button", name="More", exact=True).click()
    await page.get_by_role("menuitem", name="Share").click()
    dialog = page.get_by_role("dialog", name="Share this task")
    await dialog.get_by_role("button", name="Make a link").click()
    link = (await dialog.locator("p[dir=ltr]").inner_text()).split()[-1]
    assert link.startswith(f"{site.url}/s/task/")

    assert page.context.browser is not None
    stranger = await page.context.browser.new_context(locale="ar", viewport={"width": 360, "height": 740})
    said, trouble, asked = words("ar"), Trouble(), list[str]()
    try:
        theirs = await stranger.new_page()
        trouble.watch(theirs, site.url)
        theirs.on("request", lambda request: asked.append(request.method))
        await theirs.goto(link)
        answer = theirs.get_by_role("article", name=said["answer"])
        await expect(answer).to_have_text("المدّ عند 06:10.")
        await expect(theirs.locator("html")).to_have_attribute("dir", "rtl")
        await expect(theirs.get_by_role("heading", level=1)).to_have_text("متى المدّ في بريست؟")
        slider = theirs.get_by_role("slider", name=said["replay_place"])
        await slider.press("Home")
        await expect(theirs.get_by_role("article")).to_have_count(0)
        await theirs.get_by_role("button", name=said["step_on"]).click()
        await expect(theirs.get_by_role("article", name=said["you_said"])).to_contain_text("متى المدّ في بريست؟")
        await expect(answer).to_have_count(0)
        await slider.press("End")
        await expect(answer).to_be_visible()
        await tab(theirs, said["terminal"])
        await expect(theirs.get_by_role("tabpanel")).to_contain_text("high 06:10")
        await expect(
            theirs.locator("form, textarea, input:not([type=range]), select, [contenteditable]")
        ).to_have_count(0)
        buttons = await theirs.locator("main button:not([role=tab])").evaluate_all(
            "(all) => all.map((each) => each.getAttribute('aria-label') || each.textContent)"
        )
        assert set(buttons) == {said["step_back"], said["replay_play"], said["step_on"]}
        assert await theirs.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert grave(await violations(theirs)) == []
        assert set(asked) == {"GET"} and await stranger.cookies() == []

        # The link is taken back.
        await dialog.get_by_role("button", name=re.compile("^Revoke the link")).click()
        await expect(page.get_by_text("The link leads nowhere now.")).to_be_visible()
        trouble.expected = ("404",)
        await theirs.reload()
        await expect(theirs.get_by_text(_share("ar")["gone_title"])).to_be_visible()
    finally:
        await stranger.close()
    assert trouble.unexpected == []


def _share(language: str) -> dict[str, str]:
    return json.loads((ROOT / "web/src/features/share/messages" / f"{language}.json").read_text())


async def _open(page: Page, name: str) -> Locator:
    """Close what is open, and look at another file."""
    if await page.get_by_role("dialog").count():
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("dialog")).to_have_count(0)
    results = page.get_by_role("region", name="Results")
    await results.get_by_role("button", name=re.compile("^" + re.escape(name))).click()
    return page.get_by_role("dialog", name=name)


async def _done(session: Session, goal: str, steps: list[dict[str, Any]]) -> str:
    """A task that has ended."""
    body = {
        "agent": {"model": "scripted"},
        "environment": {"type": "openai_hosted"},
        "input": f"{goal}\n!script {json.dumps(steps)}",
    }
    task: dict[str, Any] = await session.api("POST", "/v1/agents/sessions", body)
    async with asyncio.timeout(PATIENCE):
        while task["status"] != "idle":
            assert task["status"] == "in_progress", task
            await asyncio.sleep(0.1)
            task = await session.api("GET", f"/v1/agents/sessions/{task['id']}")
    return task["id"]


async def _deliver(session: Session, files: dict[str, bytes]) -> str:
    """A task that has handed over these files."""
    write = [
        f"echo {base64.b64encode(content).decode()} | base64 -d > outputs/{name}" for name, content in files.items()
    ]
    return await _done(session, "Write all of it.", [shell("mkdir -p outputs"), *map(shell, write), {"text": "Done."}])


async def _files(context: BrowserContext, site: Site) -> dict[str, bytes]:
    return {
        "report.md": MARKDOWN.encode(),
        "page.html": HTML.replace("SITE", site.url).encode(),
        "picture.png": _picture(),
        "tone.wav": _tone(),
        "book.pdf": await _pdf(context),
        "tides.xlsx": _spreadsheet(("Place", "Range"), ("قابس", 2.1), ("Brest", 6.1)),
    }


def _picture() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (64, 40), "teal").save(made, "PNG")
    return made.getvalue()


def _tone() -> bytes:
    """A quarter of a second of a tone."""
    made = io.BytesIO()
    with wave.open(made, "wb") as sound:
        sound.setparams((1, 1, 8000, 0, "NONE", ""))
        sound.writeframes(bytes(128 + round(100 * math.sin(at / 3)) for at in range(2000)))
    return made.getvalue()


async def _pdf(context: BrowserContext) -> bytes:
    made = await context.new_page()
    await made.set_content("<h1>Tides</h1><p style='break-before:page'>Chapter 2 is about the moon.</p>")
    content = await made.pdf()
    await made.close()
    return content


_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_SHEETS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def _spreadsheet(*rows: tuple[str | float, ...]) -> bytes:
    """An XLSX file with one sheet. Source: ECMA-376, parts 1 and 2."""
    cells = "".join(f"<row>{''.join(map(_cell, row))}</row>" for row in rows)
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/sheet.xml" ContentType="{_TYPE}.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="a" '
        f'Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_SHEETS}" xmlns:r="{_RELATIONS}"><sheets>'
        '<sheet name="Tides" sheetId="1" r:id="b"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="b" '
        f'Type="{_RELATIONS}/worksheet" Target="sheet.xml"/></Relationships>',
        "xl/sheet.xml": f'<worksheet xmlns="{_SHEETS}"><sheetData>{cells}</sheetData></worksheet>',
    }
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return made.getvalue()


def _cell(value: str | float) -> str:
    return f"<c><v>{value}</v></c>" if isinstance(value, float) else f'<c t="inlineStr"><is><t>{value}</t></is></c>'
