"""Which files of a build are known, and in which form each is sent."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from starlette.datastructures import Headers

from earthshine.web.build import TYPES, Build
from earthshine.web.replies import choose, file_reply, same


def write(folder: Path, **files: bytes) -> None:
    for name, body in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)


def test_compressed_siblings_are_forms_of_their_file(tmp_path: Path) -> None:
    write(tmp_path, **{"index.html": b"<p>", "assets/a.js": b"let a", "assets/a.js.br": b"B", "assets/a.js.gz": b"G"})
    build = Build.read(tmp_path)
    assert len(build) == 2
    script = build.get("/assets/a.js")
    assert script is not None
    assert dict(script.forms) == {"identity": b"let a", "br": b"B", "gzip": b"G"}
    assert build.get("/assets/a.js.br") is None


def test_a_compressed_file_without_its_original_is_a_file(tmp_path: Path) -> None:
    write(tmp_path, **{"assets/data.gz": b"G"})
    found = Build.read(tmp_path).get("/assets/data.gz")
    assert found is not None
    assert found.kind == "application/octet-stream"


def test_links_and_folders_are_left_out(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("not yours")
    folder = tmp_path / "web"
    write(folder, **{"index.html": b"<p>"})
    (folder / "link.html").symlink_to(secret)
    assert len(Build.read(folder)) == 1


def test_a_missing_build_has_no_files(tmp_path: Path) -> None:
    assert len(Build.read(tmp_path / "nowhere")) == 0


def test_contents_make_the_tag(tmp_path: Path) -> None:
    write(tmp_path, **{"a.js": b"1", "b.js": b"1", "c.js": b"2"})
    build = Build.read(tmp_path)
    tags = [file.tag for file in (build.get(f"/{name}.js") for name in "abc") if file is not None]
    assert tags[0] == tags[1] != tags[2]


def test_the_page_and_the_manifest_call_the_app_by_its_name(tmp_path: Path) -> None:
    page = b'<!doctype html><html lang="en"><title>Earthshine</title>'
    manifest = b'{"name":"Earthshine", "short_name": "Earthshine", "scope": "/"}'
    write(tmp_path, **{"index.html": page, "index.html.br": b"B", "manifest.webmanifest": manifest, "a.js": page})
    build = Build.read(tmp_path)
    name = 'A&B "\\1" <بيت>'
    named, plain = build.get("/index.html", name), build.get("/index.html")
    assert named is not None and plain is not None
    assert plain.forms == {"identity": page, "br": b"B"}
    body = named.forms["identity"].decode()
    assert 'data-name="A&amp;B &quot;\\1&quot; &lt;بيت&gt;"' in body
    assert "<title>A&amp;B &quot;\\1&quot; &lt;بيت&gt;</title>" in body
    assert (set(named.forms), named.tag != plain.tag) == ({"identity", "gzip"}, True)
    installed = build.get("/manifest.webmanifest", name)
    assert installed is not None
    assert json.loads(installed.forms["identity"]) == {"name": name, "short_name": name, "scope": "/"}
    assert build.get("/a.js", name) is build.get("/a.js")


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [
        ("", "identity"),
        ("gzip", "gzip"),
        ("gzip, deflate, br, zstd", "br"),
        ("BR", "br"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("br;q=0.000", "identity"),
        ("*", "br"),
        ("*, br;q=0", "gzip"),
        ("*;q=0", "identity"),
        ("br;q=nonsense", "br"),
        ("identity", "identity"),
        (",,;q=,", "identity"),
    ],
)
def test_what_the_client_accepts(accepted: str, expected: str) -> None:
    assert choose(accepted, {"identity": b"", "br": b"", "gzip": b""}) == expected
    assert choose(accepted, {"identity": b""}) == "identity"


def test_known_tags() -> None:
    assert same('"a"', '"a"')
    assert same('W/"a", "b"', '"a"')
    assert same("*", '"a"')
    assert not same("", '"a"')
    assert not same('"b"', '"a"')


def test_each_form_has_its_own_tag(tmp_path: Path) -> None:
    write(tmp_path, **{"a.js": b"let a", "a.js.br": b"B"})
    found = Build.read(tmp_path).get("/a.js")
    assert found is not None
    plain = file_reply(found, Headers({}), {})
    small = file_reply(found, Headers({"accept-encoding": "br"}), {})
    assert (plain.body, small.body) == (b"let a", b"B")
    assert plain.headers["etag"] != small.headers["etag"]
    again = file_reply(found, Headers({"accept-encoding": "br", "if-none-match": small.headers["etag"]}), {})
    assert (again.status_code, again.body) == (304, b"")


@pytest.mark.parametrize("suffix", [".js", ".css", ".html", ".json", ".svg", ".woff2", ".webmanifest"])
def test_types_of_what_a_build_has(suffix: str) -> None:
    assert TYPES[suffix].partition("/")[0] in {"application", "text", "image", "font"}
