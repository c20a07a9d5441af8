"""Keys by the names that models write, and the fields into which only people type."""

from __future__ import annotations

from typing import TYPE_CHECKING

from earthshine.browser.session import PERSON
from earthshine.errors import InvalidRequest

if TYPE_CHECKING:
    from playwright.async_api import ElementHandle, Page

_ONLY_PERSONS = (
    "each => each.type === 'password' || /one-time-code|current-password|new-password/.test(each.autocomplete ?? '')"
)
_FOCUSED = (
    "() => { let at = document.activeElement; "
    "while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement; return at; }"
)
_KEYS = {
    "ENTER": "Enter",
    "RETURN": "Enter",
    "ESC": "Escape",
    "ESCAPE": "Escape",
    "TAB": "Tab",
    "SPACE": "Space",
    "CTRL": "Control",
    "CONTROL": "Control",
    "ALT": "Alt",
    "OPTION": "Alt",
    "SHIFT": "Shift",
    "CMD": "Meta",
    "META": "Meta",
    "SUPER": "Meta",
    "WIN": "Meta",
    "BACKSPACE": "Backspace",
    "DELETE": "Delete",
    "DEL": "Delete",
    "INSERT": "Insert",
    "HOME": "Home",
    "END": "End",
    "UP": "ArrowUp",
    "DOWN": "ArrowDown",
    "LEFT": "ArrowLeft",
    "RIGHT": "ArrowRight",
    "ARROWUP": "ArrowUp",
    "ARROWDOWN": "ArrowDown",
    "ARROWLEFT": "ArrowLeft",
    "ARROWRIGHT": "ArrowRight",
    "PAGEUP": "PageUp",
    "PAGEDOWN": "PageDown",
}


def key_of(name: str) -> str:
    """Return a key as Playwright calls it."""
    return _KEYS.get(name.upper(), name)


async def refuse_for_persons(element: ElementHandle) -> None:
    """Raise `InvalidRequest` for a field that asks for a password or a code."""
    if await element.evaluate(_ONLY_PERSONS):
        raise InvalidRequest(PERSON)


async def refuse_if_focused(page: Page) -> None:
    """Raise `InvalidRequest` where what is typed now would go into such a field."""
    for frame in page.frames:
        element = (await frame.evaluate_handle(_FOCUSED)).as_element()
        if element is not None:
            await refuse_for_persons(element)
