"""Other versions of what was said and replied, and several models side by side."""

from __future__ import annotations

import re

from playwright.async_api import Page, expect

from tests.conftest import DEFAULT_MODEL
from tests.e2e.chatting import (
    SLOW,
    chat_id,
    eventually,
    finished,
    messages,
    open_chat,
    replies,
    reply_text,
    say,
    scripted,
    texts_of,
    turns_of,
)
from tests.e2e.site import Session, Site


async def test_an_edited_message_is_a_new_version_and_the_old_one_is_kept(page: Page, session: Session) -> None:
    chat = await open_chat(page, session)
    await say(page, "The first words")
    await finished(page)
    await messages(page).get_by_role("button", name="Edit the message").click()
    editor = page.get_by_role("textbox", name="The message, to be changed")
    await expect(editor).to_have_value("The first words")
    await expect(editor).to_be_focused()
    await editor.fill("Better words")
    await editor.press("Control+Enter")
    versions = messages(page).get_by_role("group", name="Versions of the message")
    await expect(versions).to_contain_text("Version 2 of 2")
    # The reply to the new words is their first.
    await expect(page.get_by_role("group", name="Versions of the reply")).to_have_count(0)
    await expect(messages(page)).to_contain_text("Better words")
    await finished(page)
    await versions.get_by_role("button", name="Version before").click()
    await expect(messages(page)).to_contain_text("The first words")
    await expect(replies(page)).to_contain_text("The first words")
    await expect(versions.get_by_role("button", name="Version before")).to_be_disabled()
    # Where somebody was is where they come back to.
    await page.reload()
    await expect(messages(page)).to_contain_text("The first words")
    turn = (await turns_of(session, chat))[0]
    assert len(turn["sibling_ids"]) == 2 and turn["id"] == turn["sibling_ids"][0]


async def test_answering_again_keeps_the_first_answer_and_its_branch(page: Page, session: Session) -> None:
    chat = await open_chat(page, session)
    await say(page, "Alpha")
    await finished(page)
    await say(page, "Beta")
    await finished(page)
    first = replies(page).first
    await first.get_by_role("button", name="Regenerate", exact=True).click()
    await expect(first).to_contain_text("Version 2 of 2")
    await expect(messages(page)).to_have_count(1)
    await first.get_by_role("button", name="Version before").click()
    await expect(messages(page)).to_have_count(2)
    await expect(messages(page).last).to_contain_text("Beta")
    await eventually(lambda: texts_of(session, chat), ["You said: Alpha", "You said: Beta"])


async def test_another_model_answers_the_same_question(page: Page, session: Session) -> None:
    chat = await open_chat(page, session)
    await say(page, "Hello there")
    await finished(page)
    await page.get_by_role("button", name="Regenerate with another model").click()
    await page.get_by_role("option", name=re.compile(f"^{DEFAULT_MODEL}")).click()
    await expect(page.get_by_role("group", name="Versions of the reply")).to_contain_text(
        "Version 2 of 2", timeout=60_000
    )
    await expect(replies(page)).to_contain_text(re.compile(f"^{DEFAULT_MODEL}·"))
    turn = (await turns_of(session, chat))[0]
    assert turn["response"]["model"] == DEFAULT_MODEL
    await replies(page).get_by_role("button", name="Version before").click()
    await expect(replies(page)).to_contain_text(re.compile("^scripted·"))


async def test_two_models_answer_side_by_side_and_one_is_chosen(page: Page, site: Site, session: Session) -> None:
    await page.goto(site.url)
    await page.get_by_role("button", name="Compare models").click()
    await page.get_by_role("menuitemcheckbox", name="scripted").click()
    chosen_ones = page.get_by_role("list", name="Compare models").get_by_role("listitem")
    await expect(chosen_ones).to_have_text(["scripted"])
    await expect(page.get_by_text("Choose one more to compare.")).to_be_visible()
    # The menu has stayed.
    await page.get_by_role("menuitemcheckbox", name=DEFAULT_MODEL).click()
    await page.keyboard.press("Escape")
    await expect(chosen_ones).to_have_text(["scripted", DEFAULT_MODEL])
    await expect(page.get_by_role("button", name="Model: Comparing 2 models. Choose another")).to_be_visible()
    await say(page, "Say hello")
    compared = page.get_by_role("region", name="Replies side by side")
    await expect(compared.get_by_role("heading", name="scripted")).to_be_visible()
    await expect(compared.get_by_role("heading", name=DEFAULT_MODEL)).to_be_visible()
    await expect(compared.get_by_text("The chat goes on here")).to_have_count(1)
    other = compared.get_by_role("article", name="Reply").filter(has=page.get_by_role("heading", name="scripted"))
    await expect(other).to_contain_text("Say hello")
    columns = compared.get_by_role("article", name="Reply")
    chosen = columns.filter(has_text="The chat goes on here").get_by_role("heading")
    offered = columns.filter(has=page.get_by_role("button", name="Go on with this one"))
    model = await offered.get_by_role("heading").inner_text()
    await expect(chosen).not_to_have_text(model)
    await offered.get_by_role("button", name="Go on with this one").click()
    await expect(chosen).to_have_text(model)
    chat = chat_id(page)

    async def goes_on() -> str:
        return (await turns_of(session, chat))[0]["response"]["model"]

    await eventually(goes_on, model)
    turn = (await turns_of(session, chat))[0]
    assert turn["group_id"] and len(turn["sibling_ids"]) == 2
    await say(page, "Go on")
    await expect(messages(page)).to_have_count(2)
    await finished(page)
    await expect(compared).to_have_count(0)
    turns = await turns_of(session, chat)
    assert turns[1]["parent_id"] == turns[0]["id"] == turn["id"]


async def test_a_reply_runs_on_while_another_branch_is_looked_at(page: Page, session: Session) -> None:
    chat = await open_chat(page, session)
    words = " ".join(f"w{number}" for number in range(30))
    await say(page, scripted("Slowly.", text=words, **SLOW))
    await expect(replies(page)).to_contain_text("w3")
    await page.get_by_role("link", name="New chat").click()
    await expect(page.get_by_role("heading", name="Hello Amira, what can I help with?")).to_be_visible()
    await expect(page.get_by_text("A reply is being written")).to_be_visible()
    await page.get_by_role("navigation", name="Chats").get_by_role("link", name="Slowly.").click()
    await expect(replies(page)).to_contain_text("w5")
    await finished(page)
    assert reply_text((await turns_of(session, chat))[0]) == words
