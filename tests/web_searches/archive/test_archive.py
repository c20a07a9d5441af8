"""A folder of saved pages: found by words in any language, read by address, kept up with what changes."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from earthshine.errors import Unavailable
from earthshine.web_searches.archive.archive import WebArchive
from earthshine.web_searches.archive.worker import Building
from earthshine.web_searches.base import SearchQuery
from tests.responses.clients import MODEL, sync_client
from tests.server_process import start_server
from tests.web_searches.archive.saved import ARABIC, answer, html, mhtml, record, warc


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "saved"
    made.mkdir()
    (made / "tower.html").write_bytes(html("https://www.a.test/tower#top"))
    (made / "bridge.mhtml").write_bytes(mhtml("https://b.test/bridge", ARABIC))
    (made / "nowhere.html").write_bytes(html(""))
    many = [record(f"https://c.test/{n}", answer(f"<p>Page {n} is about zebra{n}.</p>".encode())) for n in range(450)]
    warc(made / "many.warc.gz", *many, packed=True)
    return made


async def urls(archive: WebArchive, words: str, *domains: str) -> list[str]:
    return [hit.url for hit in await archive.search(SearchQuery(words, domains=domains))]


async def test_pages_are_found_and_read(tmp_path: Path, folder: Path) -> None:
    archive = WebArchive(folder, tmp_path / "index")
    assert await urls(archive, "tower") == []  # nothing is indexed yet
    assert await archive.find("https://a.test/tower") is None
    await archive.refresh()
    hit = (await archive.search(SearchQuery("how high is the tower")))[0]
    assert (hit.url, hit.title) == ("https://www.a.test/tower#top", "The tower")
    assert "330 metres" in hit.snippet
    assert (await urls(archive, "متى بني الجسر"))[0] == "https://b.test/bridge"
    assert await urls(archive, "zebra321") == ["https://c.test/321"]
    assert await urls(archive, "zebra321", "a.test") == []
    assert await urls(archive, "page tower", "a.test") == ["https://www.a.test/tower#top"]
    for asked in ("https://www.a.test/tower", "http://a.test/tower/", "https://A.test/tower#x"):
        page = await archive.find(asked)
        assert page is not None and page.body == html("https://www.a.test/tower#top")
    page = await archive.find("https://c.test/449")
    assert page is not None and b"zebra449" in page.body
    assert await archive.find("https://c.test/450") is None


async def test_what_changes_in_the_folder_changes_what_is_found(tmp_path: Path, folder: Path) -> None:
    archive = WebArchive(folder, tmp_path / "index")
    await archive.refresh()
    (folder / "tower.html").write_bytes(html("https://a.test/tower", "<p>Now it is a lighthouse.</p>"))
    (folder / "bridge.mhtml").unlink()
    (folder / "new.html").write_bytes(html("https://a.test/new", "<p>Something about giraffes.</p>"))
    assert await archive.find("https://a.test/tower") is None  # what was indexed is not there any more
    await archive.refresh()
    assert await urls(archive, "lighthouse") == ["https://a.test/tower"]
    assert await urls(archive, "metres") == []
    assert await urls(archive, "الجسر") == []
    assert await urls(archive, "giraffes") == ["https://a.test/new"]
    assert await urls(archive, "zebra7") == ["https://c.test/7"]


def test_nothing_is_read_twice_and_what_was_cut_is_read_again(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = Building(folder, tmp_path / "index")
    with monkeypatch.context() as cut:

        def stop(self: Any, *_: object) -> None:
            if self._change == 2:
                raise KeyboardInterrupt
            commit(self, *_)

        commit = Building._commit
        cut.setattr(Building, "_commit", stop)
        with pytest.raises(KeyboardInterrupt):
            first.run()
    second = Building(folder, tmp_path / "index")
    second.run()
    # What had ended was committed; the file in which it was cut is read from its beginning.
    assert (second.unread, second.pages) == (1, 451)
    third = Building(folder, tmp_path / "index")
    third.run()
    assert (third.unread, third.pages) == (0, 0)
    # An index that does not fit the catalog is made anew.
    third._index.apply([], [], 99)
    fourth = Building(folder, tmp_path / "index")
    fourth.run()
    assert fourth.pages == 452


async def test_a_child_that_breaks_is_told(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "index").write_text("no folder")
    with pytest.raises(Unavailable, match="could not be indexed"):
        await WebArchive(folder, tmp_path / "index").refresh()


async def test_a_model_searches_and_cites_saved_pages_without_the_web(tmp_path: Path, folder: Path) -> None:
    env = {"EARTHSHINE_WEB_ARCHIVE": str(folder), "EARTHSHINE_WEB_FETCH": "off"}
    flags = ("--scripted", "--no-embedded-model", "--default-model", "scripted")
    server = await start_server(tmp_path / "data", *flags, env=env)
    try:
        with sync_client(server) as client:
            call = {"tool_call": {"name": "web_search", "arguments": {"queries": ["tower metres high"]}}}
            said = f"How high is the tower?\n!script {json.dumps([call, {'text': 'It is 330 metres high.'}])}"
            tools: Any = [{"type": "web_search", "external_web_access": False}]
            made: Any = None
            # Pages are there as they are indexed, one file after the other.
            while made is None or not any("tower" in each.url for each in made.output[0].action.sources or ()):
                made = client.responses.create(model=MODEL, input=said, tools=tools)
            [cited] = made.output[-1].content[0].annotations
            assert (cited.type, cited.quote) == ("url_citation", "The tower is 330 metres high.")
            kept = [file for file in client.files.list() if file.id == cited.file_id]
            assert client.files.content(kept[0].id).read() == html("https://www.a.test/tower#top")
            # The saved page is the same each time: it is kept once.
            client.responses.create(model=MODEL, input=said, tools=tools)
            assert len([file for file in client.files.list() if file.filename.startswith("www.a.test")]) == 1
        assert sorted(os.listdir(folder)) == ["bridge.mhtml", "many.warc.gz", "nowhere.html", "tower.html"]
    finally:
        await server.stop()
