"""The OpenAPI document at `/openapi.json`, and how a route says what it takes and gives."""

from earthshine.openapi.declare import asks, gives, takes
from earthshine.openapi.direct_route import DirectRoute
from earthshine.openapi.document import describe

__all__ = ["DirectRoute", "asks", "describe", "gives", "takes"]
