"""Writing: queue and steer while a reply runs, attach, insert prompts, parameters, chats that leave nothing."""

from __future__ import annotations

import re
from typing import Any

from playwright.async_api import FilePayload, Page, expect

from tests.e2e.chatting import (
    box,
    chat_id,
    finished,
    messages,
    open_chat,
    replies,
    say,
    scripted,
    stored,
    texts_of,
    turns_of,
)
from tests.e2e.site import Session, Site

LONG: dict[str, Any] = {"text": " ".join(f"w{number}" for number in range(200)), "tokens_per_second": 20}


async def test_a_message_waits_for_the_reply_before_it(page: Page, session: Session) -> None:
    chat = await open_chat(page, session)
    await say(page, scripted("First", text="one two three four five six", tokens_per_second=4))
    await expect(replies(page)).to_contain_text("one")
    await say(page, "Second")
    waiting = page.get_by_role("region", name="Messages that wait")
    await expect(waiting).to_contain_text("Second")
    await expect(waiting).to_have_count(0)
    await expect(replies(page).last).to_contain_text("Second")
    await finished(page)
    assert await texts_of(session, chat) == ["one two three four five six", "You said: Second"]


async def test_what_waits_can_be_taken_out(page: Page, session: Session) -> None:
    chat = await open_chat(page, session)
    await say(page, scripted("First", **LONG))
    await expect(replies(page)).to_contain_text("w1")
    await say(page, "Never mind")
    waiting = page.get_by_role("region", name="Messages that wait")
    await expect(waiting).to_contain_text("Never mind")
    await waiting.get_by_role("button", name="Take out of the queue").click()
    await expect(waiting).to_have_count(0)
    await page.get_by_role("button", name="Stop", exact=True).click()
    await finished(page)
    await expect(messages(page)).to_have_count(1)
    assert all(turn["status"] == "cancelled" for turn in await turns_of(session, chat))


async def test_steering_stops_the_reply_and_goes_on_from_it(page: Page, session: Session) -> None:
    chat = await open_chat(page, session)
    await say(page, scripted("First", **LONG))
    await expect(replies(page)).to_contain_text("w3")
    await box(page).fill("Rather this")
    await page.get_by_role("button", name="Stop and send").click()
    await expect(replies(page).last).to_contain_text("Rather this")
    await finished(page)
    turns = await turns_of(session, chat)
    assert [turn["status"] for turn in turns] == ["cancelled", "completed"]
    assert turns[1]["parent_id"] == turns[0]["id"]


async def attach(page: Page, *files: FilePayload) -> None:
    """Choose files for the message, and wait until the server has them."""
    async with page.expect_file_chooser() as chooser:
        await page.get_by_role("button", name="Attach files").click()
    await (await chooser.value).set_files([*files])
    attached = page.get_by_role("list", name="Attached files")
    for file in files:
        await expect(attached).to_contain_text(file["name"])
    await expect(attached.get_by_role("progressbar")).to_have_count(0)


async def test_a_message_names_its_file_and_does_not_send_it_again(page: Page, session: Session) -> None:
    chat = await open_chat(page, session)
    await attach(page, {"name": "notes.md", "mimeType": "text/markdown", "buffer": "# Tides\nمد وجزر".encode()})
    await say(page, "What does it say?")
    await expect(page.get_by_role("list", name="Attached files")).to_have_count(0)
    await finished(page)
    [file] = (await session.api("GET", "/v1/files"))["data"]
    await say(page, "And what else?")
    await expect(replies(page)).to_have_count(2)
    await finished(page)
    first, second = [turn["input"][0]["content"] for turn in await turns_of(session, chat)]
    assert first[0] == {"type": "input_file", "file_id": file["id"], "filename": "notes.md"}
    assert [part["type"] for part in second] == ["input_text"]
    assert len((await session.api("GET", "/v1/files"))["data"]) == 1
    await page.reload()
    await messages(page).first.get_by_role("button", name=re.compile("notes.md")).click()
    reader = page.get_by_role("region", name=re.compile("notes.md"))
    await expect(reader).to_contain_text("مد وجزر")


async def test_a_file_that_is_dropped_anywhere_is_attached(page: Page, session: Session) -> None:
    await open_chat(page, session)
    dropped = await page.evaluate_handle(
        """() => { const held = new DataTransfer();
        held.items.add(new File(["The moon pulls the sea."], "tides.txt")); return held; }"""
    )
    heading = page.locator("main header").first
    await heading.dispatch_event("dragenter", {"dataTransfer": dropped})
    await expect(page.get_by_text("Drop the files anywhere")).to_be_visible()
    await heading.dispatch_event("drop", {"dataTransfer": dropped})
    await expect(page.get_by_text("Drop the files anywhere")).to_have_count(0)
    await expect(page.get_by_role("list", name="Attached files")).to_contain_text("tides.txt")


