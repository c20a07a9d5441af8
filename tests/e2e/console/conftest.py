"""Who looks at the console."""

from __future__ import annotations

import pytest

from tests.e2e.site import Person, Site


@pytest.fixture
async def person(site: Site) -> Person:
    """Who runs the installation: the only one who may change what it serves."""
    return await site.administrator()
