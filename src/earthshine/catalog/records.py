"""Installed models on disk: one small JSON file each, beside the weights.

Any process may add or remove a record at any time (`earthshine pull` while a server runs), so the shelf looks at the
directory's time of change before it answers, and reads again when that is newer.
"""

from __future__ import annotations

import os
import time
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import orjson

from earthshine.catalog.card import Card, Proof
from earthshine.catalog.disk import write_atomically

_SUFFIX = ".json"
_SETTLED = 0.1
"""Seconds after which a directory's time of change tells two changes apart; younger ones are not trusted."""


class Shelf:
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
        except FileNotFoundError:
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
        record = {key: value for key, value in asdict(card).items() if value != _DEFAULTS.get(key)}
        record["abilities"] = sorted(card.abilities)
        record["path"] = self._shorten(card.path)
        record["adapters"] = {name: self._shorten(path) for name, path in card.adapters.items()}
        write_atomically(self._file(card.name), orjson.dumps(record, option=orjson.OPT_INDENT_2))
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
                cards.append(self._card(orjson.loads(file.read_bytes())))
            except FileNotFoundError:
                continue  # removed by another process since the listing
            except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
                self.broken[file] = f"{type(error).__name__}: {error}"
        self._cards = {card.name: card for card in sorted(cards, key=lambda card: (card.created, card.name))}

    def _card(self, record: dict[str, Any]) -> Card:
        known = {field.name for field in fields(Card)}
        values = {key: value for key, value in record.items() if key in known}  # a newer version may write more
        for key in ("name", "engine", "source", "chat_template", "sha256"):
            if not isinstance(values.get(key, ""), str):
                raise TypeError(f"{key} is not a text")
        values["abilities"] = frozenset(values.get("abilities", ()))
        values["path"] = self._lengthen(values.get("path"))
        values["adapters"] = {name: self._lengthen(path) for name, path in values.get("adapters", {}).items()}
        values["proof"] = Proof(**values["proof"]) if values.get("proof") else None
        return Card(**values)

    def _file(self, name: str) -> Path:
        return self.directory / f"{name}{_SUFFIX}"

    def _shorten(self, path: Path | None) -> str | None:
        """Write paths inside the directory relative to it, so that a data directory can move."""
        if path is None:
            return None
        return os.path.relpath(path, self.directory) if path.is_relative_to(self.directory) else str(path)

    def _lengthen(self, path: str | None) -> Path | None:
        return None if path is None else self.directory / path


_DEFAULTS: dict[str, Any] = asdict(Card(name=""))
