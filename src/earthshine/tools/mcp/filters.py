"""Which of a server's tools are meant: those that a model may be shown, and those that are asked about."""

from __future__ import annotations

from typing import Annotated, Any, Literal, cast

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from earthshine.tools.approvals import Decision
from earthshine.tools.mcp.names import LONGEST_NAME, MOST_LISTED
from earthshine.wire.strict import Strict

ToolNames = Annotated[list[Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)]], Field(max_length=MOST_LISTED)]


class ToolFilter(Strict):
    """Some of a server's tools: those of these names, and those that say that they only read."""

    tool_names: ToolNames | None = None
    read_only: bool | None = None

    def takes(self, name: str, *, reads: bool) -> bool:
        """Tell whether a tool is meant. `reads`: it says that it only reads."""
        if self.tool_names is not None and name not in self.tool_names:
            return False
        return self.read_only is None or self.read_only == reads


class ApprovalFilter(Strict):
    """Which tools are called only after an approval, and which without."""

    always: ToolFilter | None = None
    never: ToolFilter | None = None

    def decision(self, name: str, *, reads: bool) -> Decision:
        """Return whether to ask before a call; of two filters that take it, the careful one."""
        if self.always is not None and self.always.takes(name, reads=reads):
            return "ask"
        if self.never is not None and self.never.takes(name, reads=reads):
            return "allow"
        # A filter for one side alone leaves the rest to the other.
        return "allow" if self.never is None and self.always is not None else "ask"


def _as_filter(value: Any) -> Any:
    return {"tool_names": cast("list[Any]", value)} if isinstance(value, list) else value


def _as_approval(value: Any) -> Any:
    if value in ("always", "never"):
        return {value: {}}
    if not isinstance(value, dict | ApprovalFilter):
        raise PydanticCustomError("require_approval", "Input should be 'always', 'never' or a filter object")
    return cast("Any", value)


AllowedTools = Annotated[ToolFilter, BeforeValidator(_as_filter, json_schema_input_type=ToolNames | ToolFilter)]
RequireApproval = Annotated[
    ApprovalFilter, BeforeValidator(_as_approval, json_schema_input_type=Literal["always", "never"] | ApprovalFilter)
]
ASKS_ALWAYS = ApprovalFilter(always=ToolFilter())
"""As in OpenAI's API, every call is asked about unless somebody says otherwise."""
