"""Texts, tables and sums."""

from __future__ import annotations

import re

from bench.browser._pages import Episode
from bench.browser.policies.base import ORDINALS, does, found, quoted, submit


@does("copy-paste", "copy-paste-2")
async def copy_paste(e: Episode) -> None:
    place = re.search(r"(\d\w\w) text area", e.said)
    fields = e.all("textbox")
    await e.act("press", number=fields[ORDINALS[place[1]] if place else 0].number, keys="Control+a")
    await e.act("press", keys="Control+c")
    await e.act("press", number=fields[-1].number, keys="Control+v")
    await submit(e)


@does("find-word")
async def find_word(e: Episode) -> None:
    place = int(found(r"the (\d+)", e.said)[1])
    words = e.text.split(e.said)[1].split("[")[0].split()
    await e.type(e.all("textbox")[0], words[place - 1].strip(".,"))
    await submit(e)


@does("text-transform")
async def text_transform(e: Episode) -> None:
    shown = "".join(e.text.split(e.said)[1].split("[")[0].split())
    await e.type(e.all("textbox")[0], shown)
    await submit(e)


@does("read-table", "read-table-2")
async def read_table(e: Episode) -> None:
    rows = dict(line.split(" | ", 1) for line in e.text.splitlines() if " | " in line)
    single = re.search(r"value of (.*) into", e.said)
    wanted = [single[1]] if single else re.findall(r"^(.*):$", e.text, re.M)
    for place, name in enumerate(wanted):
        await e.type(e.all("textbox")[place], rows[name])
    await submit(e)


@does("simple-arithmetic")
async def simple_arithmetic(e: Episode) -> None:
    one, sign, other = found(r"(\d+) ([+\-x*]) (\d+) =", e.text).groups()
    a, b = int(one), int(other)
    await e.type(e.all("textbox")[0], str(a + b if sign == "+" else a - b if sign == "-" else a * b))
    await submit(e)


@does("simple-algebra")
async def simple_algebra(e: Episode) -> None:
    one, sign, other, result = found(r"(x|\d+) ([+\-]) (x|\d+) = (-?\d+)", e.text).groups()
    total = int(result)
    x = (total - int(other) if sign == "+" else total + int(other)) if one == "x" else None
    if x is None:
        x = total - int(one) if sign == "+" else int(one) - total
    await e.type(e.all("textbox")[0], str(x))
    await submit(e)


@does("find-greatest")
async def find_greatest(e: Episode) -> None:
    cards = [each for each in e.all("clickable") if re.fullmatch(r"-?\d+", each.name)]
    await e.click(max(cards, key=lambda each: int(each.name)))
    await submit(e)


@does("guess-number")
async def guess_number(e: Episode) -> None:
    low, high = 0, 9
    while low <= high:
        guess = (low + high) // 2
        await e.type(e.all("spinbutton")[0], str(guess))
        await submit(e)
        if "higher" in e.text:
            low = guess + 1
        elif "lower" in e.text:
            high = guess - 1
        else:
            return


@does("generate-number")
async def generate_number(e: Episode) -> None:
    for _ in range(40):
        await submit(e, "Generate")
        shown = int(found(r"^(-?\d+)$", "\n".join(e.text.splitlines()[2:3]))[1])
        limit = re.search(r"(greater|less) than (-?\d+)", e.said)
        right = (
            shown % 2 == (1 if "odd" in e.said else 0)
            if limit is None
            else (shown > int(limit[2]) if limit[1] == "greater" else shown < int(limit[2]))
        )
        if right:
            await submit(e)
            return


@does("odd-or-even")
async def odd_or_even(e: Episode) -> None:
    numbers = [int(each) for each in re.findall(r"^(-?\d+)$", e.text, re.M)]
    for place, number in enumerate(numbers):
        await e.click(e.all("button", name="Odd" if number % 2 else "Even")[place])
    await submit(e)


@does("scroll-text-2")
async def scroll_text(e: Episode) -> None:
    key = "Control+End" if "bottom" in e.said else "Control+Home"
    field = e.all("textbox")[0].number
    for _ in range(12):
        await e.act("scroll", number=field, direction="down" if "bottom" in e.said else "up")
    await e.act("press", number=field, keys=key)
    await submit(e)


@does("use-autocomplete", "use-autocomplete-nodelay")
async def use_autocomplete(e: Episode) -> None:
    begins, *ends = quoted(e)
    await e.type(e.all("textbox")[0], begins)
    await e.act("wait", seconds=1.2)
    items = [each for each in e.elements if each.name.startswith(begins) and each.role != "textbox"]
    await e.click(next(each for each in items if not ends or each.name.endswith(ends[0])))
    await submit(e)


@does("terminal")
async def terminal(e: Episode) -> None:
    ending = found(r"extension (\.\w+)", e.said)[1]
    await e.act("type", number=e.all("textbox")[0].number, text="ls", enter=True)
    await e.act("look", all=True)
    name = next(each for each in re.findall(r"[\w.-]+", e.text) if each.endswith(ending) and each != ending)
    await e.act("type", number=e.all("textbox")[0].number, text=f"rm {name}", enter=True)


@does("login-user", "login-user-popup", "enter-password")
async def sign_in(e: Episode) -> None:
    """What must be refused, is: these tasks have passwords in them."""
    field = next(each for each in e.all("textbox") if "only a person" in each.rest)
    await e.type(field, "secret")
