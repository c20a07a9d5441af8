"""`earthshine research`: a question for a running server to look into, and its report."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from earthshine.cli.api import find_server, open_api
from earthshine.cli.chat.chat import read_message
from earthshine.cli.chat.client import ChatClient, ChatError
from earthshine.cli.console import Failure, refuse
from earthshine.cli.remote import address_options

if TYPE_CHECKING:
    from earthshine.cli.research.client import ResearchClient
    from earthshine.cli.research.screen import ResearchScreen

Json = dict[str, Any]

SUFFIX = "-deep-research"
FORMATS = ("pdf", "docx", "html", "md", "json")
DONE, FAILED, NOTHING, LEFT = 0, 1, 2, 130
_KEPT = ("tools", "reasoning", "instructions", "max_tool_calls")
"""Fields of a request that hold for a question about its report, too."""


@dataclass(frozen=True)
class _Wish:
    """What the command was called with."""

    question: str | None
    request: Json
    sources: tuple[Path, ...]
    web: bool
    resume: str | None
    to: Path | None


@click.command()
@click.argument("words", nargs=-1, metavar="[QUESTION]...")
@click.option(
    "--sources",
    multiple=True,
    type=click.Path(exists=True, path_type=Path),
    metavar="FOLDER|FILE",
    help="Search these files: documents, and pages saved as HTML. May be repeated.",
)
@click.option("--web/--no-web", default=None, help="Search the web. [only where no --sources are given]")
@click.option("--language", metavar="CODE", help="Of the report, such as ar. [that of the question]")
@click.option("--depth", type=click.Choice(("low", "medium", "high")), help="How many rounds: 1, 2 or 3. [medium]")
@click.option("--minutes", type=click.FloatRange(min=0.2), help="The longest it may take.")
@click.option("--pages", type=click.IntRange(min=1), help="The most that it may read.")
@click.option("--approve", is_flag=True, help="Show the plan first, to be changed and approved.")
@click.option("--clarify", is_flag=True, help="Let it first ask one question back.")
@click.option(
    "--to",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help=f"Save the report: .{', .'.join(FORMATS)}.",
)
@click.option("--model", help="The model that reads and writes. [default]")
@click.option(
    "--resume",
    metavar="ID",
    help="Follow a research again, answer its question, or ask more about it; `last` is the newest.",
)
@address_options
def research(
    words: tuple[str, ...], sources: tuple[Path, ...], web: bool | None, language: str | None, depth: str | None,
    minutes: float | None, pages: int | None, approve: bool, clarify: bool, to: Path | None, model: str | None,
    resume: str | None, url: str | None, key: str | None, data: Path | None,
) -> None:  # fmt: skip
    """Look into a question, and report with a source for each sentence.

    The report goes to stdout, or to the file of --to; what happens meanwhile to stderr, where stdout is no terminal.
    Ctrl-C leaves it running. The exit code is 0 when there is a report, 1 when it failed or waits for a person, 2 when
    it found nothing or was called wrongly, 130 when it was left or cancelled.
    """
    question = read_message(words)
    if question is None and resume is None:
        refuse("there is no question. Give one as an argument or on stdin, or a research with --resume.")
    if web is False and not sources:
        refuse("without the web it needs something to search: name files or a folder with --sources.")
    options: Json = {"approve": approve, "clarify": clarify, "language": language}
    limits = {"seconds": minutes and int(60 * minutes), "pages": pages}
    set_limits = {name: limit for name, limit in limits.items() if limit is not None}
    if resume is not None and (any(options.values()) or set_limits or sources or web or depth or model):
        refuse("--resume goes on as the research was begun: it takes a question and --to, nothing else.")
    request: Json = {"model": f"{model or 'default'}{SUFFIX}", "earthshine": {"research": options}}
    if set_limits:
        options["limits"] = set_limits
    if depth:
        request["reasoning"] = {"effort": depth}
    wish = _Wish(question, request, sources, bool(web), resume, to)
    _check_target(to)
    try:
        code = asyncio.run(_run(wish, *find_server(url, key, data)))
    except ChatError as error:
        raise Failure(str(error)) from None
    except (KeyboardInterrupt, EOFError):
        code = LEFT
    sys.exit(code)


def _check_target(to: Path | None) -> None:
    if to is None:
        return
    if to.suffix[1:].lower() not in FORMATS:
        refuse(f"the ending of {to} tells no format: .{', .'.join(FORMATS)}.")
    if to.exists():
        refuse(f"{to} is there already; name another file.")
    if not to.absolute().parent.is_dir():
        refuse(f"there is no folder {to.absolute().parent}.")


async def _run(wish: _Wish, url: str, key: str) -> int:
    from earthshine.cli.chat.screen import open_console
    from earthshine.cli.research.client import ResearchClient
    from earthshine.cli.research.screen import ResearchScreen

    pipe = not sys.stdout.isatty()
    screen = ResearchScreen(open_console(stderr=pipe), pipe=pipe)
    request = dict(wish.request)
    if wish.sources:
        request["tools"] = await _tools(wish, screen, url, key)
    async with ChatClient(url, key) as chat:
        client = ResearchClient(chat)
        try:
            found = await _follow(wish, request, client, screen)
            return await _end(wish, found, client, screen)
        except (asyncio.CancelledError, KeyboardInterrupt, EOFError):
            if client.id:
                screen.note(f"It goes on without you: earthshine research --resume {client.id}")
            raise


async def _tools(wish: _Wish, screen: ResearchScreen, url: str, key: str) -> list[Json]:
    """Send the files; returns the tools that search them."""
    from earthshine.cli.research.sources import KEPT_DAYS, files_of, make_store

    async with open_api(url, key) as api:
        store, unread = await make_store(api, files_of(wish.sources), f"Research: {wish.question}"[:200])
    for each in unread:
        screen.note(f"not read: {each}", bad=True)
    screen.note(f"The files are searched in {store}, which goes {KEPT_DAYS} days after it was used last; they stay.")
    tools: list[Json] = [{"type": "file_search", "vector_store_ids": [store]}]
    return [*tools, {"type": "web_search"}] if wish.web else tools


async def _follow(wish: _Wish, request: Json, client: ResearchClient, screen: ResearchScreen) -> Json:
    """Begin a research or take one up, and follow it until it is over; returns it."""
    from earthshine.cli.research.watch import Watch

    person = sys.stdin.isatty() and sys.stdout.isatty()
    watch = Watch(client, screen, person=person)
    options: Json = request["earthshine"]["research"]
    if wish.resume is None:
        found = await watch.follow(client.begin({**request, "input": wish.question}))
    else:
        found = await _take_up(wish, client, watch)
    while found["waiting"] == "clarify":
        screen.report(_said(await client.response()))
        if (answer := await watch.answer()) is None:
            raise ChatError(f"It asks this first. Answer: earthshine research --resume {client.id} ANSWER")
        found = await watch.follow(client.begin(await _further(client, found, answer, **options)))
    return found


async def _take_up(wish: _Wish, client: ResearchClient, watch: Any) -> Json:
    assert wish.resume is not None
    found = await client.find(wish.resume)
    if found["status"] not in ("queued", "in_progress"):
        if not wish.question:
            return found
        return await watch.follow(client.begin(await _further(client, found, wish.question)))
    if wish.question:
        await client.steer(wish.question)
    if found["waiting"] == "paused":
        await client.resume()
    return await watch.follow(client.follow())


async def _further(client: ResearchClient, found: Json, said: str, **options: Any) -> Json:
    """Return the request that goes on from a research that is over."""
    response = await client.response()
    kept: Json = {name: response[name] for name in _KEPT if response.get(name)}
    told = {"language": found["language"] or None, "limits": found["limits"] or None, **options}
    kept["earthshine"] = {"research": told}
    return {**kept, "model": response["model"], "previous_response_id": client.id, "input": said}


async def _end(wish: _Wish, found: Json, client: ResearchClient, screen: ResearchScreen) -> int:
    if found["report"] is None:
        response = await client.response()
        error: Json = response.get("error") or response.get("incomplete_details") or {}
        why = error.get("message") or error.get("reason")
        screen.note(f"The research is {found['status']}" + (f": {why}" if why else "."), bad=True)
        return LEFT if found["status"] == "cancelled" else FAILED
    if wish.to is None:
        screen.report(await client.report())
    else:
        from earthshine.cli.chat.made_files import save_as

        try:
            await save_as(client.chat, client.report_path(wish.to.suffix[1:].lower()), wish.to)
        except ChatError:
            screen.note(f"The report is kept: earthshine research --resume {client.id} --to report.html")
            raise
        screen.note(f"saved {wish.to}")
    screen.figures(found)
    return DONE if found["report"]["claims"] else NOTHING


def _said(response: Json) -> str:
    parts = [part for item in response["output"] if item["type"] == "message" for part in item["content"]]
    return "".join(str(part.get("text", "")) for part in parts)
