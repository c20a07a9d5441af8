"""Stored bytes: each content once, on disk or on S3-compatible storage, for whoever holds it. Knows no feature."""

from earthshine.blobs.blobs import Blobs
from earthshine.blobs.incoming import Incoming
from earthshine.blobs.store import Store, open_store

__all__ = ["Blobs", "Incoming", "Store", "open_store"]
