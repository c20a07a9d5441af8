"""Dates, sliders, spinners, and forms of several parts."""

from __future__ import annotations

import re

from bench.browser._pages import Element, Episode
from bench.browser.policies.base import ORDINALS, does, found, quoted, submit

MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


async def pick_date(e: Episode, field: Element) -> None:
    month, day, year = map(int, found(r"(\d+)/(\d+)/(\d+)", e.said).groups())
    await e.click(field)
    for _ in range(30):
        await e.act("look", all=True)
        shown = found(rf"({'|'.join(MONTHS)}) (\d+)", e.text)
        gap = (int(shown[2]) - year) * 12 + MONTHS.index(shown[1]) + 1 - month
        if not gap:
            break
        await e.click(e.find("Prev" if gap > 0 else "Next"))
    await e.click(next(each for each in e.all("link") if each.name == str(day)))


@does("choose-date", "choose-date-easy", "choose-date-medium", "choose-date-nodelay")
async def choose_date(e: Episode) -> None:
    await pick_date(e, e.all("textbox")[0])
    await e.act("wait", seconds=0.5)
    await submit(e)


async def slide(e: Episode, place: int, wanted: int) -> None:
    for _ in range(4):
        values = [int(each) for each in re.findall(r"^(-?\d+)$", e.text, re.M)]
        gap = wanted - values[place]
        if not gap:
            return
        handle = e.all("clickable")[place]
        keys = "ArrowRight" if gap > 0 else "ArrowLeft"
        await e.act("press", number=handle.number, keys=keys, times=min(200, abs(gap)))


@does("use-slider")
async def use_slider(e: Episode) -> None:
    await slide(e, 0, int(found(r"Select (-?\d+)", e.said)[1]))
    await submit(e)


@does("use-slider-2")
async def use_slider_2(e: Episode) -> None:
    for place, wanted in enumerate(re.findall(r"-?\d+", found(r"combination [(\[](.*?)[)\]]", e.said)[1])):
        await slide(e, place, int(wanted))
    await submit(e)


@does("use-spinner")
async def use_spinner(e: Episode) -> None:
    wanted = int(found(r"Select (-?\d+)", e.said)[1])
    keys = "ArrowUp" if wanted > 0 else "ArrowDown"
    await e.act("press", number=e.all("spinbutton")[0].number, keys=keys, times=max(1, abs(wanted)))
    await submit(e)


@does("form-sequence")
async def form_sequence(e: Episode) -> None:
    await slide(e, 0, int(found(r"Select (-?\d+)", e.said)[1]))
    await e.click(e.all("checkbox")[ORDINALS[found(r"the (\d\w\w) checkbox", e.said)[1]]])
    await submit(e)


@does("form-sequence-2")
async def form_sequence_2(e: Episode) -> None:
    await e.click(e.all("radio")[ORDINALS[found(r"(\d\w\w) radio", e.said)[1]]])
    await e.type(e.all("textbox")[ORDINALS[found(r"(\d\w\w) textbox", e.said)[1]]], quoted(e)[0])
    await submit(e)


@does("form-sequence-3")
async def form_sequence_3(e: Episode) -> None:
    await e.act("select", number=e.all("combobox")[0].number, options=[found(r"Choose (.*) from", e.said)[1]])
    await submit(e, quoted(e)[0])


@does("multi-layouts", "multi-orderings")
async def movies(e: Episode) -> None:
    genre, director, year = found(r"for (.*) movies directed by (.*) from year (\d+)", e.said).groups()
    wanted = {"Genre": genre, "Director": director, "Year": year}
    labels = re.findall(r"\b(Genre|Director|Year)\b", e.text.split(e.said)[1])
    order = list(dict.fromkeys(labels))
    for place, name in enumerate(order):
        await e.type(e.all("textbox")[place], wanted[name])
    await e.click(next(each for each in e.elements if each.name in ("Search", "Submit")))