async def test_an_image_is_refused_where_the_model_sees_none(page: Page, session: Session) -> None:
    await open_chat(page, session)
    async with page.expect_file_chooser() as chooser:
        await page.get_by_role("button", name="Attach files").click()
    await (await chooser.value).set_files([{"name": "moon.png", "mimeType": "image/png", "buffer": PNG}])
    await expect(page.get_by_text("moon.png was not attached: no model here takes images.")).to_be_visible()
    await expect(page.get_by_role("list", name="Attached files")).to_have_count(0)


async def test_a_prompt_is_found_and_inserted_by_the_keyboard(page: Page, session: Session) -> None:
    for name, text in (("Summary", "Three points."), ("Translate", "Translate into {{language}}: {{text}}")):
        await session.api("POST", "/earthshine/v1/prompts", {"name": name, "text": text})
    await open_chat(page, session)
    await box(page).press("/")
    found = page.get_by_role("listbox", name="Prompts").get_by_role("option")
    await expect(found).to_have_count(2)
    await expect(found.and_(page.get_by_role("option", selected=True))).to_have_count(1)
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("ArrowUp")
    await page.keyboard.type("trans")
    await expect(found).to_have_count(1)
    pointed = await box(page).get_attribute("aria-activedescendant")
    assert pointed == await found.get_attribute("id")
    await page.keyboard.press("Enter")
    asked = page.get_by_role("dialog", name="Translate")
    await expect(asked.get_by_role("textbox", name="language")).to_be_focused()
    await page.keyboard.type("Arabic")
    await asked.get_by_role("textbox", name="text", exact=True).fill("the moon")
    await asked.get_by_role("button", name="Insert").click()
    await expect(box(page)).to_have_value("Translate into Arabic: the moon")
    await expect(box(page)).to_be_focused()
    await box(page).fill("")
    await page.keyboard.type("/sum")
    await expect(found).to_have_count(1)
    await page.keyboard.press("Tab")
    await expect(box(page)).to_have_value("Three points.")


async def test_a_slash_that_means_no_prompt_is_written_as_it_is(page: Page, session: Session) -> None:
    await session.api("POST", "/earthshine/v1/prompts", {"name": "Summary", "text": "Three points."})
    await open_chat(page, session)
    prompts = page.get_by_role("listbox", name="Prompts")
    await box(page).press("/")
    await expect(prompts).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(prompts).to_have_count(0)
    await expect(box(page)).to_have_value("/")
    await page.keyboard.type("etc/hosts, what is it?")
    await page.keyboard.press("Enter")
    await expect(messages(page)).to_contain_text("/etc/hosts, what is it?")


async def test_an_assistant_is_called_by_its_name(page: Page, site: Site, session: Session) -> None:
    tutor = {"name": "Tutor", "instructions": "Explain patiently.", "model": "scripted"}
    made = await session.api("POST", "/earthshine/v1/assistants", tutor)
    await page.goto(site.url)
    sidebar = page.get_by_role("navigation", name="Chats")
    await expect(sidebar.get_by_role("link", name="Tutor")).to_be_visible()
    await expect(page.get_by_role("main").get_by_role("link", name="Tutor")).to_be_visible()
    await box(page).press("@")
    await expect(page.get_by_role("listbox", name="Assistants").get_by_role("option", name="Tutor")).to_be_visible()
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile(f"assistant={made['id']}"))
    await expect(page.get_by_role("button", name="Go on without Tutor")).to_be_visible()
    await say(page, "What is a tide?")
    await finished(page)
    await expect(replies(page)).to_contain_text(re.compile("^Tutor·scripted·"))
    await page.get_by_role("button", name="Go on without Tutor").click()
    await stored(session, f"/earthshine/v1/chats/{chat_id(page)}", assistant_id=None)
    await page.get_by_role("button", name=re.compile("^Model:")).click()
    await page.get_by_role("option", name="Tutor").click()
    await stored(session, f"/earthshine/v1/chats/{chat_id(page)}", assistant_id=made["id"])


async def test_a_ready_assistant_is_taken_with_one_press(page: Page, site: Site, session: Session) -> None:
    await page.goto(site.url)
    await page.get_by_role("button", name="Patient tutor").click()
    await expect(page.get_by_role("button", name="Teach me fractions")).to_be_visible()
    (made,) = (await session.api("GET", "/earthshine/v1/assistants"))["data"]
    assert made["name"] == "Patient tutor" and made["instructions"].startswith("Teach patiently.")
    await page.get_by_role("link", name="New chat").click()
    await page.get_by_role("button", name="Translate into Arabic…").click()
    await expect(box(page)).to_have_value("Translate into Arabic: ")


