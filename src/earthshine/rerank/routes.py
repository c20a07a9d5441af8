"""The doors of `/v1/rerank`, `/v2/rerank` and `/rerank`. Source: https://docs.cohere.com/reference/rerank"""

from __future__ import annotations

from fastapi import Request

from earthshine.accounts.authorization.caller import caller
from earthshine.accounts.authorization.needs import needs
from earthshine.harness.rerank import Reranker
from earthshine.ids import new_id
from earthshine.openapi import Routes, takes
from earthshine.rerank.objects import RankedDocument, Reranked
from earthshine.rerank.schemas import CreateRerank
from earthshine.services import service
from earthshine.wire import Reply, json_reply, note_ignored, parse, reply_headers, while_connected

router = Routes(tags=["Rerank"])


@router.post("/v1/rerank")
@router.post("/v2/rerank")
@router.post("/rerank")
@needs("project.write")
@takes(CreateRerank)
async def create_rerank(request: Request) -> Reply[Reranked]:
    """Order documents by how well they answer a query: by a re-ranker, or by a chat model that is asked about each."""
    body, headers = await parse(CreateRerank, request), reply_headers(request)
    note_ignored(headers, (name for name in CreateRerank.unheard if getattr(body, name) is not None))
    ranked = service(request, Reranker).rank(body.model, body.query, body.documents, caller(request), headers)
    ranking, usage, judge = await while_connected(request, ranked)
    version = "2" if request.url.path.endswith("/v2/rerank") else "1"
    return json_reply(
        {
            "id": new_id("rank"),
            "object": "list",
            "model": body.model,
            "results": [_result(number, score, body) for number, score in ranking[: body.top_n]],
            "usage": {
                "prompt_tokens": usage.prompt_tokens,
                "total_tokens": usage.prompt_tokens + usage.completion_tokens,
            },
            "meta": {"api_version": {"version": version}, "tokens": {"input_tokens": usage.prompt_tokens}},
            "earthshine": {"judged_by": judge},
        }
    )


def _result(number: int, score: float, body: CreateRerank) -> RankedDocument:
    found: RankedDocument = {"index": number, "relevance_score": score}
    if body.return_documents:
        found["document"] = {"text": body.documents[number]}
    return found
