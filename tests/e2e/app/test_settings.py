"""What people set: languages, themes, what chats begin with, and who they are."""

from __future__ import annotations

import pytest
from playwright.async_api import BrowserContext, Page, expect

from tests.e2e.chatting import box, chat_id, finished, messages, open_chat, say, stored, turns_of
from tests.e2e.site import PASSWORD, Person, Session, Site, Trouble

NAMES = {"en": "Settings", "ar": "الإعدادات", "fr": "Paramètres", "zh": "设置"}


async def test_the_language_changes_at_once_and_follows_the_person(
    page: Page, site: Site, session: Session, person: Person, context: BrowserContext
) -> None:
    await page.goto(f"{site.url}/settings/general")
    await page.get_by_role("combobox", name="Language").select_option("العربية")
    await expect(page.locator("html")).to_have_attribute("dir", "rtl")
    await expect(page.locator("html")).to_have_attribute("lang", "ar")
    await expect(page.get_by_role("heading", name=NAMES["ar"], level=1)).to_be_visible()
    sidebar = await page.get_by_role("complementary").bounding_box()
    assert sidebar is not None and sidebar["x"] > 640, "the layout is mirrored"
    await stored(session, "/earthshine/v1/preferences", language="ar")
    assert context.browser is not None
    elsewhere = await context.browser.new_context(locale="fr-FR")
    await site.sign_in(elsewhere, person)
    other = await elsewhere.new_page()
    await other.goto(f"{site.url}/settings/general")
    await expect(other.get_by_role("heading", name=NAMES["ar"], level=1)).to_be_visible()
    await elsewhere.close()


@pytest.mark.parametrize(
    ("locale", "sign_in"), [("fr-FR", "Se connecter"), ("zh-CN", "登录"), ("ar-MA", "تسجيل الدخول")]
)
async def test_the_door_speaks_the_browsers_language(
    context: BrowserContext, site: Site, locale: str, sign_in: str
) -> None:
    assert context.browser is not None
    visitor = await context.browser.new_context(locale=locale)
    page = await visitor.new_page()
    await page.goto(site.url)
    await expect(page.get_by_role("button", name=sign_in)).to_be_visible()
    await visitor.close()


async def test_the_theme_is_light_dark_or_the_systems(page: Page, site: Site, session: Session) -> None:
    await page.emulate_media(color_scheme="dark")
    await page.goto(f"{site.url}/settings/general")
    theme = page.get_by_role("combobox", name="Theme")
    dark = "getComputedStyle(document.body).colorScheme + getComputedStyle(document.documentElement).colorScheme"
    assert "dark" in await page.evaluate(dark)
    await theme.select_option("Light")
    await page.wait_for_function(f"!({dark}).includes('dark')")
    await stored(session, "/earthshine/v1/preferences", theme="light")
    await page.reload()
    await expect(theme).to_have_value("light")
    assert "dark" not in await page.evaluate(dark)


async def test_new_chats_begin_with_a_persons_own_defaults(page: Page, site: Site, session: Session) -> None:
    await page.goto(f"{site.url}/settings/general")
    await page.get_by_role("combobox", name="Model for new chats").select_option("scripted")
    await stored(session, "/earthshine/v1/preferences", model="scripted")
    await page.get_by_role("link", name="Personal").click()
    await page.get_by_role("textbox", name="Instructions for every chat").fill("I am a nurse.")
    await page.get_by_role("spinbutton", name="Temperature").fill("0.3")
    await page.get_by_role("spinbutton", name="Temperature").blur()
    await stored(session, "/earthshine/v1/preferences", instructions="I am a nurse.")
    await page.get_by_role("link", name="New chat").click()
    await say(page, "Hello")
    await page.wait_for_url("**/c/chat_*")
    await finished(page)
    response = (await turns_of(session, chat_id(page)))[0]["response"]
    assert (response["model"], response["temperature"]) == ("scripted", 0.3)
    assert "I am a nurse." in response["instructions"]


