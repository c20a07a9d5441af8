"""Lists, menus, trees, offers, and mail."""

from __future__ import annotations

import re
from typing import Any

from bench.browser._pages import Episode, Failed
from bench.browser.policies.base import ORDINALS, does, found, quoted, submit


@does("click-menu")
async def click_menu(e: Episode) -> None:
    path = found(r"Select (.*)$", e.said)[1].split(">")
    for name in path[:-1]:
        await e.act("hover", number=e.find(name, "menuitem").number)
        await e.act("wait", seconds=0.7)
    await e.click(e.find(path[-1], "menuitem"))


@does("click-menu-2")
async def click_menu_2(e: Episode) -> None:
    await submit(e, "Menu")
    await e.act("wait", seconds=0.7)
    if not e.all(name=quoted(e)[-1]):
        for group in ("Playback", "Save", "Zoom"):
            for item in e.all("menuitem", name=group):
                await e.act("hover", number=item.number)
                await e.act("wait", seconds=0.7)
            if e.all(name=quoted(e)[-1]):
                break
    await e.click(e.find(quoted(e)[-1]))


@does("navigate-tree")
async def navigate_tree(e: Episode) -> None:
    tried: set[str] = set()
    for _ in range(12):
        hits = e.all("clickable", name=quoted(e)[0])
        if hits:
            await e.click(hits[-1])
            return
        folder = next(each for each in e.all("clickable") if each.name and each.name not in tried)
        tried.add(folder.name)
        await e.click(folder)


@does("search-engine")
async def search_engine(e: Episode) -> None:
    place = ORDINALS[found(r"the (\d\w\w) search", e.said)[1]]
    await e.type(e.all("textbox")[0], quoted(e)[0])
    await submit(e, "Search")
    while True:
        results = [each for each in e.all("link", "clickable") if not re.fullmatch(r"[\d<>]*", each.name)]
        if place < len(results):
            await e.click(results[place])
            return
        place -= len(results)
        await e.click(e.find(">"))


@does("phone-book")
async def phone_book(e: Episode) -> None:
    name, kind = found(r"Find (.*) in the .* their (phone number|email|address)", e.said).groups()
    label = {"phone number": "Phone:", "email": "Email:", "address": "Address:"}[kind]
    for _ in range(30):
        if re.search(rf"^#+ {re.escape(name)}$", e.text, re.M):
            await e.click(int(found(rf"{label} \[(\d+) ", e.text)[1]))
            return
        await e.click(e.find(">"))


@does("buy-ticket")
async def buy_ticket(e: Episode) -> None:
    offers = [(int(n), int(price)) for n, price in re.findall(r'\[(\d+) button "Book for \$(\d+)', e.text)]
    lengths = [int(h) * 60 + int(m) for h, m in re.findall(r"^(\d+)h (\d+)m$", e.text, re.M)]
    if "cost" in e.said:
        value: Any = dict(offers)
    else:
        value = {number: length for (number, _), length in zip(offers, lengths, strict=True)}
    pick = min if re.search("cheap|short|least|low|min", e.said) else max
    await e.click(pick(value, key=value.get))


@does("stock-market")
async def stock_market(e: Episode) -> None:
    limit = float(found(r"\$(\d+\.\d+)", e.said)[1])
    for _ in range(200):
        if float(found(r"Stock price: \$([\d.]+)", e.text)[1]) < limit:
            await submit(e, "Buy")
            return
        await e.act("wait", seconds=0.1)


async def open_mail(e: Episode, sender: str) -> None:
    for _ in range(6):
        hits = [each for each in e.all("clickable") if (each.name.split(" ") or [""])[0] == sender]
        if hits:
            await e.click(hits[0])
            return
        await e.act("scroll", number=e.elements[2].number, direction="down")
    raise Failed(f"no mail from {sender}")


@does("email-inbox-forward", "email-inbox-forward-nl", "email-inbox-forward-nl-turk")
async def forward_mail(e: Episode) -> None:
    names = re.findall(r"\b[A-Z][\w-]+\b", re.sub(r"^\w+(?!')", "", e.said).replace("Email", "email"))
    source = re.search(r"(?:from|by) ([A-Z][\w-]+)|([A-Z][\w-]+)'s", e.said)
    if source is not None:
        names.sort(key=lambda name: name != (source[1] or source[2]))
    await open_mail(e, names[0])
    await e.click(e.find("forward"))
    await e.type(e.all("textbox")[0], names[-1])
    await e.click(e.find("send"))


@does("email-inbox-reply", "email-inbox-star-reply")
async def reply_mail(e: Episode) -> None:
    await open_mail(e, found(r"by (\S+) and", e.said)[1])
    if '" ' in e.said:
        await e.click(e.find("reply"))
        await e.type(e.all("textbox")[-1], quoted(e)[0])
        await e.click(e.find("send"))
    else:
        await e.click(e.find("star"))


@does("email-inbox-delete", "email-inbox-important")
async def mark_mail(e: Episode) -> None:
    await open_mail(e, found(r"by (\S+) and", e.said)[1])
    await e.click(e.find("trash" if "trash" in e.said else "star"))


@does("email-inbox", "email-inbox-noscroll")
async def any_mail(e: Episode) -> None:
    if "forward" in e.said:
        await forward_mail(e)
    elif "reply" in e.said:
        await reply_mail(e)
    else:
        await mark_mail(e)
