"""What a research has come to: the fold of the steps of its run.

Each step that decides something is named `research …`, and its result says what is new: fields of `Change`. Whoever
folds them in order knows all, so the program, after a crash too, and whoever looks on see the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, cast, get_args

from typing_extensions import TypedDict

from earthshine.research.report import Changes, Claim, Contradiction, Evidence, ResearchSource, Stage, StageCost, Table
from earthshine.responses.run.response_run import MODEL_STEP
from earthshine.runs import StepRecord

Json = dict[str, Any]

PREFIX = "research "
"""What the names of the steps begin with that decide something."""
Stopped = Literal["answered", "nothing_new", "tokens", "seconds", "pages", "person"]
_STAGES: tuple[Stage, ...] = get_args(Stage)


class Question(TypedDict):
    """A question of the plan."""

    id: str
    text: str
    state: Literal["open", "answered", "not_found", "dropped"]
    evidence: list[str]
    """Ids of what answers it."""
    tries: int
    """Rounds in which it was looked for."""
    rounds: int
    """Those that it may have."""


class Written(TypedDict):
    """A section as it was written."""

    evidence: list[str]
    """What its writer had; where the question has other evidence now, it is written anew."""
    claims: list[Claim]
    tables: list[Table]


class Change(TypedDict, total=False):
    """What a step has changed. Things with an id take the place of those of the same id."""

    stage: Stage
    seconds: float
    """Since the step of this kind before."""
    language: str
    context: int
    names: list[str]
    """Those in the question that no capitals tell."""
    questions: list[Question]
    sources: list[ResearchSource]
    evidence: list[Evidence]
    noted: list[str]
    """Pairs such as `q1 s3`: what this source says to this question is known."""
    queries: list[str]
    unopened: list[str]
    """Addresses that a search named and nobody opened."""
    opened: list[str]
    """Those of them that were opened since, or could not be."""
    fetched: dict[str, str]
    """What an MCP server had, as it is kept: `file_id`, `title`, `url`."""
    guidance: str
    """What the person has said on the way."""
    stopped: Stopped | None
    contradictions: list[Contradiction]
    weighed: list[str]
    """The evidence that was looked through for contradictions."""
    sections: dict[str, Written]
    translated: list[str]
    """Evidence of which a translation was tried."""
    figures: dict[str, int]
    """How often something has happened, to be added up."""
    commands: list[Json]
    """What people wanted at this place."""
    created_at: int
    changes: Changes | None
    """Of the finished report."""


class PlannedQuestion(TypedDict):
    """A question as others are shown it."""

    id: str
    text: str
    state: Literal["open", "answered", "not_found", "dropped"]
    evidence: list[str]


class Spent(TypedDict):
    """What a research has taken."""

    tokens: int
    seconds: float
    pages: int


class ResearchState(TypedDict):
    """What others are shown of it."""

    language: str
    stage: Stage | None
    """What it does; null where it does nothing now."""
    questions: list[PlannedQuestion]
    sources: list[ResearchSource]
    evidence: list[Evidence]
    spent: Spent


@dataclass(slots=True)
class State:
    """See above."""

    language: str = ""
    context: int = 0
    """Tokens that the model takes; 0 where nobody knows."""
    names: list[str] = field(default_factory=list[str])
    stage: Stage | None = None
    questions: dict[str, Question] = field(default_factory=dict[str, Question])
    sources: dict[str, ResearchSource] = field(default_factory=dict[str, ResearchSource])
    evidence: dict[str, Evidence] = field(default_factory=dict[str, Evidence])
    noted: set[str] = field(default_factory=set[str])
    queries: list[str] = field(default_factory=list[str])
    unopened: list[str] = field(default_factory=list[str])
    guidance: str = ""
    stopped: Stopped | None = None
    contradictions: list[Contradiction] = field(default_factory=list[Contradiction])
    weighed: list[str] = field(default_factory=list[str])
    sections: dict[str, Written] = field(default_factory=dict[str, Written])
    translated: set[str] = field(default_factory=set[str])
    heeded: set[str] = field(default_factory=set[str])
    """Ids of what people wanted: what is taken may be there still when it is looked for again."""
    figures: dict[str, int] = field(default_factory=dict[str, int])
    costs: dict[Stage, StageCost] = field(default_factory=dict[Stage, StageCost])

    # --- what it knows -----------------------------------------------------------------------------------------------

    @property
    def tokens(self) -> int:
        """Of all calls of the model so far, prompts included."""
        return sum(each["input_tokens"] + each["output_tokens"] for each in self.costs.values())

    @property
    def seconds(self) -> float:
        """As far as steps have ended; a restart takes no time."""
        return sum(each["seconds"] for each in self.costs.values())

    @property
    def read(self) -> list[ResearchSource]:
        """The sources whose text was read."""
        return [each for each in self.sources.values() if each["file_id"]]

    @property
    def living(self) -> list[Question]:
        """The questions that the person has not dropped."""
        return [each for each in self.questions.values() if each["state"] != "dropped"]

    @property
    def rounds(self) -> int:
        """How often the question was looked for that was most."""
        return max((each["tries"] for each in self.questions.values()), default=0)

    def stands(self, evidence_id: str) -> bool:
        """Tell whether the source of some evidence is still among the sources."""
        return self.sources[self.evidence[evidence_id]["source"]]["dropped"] is None

    def evidence_of(self, question: Question) -> list[Evidence]:
        """Return what answers a question, of sources that nobody dropped."""
        return [self.evidence[each] for each in question["evidence"] if self.stands(each)]

    # --- how it grows ------------------------------------------------------------------------------------------------

    def take(self, step: StepRecord) -> None:
        """Take a step in that has ended; others change nothing."""
        if not step.over:
            return
        if step.name.startswith(MODEL_STEP):
            self._count(_stage_of(step.name), step.usage or {})
        elif step.name.startswith("tool "):
            self._count("read" if step.name.endswith("open_page") else "search", {})
        elif step.name.startswith(PREFIX) and step.state == "ended" and step.repeat != "waits":
            self._change(cast("Change", step.result))

    def _count(self, stage: Stage, usage: Json) -> None:
        cost = self._cost(stage)
        cost["calls"] += 1
        cost["input_tokens"] += usage.get("prompt_tokens", 0)
        cost["output_tokens"] += usage.get("completion_tokens", 0)

    def _cost(self, stage: Stage) -> StageCost:
        empty: StageCost = {"stage": stage, "input_tokens": 0, "output_tokens": 0, "seconds": 0.0, "calls": 0}
        return self.costs.setdefault(stage, empty)

    def _change(self, change: Change) -> None:
        if "stage" in change:
            self.stage = change["stage"]
            self._cost(self.stage)["seconds"] += change.get("seconds", 0.0)
        self.questions |= {each["id"]: each for each in change.get("questions", ())}
        self.sources |= {each["id"]: each for each in change.get("sources", ())}
        self.evidence |= {each["id"]: each for each in change.get("evidence", ())}
        self.sections |= change.get("sections", {})
        self.noted.update(change.get("noted", ()))
        self.translated.update(change.get("translated", ()))
        self.heeded.update(each.get("id", "") for each in change.get("commands", ()))
        self.queries = _joined(self.queries, change.get("queries", ()))
        opened = change.get("opened", ())
        self.unopened = [each for each in _joined(self.unopened, change.get("unopened", ())) if each not in opened]
        self.language = change.get("language", self.language)
        self.context = change.get("context", self.context)
        self.names = change.get("names", self.names)
        self.guidance = change.get("guidance", self.guidance)
        self.stopped = change.get("stopped", self.stopped)
        self.contradictions = change.get("contradictions", self.contradictions)
        self.weighed = change.get("weighed", self.weighed)
        for name, count in change.get("figures", {}).items():
            self.figures[name] = self.figures.get(name, 0) + count


def state_of(steps: Iterable[StepRecord]) -> ResearchState:
    """Return what the steps of a run have come to."""
    state = State()
    for step in sorted(steps, key=lambda each: each.number):
        state.take(step)
    return {
        "language": state.language,
        "stage": state.stage,
        "questions": [
            {"id": each["id"], "text": each["text"], "state": each["state"], "evidence": each["evidence"]}
            for each in state.questions.values()
        ],
        "sources": list(state.sources.values()),
        "evidence": list(state.evidence.values()),
        "spent": {"tokens": state.tokens, "seconds": round(state.seconds, 1), "pages": len(state.read)},
    }


def next_number(ids: Iterable[str]) -> int:
    """Return the number after the highest of some ids such as `s12`."""
    return 1 + max((int(each[1:]) for each in ids if each[1:].isdigit()), default=0)


def _joined(before: list[str], new: Sequence[str]) -> list[str]:
    return list(dict.fromkeys([*before, *new]))


def _stage_of(name: str) -> Stage:
    """Return the stage that a call of the model is for, by its name: `model research note q1 s3`."""
    words = name.split(" ")
    stages: list[Stage] = [stage for stage in _STAGES if words[1:2] == ["research"] and words[2:3] == [stage]]
    return stages[0] if stages else "read"
