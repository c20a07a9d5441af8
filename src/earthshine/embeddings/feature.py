"""Adds embeddings."""

from __future__ import annotations

from earthshine.embeddings.routes import router
from earthshine.services import Feature

FEATURE = Feature(routers=(router,))
