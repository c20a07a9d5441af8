"""What a reply is to write next. What stands written decides that, and how the last step ended; nobody is asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from earthshine.engines.deltas import CompletionEnd, FinishReason
from earthshine.harness.parsing.parser import Parser
from earthshine.harness.parsing.tool_call_detector import DetectedCall, ToolCallDetector
from earthshine.harness.plan import ReplyPlan


@dataclass(frozen=True, slots=True)
class Step:
    """One completion: what it begins with, what it obeys and where it ends."""

    kind: Literal["think", "text", "calls", "form"]
    seed: str = ""
    """Text that is certain and therefore not worth generating; read as if the model had written it."""
    stop: tuple[str, ...] = ()
    limit: int | None = None


class Steps:
    """The steps of one reply."""

    def __init__(self, plan: ReplyPlan, parser: Parser) -> None:
        """Follow `plan`; `parser` has read what is written."""
        self._plan = plan
        self._parser = parser
        self._detector: ToolCallDetector | None = None
        self._detected: DetectedCall | None = None
        self._calls_from: int | None = None
        self._thought = False
        self._done = False
        self.reason: FinishReason = "stop"
        """Why the reply ended."""
        self.stop: str | None = None
        """The client's stop string at which the engine ended it."""

    def resume(self) -> None:
        """Go on from what the parser has read of an earlier process's reply."""
        self._calls_from = self._parser.calls_at
        self.notice_tag()
        self._thought = not self._parser.thinking

    def next(self) -> Step | None:
        """Return the step that comes now, or None when the reply is complete."""
        if self._done or self._parser.stopped:
            return None
        plan = self._plan
        if plan.thinking.planned and not self._thought:
            return Step("think", self._missing(plan.thinking.seed), (plan.thinking.tags.close,), plan.thinking.budget)
        opening = self._closing()
        if plan.constraint.mode == "grammar":
            # A stop string inside a call's arguments would cut them in two; the parser watches the text alone.
            stops = () if plan.constraint.names else plan.stop
            return Step("form", opening + self._missing(plan.constraint.opening), stops)
        if self._detected or self._calls_from is not None:
            return Step("calls", self._call_seed())
        stops = plan.stop
        if plan.constraint.mode == "watched":
            text = self._answer
            self._detector = ToolCallDetector(plan.constraint.names, at_line_start=not text or text.endswith("\n"))
            stops = (*stops, *filter(None, [plan.tool_format.tag]))
        return Step("text", opening, stops)

    def detect(self, step: Step, text: str) -> str:
        """Look for a call in a piece of a step; returns what of the piece counts."""
        if step.kind == "text" and self._detector:
            text, self._detected = self._detector.feed(text)
        return text

    def notice_tag(self) -> None:
        """Notice a call whose tag is complete and whose name is not."""
        held, form = self._parser.held.lstrip(), self._plan.tool_format
        free = self._calls_from is None and self._plan.constraint.mode == "watched"
        if free and held.startswith(form.tag or form.begin):
            self._calls_from = len(self._parser.raw) - len(held)
            self._detected = DetectedCall(None)

    def is_over(self, step: Step) -> bool:
        """Tell whether what was read ends a step, whatever the engine would write behind that."""
        return self._parser.stopped or (self._detected is not None and step.kind == "text")

    def after(self, step: Step, end: CompletionEnd | None) -> str:
        """Decide what the end of a step means for the reply; returns text that was held back and counts now."""
        if step.kind == "think":
            self._thought = True
            return ""
        if end and end.stop in self._plan.stop:
            self.stop = end.stop
        if end and step.kind == "text" and self._plan.constraint.mode == "watched":
            if end.reason == "stop" and end.stop and end.stop == self._plan.tool_format.tag:
                self._detected = DetectedCall(None)
                return ""
            self.finish(end.reason)
            return self._detector.flush() if self._detector else ""
        if not (step.kind == "text" and self._detected):
            self.finish(end.reason if end else None)
        return ""

    def exhausted(self, step: Step) -> None:
        """Nothing may be generated in this step: the thinking gives way to the answer, the answer is over."""
        if step.kind == "think":
            self._thought = True
        else:
            self.finish("length")

    def finish(self, reason: FinishReason | None = None) -> None:
        """Nothing comes any more; `reason` says why, where there is another than that all is said."""
        self._done, self.reason = True, reason or self.reason

    def under_grammar(self, step: Step) -> str | None:
        """Return what is written of the text that the plan's grammar holds for; None in a step without it."""
        if step.kind == "form":
            return self._answer
        return self._parser.raw[self._calls_from :] if step.kind == "calls" else None

    @property
    def _answer(self) -> str:
        """The answer so far, with the client's own beginning of it."""
        at = self._parser.answer_at
        return self._plan.prefill + ("" if at is None else self._parser.raw[at:])

    def _missing(self, certain: str) -> str:
        """Return what `written` lacks of a text that the reply or the answer certainly begins with."""
        written = self._answer if self._thought else self._parser.raw
        return certain[len(written) :] if certain.startswith(written) else ""

    def _closing(self) -> str:
        if not self._plan.thinking.planned or not self._parser.thinking:
            return ""
        closing = self._plan.thinking.closing
        return closing.lstrip("\n") if self._parser.raw.endswith("\n") else closing

    def _call_seed(self) -> str:
        form, names = self._plan.tool_format, self._plan.constraint.names
        certain = form.begin + (names[0] + form.middle if len(names) == 1 else "")
        if self._calls_from is not None:
            begun = self._parser.raw[self._calls_from :]
            return certain[len(begun) :] if certain.startswith(begun) else ""
        if self._detected and self._detected.name:
            certain = form.begin + self._detected.name + form.middle
        answer = self._answer
        lead = form.lead if answer.strip() and not answer.endswith(form.lead) else ""
        self._calls_from = len(self._parser.raw) + len(lead)
        return lead + certain
