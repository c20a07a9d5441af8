"""The playground."""

from __future__ import annotations

from playwright.async_api import Page, expect

from tests.e2e.site import Site


async def test_the_playground_gives_the_code_of_what_was_run(page: Page, site: Site) -> None:
    await page.goto(f"{site.url}/console/playground")
    await page.get_by_role("combobox", name="Model").select_option("scripted")
    await page.get_by_role("textbox", name="Text of message 1").fill("Say it again")
    await page.get_by_role("textbox", name="Temperature").fill("0.25")
    await page.keyboard.press("Control+Enter")
    await expect(page.get_by_role("tabpanel")).to_contain_text("Say it again")
    await page.get_by_role("tab", name="Events").click()
    await expect(page.get_by_role("tabpanel")).to_contain_text("response.output_text.delta")
    await page.get_by_role("tab", name="Code").click()
    await expect(page.get_by_text("The program that makes exactly the request that was just run.")).to_be_visible()
    for language, mark in (("Python", "from openai import OpenAI"), ("JavaScript", 'from "openai"'), ("curl", "curl ")):
        await page.get_by_text(language, exact=True).last.click()
        code = page.get_by_role("tabpanel").locator("pre").last
        await expect(code).to_contain_text(mark)
        await expect(code).to_contain_text("Say it again")
        await expect(code).to_contain_text("0.25")


async def test_a_request_that_is_not_valid_is_explained_before_it_is_sent(page: Page, site: Site) -> None:
    await page.goto(f"{site.url}/console/playground")
    await page.get_by_role("textbox", name="Text of message 1").fill("Hello")
    await page.get_by_role("textbox", name="Temperature").fill("warm")
    await page.get_by_role("button", name="Run").click()
    await expect(page.get_by_text("Write a number, such as 0.7.")).to_be_visible()
