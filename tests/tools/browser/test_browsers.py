"""Which browser a conversation has, and for how long; no Chromium is started."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from earthshine.accounts.authorization.ownership import Owner
from earthshine.errors import NotFound, Unavailable
from earthshine.sandboxes.registry import Sandboxes
from earthshine.settings import Settings
from earthshine.tools.browser import browsers as module
from earthshine.tools.browser.browsers import Browsers

HER, HIM = Owner("p", "user_her"), Owner("p", "user_him")


class Opened:
    """What stands in for browsers in sandboxes."""

    def __init__(self) -> None:
        self.made: list[Any] = []
        self.open = 0

    @asynccontextmanager
    async def __call__(self, sandboxes: Any, folder: Path, options: Any, policy: Any, tell: Any) -> AsyncGenerator[Any]:
        browser = SimpleNamespace(ended=False, folder=folder, options=options, policy=policy)
        self.made.append(browser)
        self.open += 1
        try:
            yield browser
        finally:
            self.open -= 1


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Opened:
    made = Opened()
    monkeypatch.setattr(module, "boxed", made)
    monkeypatch.setattr(module, "find_program", lambda: "/usr/bin/chromium")
    return made


def make(tmp_path: Path, **more: Any) -> Browsers:
    settings = Settings(data=tmp_path, **more)
    return Browsers(settings, Sandboxes(settings))


async def use(browsers: Browsers, owner: Owner, *calls: str, size: tuple[int, int] | None = None) -> Any:
    async with browsers.use(owner, calls, size) as living:
        return living


async def test_a_conversation_has_one_of_its_own(tmp_path: Path, opened: Opened) -> None:
    browsers = make(tmp_path)
    first = await use(browsers, HER, "call_1")
    assert await use(browsers, HER, "call_1", "call_2") is first
    assert await use(browsers, HER, "call_7") is not first
    assert await use(browsers, HIM, "call_1") is not first
    assert {each.id for each in browsers.of(HIM)}.isdisjoint(each.id for each in browsers.of(HER))
    wide = await use(browsers, HER, "call_1", size=(640, 480))
    assert (wide.id, wide.size, opened.made[-1].options.width) == (first.id, (640, 480), 640)
    await browsers.close()
    assert opened.open == 0


async def test_it_is_closed_when_nobody_uses_it_and_its_profile_stays(
    tmp_path: Path, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    browsers = make(tmp_path)
    living = await use(browsers, HER, "call_1")
    await browsers.sweep()
    assert opened.open == 1
    monkeypatch.setattr(module, "_REST_SECONDS", 0.0)
    await browsers.sweep()
    assert opened.open == 0
    assert opened.made[0].folder.is_dir()
    again = await use(browsers, HER, "call_1", "call_2")
    assert (again.id, opened.made[1].folder) == (living.id, opened.made[0].folder)
    again.browser.ended = True
    assert (await use(browsers, HER, "call_1")).browser is opened.made[2]
    await browsers.close()
    monkeypatch.setattr(module, "_KEPT_SECONDS", -1.0)
    await browsers.sweep()
    assert not opened.made[0].folder.exists()


async def test_there_is_room_for_some_and_who_rests_gives_way(tmp_path: Path, opened: Opened) -> None:
    browsers = make(tmp_path)
    browsers._most = 2
    oldest = await use(browsers, HER, "call_1")
    oldest.used_at = time.monotonic() - 100
    async with browsers.use(HER, ["call_2"]), browsers.use(HER, ["call_3"]):
        assert opened.open == 2
        assert oldest.id not in [each.id for each in browsers.of(HER)]
        with pytest.raises(Unavailable, match="All 2 browsers"):
            await use(browsers, HER, "call_4")
    await browsers.close()


async def test_nobody_else_takes_it_over_and_what_is_removed_is_gone(tmp_path: Path, opened: Opened) -> None:
    browsers = make(tmp_path)
    living = await use(browsers, HER, "call_1")
    async with browsers.take(HER, living.id) as taken:
        assert taken is living
    elsewhere = Owner("another project", HER.user)
    for name, owner in ((living.id, HIM), (living.id, elsewhere), ("brw_none", HER), ("../" + living.id, HER)):
        with pytest.raises(NotFound):
            async with browsers.take(owner, name):
                pass
        with pytest.raises(NotFound):
            await browsers.remove(owner, name)
    await browsers.remove(HER, living.id)
    assert (opened.open, opened.made[0].folder.exists()) == (0, False)
    await use(browsers, HIM, "call_9")
    await browsers.erase(HIM.user)
    assert (opened.open, opened.made[1].folder.exists()) == (0, False)


async def test_where_it_may_go_is_the_operators_word(tmp_path: Path, opened: Opened) -> None:
    browsers = make(tmp_path, web_blocked_domains="bad.test, worse.test")
    await use(browsers, HER, "call_1")
    policy = opened.made[0].policy
    asked = ["example.org", "www.bad.test", "worse.test", "update.googleapis.com"]
    assert [policy.allows(each, 443) for each in asked] == [True, False, False, False]
    assert policy.private is False
    await browsers.close()


def test_what_is_missing_is_said(tmp_path: Path, opened: Opened) -> None:
    assert make(tmp_path).lacks() == ""
    assert "web_fetch" in make(tmp_path, web_fetch="off").lacks()
    assert "`sandbox`" in make(tmp_path, sandbox="off").lacks()
