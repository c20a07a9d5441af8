"""What people want of a research on the way: another plan, other sources, more about one thing, a pause."""

from __future__ import annotations

from collections.abc import Sequence

from earthshine.research.gathering.gather import add_sources
from earthshine.research.inquiry import Inquiry, Json
from earthshine.research.parsing import LONGEST, first_line
from earthshine.research.plan.questions import MOST, ROUNDS, added, new, shown
from earthshine.research.report import ResearchSource
from earthshine.research.state import Change, Question, Stopped, next_number

_LONGEST_GUIDANCE = 600


async def heed(inquiry: Inquiry, command: Json) -> None:
    """Do what a command wants, but for a pause, which is the program's."""
    match command["type"]:
        case "plan":
            await edit_plan(inquiry, command["questions"])
        case "sources":
            await _drop(inquiry, command.get("drop") or ())
            await add_sources(inquiry, command.get("add") or ())
        case "deepen":
            await _deepen(inquiry, command["question"])
        case "steer":
            await _steer(inquiry, command["text"])
        case _:
            pass


async def edit_plan(inquiry: Inquiry, given: Sequence[Json]) -> None:
    """Have these questions in the place of those that there are; what is not among them is dropped."""
    state = inquiry.state
    number = next_number(state.questions)
    kept: list[Question] = []
    for each in given[:MOST]:
        text = " ".join(str(each["text"]).split())[:LONGEST]
        known = state.questions.get(each.get("id") or "")
        if known is None:
            kept.append(new(inquiry, number, text))
            number += 1
        elif known["text"] == text and known["state"] != "dropped":
            kept.append(known)
        else:
            kept.append({**new(inquiry, 0, text), "id": known["id"]})
    if len(kept) < 3:
        # A question without several parts is looked for itself.
        kept = [each if each["rounds"] else {**each, "rounds": ROUNDS[inquiry.effort]} for each in kept]
    ids = {each["id"] for each in kept}
    gone: list[Question] = [{**each, "state": "dropped"} for each in state.living if each["id"] not in ids]
    await inquiry.keep("plan", "plan edited", {"questions": [*kept, *gone], **_resumed(inquiry)})
    await inquiry.moves.think(shown(inquiry.state.living))
    inquiry.catch_up()


async def _drop(inquiry: Inquiry, ids: Sequence[str]) -> None:
    state = inquiry.state
    gone: list[ResearchSource] = [{**state.sources[each], "dropped": "person"} for each in ids if each in state.sources]
    if not gone:
        return
    await inquiry.keep("read", "drop", {"sources": gone})
    # What stood on them alone is looked for once more.
    bare = [each for each in state.living if each["state"] == "answered" and not state.evidence_of(each)]
    if bare:
        again: list[Question] = [{**each, "state": "open", "rounds": each["tries"] + 1} for each in bare]
        await inquiry.keep("plan", "reopened", {"questions": again, **_resumed(inquiry)})


async def _deepen(inquiry: Inquiry, question_id: str) -> None:
    question = inquiry.state.questions.get(question_id)
    if question is not None and question["state"] != "dropped":
        deeper: Question = {**question, "state": "open", "rounds": question["tries"] + 1}
        await inquiry.keep("plan", f"deepen {question_id}", {"questions": [deeper], **_resumed(inquiry)})


async def _steer(inquiry: Inquiry, text: str) -> None:
    said = " ".join(text.split())
    guidance = f"{inquiry.state.guidance} {said}".strip()[-_LONGEST_GUIDANCE:]
    more = added(inquiry, [first_line(said)])
    await inquiry.keep("plan", "steer", {"guidance": guidance, "questions": more, **_resumed(inquiry)})


def _resumed(inquiry: Inquiry) -> Change:
    """Return what lets the gathering go on that had come to its own end; a limit stays one."""
    ended: tuple[Stopped, ...] = ("answered", "nothing_new")
    return {"stopped": None} if inquiry.state.stopped in ended else {}
