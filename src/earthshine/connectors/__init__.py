"""Connectors: servers of the Model Context Protocol that a person or a project keeps, with their sign-ins."""
