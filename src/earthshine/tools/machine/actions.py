"""What a model does on a screen: OpenAI's actions, as clients send them and as models write them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, cast

from pydantic import Field, ValidationError

from earthshine.errors import InvalidRequest
from earthshine.tools.machine.client_tool import MOST_CHARACTERS
from earthshine.wire.strict import Strict, chooser

Json = dict[str, Any]

MOST_ACTIONS = 64
_FAR = 100_000
Place = Annotated[int, Field(ge=0, le=_FAR)]
"""Pixels from the left or the top of the screenshot."""
Distance = Annotated[int, Field(ge=-_FAR, le=_FAR)]
Key = Annotated[str, Field(min_length=1, max_length=64)]
Keys = Annotated[list[Key], Field(max_length=16)]
"""Keys that are held, or pressed together."""


class Click(Strict):
    """Press a button of the mouse at a place."""

    type: Literal["click"]
    button: Literal["left", "right", "wheel", "back", "forward"] = "left"
    x: Place
    y: Place
    keys: Keys | None = None


class DoubleClick(Strict):
    """Click twice."""

    type: Literal["double_click"]
    x: Place
    y: Place
    keys: Keys | None = None


class Point(Strict):
    """A place on a way."""

    x: Place
    y: Place


class Drag(Strict):
    """Press, move along a way, and let go."""

    type: Literal["drag"]
    path: list[Point] = Field(min_length=2, max_length=256)
    keys: Keys | None = None


class Keypress(Strict):
    """Press keys together."""

    type: Literal["keypress"]
    keys: Annotated[Keys, Field(min_length=1)]


class Move(Strict):
    """Move the mouse."""

    type: Literal["move"]
    x: Place
    y: Place
    keys: Keys | None = None


class Screenshot(Strict):
    """Only look."""

    type: Literal["screenshot"]


class Scroll(Strict):
    """Turn the wheel at a place."""

    type: Literal["scroll"]
    x: Place
    y: Place
    scroll_x: Distance = 0
    scroll_y: Distance = 0
    keys: Keys | None = None


class TypeText(Strict):
    """Type a text."""

    type: Literal["type"]
    text: str = Field(max_length=MOST_CHARACTERS)


class Wait(Strict):
    """Let the screen settle."""

    type: Literal["wait"]


ACTIONS: Mapping[str, type[Strict]] = {
    "click": Click,
    "double_click": DoubleClick,
    "drag": Drag,
    "keypress": Keypress,
    "move": Move,
    "screenshot": Screenshot,
    "scroll": Scroll,
    "type": TypeText,
    "wait": Wait,
}

Action = Annotated[
    Click | DoubleClick | Drag | Keypress | Move | Screenshot | Scroll | TypeText | Wait,
    chooser("action", ACTIONS),
]


def read_action(given: Any) -> Json:
    """Return the action that a model wrote, without what does not belong to it.

    Models fill in fields that they do not need, and write pixels as fractions. Raises `InvalidRequest`, which the model
    is told, for what is missing.
    """
    written = cast("Json", given) if isinstance(given, dict) else {}
    name = written.get("type", written.get("action"))
    model = ACTIONS.get(name) if isinstance(name, str) else None
    if model is None:
        raise InvalidRequest(f"Give `type` as one of {', '.join(ACTIONS)}.")
    fields: Json = {key: _whole(value) for key, value in written.items() if key in model.model_fields}
    if name == "drag" and "path" not in fields and "to_x" in written:
        ends = [("x", "y"), ("to_x", "to_y")]
        fields["path"] = [{"x": _whole(written.get(x)), "y": _whole(written.get(y))} for x, y in ends]
    if isinstance(fields.get("keys"), str):
        fields["keys"] = [key for key in fields["keys"].split("+") if key]
    try:
        return model.model_validate({**fields, "type": name}).model_dump(exclude_none=True)
    except ValidationError as error:
        wrong = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in wrong["loc"])
        raise InvalidRequest(f"The action {name!r} is wrong at `{where}`: {wrong['msg']}.") from None


def places(action: Json) -> list[tuple[int, int]]:
    """Return where on the screen an action happens."""
    points: list[Json] = action.get("path") or ([action] if "x" in action else [])
    return [(point["x"], point["y"]) for point in points]


def _whole(value: Any) -> Any:
    if isinstance(value, float) and abs(value) < _FAR:
        return round(value)
    if isinstance(value, list):
        return [_whole(each) for each in cast("list[Any]", value)]
    if isinstance(value, dict):
        return {key: _whole(each) for key, each in cast("Json", value).items()}
    return value
