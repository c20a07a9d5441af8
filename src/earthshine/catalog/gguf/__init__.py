"""GGUF, the format of weights: its header, its bytes and its types."""
