"""The rules of the program around a small model, each of which is a switch, so that its worth can be measured."""

from __future__ import annotations

from pydantic import Field

from earthshine.wire.strict import Strict


class Rules(Strict):
    """What of the program is on; what is not said is on where the program is."""

    program: bool | None = Field(
        default=None, description="Whether the program guides the model at all. By default it guides small models."
    )
    plan: bool = Field(default=True, description="A short plan is made first, whose lines are done one by one.")
    facts: bool = Field(default=True, description="The files are looked at before anything is planned.")
    observe: bool = Field(default=True, description="What is left to do is asked again when functions have answered.")
    think: bool = Field(default=True, description="A call of a function is thought about freely before it is written.")
    choose_tools: bool = Field(default=True, description="Five functions are in view at most, found for the step.")
    fences: bool = Field(default=True, description="Code is written as a raw block, not as a string in JSON.")
    repair: bool = Field(default=True, description="Code that does not parse is repaired before it is run.")
    recover: bool = Field(default=True, description="What failed is tried again with its code and its error in view.")
    check: bool = Field(default=True, description="What the goal itself names, tests and files, is checked at the end.")
    repeats: bool = Field(default=True, description="An action that was tried before is not made again.")
    samples: bool = Field(default=True, description="More than one attempt from the beginning, as the effort says.")
    snippets: bool = Field(default=True, description="Code of a like turn, whose goal was checked, is shown.")
