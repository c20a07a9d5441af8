"""Files of a workspace that somebody made into a trap."""

from __future__ import annotations

import os
import socket
import threading
from pathlib import Path

import pytest

from earthshine.errors import InvalidRequest
from earthshine.sandboxes.workspace import Workspace, check_path


@pytest.fixture
def made(tmp_path: Path) -> Workspace:
    """An empty workspace beside a secret."""
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "file").write_text("of the host")
    workspace = Workspace(tmp_path / "workspace", None)
    workspace.make()
    return workspace


def test_a_file_is_written_read_listed_and_removed(made: Workspace) -> None:
    entry = made.write("a/b/قمر.txt", [b"one", b"two"])
    assert (entry.path, entry.size) == ("a/b/قمر.txt", 6)
    assert list(made.entries()) == [entry]
    with made.open("a/b/قمر.txt") as file:
        assert file.read() == b"onetwo"
    made.write("a/b/قمر.txt", [b"new"])
    assert [each.size for each in made.entries()] == [3]
    made.delete("a/b/قمر.txt")
    assert list(made.entries()) == []


def test_links_are_never_followed(made: Workspace) -> None:
    secret = made.root.parent / "secret"
    (made.root / "folder").symlink_to(secret)
    (made.root / "link").symlink_to(secret / "file")
    (made.root / "new").symlink_to(secret / "made")
    assert list(made.entries()) == []
    for path in ("link", "folder/file"):
        with pytest.raises(FileNotFoundError):
            made.open(path)
    for path in ("folder/file", "folder/new"):
        with pytest.raises(InvalidRequest):
            made.write(path, [b"x"])
        with pytest.raises(FileNotFoundError):
            made.delete(path)
    made.write("link", [b"in its place"])  # the link goes, and not what it leads to
    made.write("new", [b"x"])
    made.delete("new")
    assert (secret / "file").read_text() == "of the host"
    assert sorted(each.name for each in secret.iterdir()) == ["file"]


def test_a_workspace_that_is_a_link_is_none(made: Workspace, tmp_path: Path) -> None:
    os.rename(made.root, tmp_path / "moved")
    made.root.symlink_to(tmp_path / "secret")
    assert list(made.entries()) == []
    with pytest.raises(FileNotFoundError):
        made.open("file")


@pytest.mark.parametrize("path", ["", "/", "/etc/passwd", "..", "a/../b", "a//b", "./a", "a\0b", "a\nb", "x" * 300])
def test_paths_that_are_none(made: Workspace, path: str) -> None:
    with pytest.raises(FileNotFoundError):
        made.open(path)
    with pytest.raises(InvalidRequest):
        check_path(path)


def test_what_is_no_plain_file_is_not_opened(made: Workspace) -> None:
    os.mkfifo(made.root / "pipe")
    (made.root / "folder").mkdir()
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(made.root / "socket"))
        for name in ("pipe", "folder", "socket"):
            with pytest.raises(FileNotFoundError):
                made.open(name)
    with pytest.raises(InvalidRequest):
        made.write("folder", [b"x"])
    with pytest.raises(InvalidRequest):
        made.write("pipe/file", [b"x"])
    assert list(made.entries()) == []


def test_a_write_that_fails_leaves_nothing(made: Workspace) -> None:
    def pieces():  # type: ignore[no-untyped-def]
        yield b"x"
        raise RuntimeError("the client is gone")

    with pytest.raises(RuntimeError):
        made.write("file", pieces())
    assert list(made.root.iterdir()) == []


def test_folders_that_are_swapped_while_one_walks_lead_nowhere(made: Workspace) -> None:
    """A race that code inside would try: a folder that is a link every other moment."""
    secret = made.root.parent / "secret"
    folder, aside, link = made.root / "folder", made.root / "aside", made.root / "link"
    folder.mkdir()
    (folder / "file").write_text("of the workspace")
    link.symlink_to(secret)
    over = threading.Event()

    def swap() -> None:
        while not over.is_set():
            os.rename(folder, aside)
            os.rename(link, folder)
            os.rename(folder, link)
            os.rename(aside, folder)

    swapping = threading.Thread(target=swap)
    swapping.start()
    reads = 0
    try:
        for _ in range(3000):
            try:
                with made.open("folder/file") as file:
                    assert file.read() == b"of the workspace"
                    reads += 1
            except FileNotFoundError:
                pass
    finally:
        over.set()
        swapping.join()
    assert reads


def test_it_is_removed_whatever_was_done_to_it(made: Workspace) -> None:
    deep = made.root / "a" / "b"
    deep.mkdir(parents=True)
    (deep / "file").write_text("x")
    (made.root / "link").symlink_to(made.root.parent / "secret")
    for folder in (deep, deep.parent, made.root):
        folder.chmod(0)
    made.remove()
    assert not made.root.exists()
    assert (made.root.parent / "secret" / "file").exists()


def test_removing_what_is_gone_leaves_the_folder_around_it_as_it_was(tmp_path: Path) -> None:
    tmp_path.chmod(0o711)
    Workspace(tmp_path / "gone", None).remove()
    assert tmp_path.stat().st_mode & 0o777 == 0o711
    locked = Workspace(tmp_path / "locked", None)
    locked.make()
    locked.write("a/b", [b"x"])
    (locked.root / "a").chmod(0)
    locked.root.chmod(0)
    locked.remove()
    assert not locked.root.exists()
    assert tmp_path.stat().st_mode & 0o777 == 0o711
