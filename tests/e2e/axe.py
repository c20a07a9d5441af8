"""axe-core on a page: https://github.com/dequelabs/axe-core, brought by the web app's development packages."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

from playwright.async_api import Page

AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"

_RUN = """
async (only) => {
  const options = { resultTypes: ["violations"], iframes: false, ...(only.length ? { runOnly: only } : {}) };
  const found = await axe.run(document, options);
  return found.violations.map(({ id, impact, help, nodes }) => ({
    id, impact, help, nodes: nodes.slice(0, 3).map((node) => `${node.target.join(" ")}: ${node.failureSummary}`),
  }));
}
"""


async def violations(page: Page, only: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """What axe finds on a page as it is now, each with `impact`, `help` and the first places; `only` names rules."""
    if not await page.evaluate("typeof axe !== 'undefined'"):
        await page.evaluate(AXE.read_text())
    return cast("list[dict[str, Any]]", await page.evaluate(_RUN, list(only)))


def grave(found: list[dict[str, Any]]) -> list[str]:
    """The serious and critical ones, as lines."""
    return [
        f"{each['impact']} {each['id']}: {each['help']}\n    " + "\n    ".join(each["nodes"])
        for each in found
        if each["impact"] in ("serious", "critical")
    ]
