"""Responses: a model asked, its reply written, journaled and read, in OpenAI's Responses dialect."""
