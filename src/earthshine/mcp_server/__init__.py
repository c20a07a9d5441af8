"""Earthshine as a server of the Model Context Protocol: other programs' models use ours, and search what is stored."""
