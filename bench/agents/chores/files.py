"""Chores with files: rename, find, count, remove doubles, pack."""

from __future__ import annotations

import io
import zipfile

from bench.agents.checks import files_are, json_is, lines_are, number_is, says, zip_has
from bench.agents.chores.make import chore

_PHOTOS = {f"photos/IMG_{number}.JPG": f"picture {number}" for number in (17, 203, 4, 88)}
_RENAMED = {name.replace(".JPG", ".jpg").replace("IMG_", "img_"): text for name, text in _PHOTOS.items()}
_GONE = dict.fromkeys(_PHOTOS)
_LOGS = {
    "logs/monday.log": "INFO start\nERROR disk\nINFO ok\nERROR net\n",
    "logs/tuesday.log": "INFO start\nINFO ok\n",
    "logs/old/sunday.log": "ERROR disk\nWARN low\nERROR disk\nERROR cpu\n",
    "notes.txt": "ERROR is a word that stands here too.\n",
}
_DOUBLES = {
    "inbox/a.txt": "the first letter",
    "inbox/b.txt": "another letter",
    "inbox/c.txt": "the first letter",
    "inbox/d.txt": "a third one",
    "inbox/e.txt": "another letter",
}
_NOTES = {
    "work/plan.md": "# Plan\nGo.",
    "work/todo.md": "- eat\n- sleep",
    "work/draft.txt": "no",
    "work/sum.csv": "a,b",
}
_MIXED = {
    "downloads/holiday.jpg": "J",
    "downloads/bill.pdf": "P",
    "downloads/cat.jpg": "C",
    "downloads/letter.txt": "L",
    "downloads/tax.pdf": "T",
}
_SORTED = {
    "downloads/jpg/holiday.jpg": "J",
    "downloads/jpg/cat.jpg": "C",
    "downloads/pdf/bill.pdf": "P",
    "downloads/pdf/tax.pdf": "T",
    "downloads/txt/letter.txt": "L",
}
_SIZES = {
    "data/one.bin": b"x" * 1200,
    "data/two.bin": b"y" * 90210,
    "data/deep/three.bin": b"z" * 90300,
    "data/four.txt": b"f" * 70,
}
_PAGES = {
    "book/chapter-1.txt": "It began.\nAt night.\n",
    "book/chapter-2.txt": "It went on.\n",
    "book/chapter-10.txt": "It ended.\n",
}
_WHOLE = "It began.\nAt night.\nIt went on.\nIt ended.\n"


def _zip(files: dict[str, str]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return packed.getvalue()


_PARCEL = _zip({"parcel/list.txt": "pears\nplums\n", "parcel/inner/price.txt": "314\n"})

TASKS = [
    chore(
        "files-rename",
        "The pictures in the folder photos are called IMG_17.JPG and so on. Rename all of them to small letters, "
        "as in img_17.jpg.",
        files_are({**_RENAMED, **_GONE}, under="photos/", exactly=True),
        _PHOTOS,
        right={**_RENAMED, **_GONE},
        wrong=_RENAMED,
    ),
    chore(
        "files-count-errors",
        "How many lines in the .log files below the folder logs, subfolders included, begin with ERROR? "
        "Tell me the number.",
        says(5),
        _LOGS,
        right="There are 5 such lines.",
        wrong="There are 2 such lines.",
    ),
    chore(
        "files-dedupe",
        "In the folder inbox some files have the same content. Of each group with the same content keep only the "
        "one whose name comes first in the alphabet, and delete the others.",
        files_are({**_DOUBLES, "inbox/c.txt": None, "inbox/e.txt": None}, under="inbox/", exactly=True),
        _DOUBLES,
        right={"inbox/c.txt": None, "inbox/e.txt": None},
        wrong={"inbox/a.txt": None, "inbox/e.txt": None},
    ),
    chore(
        "files-zip",
        "Pack all .md files of the folder work into an archive notes.zip, and nothing else.",
        zip_has("notes.zip", {"plan.md": "# Plan\nGo.", "todo.md": "- eat\n- sleep"}),
        _NOTES,
        right={"notes.zip": _zip({"plan.md": "# Plan\nGo.", "todo.md": "- eat\n- sleep"})},
        wrong={"notes.zip": _zip({"plan.md": "# Plan\nGo."})},
    ),
    chore(
        "files-sort-by-kind",
        "Tidy up the folder downloads: move each file into a subfolder of downloads that is named after its ending "
        "(jpg, pdf, txt).",
        files_are({**_SORTED, **dict.fromkeys(_MIXED)}, under="downloads/", exactly=True),
        _MIXED,
        right={**_SORTED, **dict.fromkeys(_MIXED)},
        wrong={"downloads/jpg/cat.jpg": "C", "downloads/cat.jpg": None},
    ),
    chore(
        "files-largest",
        "Which file below the folder data is the largest? Write its name, without the folder, into largest.txt.",
        lines_are("largest.txt", ["three.bin"]),
        _SIZES,
        right={"largest.txt": "three.bin\n"},
        wrong={"largest.txt": "two.bin\n"},
    ),
    chore(
        "files-join",
        "Join the chapters in the folder book into one file book.txt, in the order of their numbers.",
        files_are({"book.txt": _WHOLE}),
        _PAGES,
        right={"book.txt": _WHOLE},
        wrong={"book.txt": "It began.\nAt night.\nIt ended.\nIt went on.\n"},
    ),
    chore(
        "files-unpack",
        "في مكان ما داخل الأرشيف parcel.zip ملف اسمه price.txt. اكتب العدد الموجود فيه في ملف answer.txt.",
        number_is("answer.txt", 314),
        {"parcel.zip": _PARCEL},
        right={"answer.txt": "314"},
        wrong={"answer.txt": "31"},
        language="ar",
    ),
    chore(
        "files-index",
        "请生成 index.json：一个 JSON 对象，键是 work 文件夹里每个 .md 文件的文件名，值是该文件的行数。",
        json_is("index.json", {"plan.md": 2, "todo.md": 2}),
        _NOTES,
        right={"index.json": '{"plan.md": 2, "todo.md": 2}'},
        wrong={"index.json": '{"plan.md": 2}'},
        language="zh",
    ),
]
