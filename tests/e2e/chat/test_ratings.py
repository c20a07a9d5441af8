"""What people think of replies: said under them, taken back, and read in the console."""

from __future__ import annotations

from playwright.async_api import Page, expect

from tests.e2e.chatting import box, eventually, import_chat, replies, turns_of
from tests.e2e.site import Session, Site

COMMENT = "It forgets the second tide. نسي المدّ الثاني"


async def test_a_reply_is_rated_with_a_reason_seen_in_the_console_and_taken_back(
    page: Page, site: Site, session: Session
) -> None:
    chat = await import_chat(session, "Tides", [("Why two tides?", "The moon pulls.")])

    async def kept() -> object:
        rating = (await turns_of(session, chat))[0]["rating"]
        return rating and (rating["rating"], rating["reasons"], rating["comment"])

    await page.goto(f"{site.url}/c/{chat}")
    bad = replies(page).get_by_role("button", name="Bad reply")
    await bad.click()
    # The thumb alone is a rating; why is said if one likes.
    await expect(bad).to_have_attribute("aria-pressed", "true")
    await eventually(kept, ("bad", list[str](), ""))
    form = page.get_by_role("dialog", name="What do you think of this reply?")
    await form.get_by_text("Incomplete").click()
    await form.get_by_role("textbox", name="Comment").fill(COMMENT)
    await form.get_by_role("button", name="Save").click()
    thanks = page.get_by_text("Thank you. Your rating is kept.")
    await expect(thanks).to_be_visible()
    await eventually(kept, ("bad", ["incomplete"], COMMENT))
    await expect(form).to_have_count(0)
    # It does not cover what is written next.
    said, written = await thanks.bounding_box(), await box(page).bounding_box()
    assert said and written and said["y"] + said["height"] <= written["y"]

    await page.goto(f"{site.url}/console/ratings")
    await expect(page.get_by_role("row").filter(has_text="kimi")).to_contain_text("Incomplete")
    await expect(page.get_by_text(COMMENT)).to_have_count(0)
    await page.get_by_role("button", name="Read the comments").click()
    await expect(page.get_by_role("row").filter(has_text=COMMENT)).to_contain_text("Bad reply")

    await page.goto(f"{site.url}/c/{chat}")
    await expect(bad).to_have_attribute("aria-pressed", "true")
    await bad.click()
    await expect(form.get_by_role("textbox", name="Comment")).to_have_value(COMMENT)
    await form.get_by_role("button", name="Take back").click()
    await expect(bad).to_have_attribute("aria-pressed", "false")
    await eventually(kept, None)
