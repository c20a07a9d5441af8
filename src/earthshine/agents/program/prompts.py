"""What the model is asked in each step: a block of about the same size however long the turn is, and one wish.

What does not change in a turn stands first, so that the engine has computed it already. Apart from the task, the
results and the definitions of functions, a prompt of ours is shorter than 600 tokens.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from earthshine.agents.program import fences, look, view
from earthshine.agents.program.actions import Action
from earthshine.agents.program.excerpts import excerpt
from earthshine.agents.program.plan.lines import ANSWER, MOST_LINES, Line
from earthshine.agents.program.state import State
from earthshine.engines.requests import ChatRequest, Message, OutputFormat, ToolChoice

Json = dict[str, Any]

_RESULT, _EARLIER, _GOAL = 1500, 500, 6000
"""Characters that are shown of the last result, of each earlier one, and of the task."""
_CALLS, _CALL = 10, 80
"""Calls that are listed, and characters of each."""
_PLAN_TOKENS, _DRAFT_TOKENS, CODE_TOKENS, _CALL_TOKENS = 200, 80, 700, 500
_WISHES = {
    "code": (
        "Write Python code that does {what}. It runs in the folder of the files, with the standard library. Use the "
        "real names from above. Write files by open(name, 'w'). Print every result that has to be known. No comments."
    ),
    "alone": (
        "Write Python code that does {what}, with the standard library. There is no file to read: put the values that "
        "the task gives into the code. Print every result that has to be known. No comments."
    ),
    "file": (
        "Write the Python file {what} as it is to be, with the standard library: not code that writes it, and nothing "
        "that runs when it is imported unless the task says so. No comments."
    ),
    "shell": "Write bash commands that do {what}. They run in the folder of the files. Print the results.",
}


def plan_request(request: ChatRequest, state: State, tools: Sequence[Json], *, rest: bool = False) -> ChatRequest:
    """Ask for a plan, each line a verb of the functions in view and what it is to do; `rest`: for the one next step."""
    verbs = [*(view.verb_of(view.name_of(tool)) for tool in tools), ANSWER]
    # Words only: what looks like code is no step, but a poor try at one.
    words = r'[^"\\\n(){}=;|<>`]{3,60}'
    pattern = f"^({'|'.join(verbs)}): {words}$"
    lines: Json = {"type": "array", "items": {"type": "string", "pattern": pattern}, "minItems": 1}
    wish = (
        "Plan this task as a JSON list of short steps, each `VERB: what to do`. Verbs:\n"
        f"{view.described(tools)}\n- {ANSWER}: tell the user\n"
        "Say what in a few words, without code. Use as few steps as possible. Most tasks need one step and the answer."
    )
    if rest:
        wish = (
            f"Called so far:\n{_called(state)}\n\nWhich one step is next? Do only what the task asks for. Say it as a "
            f"JSON list of one `VERB: what to do`. Verbs:\n{view.described(tools)}\n"
            f"- {ANSWER}: all that the task asks for is done, or cannot be done"
        )
    schema = {**lines, "maxItems": 1 if rest else MOST_LINES}
    asked = _asked(request, state, wish, _PLAN_TOKENS, with_plan=False)
    return replace(asked, output=OutputFormat("json_schema", schema, name="plan"))


def _called(state: State) -> str:
    return "\n".join(
        f"- {each.name} {each.written[:_CALL]}: {'done' if each.ok else 'failed'}" for each in state.every[-_CALLS:]
    )


def code_request(
    request: ChatRequest, state: State, line: Line, *, failed: Action | None, heat: float, like: str = ""
) -> ChatRequest:
    """Ask for code, or for commands, as a raw block.

    `failed`: what is to be corrected; `heat`: the temperature; `like`: code that did a like task.
    """
    wish = _wish(line.verb, state)
    if missing := look.missing(state.listing or ""):
        wish += f" Not installed: {missing}."
    if failed is not None:
        wish = f"{_failure(state, failed)}\nFind the mistake and write the whole corrected code for this step."
    if like and failed is None:
        wish = f"A like task was done by:\n{like}\n\n{wish}"
    opening = fences.OPENING[line.verb] + (look.instead(failed.result) if failed is not None else "")
    asked = _asked(request, state, wish, CODE_TOKENS, results=failed is None)
    return replace(asked, prefill=opening, sampling=replace(asked.sampling, stop=(fences.STOP,), temperature=heat))


def draft_request(request: ChatRequest, state: State, tools: Sequence[Json]) -> ChatRequest:
    """Ask freely what is to be called, before the call itself is held to a grammar."""
    wish = (
        f"Functions:\n{view.described(tools)}\nSay in one short sentence which of them step {(state.here or 0) + 1} "
        "needs, and with which values."
    )
    return _asked(request, state, wish, _DRAFT_TOKENS)


def call_request(
    request: ChatRequest, state: State, tools: Sequence[Json], *, draft: str, failed: Action | None, heat: float
) -> ChatRequest:
    """Ask for one call of the functions in view."""
    wish = f"Call the function for step {(state.here or 0) + 1} now."
    if failed is not None:
        wish = f"{_failure(state, failed)}\nCall it again with what is wrong corrected."
    elif draft:
        wish = f"Thought: {draft.strip()}\n{wish}"
    asked = _asked(request, state, wish, _CALL_TOKENS, results=failed is None)
    names = tuple(view.name_of(tool) for tool in tools)
    heated = replace(asked.sampling, temperature=heat)
    choice = ToolChoice("required", names)
    return replace(asked, tools=list(tools), tool_choice=choice, parallel_tool_calls=False, sampling=heated)


def answer_request(request: ChatRequest, state: State, *, failed: str) -> ChatRequest:
    """Ask for the answer. `failed`: why the task could not be finished; empty where it was."""
    wish = "All steps are done. Answer the task now, from the results above, in the language of the task. Be short."
    if failed:
        wish = (
            f"The task could not be finished: {failed} Tell the user plainly, in the language of the task, that it is "
            "not finished, and what is missing, in two sentences. Do not claim that it was done. No code."
        )
    elif not state.every:
        wish = "Answer in the language of the task."
    asked = _asked(request, state, wish, None)
    return replace(asked, output=request.output)


def _asked(
    request: ChatRequest, state: State, wish: str, tokens: int | None, *, with_plan: bool = True, results: bool = True
) -> ChatRequest:
    """Return a request with the block of the state, and a wish; nothing is called, and the text is free."""
    system = [message for message in request.messages[:1] if message["role"] == "system"]
    messages: list[Message] = [*system, {"role": "user", "content": _block(state, wish, with_plan, results)}]
    limit = request.sampling.max_tokens if tokens is None else tokens
    return ChatRequest(
        messages=messages,
        tool_choice=ToolChoice("none"),
        reasoning_effort="none" if tokens is not None else request.reasoning_effort,
        sampling=replace(request.sampling, temperature=0.0, max_tokens=limit, logprobs=None)
        if tokens is not None
        else request.sampling,
        written=request.written,
        adapters=request.adapters,
        extra=request.extra,
    )


def _block(state: State, wish: str, with_plan: bool, results: bool) -> str:
    parts = [f"Task: {excerpt(state.goal, _GOAL)}", f"Said before:\n{state.before}" if state.before else ""]
    if state.listing is not None:
        shown = look.shown(state.listing, state.goal)
        parts.append(f"Files in the folder:\n{shown}" if shown else "The folder has no files.")
    if with_plan and _is_long(state):
        parts.append(f"Steps:\n{state.show_plan()}")
    if results:
        parts += _results(state)
    return "\n\n".join([*filter(None, parts), wish])


def _wish(verb: str, state: State) -> str:
    if verb == "code" and (name := state.new_module):
        return _WISHES["file"].format(what=name)
    empty = state.listing is not None and not look.sums(state.listing)
    what = f"step {(state.here or 0) + 1}" if _is_long(state) else "the whole task"
    wish = _WISHES["alone" if verb == "code" and empty else verb].format(what=what)
    return f"{wish} It must write {', '.join(state.new_files)}." if state.new_files else wish


def _is_long(state: State) -> bool:
    """Tell whether more than one line of the plan works: else the task itself says it better."""
    return sum(line.verb != ANSWER for line in state.plan or ()) > 1


def _results(state: State) -> list[str]:
    found = [(line, action) for line, action in state.done if action.result]
    shown: list[str] = []
    for at, (line, action) in enumerate(found, 1):
        most = _RESULT if at == len(found) else _EARLIER
        about = line.target or action.written
        shown.append(f"Result of {line.verb} ({about[:80]}):\n{excerpt(action.result, most, state.goal)}")
    check = state.checks[-1] if state.checks else None
    if check is not None and check.ok and check.result:
        shown.append(f"Checked, and there now:\n{excerpt(check.result, _RESULT, state.goal)}")
    return shown[-3:]


def _failure(state: State, failed: Action) -> str:
    check = state.checked
    error = check.result if check is not None and not check.ok else failed.result
    return f"This was tried:\n{fences.file_in(failed.written)[:3000]}\nIt failed:\n{excerpt(error, _RESULT)}"
