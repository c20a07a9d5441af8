"""The turn-by-turn history: items, and the conversations that keep them."""
