"""Ollama's own API, for the many tools that speak nothing else: a translation to what stands below."""
