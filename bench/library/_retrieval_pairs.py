"""Questions and answers in four languages that translators wrote, read out of Debian packages: only their text is read.

Two kinds: the questions of the installer and of other packages that ask something (a title, and the explanation below
it), and the settings of desktop programs (what a setting is called, and what it does). Of Debian 12,
these have many:

    console-setup debconf exim4-config fontconfig-config grub-pc keyboard-configuration libc6 popularity-contest
    samba-common tasksel; of the installer base-installer partman-{auto,base,crypto,lvm,md,auto-lvm,auto-crypto} pkgsel
    {caja,evolution,gedit,marco,mate-desktop,mate-power-manager,mate-settings-daemon,mate-terminal,pluma}-common eog
"""

from __future__ import annotations

import gettext
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

LANGUAGES = ("ar", "fr", "zh", "en")
_IN_TEMPLATES = {"ar": "-ar.utf-8", "fr": "-fr.utf-8", "zh": "-zh_cn.utf-8", "en": ""}
_CATALOGUES = {"ar": "ar", "fr": "fr", "zh": "zh_CN"}
_LEAST = 40
"""Characters of what a setting does; less is its name once more."""


@dataclass(frozen=True)
class Pair:
    """A question and its answer, each by language."""

    question: dict[str, str]
    answer: dict[str, str]


def pairs(folder: Path) -> list[Pair]:
    """Return what all packages in a folder say in all four languages; each answer once."""
    found: dict[str, Pair] = {}
    for package in sorted([*folder.glob("*.udeb"), *folder.glob("*.deb")]):
        with tempfile.TemporaryDirectory() as unpacked:
            subprocess.run(["dpkg-deb", "--raw-extract", package, unpacked], check=True)
            for pair in (*_templates(Path(unpacked)), *_settings(Path(unpacked))):
                if all(pair.question.values()) and all(pair.answer.values()):
                    found.setdefault(pair.answer["en"], pair)
    return list(found.values())


def _templates(unpacked: Path) -> Iterator[Pair]:
    templates = unpacked / "DEBIAN" / "templates"
    text = templates.read_text("utf-8", "replace") if templates.is_file() else ""
    for block in text.split("\n\n"):
        fields = _fields(block)
        each = {name: fields.get(f"description{end}", ("", "")) for name, end in _IN_TEMPLATES.items()}
        yield Pair({name: each[name][0] for name in LANGUAGES}, {name: each[name][1] for name in LANGUAGES})


def _fields(block: str) -> dict[str, tuple[str, str]]:
    """Return the first line and the further ones of each field of a template."""
    fields: dict[str, tuple[str, list[str]]] = {}
    name = ""
    for line in block.splitlines():
        if line.startswith(" ") and name:
            fields[name][1].append("\n" if line.strip() == "." else line.strip())
        else:
            name, _, first = line.partition(":")
            name = name.lower()
            fields[name] = (first.strip(), [])
    return {name: (first, " ".join(more).strip()) for name, (first, more) in fields.items()}


def _settings(unpacked: Path) -> Iterator[Pair]:
    schemas = sorted(unpacked.rglob("*.gschema.xml"))
    catalogues = {language: _catalogue(unpacked, name) for language, name in _CATALOGUES.items()} if schemas else {}
    for schema in schemas:
        for key in etree.parse(schema).iter("key"):
            summary, description = key.findtext("summary") or "", key.findtext("description") or ""
            question, answer = {"en": _one_line(summary)}, {"en": _one_line(description)}
            for language, known in catalogues.items():
                question[language] = known.get(_one_line(summary), "")
                answer[language] = known.get(_one_line(description), "")
            if len(answer["en"]) >= _LEAST and len(set(answer.values())) == len(LANGUAGES):
                yield Pair(question, answer)


def _catalogue(unpacked: Path, language: str) -> dict[str, str]:
    known: dict[str, str] = {}
    for path in sorted(unpacked.glob(f"usr/share/locale/{language}/LC_MESSAGES/*.mo")):
        with path.open("rb") as file:
            messages: dict[object, str] = vars(gettext.GNUTranslations(file))["_catalog"]
        for original, translated in messages.items():
            if isinstance(original, str):
                known[_one_line(original.rpartition("\x04")[2])] = _one_line(translated)
    return known


def _one_line(text: str) -> str:
    return " ".join(text.split())
