"""What a deployment is: one place where a model can be served, and on which terms."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

from earthshine.catalog.card import Card
from earthshine.catalog.upstream_cards import card_abilities, upstream_prefixes
from earthshine.engines.base import Capabilities
from earthshine.engines.openai_compatible.body import Continues
from earthshine.metering.prices.price import FREE, Price
from earthshine.outbound import is_public_name
from earthshine.settings import Settings
from earthshine.settings_tables import Upstream, UpstreamModel

if TYPE_CHECKING:
    from earthshine.engines.openai_compatible.engine import OpenAICompatible

Kind = Literal["local", "upstream"]
Source = Literal["api", "settings", "catalog"]


@dataclass(frozen=True, slots=True)
class Deployment:
    """One deployment of one model."""

    id: str
    """What the ledger and `served_by` call it."""
    model: str
    """The name that clients ask for."""
    kind: Kind
    target: str
    """The name of a model on this machine, or the upstream's name for the model."""
    source: Source = "api"
    """Who made it: the API, the settings file, or the catalog (each model on this machine is one by itself)."""
    base_url: str = ""
    api_key: str = ""
    key_prefix: str = ""
    """The beginning of `api_key`, for people to tell keys apart."""
    priority: int = 0
    weight: float = 1
    enabled: bool = True
    price: Price = FREE
    max_parallel: int | None = None
    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None
    timeout: float = 600
    connect_timeout: float = 10
    continues: Continues = "none"
    context_length: int = 0
    abilities: tuple[str, ...] = ()
    """As given; empty means what the name of the model tells."""
    trusted: bool = False
    """Its address may be a private one: the operator named it, or allows such addresses."""
    created_at: int = 0
    fault: str = ""
    """Why it cannot be used at all, such as a key that cannot be decrypted."""

    def __repr__(self) -> str:
        """Show no key."""
        return f"Deployment({self.id!r}, {self.model!r}, {self.kind}, {self.target!r}, {self.base_url!r})"

    @property
    def server(self) -> str | None:
        """What people call the server it is at: its name in the settings, else the host; None for this machine.

        Empty for an address that is no public name: names inside a network are not shown.
        """
        if self.kind == "local":
            return None
        return self.id.partition(":")[0] if self.source == "settings" else _public_name(self.base_url)

    def same_connection(self, other: Deployment) -> bool:
        """Tell whether both mean the same server, key and way to talk, so that connections and health carry over."""
        return self._connection() == other._connection()

    def _connection(self) -> tuple[Any, ...]:
        return (
            *(self.kind, self.target, self.base_url, self.api_key, self.timeout, self.connect_timeout),
            *(self.continues, self.context_length, self.abilities, self.trusted, self.fault),
        )

    def capabilities(self) -> Capabilities:
        """Return what an upstream's deployment can do."""
        card = card_abilities(self.abilities, self.target, self.model)
        named = self.abilities or ("tools", "json_schema", "logprobs")
        return Capabilities(
            chat="chat" in card,
            embed="embedding" in card,
            tools="tools" in named,
            json_schema="json_schema" in named,
            logprobs="logprobs" in named,
            images="vision" in card,
            continues=self.continues != "none",
            remote=True,
            context_length=self.context_length,
        )

    def card(self) -> Card:
        """Return the card of an upstream's model under our name, without its key."""
        return Card(
            name=self.model,
            engine="openai_compatible",
            kind="upstream",
            abilities=card_abilities(self.abilities, self.target, self.model),
            context_length=self.context_length,
            owner=self.server or "",
            description=f"{self.target}, served by an upstream.",
            prefixes=upstream_prefixes(self.target, self.model),
            created=self.created_at,
        )

    def engine(self) -> OpenAICompatible:
        """Return the engine of an upstream's deployment."""
        from earthshine.engines.openai_compatible.engine import (
            OpenAICompatible,  # here: who has no upstream starts without it
        )

        return OpenAICompatible(
            base_url=self.base_url,
            model=self.target,
            api_key=self.api_key,
            timeout=self.timeout,
            connect_timeout=self.connect_timeout,
            continues=self.continues,
            capabilities=self.capabilities(),
            private=self.trusted,
        )


def configured(settings: Settings) -> list[Deployment]:
    """Return the deployments that the settings name. Raises a 400 for a price that is none."""
    found: dict[str, Deployment] = {}
    for key, upstream in settings.upstreams.items():
        for theirs, given in upstream.models.items():
            model = given if isinstance(given, UpstreamModel) else UpstreamModel(name=given)
            # One step of a path, so that it can be asked for; two of one upstream may still serve the same name.
            name = f"{key}:{model.name}".replace("/", ":")
            unique = next(each for each in (name, *(f"{name}:{n}" for n in range(2, 1000))) if each not in found)
            found[unique] = _configured(unique, key, upstream, theirs, model)
    return list(found.values())


def _configured(unique: str, key: str, upstream: Upstream, theirs: str, model: UpstreamModel) -> Deployment:
    def pick(name: str) -> Any:
        return getattr(model if name in model.model_fields_set else upstream, name)

    return Deployment(
        id=unique,
        model=model.name,
        kind="upstream",
        target=theirs,
        source="settings",
        base_url=upstream.base_url,
        api_key=upstream.api_key,
        key_prefix=key_prefix(upstream.api_key),
        priority=pick("priority"),
        weight=pick("weight"),
        price=Price.parse(pick("price"), f"upstreams.{key}.price"),
        max_parallel=pick("max_parallel"),
        requests_per_minute=pick("requests_per_minute"),
        tokens_per_minute=pick("tokens_per_minute"),
        timeout=upstream.timeout,
        connect_timeout=upstream.connect_timeout,
        continues=upstream.continues,
        context_length=pick("context_length"),
        abilities=tuple(pick("abilities")),
        trusted=True,
    )


def _public_name(base_url: str) -> str:
    host = (urlsplit(base_url).hostname or "").rstrip(".")
    return host.removeprefix("api.") if is_public_name(host) else ""


def installed(card: Card) -> Deployment:
    """Return the deployment that a model on this machine is by itself."""
    return Deployment(id=card.name, model=card.name, kind="local", target=card.name, source="catalog")


def key_prefix(key: str) -> str:
    """Return the part of a key that may be shown: its first characters, but never a good part of a short one."""
    return key[: min(8, len(key) // 4)]


def joint(all_of_them: Iterable[Capabilities]) -> Capabilities:
    """Return what at least one of several deployments can do; the context is the longest, 0 if one is unknown."""
    several = list(all_of_them)
    contexts = [each.context_length for each in several]
    return Capabilities(
        chat=any(each.chat for each in several),
        embed=any(each.embed for each in several),
        rerank=any(each.rerank for each in several),
        logprobs=any(each.logprobs for each in several),
        tools=any(each.tools for each in several),
        json_schema=any(each.json_schema for each in several),
        images=any(each.images for each in several),
        continues=any(each.continues for each in several),
        remote=any(each.remote for each in several),
        context_length=max(contexts, default=0) if all(contexts) else 0,
    )
