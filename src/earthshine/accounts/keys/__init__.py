"""API keys: of projects, of administrators, and of the installation."""
