"""One round for one question: search, read what was found, and note what it says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from earthshine.errors import EarthshineError
from earthshine.harness.citations.sources import Passage
from earthshine.research.gathering.finding import Found, found_in
from earthshine.research.gathering.notes import noted
from earthshine.research.gathering.passages import ROOM, best, chosen
from earthshine.research.gathering.queries import queries_for
from earthshine.research.gathering.servers import fetched
from earthshine.research.gathering.subject import closeness, subject_of
from earthshine.research.inquiry import Inquiry
from earthshine.research.report import Evidence, ResearchSource
from earthshine.research.state import Change, Question, next_number
from earthshine.runs.journal.stream import Write
from earthshine.tools.file_search.names import NAME as FILE_SEARCH
from earthshine.tools.web.names import OPEN, SEARCH
from earthshine.wire import aside

MOST_EVIDENCE = 60
"""Of one research."""
_MOST_SOURCES = {"low": 3, "medium": 4, "high": 6}
"""Sources that are noted for one question in one round, by the effort."""
_DECIDED_BY = 1500
"""Characters of evidence by which it is decided whether it answers its question."""
_ANSWERS = 0.5
_MOST_OPENED = 2
"""Pages that are opened of those that a search only names."""
_SHARE = 4
"""Of a small context, one in so many tokens may be those of a source."""


async def gather(inquiry: Inquiry, question: Question) -> None:
    """Look for evidence for a question. Raises `NotAllowed`."""
    begin = len(inquiry.moves.output)
    queries = await queries_for(inquiry, question)
    for tool in (SEARCH, FILE_SEARCH):
        if inquiry.moves.may_call(tool):
            await inquiry.call(tool, {"queries": queries})
    await inquiry.keep("search", f"searched {question['id']} {question['tries'] + 1}", {})
    _, named = found_in(inquiry.moves.output[begin:])
    opened = _to_open(inquiry, question, named) if inquiry.moves.may_call(OPEN) else []
    for url in opened:
        await inquiry.call(OPEN, {"url": url})
    found, unopened = found_in(inquiry.moves.output[begin:])
    found += await fetched(inquiry, question, queries)
    told: Change = {"queries": queries, "unopened": list(unopened), "opened": opened}
    known = await read(inquiry, question, found, told, name=f"read {question['id']} {question['tries'] + 1}")
    by_file = {each.file_id: each for each in found}
    fresh = [each for each in known if f"{question['id']} {each['id']}" not in inquiry.state.noted]
    fresh = [each for each in fresh if each["copy_of"] is None and each["dropped"] in (None, "nothing")]
    shown = [(each, await _passages(inquiry, question, each, by_file[each["file_id"]])) for each in fresh]
    for source, passages in _about(inquiry, question, shown)[: _MOST_SOURCES[inquiry.effort]]:
        await note(inquiry, question, source, passages)
    await inquiry.keep("note", f"round {question['id']}", await _after_round(inquiry, question["id"]))


async def read(
    inquiry: Inquiry, question: Question, found: Sequence[Found], told: Change, *, name: str
) -> list[ResearchSource]:
    """Take in what was found, as far as the budget of pages goes; returns the sources, in the order of the search.

    `told`: what the search changes besides.
    """
    state = inquiry.state
    by_file = {each["file_id"]: each for each in state.sources.values() if each["file_id"]}
    new = [each for each in found if each.file_id not in by_file][: max(0, inquiry.budget.pages - len(state.read))]

    async def look() -> tuple[Change, Write | None]:
        sources: list[ResearchSource] = []
        for each in new:
            number = next_number(state.sources) + len(sources)
            before = [*state.sources.values(), *sources]
            about = (question["id"], inquiry.question, before)
            sources.append(await inquiry.library.source(number, each.file_id, each.title, *about, url=each.url))
        return {**told, "sources": sources}, None

    await inquiry.keep("read", name, look)
    by_file = {each["file_id"]: each for each in state.sources.values() if each["file_id"]}
    return [by_file[each.file_id] for each in found if each.file_id in by_file]


async def note(inquiry: Inquiry, question: Question, source: ResearchSource, passages: Sequence[Passage]) -> None:
    """Have the model name what of a source answers a question, and keep that."""
    state = inquiry.state
    told, count = await noted(inquiry, question, source, passages)
    change = _with_evidence(inquiry, question, told)
    change |= {"noted": [f"{question['id']} {source['id']}"], "figures": count}
    if not told and not any(each["source"] == source["id"] for each in state.evidence.values()):
        change["sources"] = [{**source, "dropped": "nothing"}]
    elif told and source["dropped"] == "nothing":
        change["sources"] = [{**source, "dropped": None}]
    await inquiry.keep("note", f"note {question['id']} {source['id']}", change)


async def add_sources(inquiry: Inquiry, places: Sequence[str]) -> None:
    """Read sources that a person has added, and note what they say to each question."""
    living = inquiry.state.living
    for place in places:
        number = next_number(inquiry.state.sources)

        async def open_it(place: str = place, number: int = number) -> tuple[Change, Write | None]:
            who = inquiry.moves.response.turn.caller
            try:
                file_id = await inquiry.library.open(place, who)
            except EarthshineError:
                return {"sources": [_unreadable(number, place)]}, None
            if any(each["file_id"] == file_id for each in inquiry.state.sources.values()):
                return {}, None
            source = await inquiry.library.source(
                number, file_id, "", living[0]["id"], inquiry.question, list(inquiry.state.sources.values())
            )
            return {"sources": [source]}, None

        kept = await inquiry.keep("read", f"added {number}", open_it)
        for source in kept.get("sources", ()):
            for question in living if source["file_id"] and source["dropped"] is None else ():
                current = inquiry.state.questions[question["id"]]
                found = Found(source["file_id"], source["title"])
                await note(inquiry, current, source, await _passages(inquiry, current, source, found))


async def _passages(inquiry: Inquiry, question: Question, source: ResearchSource, found: Found) -> list[Passage]:
    """Return what the model is shown of a source for a question."""
    state = inquiry.state
    room = min(ROOM, state.context // _SHARE or ROOM)
    if found.passages:
        return chosen(source["file_id"], source["title"], found.passages, room)
    text = await inquiry.library.text(source["file_id"])
    wanted = " ".join((question["text"], *state.queries[-3:]))
    return await aside(len(text), best, source["file_id"], source["title"], text, wanted, room)


def _to_open(inquiry: Inquiry, question: Question, unopened: Mapping[str, str]) -> list[str]:
    """Return the pages that are opened besides those that a search opens: such as name what the question is about.

    In later rounds others too. `unopened`: what the search says of each.
    """
    subject = subject_of(question, inquiry.question, inquiry.state.names)
    close = {url: closeness(said, subject, " ".join(unopened.values())) for url, said in unopened.items()}
    named = sorted((url for url in close if subject and close[url]), key=lambda url: -close[url])
    others = inquiry.state.unopened if question["tries"] else []
    room = inquiry.budget.pages - len(inquiry.state.read)
    return list(dict.fromkeys([*named, *others]))[: max(0, min(_MOST_OPENED, room))]


def _about(
    inquiry: Inquiry, question: Question, shown: Sequence[tuple[ResearchSource, list[Passage]]]
) -> Sequence[tuple[ResearchSource, list[Passage]]]:
    """Return the sources that name what a question is about, where some do; those first that are all about it.

    In another language than the question's a name may be written otherwise.
    """
    subject = subject_of(question, inquiry.question, inquiry.state.names)
    texts = {source["id"]: " ".join((source["title"], *(each.text for each in told))) for source, told in shown}
    among = " ".join(texts.values())
    # Who is asked about knows best.
    ranked = sorted(
        shown, key=lambda each: (-closeness(each[0]["title"], subject, among), each[0]["kind"] == "secondary")
    )
    named = [each for each in ranked if closeness(texts[each[0]["id"]], subject, among)]
    others = [each for each in ranked if each not in named and each[0]["language"] != inquiry.state.language]
    return [*named, *others] if named else ranked


def _with_evidence(inquiry: Inquiry, question: Question, told: Sequence[Evidence]) -> Change:
    """Return what a note changes: new evidence with ids; a sentence that is evidence already answers this, too."""
    state = inquiry.state
    there = {(each["source"], each["start"], each["end"]): each["id"] for each in state.evidence.values()}
    new: list[Evidence] = []
    ids = list(state.questions[question["id"]]["evidence"])
    for each in told:
        place = each["source"], each["start"], each["end"]
        if place not in there:
            if len(there) >= MOST_EVIDENCE:
                continue
            there[place] = f"e{next_number(there.values())}"
            new.append({**each, "id": there[place]})
        ids.append(there[place])
    changed: Question = {**state.questions[question["id"]], "evidence": list(dict.fromkeys(ids))}
    return {"evidence": new, "questions": [changed]}


async def _after_round(inquiry: Inquiry, question_id: str) -> Change:
    """Return a question as it is after a search: evidence that tells of something else is no answer."""
    question = inquiry.state.questions[question_id]
    tries, told = question["tries"] + 1, inquiry.state.evidence_of(question)
    over: Question = {**question, "tries": tries}
    if told and await _answers(inquiry, over, told):
        over["state"] = "answered"
    elif told and tries >= question["rounds"]:
        over["state"] = "not_found"
    return {"questions": [over]}


async def _answers(inquiry: Inquiry, question: Question, told: Sequence[Evidence]) -> bool:
    text = "\n".join(each["quote"] for each in told)[:_DECIDED_BY]
    name = f"answer {question['id']} {question['tries']}"
    likely = await inquiry.likely("note", name, text, f"Does the input answer this question: {question['text']}")
    return likely is None or likely >= _ANSWERS


def _unreadable(number: int, place: str) -> ResearchSource:
    return {
        "id": f"s{number}",
        "file_id": "",
        "url": place if "://" in place else "",
        "title": place[:200],
        "kind": "secondary",
        "published": None,
        "fetched_at": None,
        "sha256": "",
        "language": "",
        "copy_of": None,
        "dropped": "unreadable",
        "question": "",
    }
