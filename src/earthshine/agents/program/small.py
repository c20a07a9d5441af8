"""The program around a small model: it controls the flow, and the model fills in.

A turn is planned, its lines are done one by one, each is verified, and what failed is tried again with its real error;
then the model answers, or says that it could not. Evidence for each rule: a model of 0.5 to 4 billion parameters makes
far better use of one clear wish at a time than of a long history and many tools.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any, cast

import orjson

from earthshine.agents.program import attempts, check, fences, look, observe, prompts, view
from earthshine.agents.program.actions import SHELL
from earthshine.agents.program.attempts import Try
from earthshine.agents.program.plan import lines
from earthshine.agents.program.plan.edits import PlanEdits
from earthshine.agents.program.plan.lines import ANSWER, Line
from earthshine.agents.program.rules import Rules
from earthshine.agents.program.snippets import Snippets
from earthshine.agents.program.state import State, state_of
from earthshine.engines.requests import ChatRequest, Message, Sampling
from earthshine.responses.run.kind import STEERED
from earthshine.responses.run.programs import Moves
from earthshine.runs import Done, StepRecord

Json = dict[str, Any]

NAME = "small"
_MOST_MOVES = 120
"""Moves of one response: more than any plan takes, so that nothing goes round for ever."""


class SmallModelProgram:
    """See above. `settings`: the `rules`, the `turn_id`, and how many messages of the user the turn has (`words`)."""

    name = NAME

    def __init__(self, edits: PlanEdits, snippets: Snippets) -> None:
        self._edits, self._snippets = edits, snippets

    async def write(self, moves: Moves, settings: Json) -> str:
        """Write the response, or go on with it."""
        rules = Rules.model_validate(settings["rules"])
        turn = _Turn(moves, rules, settings, self._edits, self._snippets)
        for _ in range(_MOST_MOVES):
            reason = await turn.move()
            if reason is not None:
                return reason
        return await turn.answer("It took too many steps.")


class _Turn:
    """One response that is being written."""

    def __init__(self, moves: Moves, rules: Rules, settings: Json, edits: PlanEdits, snippets: Snippets) -> None:
        self._moves, self._rules, self._settings = moves, rules, settings
        self._edits, self._snippets = edits, snippets
        self._malformed = 0
        self._looked = self._moved = self._edited = False

    async def move(self) -> str | None:
        """Do the next thing; returns why the response has ended, once it has."""
        if self._moved and await self._moves.yields():
            return STEERED
        self._moved = True
        stopped = await self._boundary()
        state, tools = self._state(), self._tools()
        if stopped:
            return await self.answer("A limit was reached before the work was done.")
        if not tools and not state.every:
            return await self.answer("")
        if self._wants_look(state, tools):
            self._looked = True
            return await self._call(SHELL, {"commands": [look.LOOK]})
        if state.plan is None:
            await self._plan(state, tools)
            return None
        if state.here is None or state.plan[state.here].verb == ANSWER:
            return await self.answer("A step failed again and again." if state.failed else _unmended(state))
        return await self._do(state, tools, state.plan[state.here])

    async def _do(self, state: State, tools: Sequence[Json], line: Line) -> str | None:
        """Go on with a line of the plan: verify what was tried, or try."""
        rules, last = self._rules, state.tries[-1] if state.tries else None
        checks = self._checks(state)
        if last is not None and not last.over:
            return "tool_calls"
        if last is not None and last.ok and checks and state.is_last_work and state.checked is None:
            return await self._call(SHELL, {"commands": [checks]})
        if attempts.is_good(state, rules, checks):
            if self._observes(line) and observe.learnt(state):
                return await self._plan_rest(state, tools, line)
            return await self._mark(state, "done")
        if self._observes(line) and observe.failed_again(state):
            hopeless = observe.is_hopeless(state)
            return await (self._mark(state, "failed") if hopeless else self._plan_rest(state, tools, line))
        effort = self._moves.response.turn.create.reasoning.effort
        attempt = attempts.next_try(state, rules, effort)
        if attempt is None:
            return await self._mark(state, "failed")
        if line.verb in fences.OPENING and rules.fences:
            code = await self._code(state, line, attempt)
            if code is None:
                return await self._mark(state, "failed")
            given: Json = {"code": code} if line.verb == "code" else {"commands": [code]}
            return await self._call(view.function_of(line.verb), given)
        return await self._ask_call(state, tools, line, attempt)

    # --- what it does ------------------------------------------------------------------------------------------------

    async def _plan(self, state: State, tools: Sequence[Json]) -> None:
        chosen = view.chosen(tools, state.goal) if self._rules.choose_tools else list(tools)
        verbs = [view.verb_of(view.name_of(tool)) for tool in chosen]
        said: list[str] = []
        if self._rules.plan:
            told = await self._consult("plan", partial(prompts.plan_request, state=state, tools=chosen))
            said = _strings(told["text"])
        else:
            said = [f"{verbs[0]}: "]
        await self._moves.think(lines.show(lines.planned(said, [*verbs, ANSWER])))

    async def _plan_rest(self, state: State, tools: Sequence[Json], line: Line) -> None:
        """Tell what is to follow now that the result of a function is known; a line that failed is left out."""
        assert state.plan is not None
        last = state.tries[-1]
        seen = replace(state, done=[*state.done, (line, last)])
        spent = observe.spent(state) if self._rules.repeats else set[str]()
        left = [tool for tool in tools if view.name_of(tool) not in spent]
        chosen = view.chosen(left, f"{state.goal}\n{last.result}") if self._rules.choose_tools else left
        told = await self._consult("plan", partial(prompts.plan_request, state=seen, tools=chosen, rest=True))
        verbs = [view.verb_of(view.name_of(tool)) for tool in chosen]
        new = lines.planned(_strings(told["text"]), [*verbs, ANSWER])
        plan = lines.after(state.plan, "done") if last.ok else state.plan
        done = [each for each in plan if each.state == "done"]
        await self._moves.think(lines.show([*done, *new][-lines.MOST_LINES - 1 :]))

    async def _code(self, state: State, line: Line, attempt: Try) -> str | None:
        """Have code written that was not tried before; None where the model writes the same again and again."""
        name = view.function_of(line.verb)
        like = await self._like(state, name) if self._rules.snippets and not attempt.number else ""
        for failed, heat in attempts.ways(attempt) if self._rules.repeats else [(attempt.failed, attempt.heat)]:
            ask = partial(prompts.code_request, state=state, line=line, failed=failed, heat=heat, like=like)
            told = await self._consult("code", ask)
            code, cut = fences.code_of(told["text"]), told["reason"] == "length"
            if line.verb == "code" and failed is not None:
                code = look.instead(failed.result) + code
            if self._rules.repair:
                code = fences.repaired(code, name, cut=cut)
            if line.verb == "code" and state.is_last_work and (self._rules.repair or state.new_module):
                code = fences.as_file(code, state.new_files)
            repeats = self._rules.repeats and attempts.is_repeated(name, code, state.tries)
            told = {"number": attempt.number, "corrects": failed is not None, "heat": heat}
            await self._moves.note("try", {**told, "cut": cut, "repeats": repeats})
            if code.strip() and not repeats:
                return code
        return None

    async def _like(self, state: State, name: str) -> str:
        """Return code of a like turn that ended well."""
        caller, turn_id = self._moves.response.turn.caller, self._settings["turn_id"]

        async def find(_step: StepRecord) -> Done:
            return Done({"like": await self._snippets.find(caller, turn_id, state.goal, name)})

        return (await self._moves.step("snippets", find))["like"]

    async def _ask_call(self, state: State, tools: Sequence[Json], line: Line, attempt: Try) -> str | None:
        """Have the model call a function, after it has thought about it freely."""
        wanted = [tool for tool in tools if view.name_of(tool) == view.function_of(line.verb)]
        chosen = wanted or view.chosen(tools, f"{line.target} {state.goal}")
        if not chosen:
            return await self._mark(state, "failed")
        draft = ""
        if self._rules.think and attempt.failed is None:
            draft = (await self._consult("draft", partial(prompts.draft_request, state=state, tools=chosen)))["text"]

        # Without heat the same call would come again.
        heat = attempts.HEAT if attempt.failed is not None and self._rules.repeats else attempt.heat

        def shape(request: ChatRequest) -> ChatRequest:
            return prompts.call_request(request, state, chosen, draft=draft, failed=attempt.failed, heat=heat)

        before = len(self._moves.output)
        reason, waits = await self._moves.ask(shape)
        self._malformed += len(self._moves.refused) // 2
        if waits or reason not in ("stop", "tool_calls"):
            return reason
        if len(self._moves.output) == before:
            return await self._mark(state, "failed")
        return None

    async def _mark(self, state: State, how: Any) -> str | None:
        """Tell how a line ended; the next one is begun."""
        assert state.plan is not None
        await self._moves.think(lines.show(lines.after(state.plan, how)))
        return None

    async def answer(self, failed: str) -> str:
        """Have the model answer, or say that it could not; the end of the response."""
        state = self._state()
        told = attempts.figures(state, self._malformed)
        await self._moves.note("figures", {**told, "rules": self._rules.model_dump(), "failed": failed})
        reason, _ = await self._moves.ask(partial(prompts.answer_request, state=state, failed=failed))
        return reason

    async def _call(self, name: str, arguments: Json) -> str | None:
        waits = await self._moves.call(name, orjson.dumps(arguments).decode())
        self._malformed += len(self._moves.refused) // 2
        return "tool_calls" if waits else None

    async def _consult(self, name: str, shape: Any) -> Json:
        create = self._moves.response.turn.create
        messages: list[Message] = [{"role": "system", "content": create.instructions}] if create.instructions else []
        sampling = Sampling(temperature=create.temperature, top_p=create.top_p)
        return await self._moves.consult(name, shape(ChatRequest(messages, sampling=sampling)))

    # --- what it knows -----------------------------------------------------------------------------------------------

    async def _boundary(self) -> bool:
        """Take what the user has made of the plan; returns whether the work must end now."""
        response, turn_id = self._moves.response, self._settings["turn_id"]

        async def look_up(_step: StepRecord) -> Done:
            edited, taken = await self._edits.take(turn_id)
            return Done({"stop": response.must_answer, "lines": edited}, write=taken)

        found: Json = await self._moves.step("next", look_up)
        self._edited |= found["lines"] is not None
        if found["lines"] is not None and (plan := self._state().plan) is not None:
            kept = [line for line in plan if line.state in ("done", "failed")]
            new = [Line(verb, target) for verb, target in found["lines"]]
            await self._moves.think(lines.show(lines.begun([*kept, *new, Line(ANSWER)])))
        return found["stop"]

    def _state(self) -> State:
        return state_of(self._moves.items, self._settings["words"])

    def _tools(self) -> Sequence[Json]:
        """Return the functions that there are now, in the chat shape."""
        return self._moves.response.toolset.view(self._moves.items, self._moves.output).tools

    def _checks(self, state: State) -> str:
        if not (self._rules.check and self._may_call(SHELL)):
            return ""
        return check.commands(state.goal, look.sums(state.listing or ""))

    def _wants_look(self, state: State, tools: Sequence[Json]) -> bool:
        wanted = self._rules.facts and state.listing is None and not self._looked and state.plan is None
        return wanted and any(view.name_of(tool) == SHELL for tool in tools) and self._may_call(SHELL)

    def _observes(self, line: Line) -> bool:
        """Tell whether a line's result may change the rest of the plan; not where a person has said the rest."""
        return self._rules.observe and self._rules.plan and not self._edited and line.verb not in fences.OPENING

    def _may_call(self, name: str) -> bool:
        """Tell whether the program may call a function by itself: nobody is asked about what a program looks at."""
        return self._moves.may_call(name)


def _unmended(state: State) -> str:
    """Return what was left as it failed; empty where nothing was."""
    last = state.every[-1] if state.every else None
    return f"The call of {last.name} failed, and nothing else helped." if last is not None and not last.ok else ""


def _strings(text: str) -> list[str]:
    """Return the strings of a JSON list, also of one that a limit has cut."""
    for end in ("", '"]', "]"):
        try:
            read = orjson.loads(text + end)
        except orjson.JSONDecodeError:
            continue
        return [each for each in cast("list[Any]", read) if isinstance(each, str)] if isinstance(read, list) else []
    return []
