"""What a person keeps: chats in lists and spaces, assistants, prompts, memories, and the search through all."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Page, expect

from tests.e2e.chatting import box, chat_id, finished, import_chat, messages, new_chat, open_chat, say, stored, turns_of
from tests.e2e.site import Session, Site


@pytest.fixture
async def chat(page: Page, site: Site, session: Session) -> str:
    """A chat about the moon, on the page."""
    made = await import_chat(session, "The moon", [("What pulls the sea?", "The moon does.")])
    await page.goto(f"{site.url}/c/{made}")
    await expect(messages(page)).to_contain_text("What pulls the sea?")
    return made


async def choose(page: Page, action: str, title: str = "The moon") -> None:
    """Choose something from the menu of a chat in the sidebar."""
    await page.get_by_role("link", name=title, exact=True).hover()
    await page.get_by_role("button", name=f"What to do with “{title}”").click()
    await page.get_by_role("menuitem", name=action, exact=True).click()


async def test_a_chat_is_renamed_in_its_place(page: Page, session: Session, chat: str) -> None:
    await choose(page, "Rename")
    field = page.get_by_role("textbox", name="Title")
    await expect(field).to_be_focused()
    await field.fill("المد والجزر")
    await field.press("Enter")
    await expect(page.get_by_role("link", name="المد والجزر")).to_be_visible()
    await expect(page.get_by_role("heading", level=1)).to_have_text("المد والجزر")
    await stored(session, f"/earthshine/v1/chats/{chat}", title="المد والجزر", title_source="person")


async def test_a_title_has_room_to_be_written_on_a_phone(page: Page, session: Session, chat: str) -> None:
    await page.set_viewport_size({"width": 360, "height": 640})
    await page.get_by_role("main").get_by_role("button", name="More about this chat").click()
    await page.get_by_role("menuitem", name="Rename", exact=True).click()
    field = page.get_by_role("textbox", name="Rename")
    await expect(field).to_be_focused()
    place = await field.bounding_box()
    assert place is not None and place["width"] > 270
    await field.fill("By the sea")
    await field.press("Enter")
    await stored(session, f"/earthshine/v1/chats/{chat}", title="By the sea")
    await expect(page.get_by_role("button", name="More about this chat")).to_be_visible()


async def test_pinned_chats_stand_above_the_others(page: Page, session: Session, chat: str) -> None:
    await choose(page, "Pin")
    await expect(page.get_by_role("list", name="Pinned").get_by_role("link", name="The moon")).to_be_visible()
    await stored(session, f"/earthshine/v1/chats/{chat}", pinned=True)
    await choose(page, "Unpin")
    await expect(page.get_by_role("list", name="Pinned")).to_have_count(0)


async def test_an_archived_chat_is_out_of_the_way_and_can_come_back(page: Page, chat: str) -> None:
    await choose(page, "Archive")
    chats = page.get_by_role("navigation", name="Chats")
    await expect(chats.get_by_role("link", name="The moon")).to_have_count(0)
    await page.get_by_role("button", name="Your account").click()
    await page.get_by_role("menuitem", name="Archived chats").click()
    await expect(chats.get_by_role("link", name="The moon")).to_be_visible()
    await choose(page, "Take out of the archive")
    await page.get_by_role("button", name="Archived chats").click()
    await expect(chats.get_by_role("link", name="The moon")).to_be_visible()


async def test_a_deleted_chat_is_gone_after_a_question(page: Page, session: Session, chat: str) -> None:
    await choose(page, "Delete")
    asked = page.get_by_role("dialog", name="Delete this chat?")
    await expect(asked).to_contain_text("The moon")
    await asked.get_by_role("button", name="Delete").click()
    await expect(page).to_have_url(re.compile(r"/$"))
    await expect(page.get_by_role("link", name="The moon")).to_have_count(0)
    assert (await session.api("GET", "/earthshine/v1/chats"))["data"] == []
    assert chat


async def test_search_finds_words_at_once_also_in_arabic(page: Page, site: Site, session: Session, chat: str) -> None:
    await import_chat(session, "Fishing", [("Which nets?", "Fine ones.")])
    await import_chat(session, "البحر", [("ما الذي يجذب البحر؟", "القَمَرُ يجذبُ البحرَ كلَّ يوم.")])
    await page.get_by_role("button", name="Search Ctrl+K").click()
    search = page.get_by_role("dialog", name="Command palette")
    field = search.get_by_role("combobox")
    await field.fill("nets")
    await expect(search.get_by_role("option").filter(has_text="Which nets?")).to_be_visible()
    # Written without the marks of its vowels, and found.
    await field.fill("القمر")
    found = search.get_by_role("option").filter(has_text="يجذب")
    await expect(found).to_be_visible()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="البحر", level=1)).to_be_visible()


async def test_a_search_lists_a_chat_once_with_its_passages_in_plain_words(page: Page, session: Session) -> None:
    said = [(f"Question {number} about tides", f"## Tides {number}\n\nThe **moon** and `F`.") for number in range(3)]
    found = await import_chat(session, "Said before", said)
    await page.goto(session.site.url)
    await page.get_by_role("button", name="Search Ctrl+K").click()
    search = page.get_by_role("dialog", name="Command palette")
    await search.get_by_role("combobox").fill("tides moon")
    passages = search.get_by_role("option").filter(has_text="Said before")
    await expect(passages).to_have_count(3)
    await expect(passages.filter(has_text=re.compile(r"Tides \d\s+The moon and F\."))).to_have_count(3)
    await expect(search.get_by_text("Said before").and_(search.locator(":not(.sr-only)"))).to_have_count(1)
    await passages.filter(has_text="Tides 1").click()
    turns = (await session.api("GET", f"/earthshine/v1/chats/{found}/turns"))["data"]
    await expect(page).to_have_url(re.compile(rf"/c/{found}\?turn={turns[1]['id']}$"))


async def test_a_search_without_results_says_so(page: Page, chat: str) -> None:
    await page.keyboard.press("Control+Shift+F")
    search = page.get_by_role("dialog", name="Search your chats")
    await search.get_by_role("combobox").fill("zzxqy")
    await expect(search).to_contain_text("Nothing was found for “zzxqy”")
    await page.keyboard.press("Escape")
    await expect(search).to_have_count(0)


async def test_an_assistant_answers_by_its_instructions(page: Page, site: Site, session: Session) -> None:
    await page.goto(f"{site.url}/library/assistants")
    await page.get_by_role("button", name="New assistant").click()
    editor = page.get_by_role("dialog", name="New assistant")
    await editor.get_by_role("textbox", name="Name", exact=True).fill("Tutor")
    await editor.get_by_role("textbox", name="Instructions").fill("Explain patiently.")
    await editor.get_by_role("textbox", name="Starters").fill("Teach me tides")
    await editor.get_by_role("combobox", name="Model").select_option("scripted")
    await editor.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("heading", name="Tutor", exact=True)).to_be_visible()
    await page.get_by_role("link", name=re.compile("^Chat")).last.click()
    await page.get_by_role("button", name="Teach me tides").click()
    await expect(box(page)).to_have_value("Teach me tides")
    await box(page).press("Enter")
    await expect(page).to_have_url(re.compile("/c/chat_"))
    await finished(page)
    response = (await turns_of(session, chat_id(page)))[0]["response"]
    assert response["model"] == "scripted" and "Explain patiently." in response["instructions"]


async def test_a_space_keeps_chats_and_instructions_together(page: Page, site: Site, session: Session) -> None:
    await page.goto(f"{site.url}/library/spaces")
    await page.get_by_role("button", name="New space").click()
    editor = page.get_by_role("dialog", name="New space")
    await editor.get_by_role("textbox", name="Name", exact=True).fill("Harbour")
    await editor.get_by_role("textbox", name="Instructions").fill("We build piers.")
    await editor.get_by_role("button", name="Save").click()
    await page.get_by_role("main").get_by_role("link", name="New chat Harbour").click()
    await page.get_by_role("button", name=re.compile("^Model:")).click()
    await page.get_by_role("option", name="scripted").click()
    await say(page, "How deep?")
    await expect(page).to_have_url(re.compile("/c/chat_"))
    await finished(page)
    chat = await session.api("GET", f"/earthshine/v1/chats/{chat_id(page)}")
    assert chat["space_id"]
    assert "We build piers." in (await turns_of(session, chat["id"]))[0]["response"]["instructions"]
    await page.goto(f"{site.url}/library/spaces")
    await expect(page.get_by_role("main").get_by_role("link", name="How deep?")).to_be_visible()


async def test_a_chat_is_moved_into_a_space(page: Page, session: Session, chat: str) -> None:
    space = await session.api("POST", "/earthshine/v1/spaces", {"name": "Sea"})
    await page.reload()
    await choose(page, "Move to a space")
    await page.get_by_role("dialog").get_by_role("button", name="Sea").click()
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await stored(session, f"/earthshine/v1/chats/{chat}", space_id=space["id"])


async def test_a_prompt_is_kept_changed_and_deleted(page: Page, site: Site, session: Session) -> None:
    await page.goto(f"{site.url}/library/prompts")
    await expect(page.get_by_text("No prompts yet")).to_be_visible()
    await page.get_by_role("button", name="New prompt").click()
    editor = page.get_by_role("dialog", name="New prompt")
    await editor.get_by_role("textbox", name="Name", exact=True).fill("Summary")
    await editor.get_by_role("textbox", name="Text").fill("Summarise {{document}} in {{count}} lines.")
    await editor.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("heading", name="Summary")).to_be_visible()
    await expect(page.get_by_role("main")).to_contain_text("document")
    await page.get_by_role("button", name="Edit Summary").click()
    await page.get_by_role("dialog").get_by_role("textbox", name="Name", exact=True).fill("Gist")
    await page.get_by_role("dialog").get_by_role("button", name="Save").click()
    await expect(page.get_by_role("heading", name="Gist")).to_be_visible()
    await page.get_by_role("button", name="Delete Gist").click()
    await page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    await expect(page.get_by_text("No prompts yet")).to_be_visible()
    assert (await session.api("GET", "/earthshine/v1/prompts"))["data"] == []


async def test_a_half_written_thing_is_not_thrown_away_without_a_question(page: Page, site: Site) -> None:
    await page.goto(f"{site.url}/library/prompts")
    await page.get_by_role("button", name="New prompt").click()
    editor = page.get_by_role("dialog", name="New prompt")
    await editor.get_by_role("textbox", name="Text").fill("Half")
    await page.keyboard.press("Escape")
    await expect(editor.get_by_role("alert")).to_have_text("Throw away what you wrote?")
    await editor.get_by_role("button", name="Go on writing").click()
    await expect(editor.get_by_role("textbox", name="Text")).to_have_value("Half")


async def test_memories_are_told_only_while_switched_on(page: Page, site: Site, session: Session) -> None:
    await page.goto(f"{site.url}/library/memories")
    await page.get_by_role("button", name="Add a memory").click()
    editor = page.get_by_role("dialog", name="Add a memory")
    await editor.get_by_role("textbox", name="What to remember").fill("I keep bees.")
    await editor.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("heading", name="I keep bees.")).to_be_visible()
    switch = page.get_by_role("switch", name="Use memory in chats")
    if not await switch.is_checked():
        await switch.click()
    await expect(page.get_by_text("is told to the model in each chat")).to_be_visible()
    assert "I keep bees." in await instructions_of_a_turn(page, session)
    await page.goto(f"{site.url}/library/memories")
    await switch.click()
    await expect(page.get_by_text("Nothing of this is told to the model.")).to_be_visible()
    assert "bees" not in await instructions_of_a_turn(page, session)


async def instructions_of_a_turn(page: Page, session: Session) -> str:
    """What the model is told before a message of a new chat."""
    chat = await open_chat(page, session)
    await say(page, "Hello")
    await finished(page)
    return (await turns_of(session, chat))[0]["response"]["instructions"] or ""


async def test_a_title_comes_by_itself_and_a_persons_own_stays(page: Page, session: Session) -> None:
    await open_chat(page, session)
    await say(page, "Which moon pulls most?")
    await finished(page)
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Which moon pulls most?")
    await page.get_by_role("heading", level=1).get_by_role("button").click()
    field = page.get_by_role("textbox", name="Rename")
    await field.fill("Moons")
    await field.press("Enter")
    await expect(page.get_by_role("link", name="Moons", exact=True)).to_be_visible()
    await say(page, "And now?")
    await finished(page)
    await expect(page.get_by_role("heading", level=1)).to_have_text("Moons")


async def test_many_chats_are_listed_as_far_as_somebody_looks(page: Page, site: Site, session: Session) -> None:
    for number in range(60):
        await session.api("POST", "/earthshine/v1/chats", {"title": f"Chat {number}", "settings": {}})
    await new_chat(session)
    await page.goto(site.url)
    chats = page.get_by_role("navigation", name="Chats")
    await expect(chats.get_by_role("link", name="Chat 59", exact=True)).to_be_visible()
    await chats.get_by_role("link", name="Chat 59", exact=True).focus()
    await page.keyboard.press("End")
    last = chats.get_by_role("link", name="Chat 0", exact=True)
    for _ in range(20):
        if await last.count():
            break
        await page.keyboard.press("End")
        await page.wait_for_load_state("networkidle")
    await expect(last).to_be_visible()
