"""Cards of models that run elsewhere, or nowhere: what the settings configure."""

from __future__ import annotations

from earthshine.catalog.card import Ability, Card
from earthshine.settings import Settings


def upstream_cards(settings: Settings) -> list[Card]:
    """Return a card for each model of each upstream, under our names."""
    cards: list[Card] = []
    for key, upstream in settings.upstreams.items():
        for theirs, ours in upstream.models.items():
            # An upstream does not tell what a model is for; makers of embedding models put it into the name.
            embeds = "embed" in f"{theirs} {ours}".lower()
            abilities: frozenset[Ability] = frozenset({"embedding"}) if embeds else frozenset({"chat", "tools"})
            cards.append(
                Card(
                    name=ours,
                    engine="openai_compatible",
                    abilities=abilities,
                    owner=key,
                    description=f"{theirs}, served by {key}.",
                    options={
                        "upstream": key,
                        "base_url": upstream.base_url,
                        "api_key": upstream.api_key,
                        "model": theirs,
                        "timeout": upstream.timeout,
                        "continues": upstream.continues,
                    },
                )
            )
    return cards


def scripted_card() -> Card:
    """Return the card of the model that plays a script."""
    return Card(
        name="scripted",
        engine="scripted",
        abilities=frozenset({"chat", "embedding", "tools", "reasoning"}),
        owner="earthshine",
        description="No model: answers by a script, for tests and demonstrations.",
    )
