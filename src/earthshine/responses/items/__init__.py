"""The items that a model is shown: gathered, cut to its context, condensed, and made messages."""
