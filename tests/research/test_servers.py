"""A research that searches a real MCP server, made with the official SDK."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest
from mcp.server import MCPServer

from tests.research.playing import Desk, open_desk
from tests.tools.mcp.servers import Shop, serve

Json = dict[str, Any]

TEXT = "Minutes of the harbour board.\n\nThe Brel bridge was painted in 1962. The Brel bridge cost 3 million crowns."
ARABIC = "طلي جسر بريل سنة 1962."


class Papers:
    """What a group keeps behind a server of its own."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.server = MCPServer("papers")
        self.server.tool()(self.search)
        self.server.tool()(self.fetch)

    def search(self, query: str) -> Json:
        """Search the papers."""
        self.asked.append(query)
        return {"results": [{"id": "7", "title": "Minutes", "url": "https://papers.example/7"}, {"id": "9"}]}

    def fetch(self, id: str) -> Json:  # noqa: A002 - the shape's own name
        """Return a paper."""
        self.asked.append(id)
        text = TEXT if id == "7" else ARABIC
        return {"id": id, "title": "Minutes", "text": text, "url": f"https://papers.example/{id}"}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Generator[Desk]:
    pages = {"https://brel.example/": "<title>Brel</title><p>The Brel bridge is long.</p>"}
    with open_desk(tmp_path_factory.mktemp("servers"), pages) as opened:
        yield opened


@pytest.fixture
def papers() -> Generator[tuple[Papers, Json]]:
    made = Papers()
    with serve(made.server.streamable_http_app(host="127.0.0.1")) as url:
        yield made, {"type": "mcp", "server_label": "papers", "server_url": url, "require_approval": "never"}


def test_what_a_server_has_is_evidence_that_can_be_opened(desk: Desk, papers: tuple[Papers, Json]) -> None:
    server, tool = papers
    response = desk.research("When was the Brel bridge painted?", tools=[tool])
    assert response["status"] == "completed", response
    assert not any(item["type"] == "web_search_call" for item in response["output"])
    report = desk.get(response["id"])["report"]
    source = next(each for each in report["sources"] if each["url"] == "https://papers.example/7")
    assert (source["title"], source["language"]) == ("Minutes", "en")
    evidence = next(each for each in report["evidence"] if "1962" in each["quote"])
    assert TEXT[evidence["start"] : evidence["end"]] == evidence["quote"]
    opened = desk.ask("GET", f"/research/{response['id']}/evidence/{evidence['id']}", who=desk.key)
    assert opened["verified"] and opened["evidence"]["quote"] == evidence["quote"]
    cited = [part["url"] for part in response["output"][-1]["content"][0]["annotations"] if "url" in part]
    assert source["url"] in cited
    assert {"7", "9"} < set(server.asked)


def test_a_server_that_must_be_asked_for_is_searched_beside_others_only(
    desk: Desk, papers: tuple[Papers, Json]
) -> None:
    server, tool = papers
    tool["require_approval"] = "always"
    asked = {"model": "player-deep-research", "input": "How long is the Brel bridge?"}
    failed = desk.ask("POST", "/responses", {**asked, "tools": [tool]}, who=desk.key, status=400)
    assert "`search` and `fetch`" in failed["error"]["message"]
    beside = desk.research(asked["input"], tools=[tool, {"type": "web_search"}])
    assert beside["status"] == "completed"
    assert server.asked == []


def test_a_server_without_these_functions_is_named_as_the_reason(desk: Desk) -> None:
    shop = Shop()
    with serve(shop.app()) as url:
        tool = {"type": "mcp", "server_label": "shop", "server_url": url, "require_approval": "never"}
        asked = {"model": "player-deep-research", "input": "Price?", "tools": [tool]}
        failed = desk.ask("POST", "/responses", asked, who=desk.key, status=400)
    assert failed["error"]["param"] == "tools" and "`search` and `fetch`" in failed["error"]["message"]
    assert shop.sold == []
