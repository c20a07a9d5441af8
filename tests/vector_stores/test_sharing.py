"""Stores that people share with their project: who finds, searches and reads them, and what stays the owner's."""

from __future__ import annotations

import time
from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.patience import PATIENCE
from tests.responses.app import People, open_people

WORDS = b"The moon is lit by the sun."


@dataclass
class Town:
    """A store of amal's with one file, and the others of her project."""

    people: People
    amal: str
    badr: str
    store: str = ""
    file: str = ""

    def ask(self, method: str, path: str, who: str, body: Any = None) -> Any:
        """Send a request, and return the reply."""
        headers = {"authorization": f"Bearer {who}", "openai-project": self.people.project}
        return self.people.http.request(method, path, json=body, headers=headers)

    def write(self, who: str, name: str, shared: bool) -> tuple[str, str]:
        """Make a store with one file, and wait until it can be searched; returns the ids of both."""
        form = {"files": {"file": (name, WORDS)}, "data": {"purpose": "user_data"}}
        file = self.people.ask("POST", "/files", form, who=who)["id"]
        body = {"name": name, "file_ids": [file], "shared": shared}
        made = self.people.ask("POST", "/vector_stores", body, who=who)
        deadline = time.monotonic() + PATIENCE
        while made["status"] == "in_progress":
            assert time.monotonic() < deadline
            time.sleep(0.05)
            made = self.people.ask("GET", f"/vector_stores/{made['id']}", who=who)
        return made["id"], file

    def share(self, shared: bool) -> Any:
        return self.ask("POST", f"/v1/vector_stores/{self.store}", self.amal, {"shared": shared}).json()

    def reading(self) -> dict[str, tuple[str, str, Any]]:
        """Return the ways to read the store and its file."""
        store, file = f"/v1/vector_stores/{self.store}", f"/v1/files/{self.file}"
        return {
            "the store": ("GET", store, None),
            "its files": ("GET", f"{store}/files", None),
            "one of them": ("GET", f"{store}/files/{self.file}", None),
            "its passages": ("GET", f"{store}/files/{self.file}/content", None),
            "a search": ("POST", f"{store}/search", {"query": "moon"}),
            "the file": ("GET", file, None),
            "its bytes": ("GET", f"{file}/content", None),
            "its text": ("GET", f"/earthshine/v1/documents/{self.file}/parts", None),
            "a search in it": ("POST", f"/earthshine/v1/documents/{self.file}/search", {"query": "moon"}),
        }

    def writing(self) -> dict[str, tuple[str, str, Any]]:
        """Return the ways to change or remove them."""
        store, file = f"/v1/vector_stores/{self.store}", f"/v1/files/{self.file}"
        return {
            "renaming": ("POST", store, {"name": "Mine"}),
            "no more sharing": ("POST", store, {"shared": False}),
            "adding": ("POST", f"{store}/files", {"file_id": self.file}),
            "attributes": ("POST", f"{store}/files/{self.file}", {"attributes": {}}),
            "a batch": ("POST", f"{store}/file_batches", {"file_ids": [self.file]}),
            "a file's name": ("PATCH", f"/earthshine/v1/files/{self.file}", {"filename": "mine.txt"}),
            "another reading": ("POST", f"/earthshine/v1/documents/{self.file}", None),
            "taking out": ("DELETE", f"{store}/files/{self.file}", None),
            "the file": ("DELETE", file, None),
            "the store": ("DELETE", store, None),
        }

    def statuses(self, ways: dict[str, tuple[str, str, Any]], who: str) -> dict[str, int]:
        return {name: self.ask(method, path, who, body).status_code for name, (method, path, body) in ways.items()}


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Generator[Town]:
    with open_people(tmp_path_factory.mktemp("sharing")) as people:
        made = Town(people, people.sign_in("amal")[1], people.sign_in("badr")[1])
        made.store, made.file = made.write(made.amal, "moon.txt", shared=False)
        yield made


def only(statuses: dict[str, int], wanted: int) -> None:
    assert set(statuses.values()) == {wanted}, statuses


