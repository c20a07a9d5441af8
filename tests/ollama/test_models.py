"""The models by the official client: what there is, what one is, fetching and removing; and who may."""

from __future__ import annotations

import json
from collections.abc import Generator
from pathlib import Path

import httpx
import pytest

from earthshine import __version__
from ollama import Client, ResponseError
from tests.catalog.gguf.gguf_writer import write_gguf
from tests.ollama.conftest import StrictClient
from tests.server_process import ServerProcess


@pytest.fixture(scope="module")
def reader(scripted_server: ServerProcess) -> Generator[StrictClient]:
    """A client whose key may use models, and manage nothing."""
    with httpx.Client(base_url=scripted_server.url, headers={"authorization": f"Bearer {scripted_server.key}"}) as http:
        made = http.post("/v1/organization/projects/default/api_keys", json={"name": "user", "role": "member"})
    with StrictClient(scripted_server.url, headers={"Authorization": f"Bearer {made.json()['value']}"}) as client:
        yield client


def test_models_are_listed_with_a_tag_and_known_with_and_without(ollama: StrictClient) -> None:
    names = [model.model for model in ollama.list().models]
    assert names == ["scripted:latest", "default:latest", "default-embedding:latest"]
    first, second, third = (model.digest for model in ollama.list().models)
    assert first == second != third, "clients take names with one digest for one model"
    for name in ("scripted", "scripted:latest", "default:latest"):
        # A model's context is known for certain once it is loaded.
        assert ollama.chat(name, [{"role": "user", "content": "x"}]).model == name
        shown = ollama.show(name)
        assert shown.capabilities == ["completion", "tools", "thinking"]
        assert (shown.modelinfo or {})["scripted.context_length"] == 32768
    assert ollama.show("default-embedding:latest").capabilities == ["embedding"]


def test_errors_have_ollamas_shape_also_at_unknown_addresses(scripted_server: ServerProcess) -> None:
    key = {"authorization": f"Bearer {scripted_server.key}"}
    for method, path, headers, status in (
        ("GET", "/api/tags", {}, 401),
        ("GET", "/api/nothing", key, 404),
        ("POST", "/api/tags", key, 405),
        ("POST", "/api/copy", key, 400),
    ):
        reply = httpx.request(method, scripted_server.url + path, headers=headers, json={})
        assert (reply.status_code, set(reply.json())) == (status, {"error"}), path
        assert isinstance(reply.json()["error"], str)
    assert httpx.get(scripted_server.url + "/api/version", headers=key).json() == {"version": __version__}


def test_the_key_may_stand_in_the_clients_own_variable(
    scripted_server: ServerProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OLLAMA_API_KEY", scripted_server.key)
    monkeypatch.setenv("OLLAMA_HOST", scripted_server.url)
    with Client() as client:
        assert client.list().models
    monkeypatch.delenv("OLLAMA_API_KEY")
    with Client() as client, pytest.raises(ResponseError, match="Authorization: Bearer KEY"):
        client.list()


def test_a_model_is_pulled_and_deleted(ollama: StrictClient, tmp_path: Path) -> None:
    source = f"file:{write_gguf(tmp_path / 'tiny-moon.gguf')}"
    try:
        steps = [step.status for step in ollama.pull(source, stream=True)]
        assert (steps[0], steps[-1]) == ("pulling manifest", "success")
        (tiny,) = [model for model in ollama.list().models if model.model == "tiny-moon:latest"]
        assert tiny.details is not None
        assert tiny.details.format == "gguf"
        assert tiny.size == (tmp_path / "tiny-moon.gguf").stat().st_size
        assert ollama.pull("tiny-moon").status == "success", "it is there already"
    finally:
        assert ollama.delete("tiny-moon:latest").status == "success"
    assert "tiny-moon:latest" not in [model.model for model in ollama.list().models]


def test_a_pull_that_fails_says_why(ollama: StrictClient, tmp_path: Path) -> None:
    (tmp_path / "broken.gguf").write_bytes(b"GGUF no")
    for stream in (False, True):
        with pytest.raises(ResponseError, match=r"broken\.gguf"):
            list(ollama.pull(f"file:{tmp_path / 'broken.gguf'}", stream=stream))
    with pytest.raises(ResponseError, match="does not exist here") as unknown:
        ollama.pull("nobody-knows-this")
    assert unknown.value.status_code == 404


def test_only_administrators_manage_models(reader: StrictClient) -> None:
    assert reader.list().models
    for act in (
        lambda: reader.pull("scripted"),
        lambda: reader.delete("scripted"),
        lambda: reader.generate("scripted", keep_alive=0),
    ):
        with pytest.raises(ResponseError, match=r"installation\.manage") as refused:
            act()
        assert refused.value.status_code == 403


def test_a_header_names_only_names(scripted_server: ServerProcess) -> None:
    body = {"model": "scripted", "prompt": "x", "stream": False, "a\r\nb": 1, "ok": 1, "é": 2, "x" * 100: 3}
    key = {"authorization": f"Bearer {scripted_server.key}"}
    reply = httpx.post(scripted_server.url + "/api/generate", content=json.dumps(body), headers=key)
    assert (reply.status_code, reply.headers["x-earthshine-ignored"]) == (200, "ok")
