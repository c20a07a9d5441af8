"""Anthropic's dialect: its Messages API, models and errors as translations of what is served anyway."""
