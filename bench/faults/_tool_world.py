"""What the tools of `tool_kills.py` reach: a shop, a web site and its search, and what a killed server may leave."""

from __future__ import annotations

import ctypes
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio
from mcp.server.mcpserver import MCPServer
from tests.tools.mcp.servers import serve
from tests.webpages.site import TOWER, Site, running_site

Json = dict[str, Any]
PAUSE = 0.15
"""Seconds that a tool with an effect takes before it, and again after it."""
TEXT = "# The tower\n\nThe tower is 330 metres high. It was built in 1889 by an engineer from Dijon.\n"
_CODE = (
    "import time; time.sleep({pause}); open('log', 'a').write('{mark}\\n'); time.sleep({pause}); print('kept {mark}')"
)
_COMMAND = "sleep {pause}; echo {mark} >> log; sleep {pause}; echo kept {mark}"
_SUBREAPER = 36
"""`PR_SET_CHILD_SUBREAPER`: orphans of the server become children of the bench, which counts them."""


@dataclass
class World:
    """All that stands outside the server."""

    site: Site
    shop_url: str
    sold: list[str]
    container: str = ""
    store: str = ""


def plain(_world: World, _mark: str, _data: Path) -> int:
    """Count the effects of a call that has none outside."""
    return 0


@dataclass(frozen=True)
class Kind:
    """A tool, how the model calls it, and how its effects are counted."""

    tools: Callable[[World], list[Json]]
    call: Callable[[World, str], Json]
    effects: Callable[[World, str, Path], int] = plain
    waits: bool = False
    """Whether a call that was cut waits for a person who says what became of it."""
    has_effect: bool = field(default=False)


def _called(name: str, **arguments: Any) -> Json:
    return {"tool_call": {"name": name, "arguments": arguments}}


def _shop(world: World) -> Json:
    return {"type": "mcp", "server_label": "shop", "server_url": world.shop_url, "require_approval": "never"}


def _logged(world: World, mark: str, data: Path) -> int:
    log = data / "containers" / world.container / "log"
    return log.read_text().splitlines().count(mark) if log.exists() else 0


KINDS: dict[str, Kind] = {
    "code_interpreter": Kind(
        lambda world: [{"type": "code_interpreter", "container": world.container}],
        lambda _, mark: _called("code_interpreter", code=_CODE.format(pause=PAUSE, mark=mark)),
        _logged,
        has_effect=True,
    ),
    "shell": Kind(
        lambda world: [
            {"type": "shell", "environment": {"type": "container_reference", "container_id": world.container}}
        ],
        lambda _, mark: _called("shell", commands=[_COMMAND.format(pause=PAUSE, mark=mark)]),
        _logged,
        has_effect=True,
    ),
    "mcp": Kind(
        lambda world: [_shop(world)],
        lambda _, mark: _called("shop__sell", thing=mark),
        lambda world, mark, _: world.sold.count(mark),
        waits=True,
        has_effect=True,
    ),
    "program": Kind(
        lambda world: [{"type": "programmatic_tool_calling"}, {**_shop(world), "allowed_callers": ["programmatic"]}],
        lambda _, mark: _called("programmatic_tool_calling", code=f"print(shop__sell(thing='{mark}'))"),
        lambda world, mark, _: world.sold.count(mark),
        waits=True,
        has_effect=True,
    ),
    "new container": Kind(
        lambda _: [{"type": "code_interpreter", "container": {"type": "auto"}}],
        lambda _, mark: _called("code_interpreter", code=f"print('kept {mark}')"),
    ),
    "web_search": Kind(
        lambda _: [{"type": "web_search"}],
        lambda _, mark: _called("web_search", queries=["tower"]),
    ),
    "web_fetch": Kind(
        lambda _: [{"type": "web_fetch"}],
        lambda world, mark: _called("open_page", url=f"{world.site.url}/tower"),
    ),
    "file_search": Kind(
        lambda world: [{"type": "file_search", "vector_store_ids": [world.store]}],
        lambda _, mark: _called("file_search", queries=["tower"]),
    ),
    "function": Kind(
        lambda _: [{"type": "function", "name": "look_up", "parameters": {"type": "object"}, "strict": False}],
        lambda _, mark: _called("look_up", thing=mark),
    ),
}


@contextmanager
def world() -> Generator[World]:
    """Serve the shop and the site."""
    sold: list[str] = []
    shop = MCPServer("shop", log_level="ERROR")

    async def sell(thing: str) -> str:
        """Sell a thing."""
        await anyio.sleep(PAUSE)
        sold.append(thing)
        await anyio.sleep(PAUSE)
        return f"kept {thing}"

    shop.tool()(sell)
    with running_site() as site, serve(shop.streamable_http_app(host="127.0.0.1")) as url:
        results = [{"url": f"{site.url}/tower", "title": "The tower", "content": "A tower."}]
        site.put("/search", json.dumps({"results": results}), "application/json")
        site.put("/tower", TOWER.format(url=site.url))
        yield World(site, url, sold)


class Remains:
    """What servers leave behind: processes, temporary files, mounts, folders of containers that nobody has."""

    def __init__(self, data: Path, temporary: Path) -> None:
        self._data, self._temporary = data, temporary
        ctypes.CDLL(None, use_errno=True).prctl(_SUBREAPER, 1, 0, 0, 0)
        self._mine = set(_children())

    def after(self, seconds: float = 5.0) -> tuple[Counter[str], float]:
        """Return what is left when nothing runs, and after how many seconds the last process was gone."""
        began = time.monotonic()
        while (left := set(_children()) - self._mine) and time.monotonic() < began + seconds:
            for pid in left:
                with suppress(ChildProcessError):
                    os.waitpid(pid, os.WNOHANG)
            time.sleep(0.01)
        took = time.monotonic() - began
        mounts = Path("/proc/self/mounts").read_text().count(str(self._temporary.parent))
        return Counter(processes=len(left), mounts=mounts), took

    def files(self, known: set[str]) -> Counter[str]:
        """Return what is left when the last server has ended: temporary files, and folders of no known container."""
        temporary = [each.name for each in self._temporary.iterdir()]
        folders = {each.name for each in (self._data / "containers").iterdir()} - known
        if temporary or folders:
            print(f"left: {temporary}, {folders}", file=sys.stderr)
        return Counter({"temporary files": len(temporary), "folders of containers": len(folders)})


def _children() -> list[int]:
    found: list[int] = []
    for task in Path("/proc/self/task").iterdir():
        with suppress(OSError):
            found += [int(each) for each in (task / "children").read_text().split()]
    return found
