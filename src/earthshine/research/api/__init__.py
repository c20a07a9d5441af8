"""Researches over HTTP: the list, a research, its plan, sources and evidence, and what is asked on."""
