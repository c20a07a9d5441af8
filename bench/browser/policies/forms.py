"""Buttons, links and fields."""

from __future__ import annotations

import re

from bench.browser._pages import Episode, Failed
from bench.browser.policies.base import ORDINALS, does, found, quoted, submit


@does("click-button", "unicode-test")
async def click_button(e: Episode) -> None:
    await e.click(next(each for each in e.all("button") if each.name == quoted(e)[0]))


@does("click-button-sequence", "click-test-2", "click-test-transfer", "button-delay")
async def click_sequence(e: Episode) -> None:
    for place, name in enumerate(re.findall(r"button (ONE|TWO)", e.said)):
        if place and "wait" in e.said:
            await e.act("wait", seconds=max(0.5, float(found(r"wait (\d)", e.said)[1]) - 0.4))
        await submit(e, name)


@does("click-test")
async def click_test(e: Episode) -> None:
    await submit(e, "Click Me!")


@does("click-link")
async def click_link(e: Episode) -> None:
    await e.click(e.find(quoted(e)[0]))


@does("click-dialog", "click-dialog-2")
async def click_dialog(e: Episode) -> None:
    name = quoted(e)[0]
    await submit(e, "Close" if name in ("x", "X") else name)


@does("click-checkboxes", "click-checkboxes-transfer", "click-checkboxes-large")
async def click_checkboxes(e: Episode) -> None:
    wanted = found(r"Select (.*) and click", e.said)[1]
    await e.act("look", all=True)
    for name in [] if wanted == "nothing" else wanted.split(", "):
        await e.act("look", all=True)
        await e.click(next(each for each in e.all("checkbox") if each.name == name))
    await e.act("look", all=True)
    await submit(e)


@does("click-option")
async def click_option(e: Episode) -> None:
    wanted = found(r"Select (.*) and click", e.said)[1]
    await e.click(next(each for each in e.all("radio") if each.name == wanted))
    await submit(e)


@does("choose-list", "click-scroll-list")
async def choose_list(e: Episode) -> None:
    wanted = found(r"Select (.*) from the", e.said)[1]
    field = e.all("combobox", "listbox")[0]
    await e.act("select", number=field.number, options=wanted.split(", ") if field.role == "listbox" else [wanted])
    await submit(e)


@does("click-tab", "click-tab-2", "click-tab-2-easy", "click-tab-2-medium", "click-tab-2-hard")
async def click_tab(e: Episode) -> None:
    if not quoted(e):
        await e.click(e.find(found(r"(Tab #\d)", e.said)[1], "link"))
        return
    for place in range(len(e.all("tab"))):
        if place or "not selected" in e.all("tab")[0].rest:
            await e.click(e.all("tab")[place])
        hits = e.all("clickable", name=quoted(e)[0])
        if hits:
            await e.click(hits[0])
            return
    raise Failed("no tab has it")


@does("click-collapsible", "click-collapsible-nodelay", "click-collapsible-2", "click-collapsible-2-nodelay")
async def click_collapsible(e: Episode) -> None:
    for place in range(len(e.all("tab"))):
        await e.click(e.all("tab")[place])
        await e.act("wait", seconds=0.7)
        hits = e.all("clickable", name=quoted(e)[0]) if quoted(e) else e.all("button", name="Submit")
        if hits:
            await e.click(hits[-1])
            return
    raise Failed("no section has it")


@does("click-widget")
async def click_widget(e: Episode) -> None:
    kinds = {"text": ("textbox",), "textarea": ("textbox",), "button": ("button",), "radio": ("radio",)}
    wanted = quoted(e)[0]
    fields = e.all(*kinds.get(wanted, (wanted,)))
    await e.click(fields[0])


@does("enter-text", "enter-text-2", "enter-text-dynamic")
async def enter_text(e: Episode) -> None:
    text = quoted(e)[0]
    text = text.lower() if "lower case" in e.said else text.upper() if "upper case" in e.said else text
    await e.type(e.all("textbox")[0], text)
    await submit(e)


@does("focus-text", "focus-text-2")
async def focus_text(e: Episode) -> None:
    place = re.search(r"(\d\w\w) input", e.said)
    await e.click(e.all("textbox")[ORDINALS[place[1]] if place else 0])


@does("enter-date")
async def enter_date(e: Episode) -> None:
    month, day, year = found(r"(\d+)/(\d+)/(\d+)", e.said).groups()
    await e.type(e.elements[0], f"{year}-{month}-{day}")
    await submit(e)


@does("enter-time")
async def enter_time(e: Episode) -> None:
    hour, minute, half = found(r"(\d+):(\d+) (AM|PM)", e.said).groups()
    await e.type(e.elements[0], f"{int(hour) % 12 + 12 * (half == 'PM'):02}:{minute}")
    await submit(e)
