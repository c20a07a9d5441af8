"""Pictures in messages: taken out before a template reads them, and put back where it left their marks."""

from __future__ import annotations

import base64
import re
import secrets
from dataclasses import dataclass, replace
from typing import Any, cast

from earthshine.engines.requests import ChatRequest, Message, SeenPrompt
from earthshine.errors import InvalidRequest, Unavailable, UnsupportedParameter
from earthshine.pictures.picture import LONGEST, Picture
from earthshine.pictures.pictures import Pictures, Wanted

_KINDS = ("image_url", "input_image")


@dataclass(frozen=True, slots=True)
class Shown:
    """The pictures of one request; each has a mark in its messages that nobody can guess."""

    key: str = ""
    pictures: tuple[Picture, ...] = ()

    def prompt(self, rendered: str) -> SeenPrompt:
        """Return a rendered text with the pictures at their marks.

        Raises `InvalidRequest` where the model's template left out the message that shows one.
        """
        pieces = re.split(f"{_mark(self.key, '([0-9]+)')}", rendered)
        numbers = [int(number) for number in pieces[1::2]]
        if missing := set(range(len(self.pictures))).difference(numbers):
            raise InvalidRequest(
                f"The chat template of this model leaves out picture number {min(missing) + 1}; show it in a "
                "message of the user.",
                param="messages",
            )
        found = [self.pictures[int(piece)] if place % 2 else piece for place, piece in enumerate(pieces)]
        return SeenPrompt(tuple(piece for piece in found if piece))


NONE_SHOWN = Shown()


async def take_out(request: ChatRequest, pictures: Pictures | None, *, sees: bool) -> tuple[ChatRequest, Shown]:
    """Return a request with marks in the place of its pictures, and these.

    Raises `UnsupportedParameter` for a model that does not see, and what `Pictures.all` raises.
    """
    wanted: list[Wanted] = []
    key = secrets.token_hex(8)
    messages = [_without(message, f"messages[{n}]", wanted, key) for n, message in enumerate(request.messages)]
    if not wanted:
        return request, NONE_SHOWN
    if not sees:
        raise UnsupportedParameter("This model does not see pictures; choose one that does.", param=wanted[0].param)
    if pictures is None:
        raise Unavailable("This server brings no pictures to its models.")
    return replace(request, messages=messages), Shown(key, tuple(await pictures.all(wanted)))


async def drawn_anew(request: ChatRequest, pictures: Pictures) -> ChatRequest:
    """Return a request whose pictures are PNG files of ours, written into it, for an engine that takes messages.

    So the engine fetches no address that a client named, and reads no format but one. Raises as `Pictures.all`.
    """
    wanted: list[Wanted] = []
    messages = [_without(message, f"messages[{n}]", wanted, "") for n, message in enumerate(request.messages)]
    if not wanted:
        return request
    found = iter(await pictures.all(wanted))
    for number, message in enumerate(request.messages):
        content: Any = message.get("content")
        if isinstance(content, list):
            parts = cast("list[dict[str, Any]]", content)
            drawn = [_drawn(next(found)) if part.get("type") in _KINDS else part for part in parts]
            messages[number] = {**message, "content": drawn}
    return replace(request, messages=messages)


def _drawn(picture: Picture) -> dict[str, Any]:
    url = f"data:image/png;base64,{base64.b64encode(picture.data).decode()}"
    return {"type": "image_url", "image_url": {"url": url}}


def _without(message: Message, where: str, wanted: list[Wanted], key: str) -> Message:
    content: Any = message.get("content")
    if not isinstance(content, list):
        return message
    parts: list[Any] = []
    for number, part in enumerate(cast("list[Any]", content)):
        if isinstance(part, dict) and part.get("type") in _KINDS:  # pyright: ignore[reportUnknownMemberType]
            parts.append({"type": "text", "text": _mark(key, str(len(wanted)))})
            wanted.append(_wanted(cast("dict[str, Any]", part), f"{where}.content[{number}]"))
        else:
            parts.append(part)
    return {**message, "content": parts}


def _wanted(part: dict[str, Any], where: str) -> Wanted:
    """Read a part of either API."""
    named: Any = part.get("image_url")
    fields = cast("dict[str, Any]", named) if isinstance(named, dict) else {"url": named, "detail": part.get("detail")}
    url, detail = fields.get("url"), fields.get("detail") or "auto"
    if not isinstance(url, str) or detail not in LONGEST:
        raise InvalidRequest("A picture needs an address, and a known `detail`.", param=where)
    return Wanted(url, detail, where)


def _mark(key: str, number: str) -> str:
    return f"\ue004{key}-{number}\ue005"
