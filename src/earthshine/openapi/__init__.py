"""The OpenAPI document at `/openapi.json`, and how a route says what it takes and gives."""

from earthshine.openapi.declare import asks, gives, takes
from earthshine.openapi.direct_route import DirectRoute, Routes
from earthshine.openapi.document import describe

__all__ = ["DirectRoute", "Routes", "asks", "describe", "gives", "takes"]
