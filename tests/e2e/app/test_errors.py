"""What goes wrong is said in the person's language, without bubbles of the browser and words for programs."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect

from tests.e2e.site import Person, Session, Site

WRONG = {"en": "password is wrong", "fr": "mot de passe est incorrect", "ar": "كلمة المرور غير صحيحة", "zh": "密码错误"}


@pytest.mark.parametrize("language", WRONG)
async def test_a_wrong_password_is_told_in_the_persons_language(
    browser: Browser, site: Site, person: Person, language: str
) -> None:
    context = await browser.new_context(locale="en-GB")
    page = await door(context, site, language)
    await page.locator("input[type=email]").fill(person.email)
    await page.locator("input[type=password]").fill("not the password")
    await page.locator("button[type=submit]").click()
    said = page.get_by_role("alert")
    await expect(said).to_contain_text(WRONG[language])
    if language in ("ar", "zh"):
        assert not re.search(r"[a-z]{4,}", await said.inner_text())
    await context.close()


async def test_fields_say_what_they_need_themselves(browser: Browser, site: Site, person: Person) -> None:
    context = await browser.new_context(locale="en-GB")
    page = await door(context, site, "ar")
    await page.locator("button[type=submit]").click()
    await expect(page.get_by_role("alert").first).to_have_text("هذا الحقل مطلوب.")
    email = page.locator("input[type=email]")
    await expect(email).to_be_focused()
    await email.fill("nobody")
    await expect(page.get_by_role("alert")).to_have_count(1)
    await page.locator("input[type=password]").fill("x")
    await page.locator("button[type=submit]").click()
    await expect(page.get_by_role("alert")).to_contain_text("ليس عنوان بريد إلكتروني")
    assert person.email
    await context.close()


async def test_a_password_that_is_too_short(page: Page, site: Site, session: Session) -> None:
    assert session.site is site
    await page.goto(f"{site.url}/settings/account")
    new = page.locator("input[autocomplete=new-password]")
    await new.fill("short")
    await new.press("Enter")
    # The present password is missing, too: both are told at once.
    await expect(page.get_by_role("alert")).to_have_text(
        ["This must be filled in.", "Too short: at least 10 characters."]
    )


async def door(context: BrowserContext, site: Site, language: str) -> Page:
    """Return the page where people sign in, in a language."""
    page = await context.new_page()
    await page.add_init_script(f"localStorage.setItem('earthshine.language', '{language}')")
    await page.goto(f"{site.url}/sign-in")
    await page.locator("input[type=email]").wait_for()
    return page
