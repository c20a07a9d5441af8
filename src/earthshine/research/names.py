"""What a research is called: the suffix of a model's name that asks for one, and the program that writes it."""

SUFFIX = "-deep-research"
"""Each chat model `X` is asked for a research as `X-deep-research`, as OpenAI names such models."""
PROGRAM = "research"
ADVICE = f"Names that end in '{SUFFIX}' are answered at POST /v1/responses alone."