def test_what_is_shared_is_read_by_the_projects_people(town: Town) -> None:
    only(town.statuses(town.reading(), town.badr), 404)
    mine = town.share(True)
    assert (mine["shared"], mine["owner_name"]) == (True, None)
    only(town.statuses(town.reading(), town.badr), 200)
    [listed] = town.ask("GET", "/v1/vector_stores", town.badr).json()["data"]
    assert (listed["id"], listed["shared"], listed["owner_name"]) == (town.store, True, "amal")
    found = town.ask("POST", f"/v1/vector_stores/{town.store}/search", town.badr, {"query": "moon"}).json()["data"]
    assert found[0]["content"][0]["text"] == WORDS.decode()
    assert town.ask("GET", f"/v1/files/{town.file}/content", town.badr).content == WORDS
    # It is in nobody else's list of files.
    assert town.ask("GET", "/v1/files", town.badr).json()["data"] == []
    town.share(False)
    only(town.statuses(town.reading(), town.badr), 404)
    assert town.ask("GET", "/v1/vector_stores", town.badr).json()["data"] == []


def test_what_is_shared_is_its_owners_to_change(town: Town) -> None:
    town.share(True)
    only(town.statuses(town.writing(), town.badr), 403)
    # Neither does it become part of somebody else's.
    own = town.people.ask("POST", "/vector_stores", {"name": "badr's"}, who=town.badr)["id"]
    assert town.ask("POST", f"/v1/vector_stores/{own}/files", town.badr, {"file_id": town.file}).status_code == 404
    town.share(False)
    only(town.statuses(town.writing(), town.badr), 404)
    only(town.statuses(town.reading(), town.amal), 200)


def test_keys_of_the_project_see_what_they_saw(town: Town) -> None:
    town.share(True)
    for _ in range(2):
        only(town.statuses(town.reading(), town.people.key), 404)
        only(town.statuses(town.writing(), town.people.key), 404)
        assert town.ask("GET", "/v1/vector_stores", town.people.key).json()["data"] == []
        town.share(False)


def test_people_of_other_projects_see_nothing(town: Town) -> None:
    town.share(True)
    other = town.people.ask("POST", "/organization/projects", {"name": "other"})["id"]
    key = town.people.ask("POST", f"/organization/projects/{other}/api_keys", {"name": "k"})["value"]
    stranger = {"authorization": f"Bearer {key}"}
    for method, path, body in town.reading().values():
        assert town.people.http.request(method, path, json=body, headers=stranger).status_code == 404
    town.share(False)


def test_a_file_in_a_store_of_the_project_is_read_by_all_who_search_there(town: Town) -> None:
    store = town.people.ask("POST", "/vector_stores", {"name": "Everybody's"}, who=town.people.key)["id"]
    assert town.ask("GET", f"/v1/files/{town.file}", town.badr).status_code == 404
    added = town.ask("POST", f"/v1/vector_stores/{store}/files", town.amal, {"file_id": town.file})
    assert added.status_code == 200, added.text
    assert town.ask("GET", f"/v1/files/{town.file}", town.badr).status_code == 200
    assert town.ask("DELETE", f"/v1/files/{town.file}", town.badr).status_code == 403
    gone = town.ask("DELETE", f"/v1/vector_stores/{store}", town.people.key)
    assert gone.status_code == 200, gone.text
    assert town.ask("GET", f"/v1/files/{town.file}", town.badr).status_code == 404


def test_reading_what_is_shared_leaves_no_row_in_the_audit_trail(town: Town) -> None:
    manager = town.people.sign_in("manager", "admin")[1]

    def rows() -> int:
        logs = town.people.ask("GET", "/organization/audit_logs?limit=100&event_types[]=organization.updated")["data"]
        return sum(row["event"] == "data.read" for row in logs)

    before = rows()
    town.share(True)
    only(town.statuses(town.reading(), manager), 200)
    assert rows() == before
    town.share(False)
    only(town.statuses(town.reading(), manager), 200)
    assert rows() > before
