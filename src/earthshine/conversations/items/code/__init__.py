"""Code that a model writes for the interpreter."""
