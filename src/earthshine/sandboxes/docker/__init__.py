"""Sandboxes as containers of an engine that speaks the Docker Engine API: Docker, or Podman."""
