"""The tool: queries become numbered passages, cut from the documents.

Source: OpenAI's Responses API, https://platform.openai.com/docs/guides/tools-file-search. Beside OpenAI's fields a
result says where it stands in the document. The model is shown its sentences with numbers, by which it cites them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal

from pydantic import Field

from earthshine.documents.documents import Documents
from earthshine.errors import InvalidRequest
from earthshine.tools.approvals import Touches
from earthshine.tools.base import Tool, ToolCall, ToolContext, ToolResult
from earthshine.tools.callers import AllowedCallers
from earthshine.tools.file_search.found import fitting, results_of
from earthshine.tools.file_search.names import LONGEST_QUERY, MOST_QUERIES, MOST_STORES, NAME
from earthshine.tools.file_search.scope import asks_for_all
from earthshine.tools.file_search.whole import WholeReading
from earthshine.vector_stores.schemas import RankingOptions
from earthshine.vector_stores.search.filters import Filter
from earthshine.vector_stores.search.found import Ranking
from earthshine.vector_stores.vector_stores import VectorStores
from earthshine.wire.strict import Strict

Json = dict[str, Any]

_USUAL_RESULTS = 10
_QUERIES: Json = {
    "type": "object",
    "properties": {
        "queries": {
            "type": "array",
            "items": {"type": "string", "minLength": 1, "maxLength": LONGEST_QUERY},
            "minItems": 1,
            "maxItems": MOST_QUERIES,
            "description": "What to look for, each complete in itself, in the words that the files would use.",
        }
    },
    "required": ["queries"],
    "additionalProperties": False,
}
_ABOUT = "Searches the user's files. It returns numbered sentences. Type no quotations: repeat the numbers."


class FileSearchTool(Strict):
    """The search, as a request names it."""

    type: Literal["file_search"]
    vector_store_ids: list[str] = Field(min_length=1, max_length=MOST_STORES)
    max_num_results: int | None = Field(default=None, ge=1, le=50)
    filters: Filter | None = None
    ranking_options: RankingOptions = Field(default_factory=RankingOptions)
    allowed_callers: AllowedCallers = None
    """Ours: OpenAI's programs call no hosted search."""


class FileSearch(Tool):
    """The search."""

    type = NAME
    settings = FileSearchTool
    unit = "searches"
    in_steps = True
    demanded_once = True

    def functions(self, settings: FileSearchTool, offered: Sequence[object]) -> list[Json]:
        """Return the one function that there is."""
        function = {"name": NAME, "description": _ABOUT, "parameters": _QUERIES, "strict": False}
        return [{"type": "function", "function": function}]

    def touches(self, settings: FileSearchTool, function: str = "") -> Touches:
        """Return that it reads what the project keeps."""
        return Touches(frozenset({"read"}))

    async def run(self, call: ToolCall, context: ToolContext) -> ToolResult:
        """Search, or read everything where the question is about everything."""
        settings: FileSearchTool = call.settings
        question = context.question
        queries = [each[:LONGEST_QUERY] for each in call.values().get("queries") or () if each.strip()]
        # The user's own words too: a small model translates names, or leaves them out.
        queries = list(dict.fromkeys(each for each in [*queries, question[:LONGEST_QUERY].strip()] if each))
        if not queries:
            raise InvalidRequest("Say in `queries` what to look for.")

        async def search() -> Json:
            return {"results": await self._search(settings, queries, context)}

        found: list[Json] = (await context.step("search", search))["results"]
        told: Json = {"queries": queries, "results": fitting(found, context.room)}
        if found and await asks_for_all(question, context):
            reading = WholeReading(context.service(Documents), replace(context, queries=queries))
            told |= await reading.about(question, [(each["file_id"], each["filename"]) for each in found]) or {}
        return ToolResult("", item=told)

    def call_item(self, settings: FileSearchTool) -> Json:
        """Return a search that looks for nothing yet."""
        return {"type": "file_search_call", "queries": []}

    async def _search(self, settings: FileSearchTool, queries: Sequence[str], context: ToolContext) -> list[Json]:
        results = await context.service(VectorStores).search(
            settings.vector_store_ids,
            queries,
            context.caller,
            limit=settings.max_num_results or _USUAL_RESULTS,
            filters=settings.filters,
            ranking=Ranking.of(settings.ranking_options),
        )
        return await results_of(results.found, context.service(Documents))


def provide() -> Tool:
    """Return the tool."""
    return FileSearch()
