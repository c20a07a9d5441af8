"""A long text made short for a prompt: its beginning, its end, and the lines between that are about something."""

from __future__ import annotations

from earthshine.tools.ranking import words

_LEFT_OUT = "[...]"
_MOST_LOOKED_AT = 200_000
"""Characters in which lines are looked for."""
_MOST_LINES = 2000


def excerpt(text: str, most: int, about: str = "") -> str:
    """Return a text of at most about `most` characters; what is left out is marked.

    `about`: words, such as the task; of the middle those lines are kept that have most of them.
    """
    text = text.strip()
    if len(text) <= most:
        return text
    head, tail = text[: most // 3], text[-(most // 3) :]
    middle = text[most // 3 : -(most // 3)][:_MOST_LOOKED_AT]
    kept = _lines_about(middle, most // 3, about) if about else []
    return "\n".join([head, _LEFT_OUT, *(f"{line}\n{_LEFT_OUT}" for line in kept), tail])


def _lines_about(text: str, most: int, about: str) -> list[str]:
    wanted = set(words(about[:2000]))
    lines = [line[:400] for line in text.split("\n")[1:_MOST_LINES]]
    scored = [(len(wanted & set(words(line))), -at, line) for at, line in enumerate(lines)]
    kept: list[tuple[int, str]] = []
    for score, at, line in sorted(scored, reverse=True):
        if not score or len(line) > most:
            break
        most -= len(line)
        kept.append((-at, line))
    return [line for _, line in sorted(kept)]
