"""Groups: made, filled, given a role in a project, and what that opens for who is in them."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import BrowserContext, Page, expect

from tests.e2e.axe import grave, violations
from tests.e2e.console.parts import part, row
from tests.e2e.site import Session, Site, Trouble


async def test_a_group_opens_a_project_for_who_is_in_it_and_closes_it_again(page: Page, site: Site) -> None:
    member = await site.add_person(role="member", name="Élodie")
    project = await site.api("POST", "/v1/organization/projects", {"name": "Lighthouse منارة"})
    await page.goto(f"{site.url}/console/people/groups")
    await page.get_by_role("button", name="New group").click()
    dialog = page.get_by_role("dialog", name="New group")
    await dialog.get_by_role("textbox", name="Name").fill("Keepers حرّاس")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Keepers حرّاس", level=1)).to_be_visible()
    group = page.url

    # Somebody is found without her accent, and added by keyboard.
    search = page.get_by_role("searchbox", name="Add somebody: search by name or e-mail")
    await search.fill(f"elodie {member.email}")
    add = page.get_by_role("button", name="Add Élodie")
    await expect(add).to_be_visible()
    await search.press("Tab")
    await page.keyboard.press("Tab")
    await expect(add).to_be_focused()
    await page.keyboard.press("Enter")
    people = part(page, "People")
    await expect(row(page, member.email)).to_be_visible()
    await expect(search).to_be_focused()
    await search.fill(f"elodie {member.email}")
    await expect(people.get_by_role("status")).to_have_text("Nobody fits who is not in the group already.")

    roles = part(page, "Roles")
    await roles.get_by_role("combobox", name="Where").select_option("Lighthouse منارة")
    await expect(roles.get_by_role("combobox", name="Role")).to_have_value("role_project_member")
    await roles.get_by_role("button", name="Give the role").click()
    await expect(row(page, "Lighthouse منارة")).to_contain_text("MemberRead projectsSend requests")
    assert grave(await violations(page)) == []

    assert page.context.browser is not None
    other = await page.context.browser.new_context(locale="en-GB")
    try:
        assert project["id"] in await _projects(await site.sign_in(other, member))
        # What she may do is told on her page, too.
        await people.get_by_role("link", name="Élodie").click()
        await expect(page.get_by_role("heading", name="Élodie", level=1)).to_be_visible()
        await expect(row(page, "Keepers")).to_contain_text("Lighthouse منارةMemberRead projectsSend requests")
        await page.goto(group)
        await roles.get_by_role("button", name="Take the role Member away: Lighthouse منارة").click()
        await expect(roles.get_by_text("The group has no roles")).to_be_visible()
        assert project["id"] not in await _projects(await site.sign_in(other, member))
    finally:
        await other.close()

    await page.get_by_role("button", name="Rename").click()
    await page.get_by_role("dialog").get_by_role("textbox", name="Name").fill("Watch")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Watch", level=1)).to_be_visible()
    await people.get_by_role("button", name="Take Élodie out of the group").click()
    await expect(people.get_by_text("Nobody is in this group")).to_be_visible()
    await page.get_by_role("button", name="Delete", exact=True).click()
    await page.get_by_role("dialog", name="Delete Watch").get_by_role("button", name="Delete").click()
    await expect(page).to_have_url(f"{site.url}/console/people/groups")
    await expect(page.get_by_role("link", name="Watch")).to_have_count(0)


async def _projects(session: Session) -> list[str | None]:
    """The projects that the console offers to somebody."""
    page = await session.context.new_page()
    await page.goto(f"{session.site.url}/console")
    offered = page.get_by_role("combobox", name="Project").locator("option")
    await expect(offered).not_to_have_count(0)
    found = [await each.get_attribute("value") for each in await offered.all()]
    await page.close()
    return found


async def test_a_name_that_is_taken_is_told_and_a_search_narrows_the_list(
    page: Page, site: Site, trouble: Trouble
) -> None:
    trouble.expected = ("409",)
    for name in ("Bakers", "Brewers"):
        await site.api("POST", "/v1/organization/groups", {"name": name})
    await page.goto(f"{site.url}/console/people/groups")
    await page.get_by_role("searchbox", name="Search groups").fill("brew")
    await expect(page.get_by_role("link", name="Bakers")).to_have_count(0)
    await page.reload()
    await expect(page.get_by_role("link", name=re.compile("Bakers|Brewers"))).to_have_text("Brewers")
    await page.get_by_role("searchbox", name="Search groups").fill("qqq")
    await expect(page.get_by_text("No group has such a name")).to_be_visible()
    await page.get_by_role("button", name="New group").click()
    await page.get_by_role("dialog").get_by_role("textbox", name="Name").fill("Bakers")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("Bakers")


@pytest.mark.parametrize(("role", "sees"), [("viewer", True), ("member", False)])
async def test_who_may_not_change_groups_is_offered_nothing_to_change(
    page: Page, site: Site, context: BrowserContext, trouble: Trouble, role: str, *, sees: bool
) -> None:
    group = await site.api("POST", "/v1/organization/groups", {"name": f"Readers for a {role}"})
    await site.sign_in(context, await site.add_person(role=role, name="Rami"))
    trouble.expected = ("403",)
    await page.goto(f"{site.url}/console/people/groups/{group['id']}")
    if sees:
        await expect(page.get_by_role("heading", name=group["name"])).to_be_visible()
        await expect(page.get_by_text("The group has no roles")).to_be_visible()
    else:
        await expect(page.get_by_role("alert").first).to_be_visible()
    for name in ("Rename", "Delete", "Give the role"):
        await expect(page.get_by_role("button", name=name)).to_have_count(0)
    await expect(page.get_by_role("searchbox")).to_have_count(0)
