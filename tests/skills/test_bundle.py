"""Archives of strangers: what is a skill, what is none, and that nothing is written outside its folder."""

from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Iterable
from pathlib import Path

import pytest

from earthshine.errors import InvalidRequest
from earthshine.skills import bundle
from earthshine.skills.bundle import entry_name, read_bundle, unpack

MANIFEST = b"---\nname: basic-math\ndescription: Adds numbers.\n---\nUse add.py.\n"
Entry = tuple[str | zipfile.ZipInfo, bytes]


def archive(folder: Path, entries: Iterable[Entry], how: int = zipfile.ZIP_DEFLATED) -> Path:
    path = folder / "skill.zip"
    with zipfile.ZipFile(path, "w", how) as file:
        for name, content in entries:
            file.writestr(name, content)
    return path


def special(name: str, kind: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = (kind | 0o777) << 16
    return info


def test_a_folder_with_a_manifest(tmp_path: Path) -> None:
    run = special("math/bin/add.py", stat.S_IFREG)
    path = archive(tmp_path, [("math/SKILL.md", MANIFEST), (run, b"print(1)"), ("math/ملاحظات/月.txt", b"x")])
    read = read_bundle(path)
    assert (read.manifest.name, read.root, read.files) == ("basic-math", "math/", 3)
    assert read.bytes == len(MANIFEST) + len(b"print(1)x")
    unpack(path, read.root, tmp_path / "out")
    found = {str(each.relative_to(tmp_path / "out")) for each in (tmp_path / "out").rglob("*") if each.is_file()}
    assert found == {"SKILL.md", "bin/add.py", "ملاحظات/月.txt"}
    assert (tmp_path / "out/bin/add.py").stat().st_mode & 0o111
    assert not (tmp_path / "out/SKILL.md").stat().st_mode & 0o111


def test_a_manifest_at_the_top_and_what_a_mac_adds(tmp_path: Path) -> None:
    path = archive(
        tmp_path, [("__MACOSX/._SKILL.md", b"junk"), (".DS_Store", b"junk"), ("skill.md", MANIFEST), ("docs/a.md", b"")]
    )
    read = read_bundle(path)
    assert (read.root, read.files) == ("", 2)
    unpack(path, read.root, tmp_path / "out")
    assert sorted(each.name for each in (tmp_path / "out").iterdir()) == ["docs", "skill.md"]


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ([("a.txt", b"x")], "no SKILL.md"),
        ([("a/b/SKILL.md", MANIFEST)], "no SKILL.md"),
        ([("a/SKILL.md", MANIFEST), ("b.txt", b"")], "outside the folder"),
        ([("a/SKILL.md", MANIFEST), ("b/SKILL.md", MANIFEST)], "outside the folder"),
        ([("SKILL.md", MANIFEST), ("skill.md", MANIFEST)], "twice"),
        ([("SKILL.md", MANIFEST), ("../x", b"")], "cannot be used"),
        ([("SKILL.md", MANIFEST), ("/etc/x", b"")], "cannot be used"),
        ([("SKILL.md", MANIFEST), ("a\\b", b"")], "cannot be used"),
        ([("SKILL.md", MANIFEST), ("a//b", b"")], "cannot be used"),
        ([("SKILL.md", MANIFEST), ("a/./b", b"")], "cannot be used"),
        ([("SKILL.md", MANIFEST), ("a\nb", b"")], "cannot be used"),
        ([("SKILL.md", MANIFEST), ("x" * 300, b"")], "cannot be used"),
        ([("SKILL.md", MANIFEST), ("d/" * 20 + "x", b"")], "cannot be used"),
        ([("SKILL.md", MANIFEST), (special("link", stat.S_IFLNK), b"/etc/passwd")], "a link or a device"),
        ([("SKILL.md", MANIFEST), (special("pipe", stat.S_IFIFO), b"")], "a link or a device"),
        ([("SKILL.md", MANIFEST), ("a", b"x"), ("a/b", b"x")], "below a file"),
        ([("SKILL.md", MANIFEST), ("A.txt", b"x"), ("a.txt", b"x")], "twice"),
        ([("SKILL.md", MANIFEST), *((f"{number}", b"") for number in range(500))], "more than 500 files"),
        ([("SKILL.md", MANIFEST), *((f"{number}", b"") for number in range(1100))], "more than 500 files"),
        ([("SKILL.md", b"no head")], "SKILL.md"),
    ],
)
def test_what_is_no_skill_is_refused_with_words(entries: list[Entry], words: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest) as refused:
        read_bundle(archive(tmp_path, entries))
    assert words in refused.value.message


def test_sizes_are_counted_not_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle, "MOST_FILE", 2**20)
    monkeypatch.setattr(bundle, "MOST_TOTAL", 2 * 2**20)
    zeros = bytes(2**20 + 1)
    with pytest.raises(InvalidRequest, match="more than 1048576 bytes"):
        read_bundle(archive(tmp_path, [("SKILL.md", MANIFEST), ("bomb", zeros)]))
    several = [("SKILL.md", MANIFEST), *((f"{number}", zeros[:-1]) for number in range(3))]
    with pytest.raises(InvalidRequest, match="together"):
        read_bundle(archive(tmp_path, several))


def test_other_compressions_and_passwords(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest, match="not deflate"):
        read_bundle(archive(tmp_path, [("SKILL.md", MANIFEST)], zipfile.ZIP_LZMA))
    path = archive(tmp_path, [("SKILL.md", MANIFEST)], zipfile.ZIP_STORED)
    content = bytearray(path.read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)
    with pytest.raises(InvalidRequest, match="encrypted"):
        read_bundle(path)


def test_every_cut_and_every_flipped_byte_is_read_or_refused(tmp_path: Path) -> None:
    whole = archive(tmp_path, [("a/SKILL.md", MANIFEST), ("a/x.txt", b"word " * 50)]).read_bytes()
    damaged = tmp_path / "damaged.zip"
    refused = 0
    for at in range(len(whole)):
        flipped = bytearray(whole)
        flipped[at] ^= 0xFF
        for content in (whole[:at], bytes(flipped)):
            damaged.write_bytes(content)
            try:
                read_bundle(damaged)
            except InvalidRequest:
                refused += 1
    assert refused > len(whole)  # each cut, and most flips: some change only a date or a comment


def test_a_zip_inside_other_bytes_is_no_way_round_a_limit(tmp_path: Path) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as file:
        file.writestr("SKILL.md", MANIFEST)
    path = tmp_path / "skill.zip"
    path.write_bytes(b"before it" + inner.getvalue())
    assert read_bundle(path).files == 1


@pytest.mark.parametrize("given", ["", "/", ".", "..", "a/", "/a", "a/../b", "C:\\x", "a\0b", "a\u2028b", "\ud800"])
def test_paths_that_could_leave(given: str) -> None:
    with pytest.raises(InvalidRequest):
        entry_name(given)
