"""`earthshine models`, `pull` and `doctor` as their users call them."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from earthshine.cli import main
from tests.catalog.gguf.gguf_writer import write_gguf


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


@pytest.fixture
def data(tmp_path: Path) -> str:
    return str(tmp_path / "data")


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    return write_gguf(tmp_path / "Tiny-Chat.Q4_0.gguf")


def test_pull_by_path_then_models_then_remove(data: str, weights: Path) -> None:
    result = run("pull", f"file:{weights}", "--data", data)
    assert result.exit_code == 0, result.output
    assert result.stdout == f"tiny-chat-q4_0 is ready: {weights}\n"
    listed = json.loads(run("models", "--json", "--data", data).stdout)
    assert [(model["name"], model["aliases"]) for model in listed["installed"]] == [("tiny-chat-q4_0", ["default"])]
    shown = run("models", "--data", data).stdout
    assert "tiny-chat-q4_0" in shown
    assert "default" in shown
    for command in ("remove", "rm"):
        result = run("models", "--data", data, command, "tiny-chat-q4_0")
        assert (result.exit_code, "stays" in result.stdout) == ((0, True) if command == "remove" else (1, False))
    assert weights.exists()


def test_models_that_do_not_fit_are_shown_on_request(data: str) -> None:
    usual = json.loads(run("models", "--json", "--data", data).stdout)["available"]
    everything = json.loads(run("models", "--all", "--json", "--data", data).stdout)["available"]
    assert all(model["fits"] for model in usual)
    assert len(everything) > len(usual)
    kimi = next(model for model in everything if model["name"] == "kimi-k2.6")
    assert not kimi["fits"]
    assert "needs 525" in kimi["fit"]
    assert sum(model["recommended"] for model in everything) <= 1


def test_broken_record_is_told(data: str) -> None:
    directory = Path(data) / "models"
    directory.mkdir(parents=True)
    (directory / "x.json").write_text("{")
    listed = json.loads(run("models", "--json", "--data", data).stdout)
    assert list(listed["broken"]) == [str(directory / "x.json")]
    assert run("doctor", "--data", data).exit_code == 1


@pytest.mark.parametrize(
    ("model", "says"),
    [
        ("qwen3-4", "Did you mean 'qwen3-4b'"),
        ("kimi-k2.6", "served elsewhere"),
        ("file:/nowhere.gguf", "There is no file"),
        ("ftp:x/y", "starts with one of: file:, hf:, pypi:"),
    ],
)
def test_pull_says_what_is_wrong(data: str, model: str, says: str) -> None:
    result = run("pull", model, "--data", data)
    assert result.exit_code == 1
    assert says in result.stderr
    assert result.stdout == ""


def test_pull_refuses_what_is_no_model(data: str, tmp_path: Path) -> None:
    path = tmp_path / "page.gguf"
    path.write_text("<html>" * 100)
    result = run("pull", f"file:{path}", "--data", data)
    assert result.exit_code == 1
    assert "starts with b'<htm'" in result.stderr


def findings(data: str, *arguments: str) -> dict[str, dict[str, str]]:
    result = run("doctor", "--json", "--data", data, "--port", "0", *arguments)
    found = {finding["what"]: finding for finding in json.loads(result.stdout)}
    assert result.exit_code == int(any(finding["state"] == "broken" for finding in found.values()))
    assert all(finding["mend"] or finding["state"] == "ok" or "`" in finding["detail"] for finding in found.values())
    return found


def test_doctor_before_the_first_start(data: str) -> None:
    found = findings(data)
    assert {name for name, finding in found.items() if finding["state"] == "broken"} == set()
    assert {
        "python",
        "memory",
        "disk",
        "processor",
        "engine",
        "data directory",
        "database",
        "clock",
        "default model",
        "embedding model",
        "port",
        "stored files",
        "sandbox",
        "tool rules",
    } == set(found) - {"llama.cpp build"}, "that line is there where a build would gain"
    assert not Path(data).exists()


def test_doctor_finds_changed_weights_by_size_and_by_checksum(data: str, weights: Path) -> None:
    run("pull", f"file:{weights}", "--name", "m", "--data", data)
    assert findings(data)["model m"]["state"] == "ok"
    content = bytearray(weights.read_bytes())
    content[-40] ^= 1
    weights.write_bytes(content)
    assert findings(data)["model m"]["state"] == "ok"
    deep = findings(data, "--deep")["model m"]
    assert deep["state"] == "broken"
    assert "SHA-256" in deep["detail"]
    weights.write_bytes(content[:-40])
    assert findings(data)["model m"]["state"] == "broken"


def test_doctor_finds_a_damaged_database(data: str) -> None:
    Path(data).mkdir()
    (Path(data) / "earthshine.db").write_bytes(b"this is no database, and it is long enough to be read as one" * 100)
    assert findings(data)["database"]["state"] == "broken"


def test_doctor_finds_a_missing_driver_of_the_database(data: str) -> None:
    found = findings(data, "--database-url", "postgresql+nodriver://host/db")
    assert found["database"]["state"] == "broken"


def test_doctor_finds_a_data_directory_that_cannot_be_made(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("in the way")
    assert findings(str(file / "data"))["data directory"]["state"] == "broken"


def test_doctor_finds_a_port_in_use(data: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        result = run("doctor", "--data", data, "--port", str(taken.getsockname()[1]))
    assert "Earthshine runs already" in result.stdout
    assert result.exit_code == 0
