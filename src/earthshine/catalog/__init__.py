"""What a model is, and where its weights come from."""

from earthshine.catalog.card import Ability, Card, Proof
from earthshine.catalog.catalog import ALIASES, DEFAULT, DEFAULT_EMBEDDING, Catalog
from earthshine.catalog.downloads.progress import Progress, Step

__all__ = ["ALIASES", "DEFAULT", "DEFAULT_EMBEDDING", "Ability", "Card", "Catalog", "Progress", "Proof", "Step"]