async def test_instructions_and_parameters_are_the_chats_own(page: Page, session: Session) -> None:
    chat = await open_chat(page, session)
    # Where the panel has no room beside the chat.
    await page.set_viewport_size({"width": 1000, "height": 800})
    await page.get_by_role("button", name="Instructions and parameters").click()
    dialog = page.get_by_role("dialog", name="Instructions and parameters")
    await dialog.get_by_role("textbox", name="Instructions").fill("Answer in verse.")
    await dialog.get_by_role("spinbutton", name="Temperature").fill("0.4")
    await dialog.get_by_role("spinbutton", name="Longest reply").fill("300")
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog).to_have_count(0)
    await say(page, "Hello")
    await finished(page)
    settings = (await session.api("GET", f"/earthshine/v1/chats/{chat}"))["settings"]
    assert (settings["instructions"], settings["temperature"], settings["max_output_tokens"]) == (
        "Answer in verse.",
        0.4,
        300,
    )
    response = (await turns_of(session, chat))[0]["response"]
    assert (response["temperature"], response["max_output_tokens"]) == (0.4, 300)
    assert "Answer in verse." in response["instructions"]
    await page.reload()
    await page.get_by_role("button", name="Instructions and parameters").click()
    await expect(dialog.get_by_role("spinbutton", name="Temperature")).to_have_value("0.4")


async def test_parameters_beside_a_chat_are_kept_at_once(page: Page, session: Session) -> None:
    chat = await open_chat(page, session)
    await say(page, "Hello")
    await finished(page)
    await page.get_by_role("button", name="Instructions and parameters").click()
    panel = page.get_by_role("complementary", name="Instructions and parameters")
    temperature = panel.get_by_role("spinbutton", name="Temperature")
    # What was in force stands where nothing was chosen.
    await expect(temperature).to_have_attribute("placeholder", "1")
    await temperature.fill("3")
    await temperature.fill("0.4")
    await stored(session, f"/earthshine/v1/chats/{chat}", settings=_settings(temperature=0.4))
    # The chat beside it can be written in, and is not covered.
    await say(page, "And now?")
    await expect(replies(page)).to_have_count(2)
    await finished(page)
    assert (await turns_of(session, chat))[1]["response"]["temperature"] == 0.4
    text, side = await box(page).bounding_box(), await panel.bounding_box()
    assert text and side and text["x"] + text["width"] <= side["x"]
    await panel.get_by_role("combobox", name="Thinking").select_option("Very high")
    await panel.get_by_role("button", name="Close").click()
    await expect(panel).to_have_count(0)
    await stored(session, f"/earthshine/v1/chats/{chat}", settings=_settings(temperature=0.4, reasoning_effort="xhigh"))


def _settings(**chosen: Any) -> dict[str, Any]:
    sampling = ("instructions", "temperature", "top_p", "max_output_tokens", "reasoning_effort")
    return {"model": "scripted", **dict.fromkeys((*sampling, "vector_store_ids", "tools")), **chosen}


async def test_a_temporary_chat_leaves_nothing(page: Page, site: Site, session: Session) -> None:
    await page.goto(site.url)
    await page.get_by_role("button", name="Temporary chat").click()
    await expect(page.get_by_text("nothing of it is stored")).to_be_visible()
    await page.get_by_role("button", name="Model: Default model. Choose another").click()
    await page.get_by_role("option", name="scripted").click()
    await say(page, "A secret")
    await expect(replies(page)).to_contain_text("A secret")
    await finished(page)
    assert (await session.api("GET", "/earthshine/v1/chats"))["data"] == []
    kept = await page.evaluate("JSON.stringify({...localStorage, ...sessionStorage})")
    assert "A secret" not in kept
    await page.get_by_role("button", name="End this chat").click()
    await expect(page.get_by_role("heading", name="Hello Amira, what can I help with?")).to_be_visible()
    await expect(page.get_by_text("A secret")).to_have_count(0)


async def test_the_draft_of_a_new_chat_survives_leaving(page: Page, site: Site, session: Session) -> None:
    await session.api("POST", "/earthshine/v1/preferences", {"model": "scripted"})
    await page.goto(site.url)
    await box(page).fill("Not yet said")
    await page.get_by_role("link", name="Library").click()
    await page.get_by_role("link", name="New chat").click()
    await expect(box(page)).to_have_value("Not yet said")
    await page.reload()
    await expect(box(page)).to_have_value("Not yet said")
    await box(page).press("Enter")
    await page.get_by_role("link", name="New chat").click()
    await expect(box(page)).to_have_value("")


async def test_an_input_method_may_use_enter(page: Page, session: Session) -> None:
    await open_chat(page, session)
    await box(page).focus()
    devtools = await page.context.new_cdp_session(page)
    await devtools.send(  # pyright: ignore[reportUnknownMemberType]
        "Input.imeSetComposition", {"text": "yueliang", "selectionStart": 8, "selectionEnd": 8}
    )
    await page.keyboard.press("Enter")
    await expect(messages(page)).to_have_count(0)
    await page.keyboard.insert_text("月亮")
    await page.keyboard.press("Enter")
    await expect(messages(page)).to_contain_text("月亮")
    assert chat_id(page)


PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001"
    "a5f645400000000049454e44ae426082"
)
