"""Devices and builds of the engine: those of this machine, and those of one that has many."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Page, expect

from tests.conftest import DEFAULT_MODEL
from tests.e2e.axe import grave, violations
from tests.e2e.console.machine import with_a_card, with_many_devices
from tests.e2e.console.parts import part, row
from tests.e2e.site import Site


async def test_the_processor_of_this_machine_and_what_it_has_loaded(page: Page, site: Site) -> None:
    machine = await site.api("GET", "/earthshine/v1/machine")
    await site.api("POST", "/earthshine/v1/engines", {"model": DEFAULT_MODEL})
    await page.goto(f"{site.url}/console/devices")
    processor = page.get_by_role("list", name="Devices").locator("> li").first
    await expect(processor.get_by_role("heading", name=machine["cpu"])).to_be_visible()
    await expect(processor.get_by_role("list", name=f"Models on {machine['cpu']}")).to_contain_text(DEFAULT_MODEL)
    await expect(processor).to_contain_text("Models may take")
    found = await site.api("GET", "/earthshine/v1/devices")
    await expect(page.get_by_role("list", name="Devices").locator("> li")).to_have_count(1 + len(found["data"]))
    builds = (await site.api("GET", "/earthshine/v1/engines/builds"))["data"]
    for build in builds:
        await expect(row(page, build["name"])).to_contain_text("Serves" if build["serves"] else build["fault"][:40])


async def test_each_device_says_whose_its_memory_is_and_each_build_what_it_gains(page: Page, site: Site) -> None:
    await with_many_devices(page)
    await page.goto(f"{site.url}/console/devices")
    devices = page.get_by_role("list", name="Devices").locator("> li")
    await expect(devices).to_have_count(6)
    nvidia = devices.filter(has_text="RTX 4090")
    for words in ("Models 13 GB", "Other programs 5 GB", "Free 6 GB", "Models may take 22 GB", "40 layers · 13 GB"):
        await expect(nvidia).to_contain_text(words)
    await expect(devices.filter(has_text="Apple M4")).to_contain_text("Its memory is the machine’s own.")
    await expect(devices.filter(has_text="Arc A770")).to_contain_text("Its memory is not known.")
    await expect(page.get_by_role("alert")).to_contain_text("nvidia-smi gave no answer")
    cuda = row(page, "cuda")
    await expect(cuda).to_contain_text("reads 21,412, writes 640")
    await expect(cuda).to_contain_text("12.31 times")
    await expect(cuda).to_contain_text("Serves")
    await expect(row(page, "/usr/local/bin")).to_contain_text("it does not know --slot-save-path")
    advice = part(page, "Builds of the engine").get_by_role("region", name="Command for the terminal")
    await expect(advice).to_have_text("earthshine engine build rocm")


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_on_a_phone_in_arabic_nothing_is_wrong_or_cut_off(page: Page, site: Site, theme: str) -> None:
    somebody = await site.sign_in(page.context, await site.add_person())
    await somebody.api("POST", "/earthshine/v1/preferences", {"language": "ar", "theme": theme})
    await page.set_viewport_size({"width": 360, "height": 740})
    await with_many_devices(page)
    await page.goto(f"{site.url}/console/devices")
    await expect(page.get_by_role("heading", level=1, name="أجهزة الحساب")).to_be_visible()
    await expect(page.locator("html")).to_have_attribute("dir", "rtl")
    await expect(page.get_by_text("earthshine engine build rocm", exact=True)).to_be_visible()
    assert grave(await violations(page)) == []
    assert await page.evaluate("document.scrollingElement.scrollWidth") == 360


async def test_models_say_what_they_run_on_and_how_fast_they_were(page: Page, site: Site) -> None:
    await site.api("POST", "/earthshine/v1/engines", {"model": DEFAULT_MODEL})
    await with_a_card(page)
    await page.goto(f"{site.url}/console/models")
    await expect(row(page, DEFAULT_MODEL)).to_contain_text("llama.cpp · ")
    await expect(row(page, DEFAULT_MODEL)).to_contain_text("CUDA0 · 31 layers · 1 GB")
    await expect(page.get_by_role("link", name="GeForce RTX 4090")).to_have_attribute("href", "/console/devices")
    await page.get_by_role("tab", name="Catalog").click()
    entries = page.get_by_role("tabpanel").get_by_role("listitem")
    whole = entries.filter(has_text="Measured here: reads 2,810, writes 98.3 tokens a second.")
    await expect(whole).to_contain_text(re.compile("Runs on ?GPU"))
    await expect(entries.filter(has_text=re.compile("Runs on ?GPU and processor"))).to_have_count(1)


async def test_the_wizard_says_what_the_machine_computes_on_and_which_models_a_card_holds(
    page: Page, site: Site
) -> None:
    await site.sign_in(page.context, await site.administrator())
    await with_a_card(page)
    # As somebody who has told the wizard who they are.
    await page.context.add_init_script("sessionStorage.setItem('earthshine.setup', JSON.stringify({step: 'model'}))")
    await page.goto(f"{site.url}/setup")
    await expect(page.get_by_role("heading", name="A model that fits")).to_be_visible()
    also = re.compile(r"It also computes on .NVIDIA GeForce RTX 4090 \(24.GB\)")
    await expect(page.get_by_text(also)).to_be_visible()
    offers = page.get_by_role("radio").locator("xpath=ancestor::label")
    await expect(offers.filter(has_text=re.compile("· GPU · Fits, fast"))).to_have_count(1)
    await expect(offers.filter(has_text=re.compile("· GPU and processor · Fits, fast"))).to_have_count(1)
