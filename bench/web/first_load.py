"""What the first page costs: bytes, requests and time until a chat is usable, in a browser that was never here.

python -m bench.web.first_load --rounds 10
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
from pathlib import Path

from tests.e2e.first_load import Load, measure
from tests.e2e.site import chromium

from bench.web._browser import open_site

BARS = {"requests": 20, "kilobytes": 250, "usable_ms": 500}


async def main(rounds: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with open_site(Path(folder)) as site, chromium() as browser:
            person = await site.add_person()
            loads: dict[str, list[Load]] = {"signed out": [], "new chat, cold cache": [], "new chat, warm cache": []}
            for _ in range(rounds):
                # A context is a browser profile: its cache is empty.
                context = await browser.new_context()
                loads["signed out"].append(await measure(context, f"{site.url}/sign-in"))
                await context.close()
                context = await browser.new_context()
                await site.sign_in(context, person)
                loads["new chat, cold cache"].append(await measure(context, f"{site.url}/"))
                loads["new chat, warm cache"].append(await measure(context, f"{site.url}/"))
                await context.close()
    for name, measured in loads.items():
        figures = ", ".join(
            f"{field} {statistics.median(values):.0f} (max {max(values):.0f})"
            for field in ("requests", "kilobytes", "usable_ms", "first_paint_ms")
            for values in [[getattr(load, field) for load in measured]]
        )
        print(f"{name}: {figures}")
    cold = loads["new chat, cold cache"]
    for field, bar in BARS.items():
        value = statistics.median(getattr(load, field) for load in cold)
        print(f"bar {field} <= {bar}: {value:.0f} {'reached' if value <= bar else 'NOT REACHED'}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=10)
    asyncio.run(main(parser.parse_args().rounds))
