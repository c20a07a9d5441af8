"""Earthshine: the OpenAI API served whole, on hardware that you own."""

__version__ = "0.1.0"
