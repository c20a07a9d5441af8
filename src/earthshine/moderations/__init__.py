"""Moderations: whether texts contain what should not be there, by a chat model's decisions over OpenAI's categories."""
