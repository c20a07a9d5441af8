"""What other programs may have done here: each tool is a request of our API, by the key of whoever calls it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field

from earthshine.mcp_server.inner_request import ask_api

Json = dict[str, Any]

_MOST_STORES = 5
_STORES = "Ids of vector stores, from list_vector_stores."


class Arguments(BaseModel):
    """What a tool is called with."""

    model_config = ConfigDict(extra="forbid")


class Nothing(Arguments):
    """No arguments."""


class Ask(Arguments):
    """Of `ask_model`."""

    question: str = Field(min_length=1, description="What the model is asked.")
    model: str = Field(default="default", description="A name from list_models.")
    instructions: str | None = Field(default=None, description="What the model should keep to.")
    vector_store_ids: list[str] = Field(
        default_factory=list[str], max_length=_MOST_STORES, description=f"{_STORES} The answer cites their files."
    )
    max_output_tokens: int | None = Field(default=None, ge=16, description="The longest answer.")


class Search(Arguments):
    """Of `search`."""

    query: str = Field(min_length=1, max_length=4096, description="What is looked for.")
    vector_store_ids: Annotated[list[str], Field(min_length=1, max_length=_MOST_STORES, description=_STORES)]
    max_results: int = Field(default=5, ge=1, le=20, description="Passages of each store.")


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a call: words for a model, and the same as data."""

    text: str
    data: Json


@dataclass(frozen=True, slots=True)
class ServedTool:
    """One tool."""

    about: str
    arguments: type[Arguments]
    run: Callable[[Request, Any], Awaitable[Result]]
    only_reads: bool = True

    def listed(self, name: str) -> Json:
        """Return it as the protocol lists it."""
        schema = self.arguments.model_json_schema()
        schema.pop("description", None)
        hints = {"readOnlyHint": self.only_reads, "destructiveHint": False, "openWorldHint": False}
        return {"name": name, "description": self.about, "inputSchema": schema, "annotations": hints}


async def _models(request: Request, _: Nothing) -> Result:
    page = await ask_api(request, "GET", "/v1/models")
    names = [each["id"] for each in page["data"]]
    return Result("\n".join(names), {"models": names})


async def _stores(request: Request, _: Nothing) -> Result:
    page = await ask_api(request, "GET", "/v1/vector_stores")
    stores = [
        {"id": each["id"], "name": each["name"], "files": each["file_counts"]["completed"]} for each in page["data"]
    ]
    lines = [f"{each['id']}: {each['name'] or 'without a name'}, {each['files']} files" for each in stores]
    return Result("\n".join(lines) or "There are no vector stores.", {"vector_stores": stores})


async def _ask(request: Request, asked: Ask) -> Result:
    body: Json = {"model": asked.model, "input": asked.question, "store": False}
    body |= {"instructions": asked.instructions} if asked.instructions is not None else {}
    body |= {"max_output_tokens": asked.max_output_tokens} if asked.max_output_tokens is not None else {}
    if asked.vector_store_ids:
        body["tools"] = [{"type": "file_search", "vector_store_ids": asked.vector_store_ids}]
    response = await ask_api(request, "POST", "/v1/responses", body)
    texts = [
        part
        for item in response["output"]
        if item["type"] == "message"
        for part in item["content"]
        if part["type"] == "output_text"
    ]
    cited = [
        {"file": each["filename"], "quote": each.get("quote", "")}
        for part in texts
        for each in part["annotations"]
        if each["type"] == "file_citation"
    ]
    text = "".join(part["text"] for part in texts)
    sources = [f"[{each['file']}] {each['quote']}" for each in cited]
    said = "\n".join([text, *(["", "Sources:", *sources] if sources else [])])
    data = {"answer": text, "citations": cited, "model": response["model"], "status": response["status"]}
    return Result(said, data)


async def _search(request: Request, asked: Search) -> Result:
    found: list[Json] = []
    for store in dict.fromkeys(asked.vector_store_ids):
        body = {"query": asked.query, "max_num_results": asked.max_results}
        page = await ask_api(request, "POST", f"/v1/vector_stores/{quote(store, safe='')}/search", body)
        found += [
            {
                "file_id": each["file_id"],
                "filename": each["filename"],
                "score": each["score"],
                "text": "\n".join(part["text"] for part in each["content"]),
            }
            for each in page["data"]
        ]
    found.sort(key=lambda each: -each["score"])
    passages = [f"[{each['filename']}]\n{each['text']}" for each in found]
    return Result("\n\n".join(passages) or "Nothing was found.", {"passages": found})


TOOLS: Mapping[str, ServedTool] = {
    "list_models": ServedTool("Lists the names of the models that can be asked.", Nothing, _models),
    "ask_model": ServedTool(
        "Asks a model of this installation; with vector stores, it looks into their files and cites them.",
        Ask,
        _ask,
    ),
    "list_vector_stores": ServedTool("Lists collections of files that can be searched.", Nothing, _stores),
    "search": ServedTool("Finds the passages of files that answer a question best, with their words.", Search, _search),
}
