"""Drawings: shapes are named by their kind, colour and place."""

from __future__ import annotations

import re

from bench.browser._pages import Episode
from bench.browser.policies.base import box, does, found, submit


@does("grid-coordinate")
async def grid_coordinate(e: Episode) -> None:
    x, y = map(int, found(r"\((-?\d),(-?\d)\)", e.said).groups())
    await e.click(next(each for each in e.all("circle") if box(each)[:2] == (79 + 30 * x, 129 - 30 * y)))


@does("ascending-numbers")
async def ascending_numbers(e: Episode) -> None:
    for each in sorted(e.all("text"), key=lambda each: int(each.name)):
        x, y, *_ = box(each)
        await e.act("click", x=x, y=y)


@does("circle-center")
async def circle_center(e: Episode) -> None:
    x, y, *_ = box(e.all("circle")[0])
    await e.act("click", x=x, y=y)
    await submit(e)


@does("find-midpoint")
async def find_midpoint(e: Episode) -> None:
    (a, b, *_), (c, d, *_) = (box(each) for each in e.all("circle")[:2])
    await e.act("click", x=(a + c) / 2, y=(b + d) / 2)
    await submit(e)


@does("identify-shape")
async def identify_shape(e: Episode) -> None:
    drawn = next(each for each in e.elements if each.role in ("rect", "circle", "polygon", "text"))
    names = {"rect": "Rectangle", "circle": "Circle", "polygon": "Triangle"}
    await submit(e, names.get(drawn.role) or ("Number" if drawn.name.isdigit() else "Letter"))


@does("drag-single-shape", "drag-circle")
async def drag_shape(e: Episode) -> None:
    drawn = next(each for each in e.elements if each.role in ("rect", "circle", "polygon"))
    x, y, *_ = box(drawn)
    dx, dy = {"left": (-60, 0), "right": (60, 0), "up": (0, -60), "down": (0, 60)}[
        found(r"(left|right|up|down)", e.said)[1]
    ]
    await e.act("drag", x=x, y=y, to_x=max(6, x + dx), to_y=max(54, y + dy))
    await submit(e)


@does("drag-shapes")
async def drag_shapes(e: Episode) -> None:
    kinds = {"rectangles": "rect", "circles": "circle", "triangles": "polygon"}
    kind = kinds[found(r"all (\w+)", e.said)[1]]
    target = next(each for each in e.all("rect") if "none" in each.rest)
    tx, ty, *_ = box(target)
    for x, y, *_ in [box(each) for each in e.all(kind) if each.number != target.number]:
        await e.act("drag", x=x, y=y, to_x=tx, to_y=ty)
    await submit(e)


@does("drag-box")
async def drag_box(e: Episode) -> None:
    small, large = e.find("s", "clickable"), e.find("L", "clickable")
    await e.act("drag", number=small.number, to=large.number)
    await submit(e)


@does("drag-sort-numbers")
async def drag_sort(e: Episode) -> None:
    for place in range(len(e.all("clickable"))):
        items = [each for each in e.all("clickable") if re.fullmatch(r"-?\d+", each.name)]
        lowest = min(items[place:], key=lambda each: int(each.name))
        if lowest.number != items[place].number:
            await e.act("drag", number=lowest.number, to=items[place].number)
    await submit(e)


@does("draw-line")
async def draw_line(e: Episode) -> None:
    x, y, *_ = box(e.all("circle")[0])
    dx, dy = (0, 30) if "vertical" in e.said else (30, 0)
    await e.act("drag", x=x - dx, y=y - dy, to_x=x + dx, to_y=y + dy)
    await submit(e)


@does("hover-shape")
async def hover_shape(e: Episode) -> None:
    for _ in range(60):
        coloured = [each for each in e.all("rect") if "rgb(0, 0, 0)" not in each.rest]
        if e.reward is not None or not coloured:
            return
        await e.act("hover", number=coloured[0].number)


@does("click-color")
async def click_color(e: Episode) -> None:
    asked, *boxes = e.all("box")
    colour = found(r"rgb\(.*?\)", asked.rest)[0]
    await e.click(next(each for each in boxes if colour in each.rest))


@does("drag-items-grid")
async def drag_items_grid(e: Episode) -> None:
    rows, columns = {"top": 0, "middle": 1, "center": 1, "bottom": 2}, {"left": 0, "middle": 1, "center": 1, "right": 2}
    items = e.all("clickable")
    name, wanted = found(r"Drag (\w+) (.*?)\.$", e.said).groups()
    place = items.index(e.find(name, "clickable"))
    if wanted.endswith("by one"):
        place += {"left": -1, "right": 1, "up": -3, "down": 3}[wanted.split()[0]]
    else:
        words = wanted.removeprefix("to the ").split()
        place = 4 if len(words) == 1 else 3 * rows[words[0]] + columns[words[-1]]
    await e.act("drag", number=e.find(name, "clickable").number, to=items[place].number)


@does("drag-shapes-2")
async def drag_shapes_2(e: Episode) -> None:
    kinds = {"rectangles": "rect", "circles": "circle", "triangles": "polygon"}
    kind, side = found(r"all (\w+)(?: shapes)? into the (left|right)", e.said).groups()
    targets = sorted(box(each)[:2] for each in e.all("rect") if " none " in f"{each.rest} ")
    first, other = targets if side == "left" else targets[::-1]
    drawn = [each for each in e.elements if each.role in kinds.values() and " none " not in f"{each.rest} "]
    for each in drawn:
        x, y, *_ = box(each)
        to = first if each.role == kinds.get(kind) or f" {kind} " in f"{each.rest} " else other
        await e.act("drag", x=x, y=y, to_x=to[0], to_y=to[1])
    await submit(e)
