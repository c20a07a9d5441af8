"""Installed models on disk: one small JSON file each, beside the weights.

Any process may add or remove a record at any time (`earthshine pull` while a server runs), so this looks at the
directory's time of change before it answers, and reads again when that is newer.
"""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from earthshine.catalog.card import Card
from earthshine.catalog.curated import refreshed
from earthshine.catalog.installed.projectors import projector_of
from earthshine.catalog.weights import SAFETENSORS_ENGINES
from earthshine.disk import write_atomically

_CARD = TypeAdapter(Card)
_SUFFIX = ".json"
_SETTLED = 0.1
"""Seconds after which a directory's time of change tells two changes apart; younger ones are not trusted."""


class InstalledModels:
    """The records in one directory."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.broken: dict[Path, str] = {}
        """Records that could not be read, and why."""
        self._cards: dict[str, Card] = {}
        self._stamp = -1.0

    def cards(self) -> dict[str, Card]:
        """Return all cards by name, oldest installation first."""
        try:
            changed = self.directory.stat().st_mtime
        except (FileNotFoundError, NotADirectoryError):
            self._cards, self.broken, self._stamp = {}, {}, -1.0
            return self._cards
        if changed != self._stamp:
            started = time.time()
            self._read()
            self._stamp = changed if changed < started - _SETTLED else -1.0
        return self._cards

    def put(self, card: Card) -> None:
        """Write a card's record, in place of an older one."""
        self.directory.mkdir(parents=True, exist_ok=True)
        record = _CARD.dump_json(self._shortened(card), indent=2, exclude_defaults=True)
        write_atomically(self._file(card.name), record)
        self._stamp = -1.0

    def changed(self) -> None:
        """Look anew: something was put beside the records."""
        self._stamp = -1.0

    def delete(self, name: str) -> None:
        """Take a record away; a missing one is fine."""
        self._file(name).unlink(missing_ok=True)
        self._stamp = -1.0

    def _read(self) -> None:
        cards: list[Card] = []
        self.broken = {}
        for file in sorted(self.directory.glob(f"*{_SUFFIX}")):
            try:
                card = _CARD.validate_json(file.read_bytes())
            except FileNotFoundError:
                continue  # removed by another process since the listing
            except OSError as error:
                self.broken[file] = error.strerror or str(error)
            except ValidationError as error:
                first = error.errors(include_url=False, include_input=False)[0]
                self.broken[file] = f"{'.'.join(str(step) for step in first['loc'])}: {first['msg']}".removeprefix(": ")
            else:
                if file.name != f"{card.name}{_SUFFIX}":
                    self.broken[file] = f"it is the record of {card.name!r}"
                else:
                    cards.append(refreshed(self._lengthened(card)))
        self._cards = {card.name: card for card in sorted(cards, key=lambda card: (card.created, card.name))}

    def _lengthened(self, card: Card) -> Card:
        """Make paths relative to the directory absolute, and say whether it sees: by what lies there today."""
        adapters = {name: self.directory / path for name, path in card.adapters.items()}
        card = replace(card, path=None if card.path is None else self.directory / card.path, adapters=adapters)
        if card.engine in SAFETENSORS_ENGINES:
            return card  # what sees in them is in the folder
        projector = projector_of(card, self.directory)
        if projector is None:
            return replace(card, projector=None, abilities=card.abilities - {"vision"})
        size = projector.stat().st_size
        return replace(card, projector=projector, projector_size=size, abilities=card.abilities | {"vision"})

    def _shortened(self, card: Card) -> Card:
        """Make paths inside the directory relative to it, so that a data directory can move."""
        adapters = {name: self._short(path) for name, path in card.adapters.items()}
        path = None if card.path is None else self._short(card.path)
        return replace(card, path=path, projector=None, adapters=adapters)

    def _short(self, path: Path) -> Path:
        return path.relative_to(self.directory) if path.is_relative_to(self.directory) else path

    def _file(self, name: str) -> Path:
        return self.directory / f"{name}{_SUFFIX}"
