"""The files that code made, cited in the text of the answer, so that clients can offer them.

Source: annotations of the type `container_file_citation`, https://platform.openai.com/docs/guides/tools-code-interpreter.
A model need do nothing but name a file, with or without a `sandbox:` link.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import quote

from earthshine.containers.containers import Containers
from earthshine.containers.contents import INSIDE
from earthshine.containers.objects import ContainerFile
from earthshine.conversations.items import Item
from earthshine.errors import EarthshineError
from earthshine.responses.run.response_run import ResponseRun
from earthshine.runs import StepRecord

Json = dict[str, Any]

_CITATION = "container_file_citation"
_MOST_LOOKED_FOR = 500
"""Files of which the names are looked for in a text: those that were changed last."""
_MOST_CITED = 50
_MOST_UNNAMED = 20
_MOST_PLACES = 100
"""Of one name in a text."""
_LONGEST_TEXT = 200_000
"""Characters of a text in which names are looked for."""


@dataclass(slots=True)
class MadeFiles:
    """The files of one container, as they are while the model writes; none where there is no container."""

    files: Sequence[ContainerFile] = ()
    """What was changed last comes first."""
    made: frozenset[str] = frozenset()
    """Ids of those that code of this response made or changed."""
    cited: set[str] = field(default_factory=set[str])
    """Ids of those that this response cites already."""

    def cite(self, part: Json, last: bool) -> Json:
        """Return a part of a message with the files that it names; `last`: also those that no part has named."""
        text: str = part["text"]
        names = [each["path"].rpartition("/")[2] for each in self.files]
        found: list[Json] = []
        for file, name in zip(self.files, names, strict=True):
            of_code = file["source"] == "assistant" or file["id"] in self.made
            for start, end in _mentions(text, file["path"], of_code=of_code, alone=names.count(name) == 1):
                found.append(_citation(file, start, end))
        found = sorted(found, key=lambda each: each["start_index"])[:_MOST_CITED]
        self.cited |= {each["file_id"] for each in found}
        if last:
            unnamed = [each for each in self.files if each["id"] in self.made - self.cited and not _is_hidden(each)]
            for file in unnamed[:_MOST_UNNAMED]:
                found.append(_citation(file, len(text), len(text)))
                self.cited.add(file["id"])
        return {**part, "annotations": [*part["annotations"], *found]} if found else part


async def made_files(response: ResponseRun, items: Sequence[Item], containers: Containers | None) -> MadeFiles:
    """Return the files of the container in which code ran last; `items`: all that came before the text."""
    container_id = next((each for item in reversed(items) if (each := _container_of(item))), "")
    if not container_id or containers is None:
        return MadeFiles()
    try:
        files = await containers.contents.files(await containers.alive(container_id, response.turn.caller))
    except EarthshineError:
        return MadeFiles()  # it has expired, was removed, or was never this caller's
    files = sorted(files, key=lambda each: (each["created_at"], each["id"]), reverse=True)
    made = frozenset(each for step in response.run.steps.values() for each in _made(step))
    first = [each for each in files if each["id"] in made]
    rest = [each for each in files if each["id"] not in made]
    cited = {
        annotation["file_id"]
        for item in response.builder.output
        if item["type"] == "message"
        for part in item["content"]
        for annotation in part.get("annotations", ())
        if annotation["type"] == _CITATION
    }
    return MadeFiles([*first, *rest][:_MOST_LOOKED_FOR], made, cited)


def _container_of(item: Item) -> str:
    """Return the container that a call ran in; empty where it ran in none."""
    where = item.get("environment") if item["type"] == "shell_call" else item
    known: Any = cast("Json", where).get("container_id") if isinstance(where, dict) else None
    return known if isinstance(known, str) else ""


def _made(step: StepRecord) -> Sequence[str]:
    result = step.result
    if not step.name.startswith("tool ") or not isinstance(result, dict):
        return ()
    return cast("Json", result).get("files") or ()


def _mentions(text: str, path: str, *, of_code: bool, alone: bool) -> Iterator[tuple[int, int]]:
    """Yield where a text links a file; where it does not, where it names it first.

    A link names any file, a name only one that code made; a file's own name is enough where it is `alone`.
    """
    text = text[:_LONGEST_TEXT]
    link = f"sandbox:{path}"
    links = [span for each in dict.fromkeys((link, quote(link, safe=":/"))) for span in _places(text, each)]
    if links or not of_code:
        yield from links
        return
    below = path.removeprefix(f"{INSIDE}/")
    name = below.rpartition("/")[2]
    # A name without an ending may be any word.
    names = [path, below] if "." in below.strip(".") else [path]
    for each in [*names, *([name] if alone and "." in name.strip(".") else ())]:
        for span in _places(text, each):
            yield span
            return


def _places(text: str, name: str) -> Iterator[tuple[int, int]]:
    """Yield where a name stands that is no part of a longer one."""
    end = 0
    for _ in range(_MOST_PLACES):
        start = text.find(name, end)
        if start < 0:
            return
        end = start + len(name)
        if not _goes_on(text[start - 1 : start]) and not _goes_on(text[end : end + 1], text[end + 1 : end + 2]):
            yield start, end


def _goes_on(char: str, following: str = "x") -> bool:
    """Tell whether a name goes on with a character; a full stop before a space ends it."""
    return (char.isascii() and char.isalnum()) or char == "_" or (char in ("-", ".", "/") and following.isalnum())


def _is_hidden(file: ContainerFile) -> bool:
    """Tell whether nobody meant it to be seen, such as a cache."""
    steps = file["path"].removeprefix(f"{INSIDE}/").split("/")
    return any(each.startswith(".") or each == "__pycache__" for each in steps)


def _citation(file: ContainerFile, start: int, end: int) -> Json:
    return {
        "type": _CITATION,
        "container_id": file["container_id"],
        "file_id": file["id"],
        "filename": file["path"].rpartition("/")[2],
        "start_index": start,
        "end_index": end,
    }
