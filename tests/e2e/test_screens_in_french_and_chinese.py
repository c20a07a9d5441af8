"""Every screen in French and Chinese, light and dark, wide and narrow."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser

from tests.e2e.site import Site
from tests.e2e.walk import Language, walk


@pytest.mark.walk
@pytest.mark.timeout(900)
@pytest.mark.parametrize("language", ["fr", "zh"])
async def test_every_screen(browser: Browser, site: Site, language: Language) -> None:
    found = await walk(browser, site, language)
    assert found.problems == []