async def test_enter_may_be_for_new_lines(page: Page, site: Site, session: Session) -> None:
    await page.goto(f"{site.url}/settings/general")
    keys = page.get_by_role("combobox", name="Send a message with")
    await expect(keys).to_have_accessible_description("Shift+Enter begins a new line.")
    await keys.select_option("Ctrl+Enter")
    await expect(keys).to_have_accessible_description("Enter begins a new line.")
    await stored(session, "/earthshine/v1/preferences", send_with="mod_enter")
    await open_chat(page, session)
    await box(page).fill("First line")
    await box(page).press("Enter")
    await page.keyboard.type("second line")
    await expect(box(page)).to_have_value("First line\nsecond line")
    await box(page).press("Control+Enter")
    await expect(messages(page)).to_contain_text("second line")


async def test_a_member_changes_their_name(page: Page, site: Site) -> None:
    await page.goto(f"{site.url}/settings/account")
    name = page.get_by_role("textbox", name="Name", exact=True)
    await name.fill("Aïcha أمينة")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Saved")).to_be_visible()
    await page.goto(f"{site.url}/")
    await expect(page.get_by_role("heading", name="Hello Aïcha أمينة, what can I help with?")).to_be_visible()


async def test_a_password_is_changed_and_other_sessions_end(
    page: Page, site: Site, person: Person, context: BrowserContext
) -> None:
    assert context.browser is not None
    elsewhere = await context.browser.new_context()
    await site.sign_in(elsewhere, person)
    await page.goto(f"{site.url}/settings/account")
    await page.get_by_role("textbox", name="Current password").fill(PASSWORD)
    await page.get_by_role("textbox", name="New password").fill("another battery")
    await page.get_by_role("button", name="Change the password").click()
    await expect(page.get_by_text("The password is changed.")).to_be_visible()
    assert (await elsewhere.request.get(f"{site.url}/earthshine/v1/sessions/current")).status == 401
    await elsewhere.close()
    await page.reload()
    await expect(page.get_by_role("heading", name="Where you are signed in")).to_be_visible()


async def test_sessions_are_listed_and_ended(page: Page, site: Site, person: Person, context: BrowserContext) -> None:
    assert context.browser is not None
    elsewhere = await context.browser.new_context()
    await site.sign_in(elsewhere, person)
    await page.goto(f"{site.url}/settings/account")
    await expect(page.get_by_text("This one")).to_be_visible()
    await page.get_by_role("button", name="End").first.click()
    await expect(page.get_by_text("The session is ended.")).to_be_visible()
    assert (await elsewhere.request.get(f"{site.url}/earthshine/v1/sessions/current")).status == 401
    await elsewhere.close()


async def test_a_person_signs_in_and_out(
    page: Page, site: Site, person: Person, context: BrowserContext, trouble: Trouble
) -> None:
    trouble.expected = ("401 (Unauthorized)",)
    await context.clear_cookies()
    await page.goto(f"{site.url}/settings/about")
    await page.get_by_role("textbox", name="E-mail").fill(person.email)
    await page.get_by_role("textbox", name="Password").fill("not the password")
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("alert")).to_be_visible()
    await page.get_by_role("textbox", name="Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
    # Where somebody wanted to go is where they arrive.
    await expect(page).to_have_url(f"{site.url}/settings/about")
    await page.get_by_role("button", name="Your account").click()
    await page.get_by_role("menuitem", name="Sign out").click()
    await expect(page.get_by_role("button", name="Sign in")).to_be_visible()


async def test_an_invitation_makes_an_account(page: Page, site: Site, context: BrowserContext) -> None:
    invitation = await site.api("POST", "/v1/organization/invites", {"email": "guest@example.org", "role": "reader"})
    await context.clear_cookies()
    await page.goto(f"{site.url}/invite#{invitation['token']}")
    await page.get_by_role("textbox", name="Your name").fill("Guest")
    await page.get_by_role("textbox", name="Choose a password").fill(PASSWORD)
    await page.get_by_role("button", name="Join").click()
    await expect(page.get_by_role("heading", name="Hello Guest, what can I help with?")).to_be_visible()
