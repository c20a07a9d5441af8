"""The eleven calls of skills through the official SDK, with its strict validation on, and what it would not send."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Generator

import httpx2
import pytest
from openai import BadRequestError, NotFoundError, OpenAI

from tests.server_process import ServerProcess

Files = list[tuple[str, bytes]]


def manifest(name: str = "basic-math", description: str = "Adds numbers.") -> bytes:
    return f"---\nname: {name}\ndescription: {description}\n---\nUse add.py.\n".encode()


def folder(description: str = "Adds numbers.") -> Files:
    return [("math/SKILL.md", manifest(description=description)), ("math/lib/add.py", b"print(1 + 1)\n")]


def zipped(files: Files) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files:
            archive.writestr(name, content)
    return out.getvalue()


def unzipped(content: bytes) -> Files:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return [(name, archive.read(name)) for name in archive.namelist()]


@pytest.fixture(scope="module")
def sdk(scripted_server: ServerProcess) -> Generator[OpenAI]:
    with OpenAI(
        base_url=f"{scripted_server.url}/v1",
        api_key=scripted_server.key,
        max_retries=0,
        _strict_response_validation=True,
    ) as opened:
        yield opened


@pytest.fixture(scope="module")
def http(scripted_server: ServerProcess) -> Generator[httpx2.Client]:
    headers = {"authorization": f"Bearer {scripted_server.key}"}
    with httpx2.Client(base_url=f"{scripted_server.url}/v1", headers=headers) as client:
        yield client


def test_a_skill_from_begin_to_end(sdk: OpenAI) -> None:
    made = sdk.skills.create(files=folder())
    assert (made.name, made.description) == ("basic-math", "Adds numbers.")
    assert (made.default_version, made.latest_version) == ("1", "1")
    assert sdk.skills.retrieve(made.id) == made
    assert made in sdk.skills.list().data
    assert unzipped(sdk.skills.content.retrieve(made.id).read()) == folder()

    second = sdk.skills.versions.create(made.id, files=folder("Adds and multiplies."))
    assert (second.version, second.skill_id, second.description) == ("2", made.id, "Adds and multiplies.")
    seen = sdk.skills.retrieve(made.id)
    assert (seen.default_version, seen.latest_version, seen.description) == ("1", "2", "Adds numbers.")
    assert sdk.skills.versions.retrieve("2", skill_id=made.id) == second
    assert sdk.skills.versions.retrieve("latest", skill_id=made.id) == second
    updated = sdk.skills.update(made.id, default_version="2")
    assert (updated.default_version, updated.description) == ("2", "Adds and multiplies.")

    third = sdk.skills.versions.create(made.id, files=folder("Divides."), default=True)
    assert sdk.skills.retrieve(made.id).default_version == "3"
    assert [each.version for each in sdk.skills.versions.list(made.id)] == ["3", "2", "1"]
    assert [each.version for each in sdk.skills.versions.list(made.id, order="asc", limit=1)] == ["1", "2", "3"]
    content = sdk.skills.versions.content.retrieve("1", skill_id=made.id).read()
    assert unzipped(content) == folder()

    gone = sdk.skills.versions.delete("1", skill_id=made.id)
    assert (gone.deleted, gone.version) == (True, "1")
    with pytest.raises(BadRequestError, match="default one"):
        sdk.skills.versions.delete("3", skill_id=made.id)
    sdk.skills.update(made.id, default_version="2")
    assert sdk.skills.versions.delete("3", skill_id=made.id).id == third.id
    # No number is given twice: who kept "3" must not get something else.
    assert sdk.skills.versions.create(made.id, files=folder()).version == "4"

    assert sdk.skills.delete(made.id).deleted
    for call in (sdk.skills.retrieve, sdk.skills.content.retrieve, sdk.skills.delete, sdk.skills.versions.list):
        with pytest.raises(NotFoundError):
            call(made.id)
    with pytest.raises(NotFoundError):
        sdk.skills.versions.create(made.id, files=folder())


def test_a_zip_comes_back_as_it_was(sdk: OpenAI) -> None:
    sent = zipped(folder())
    made = sdk.skills.create(files=("math.zip", sent))
    assert sdk.skills.content.retrieve(made.id).read() == sent
    assert sdk.skills.versions.create(made.id, files=[("math.zip", sent)]).version == "2"


def test_many_files_of_a_folder(sdk: OpenAI) -> None:
    files = [("math/SKILL.md", manifest()), *((f"math/data/{number}.txt", b"x" * number) for number in range(400))]
    made = sdk.skills.create(files=files)
    assert unzipped(sdk.skills.content.retrieve(made.id).read()) == files
    with pytest.raises(BadRequestError, match=r"parts|500"):
        sdk.skills.create(files=[*files, *((f"math/more/{number}.txt", b"") for number in range(200))])


@pytest.mark.parametrize(
    "files",
    [
        [("math/add.py", b"x")],
        [("math/SKILL.md", b"no head")],
        [("math/SKILL.md", manifest()), ("../SKILL.md", b"")],
        [("math/SKILL.md", manifest()), ("math/SKILL.md", manifest())],
        [("a.zip", zipped(folder())), ("b.zip", zipped(folder()))],
        ("a.zip", zipped(folder())[:-30]),
        ("a.zip", b"PK\x03\x04" + bytes(100)),
        ("SKILL.zip", b""),
    ],
)
def test_what_is_no_skill_is_refused(files: Files, sdk: OpenAI) -> None:
    before = len(sdk.skills.list(limit=100).data)
    with pytest.raises(BadRequestError) as refused:
        sdk.skills.create(files=files)
    assert refused.value.param == "files"
    assert len(sdk.skills.list(limit=100).data) == before


def test_forms_that_the_sdk_would_not_send(http: httpx2.Client, sdk: OpenAI) -> None:
    made = sdk.skills.create(files=folder())
    assert http.post("/skills", json={}).status_code == 415
    nothing = http.post("/skills", files={"other": ("a.txt", b"x")})
    assert nothing.status_code == 400, nothing.text
    stray = http.post("/skills", files={"files": ("a.zip", zipped(folder()))}, data={"default": "true"})
    assert (stray.status_code, stray.json()["error"]["param"]) == (400, "default")
    wrong = http.post(
        f"/skills/{made.id}/versions", files={"files": ("a.zip", zipped(folder()))}, data={"default": "maybe"}
    )
    assert (wrong.status_code, wrong.json()["error"]["param"]) == (400, "default")
    for version in ("0", "9", "-1", "x", "٢", "1" * 40):
        assert http.get(f"/skills/{made.id}/versions/{version}").status_code == 404
    for version in ("9", "99999999999"):
        assert http.post(f"/skills/{made.id}", json={"default_version": version}).status_code in (400, 404)
    assert http.get(f"/skills/{made.id}/versions", params={"after": "skillver_none"}).status_code == 404


def test_two_versions_at_once_get_two_numbers(scripted_server: ServerProcess, sdk: OpenAI) -> None:
    import asyncio

    from openai import AsyncOpenAI

    made = sdk.skills.create(files=folder())

    async def both() -> list[str]:
        async with AsyncOpenAI(base_url=f"{scripted_server.url}/v1", api_key=scripted_server.key) as client:
            sent = [client.skills.versions.create(made.id, files=folder(f"Number {n}.")) for n in range(8)]
            return [each.version for each in await asyncio.gather(*sent)]

    assert sorted(asyncio.run(both()), key=int) == [str(number) for number in range(2, 10)]
