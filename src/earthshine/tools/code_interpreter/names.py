"""What a model calls to run Python."""

NAME = "code_interpreter"
