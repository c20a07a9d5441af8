"""Cards of models that run elsewhere, or nowhere: what the settings configure."""

from __future__ import annotations

from collections.abc import Collection

from earthshine.catalog.card import Ability, Card
from earthshine.catalog.families import family_prefixes
from earthshine.settings import Settings
from earthshine.settings_tables import UpstreamModel


def upstream_cards(settings: Settings) -> list[Card]:
    """Return a card for each model of each upstream, under our names."""
    cards: list[Card] = []
    for key, upstream in settings.upstreams.items():
        for theirs, given in upstream.models.items():
            model = given if isinstance(given, UpstreamModel) else UpstreamModel(name=given)
            cards.append(
                Card(
                    name=model.name,
                    engine="openai_compatible",
                    kind="upstream",
                    abilities=card_abilities(model.abilities or upstream.abilities, theirs, model.name),
                    context_length=model.context_length or upstream.context_length,
                    owner=key,
                    description=f"{theirs}, served by {key}.",
                    prefixes=upstream_prefixes(theirs, model.name),
                    options={
                        "upstream": key,
                        "base_url": upstream.base_url,
                        "api_key": upstream.api_key,
                        "model": theirs,
                        "timeout": upstream.timeout,
                        "connect_timeout": upstream.connect_timeout,
                        "continues": upstream.continues,
                    },
                )
            )
    return cards


def card_abilities(given: Collection[str], *names: str) -> frozenset[Ability]:
    """Return what an upstream's model is for, from what was said of it or else from its names."""
    if not given:
        # An upstream does not tell; makers of such models put it into the name.
        named = " ".join(names).lower()
        return frozenset({"embedding"}) if "embed" in named else frozenset({"chat", "tools"})
    known: tuple[Ability, ...] = ("chat", "embedding", "tools", "vision")
    return frozenset(ability for ability in known if ability in given)


def upstream_prefixes(*names: str) -> dict[str, str]:
    """Return what is put before texts for an upstream's model; nothing where a client does not say what they are."""
    return {of: prefix for of, prefix in family_prefixes(*names).items() if of != "either"}


def scripted_card() -> Card:
    """Return the card of the model that plays a script."""
    return Card(
        name="scripted",
        engine="scripted",
        kind="script",
        abilities=frozenset({"chat", "embedding", "tools", "reasoning"}),
        owner="earthshine",
        description="No model: answers by a script, for tests and demonstrations.",
    )
