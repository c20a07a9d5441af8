"""What a model writes, made into deltas while it writes.

    START ──<think>──> THINK ──</think>──> GAP ──> TEXT ──marker──> ARGUMENTS ──> TAIL ──between──> NAME ─┐
      └────────────── anything else ────────────────┘                  └──────────────────────────────────┘

The result does not depend on how the text is cut into pieces: only what may be the beginning of a tag, a marker or a
stop string is held back. Every delta carries the `raw` text it was made of; `rebuild` takes the joined `raw` of the
deltas of an earlier parser and goes on where that one ended.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

from earthshine.engines.deltas import Delta, Reasoning, Text, TokenLogprob, ToolCallArguments, ToolCallStart
from earthshine.harness.parsing.json_scanner import JsonScanner
from earthshine.harness.parsing.partial_match import first_match, partial_suffix
from earthshine.harness.templates.tool_format import ToolFormat
from earthshine.harness.thinking import Tags


class State(Enum):
    """Where in a reply the parser stands."""

    START = auto()
    THINK = auto()
    GAP = auto()
    TEXT = auto()
    ARGUMENTS = auto()
    TAIL = auto()
    NAME = auto()


@dataclass(slots=True)
class ParsedCall:
    """A tool call as far as it is written, and how many characters of its arguments were told."""

    name: str
    arguments: str = ""
    announced: bool = False
    told: int = 0
    raw: str = ""
    """What stands before the arguments."""


class Parser:
    """An incremental parser of one reply.

    `opened`: the prompt already opened the thinking. `names`: the tools that may be called, in the given format.
    `calls_first_only`: a call may only begin the answer, because its text is JSON that could contain anything.
    """

    def __init__(
        self,
        tags: Tags,
        *,
        opened: bool = False,
        tool_format: ToolFormat | None = None,
        names: Sequence[str] = (),
        stop: Sequence[str] = (),
        calls_first_only: bool = False,
    ) -> None:
        self.state = State.THINK if opened else State.START
        self.calls = 0
        """Tool calls that have begun."""
        self.stopped = False
        """A stop string was written, or a call was repeated word for word; nothing after it counts."""
        self.stop: str | None = None
        """The stop string that was written."""
        self.answer_at: int | None = None
        """Offset in the raw text where the answer (text or calls) begins; None before that."""
        self.calls_at: int | None = None
        """Offset in the raw text where the first call's marker begins."""
        self._tags = tags
        self._format = tool_format
        self._stops = tuple(s for s in stop if s)
        self._markers: dict[str, str] = {}
        self._endings: dict[str, str] = {}
        if tool_format:
            self._markers = {tool_format.begin + name + tool_format.middle: name for name in names}
            self._endings = {name + tool_format.middle: name for name in names}
        self._calls_first_only = calls_first_only
        self._parts: list[str] = []
        self._read = 0
        self._held = ""
        self._carry = ""
        self._told = 0
        self._logprobs: list[TokenLogprob] = []
        self._json = JsonScanner()
        self._call = ParsedCall("")
        self._past: list[ParsedCall] = []
        self._silent = True

    @property
    def raw(self) -> str:
        """All that was fed so far."""
        return "".join(self._parts)

    @property
    def held(self) -> str:
        """What was fed and may still turn out to be part of a tag, a marker or a stop string."""
        return self._held

    @property
    def thinking(self) -> bool:
        """Whether the thinking has not ended, or nothing has begun."""
        return self.state in (State.START, State.THINK)

    @property
    def in_thought(self) -> bool:
        """Whether the thinking was opened and the answer has not begun."""
        return self.state in (State.THINK, State.GAP)

    def feed(self, text: str, logprobs: Sequence[TokenLogprob] = ()) -> list[Delta]:
        """Take the next piece and return the deltas that are certain now."""
        if self.stopped or not text:
            return []
        self._parts.append(text)
        self._held += text
        self._logprobs += logprobs
        deltas: list[Delta] = []
        while self._step(deltas):
            pass
        if self.state is not State.TEXT and self.state is not State.START:
            self._logprobs.clear()
        return deltas

    def rebuild(self, written: str) -> None:
        """Take what an earlier parser's deltas were made of; nothing of it is told again."""
        self.feed(written)
        # Text that may still become a tag was told when the earlier parser knew better.
        self._carry, self._told = "", len(self._held)
        self._call.announced, self._call.told = True, len(self._call.arguments)
        self._logprobs.clear()

    def finish(self) -> tuple[list[Delta], str]:
        """Return the last deltas and the raw text that no delta carries; nothing is fed afterwards."""
        deltas: list[Delta] = []
        if self.state is State.START:
            self.state = State.TEXT
            while self._step(deltas):
                pass
        if self.state is State.TEXT and not self.stopped and not self._cut_marker():
            self._text(len(self._held), deltas)
        rest = self._take(len(self._held))
        return deltas, rest

    # --- steps: each consumes from `_held` and returns whether another one can follow ---

    def _step(self, deltas: list[Delta]) -> bool:
        if self.stopped or not self._held:
            return False
        match self.state:
            case State.START:
                return self._start()
            case State.THINK:
                return self._think(deltas)
            case State.GAP:
                return self._gap()
            case State.TEXT:
                return self._answer(deltas)
            case State.ARGUMENTS:
                return self._arguments(deltas)
            case State.TAIL:
                return self._tail()
            case State.NAME:
                return self._name(deltas)

    def _start(self) -> bool:
        begun = self._held.lstrip()
        if begun.startswith(self._tags.open):
            self._skip(len(self._held) - len(begun) + len(self._tags.open))
            self.state = State.THINK
        elif self._tags.open.startswith(begun):
            return False
        else:
            self._to_answer()
        return True

    def _think(self, deltas: list[Delta]) -> bool:
        if self._silent:
            self._skip(len(self._held) - len(self._held.lstrip()))
        end = self._held.find(self._tags.close)
        known = (
            self._held[:end]
            if end >= 0
            else self._held[: len(self._held) - partial_suffix(self._held, (self._tags.close,))]
        )
        known = known.rstrip()
        if known:
            self._silent = False
            told = self._told
            raw = self._take(len(known))
            if known[told:]:
                deltas.append(Reasoning(known[told:], raw=raw))
        if end < 0:
            return False
        self._skip(self._held.index(self._tags.close) + len(self._tags.close))
        self.state = State.GAP
        return True

    def _gap(self) -> bool:
        rest = self._held.lstrip("\r\n")
        self._skip(len(self._held) - len(rest))
        if not rest:
            return False
        self._to_answer()
        return True

    def _answer(self, deltas: list[Delta]) -> bool:
        if self._calls_first_only and self._markers and not self._may_begin_call():
            self._markers = {}
        stop_at, stop_end = first_match(self._held, self._stops)
        call_at, call_end = first_match(self._held, self._markers)
        if call_at >= 0 and (stop_at < 0 or call_end < stop_end):
            self._first_call(call_at, call_end, deltas)
            return True
        if stop_at >= 0:
            self.stop = self._held[stop_at:stop_end]
            self._text(stop_at, deltas)
            self._skip(stop_end - stop_at)
            self.stopped, self._held = True, ""
            return False
        certain = len(self._held) - partial_suffix(self._held, (*self._stops, *self._markers))
        if self._markers:
            certain = len(self._held[:certain].rstrip())
        self._text(certain, deltas)
        return False

    def _may_begin_call(self) -> bool:
        begun = self._held.lstrip()
        return any(marker.startswith(begun) or begun.startswith(marker) for marker in self._markers)

    def _first_call(self, at: int, end: int, deltas: list[Delta]) -> None:
        marker = self._held[at:end]
        text = self._held[:at].rstrip()
        self._text(len(text), deltas)
        self._skip(at - len(text))
        self.calls_at = self._read
        self._begin_call(self._markers[marker], len(marker), deltas)

    def _arguments(self, deltas: list[Delta]) -> bool:
        length = self._json.scan(self._held)
        self._call.arguments += self._held[:length]
        self._skip(length)
        if not self._repeats():
            self._tell_call(deltas)
        elif self._json.complete:
            # Small models repeat themselves; the same call again in one reply would tell nothing new.
            self.stopped, self._held = True, ""
            self._carry = self._format.end if self._format else ""
        if self._json.complete:
            self._past.append(self._call)
            self.state = State.TAIL
        return self._json.complete

    def _repeats(self) -> bool:
        """Whether the call that is being written may still become the repetition of an earlier one."""
        call = self._call
        return not call.announced and any(
            past.name == call.name and past.arguments.startswith(call.arguments) for past in self._past
        )

    def _tell_call(self, deltas: list[Delta]) -> None:
        call = self._call
        if not call.announced:
            call.announced = True
            deltas.append(ToolCallStart(self.calls - 1, call.name, raw=call.raw))
        if text := call.arguments[call.told :]:
            deltas.append(ToolCallArguments(self.calls - 1, text, raw=self._carry))
            call.told, self._carry = len(call.arguments), ""

    def _tail(self) -> bool:
        between = self._format.between if self._format else None
        if between and self._held.startswith(between):
            self._skip(len(between))
            self.state = State.NAME
            return True
        return False

    def _name(self, deltas: list[Delta]) -> bool:
        for ending, name in self._endings.items():
            if self._held.startswith(ending):
                self._begin_call(name, len(ending), deltas)
                return True
        return False

    # --- consuming ---

    def _to_answer(self) -> None:
        self.state = State.TEXT
        self.answer_at = self._read

    def _begin_call(self, name: str, length: int, deltas: list[Delta]) -> None:
        self._call = ParsedCall(name, raw=self._take(length))
        self.calls += 1
        if not self._past:
            self._tell_call(deltas)
        self._json = JsonScanner()
        self.state = State.ARGUMENTS

    def _text(self, length: int, deltas: list[Delta]) -> None:
        if length <= 0:
            return
        text = self._held[self._told : length]
        raw = self._take(length)
        if text:
            deltas.append(Text(text, raw=raw, logprobs=tuple(self._logprobs)))
            self._logprobs.clear()

    def _take(self, length: int) -> str:
        raw = self._carry + self._held[self._told : length]
        self._carry, self._told = "", max(self._told - length, 0)
        self._read += length
        self._held = self._held[length:]
        return raw

    def _skip(self, length: int) -> None:
        self._carry = self._take(length)

    def _cut_marker(self) -> bool:
        """Whether what is held can only be the marker of a call that was cut."""
        begun = self._held.lstrip()
        if self._calls_first_only and begun:
            return any(marker.startswith(begun) for marker in self._markers)
        tag = self._format.tag if self._format and self._markers else ""
        return bool(tag) and begun.startswith(tag)
