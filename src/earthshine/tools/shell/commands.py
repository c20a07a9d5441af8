"""Running the commands of one call in a container: one after the other, told while they print."""

from __future__ import annotations

import codecs
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from earthshine.sandboxes.base import Channel, Command, OnOutput, Outcome, ended

Json = dict[str, Any]
Run = Callable[[Command, OnOutput], Awaitable[Outcome]]
Tell = Callable[[str, Json], None]

_SECONDS, _MOST_SECONDS = 60.0, 600.0
"""That the commands of one call may take together: when the model says nothing, and at most."""
_LEAST = 400
"""Characters of a command's output that are shown however many commands there are."""
_KILLED = 137
"""The exit status of what was killed, as shells tell it."""


async def run_commands(run: Run, action: Json, room: int, tell: Tell) -> list[Json]:
    """Run them; returns the `output` of a `shell_call_output`. Raises what `run` does where a command cannot begin.

    `room`: characters that all outputs together should have at most.
    """
    lines: list[str] = action["commands"]
    most = min(action.get("max_output_length", room), max(_LEAST, room // len(lines)))
    end = time.monotonic() + min(action.get("timeout_ms", _SECONDS * 1000) / 1000, _MOST_SECONDS)
    outputs: list[Json] = []
    for number, line in enumerate(lines):
        left = end - time.monotonic()
        if left > 0:
            printed = _Printed(most, number, tell)
            output = printed.output(await run(Command(["bash", "-c", line], timeout=left), printed.hear))
        else:
            output = {"stdout": "", "stderr": "It was not run: the time was over.", "outcome": {"type": "timeout"}}
        tell("shell_call_output_content.done", {"command_index": number, "output": [output]})
        outputs.append(output)
    return outputs


class _Printed:
    """What one command prints: the beginning is told at once, the rest, cut where it is too much, at the end."""

    def __init__(self, most: int, number: int, tell: Tell) -> None:
        self._most, self._number, self._tell = most, number, tell
        self._told: dict[Channel, str] = {"stdout": "", "stderr": ""}
        decoder = codecs.getincrementaldecoder("utf-8")
        self._decoders: Mapping[Channel, codecs.IncrementalDecoder] = {
            "stdout": decoder("replace"),
            "stderr": decoder("replace"),
        }

    def hear(self, channel: Channel, data: bytes) -> None:
        """Tell a piece, as far as it will certainly be kept."""
        text = _clean(self._decoders[channel].decode(data))
        self._say(channel, text[: self._most // 4 - len(self._told[channel])])

    def output(self, outcome: Outcome) -> Json:
        """Tell the rest; returns all of it, and how the command ended."""
        texts: dict[Channel, str] = {
            "stdout": _clean(outcome.stdout.decode(errors="replace")),
            "stderr": _clean(outcome.stderr.decode(errors="replace")),
        }
        if outcome.dropped:
            texts["stdout"] += f"\n[{outcome.dropped} bytes left out]"
        if outcome.code is None and outcome.stopped not in (None, "timeout"):
            texts["stderr"] += f"\n{ended(outcome.stopped).message}"
        # Errors have half of the room where both print too much.
        errors = min(len(texts["stderr"]), max(self._most // 2, self._most - len(texts["stdout"])))
        kept: dict[Channel, str] = {
            "stdout": _cut(texts["stdout"], self._most - errors),
            "stderr": _cut(texts["stderr"], errors),
        }
        for channel, text in kept.items():
            self._say(channel, text[len(self._told[channel]) :])
        code = _KILLED if outcome.code is None else outcome.code
        how = {"type": "timeout"} if outcome.stopped == "timeout" else {"type": "exit", "exit_code": code}
        return {"stdout": kept["stdout"], "stderr": kept["stderr"], "outcome": how}

    def _say(self, channel: Channel, text: str) -> None:
        if text:
            self._told[channel] += text
            self._tell("shell_call_output_content.delta", {"command_index": self._number, "delta": {channel: text}})


def _clean(text: str) -> str:
    """Return a text as every database keeps it."""
    return text.replace("\0", "\ufffd")


def _cut(text: str, most: int) -> str:
    """Return the beginning and the end of a text that is too long."""
    if len(text) <= most:
        return text
    head = most // 2
    tail = text[len(text) - (most - head) :]
    return f"{text[:head]}\n[{len(text) - most} characters left out]\n{tail}"
