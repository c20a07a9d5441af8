"""Names of models with a suffix: each chat model can be asked in another way, which a program writes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from pydantic import TypeAdapter

from earthshine.accounts.authorization.caller import Caller
from earthshine.catalog import Catalog
from earthshine.errors import UnsupportedParameter
from earthshine.responses.schemas import ResponseCreate
from earthshine.responses.tools.definitions import Tool
from earthshine.services import Services

Json = dict[str, Any]

Maker = Callable[[ResponseCreate, Json, Caller], Awaitable[tuple[Json, Json]]]
"""Returns the body of a request, with the tools that it gives besides, and what its program is to know.

Raises a 400 that names the field.
"""

_tools: TypeAdapter[list[Tool]] = TypeAdapter(list[Tool])


class Variants:
    """The suffixes that there are; whoever writes such responses adds its own."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._makers: dict[str, tuple[str, Maker]] = {}

    def add(self, suffix: str, program: str, make: Maker, *, advice: str) -> None:
        """Have a program write what is asked of names with this suffix.

        `advice`: what is said where such a name is no model's, as in other APIs.
        """
        self._makers[suffix] = program, make
        self._services.get(Catalog).suffixes[suffix] = advice

    def model_of(self, name: str) -> str:
        """Return the model that a name means: that without the suffix. Raises what `Catalog.variant` raises."""
        found = self._services.get(Catalog).variant(name) if self._makers else None
        return name if found is None else found[0]

    async def meant(
        self, create: ResponseCreate, body: Json, caller: Caller
    ) -> tuple[ResponseCreate, Json, Json | None]:
        """Return a request of the model that is meant, and the program; None for one that is answered as it is.

        The body keeps the name that was asked for. Raises what the maker raises, and `UnsupportedParameter` for an
        `earthshine` that no program reads.
        """
        found = self._services.get(Catalog).variant(create.model) if self._makers else None
        if found is None:
            if create.earthshine:
                raise UnsupportedParameter(
                    "'earthshine' is read only by models whose name ends in "
                    f"{' or '.join(map(repr, self._makers)) or 'a suffix'}: leave it out, or add that to the name.",
                    param="earthshine",
                )
            return create, body, None
        model, suffix = found
        program, make = self._makers[suffix]
        given = body.get("tools")
        body, settings = await make(create, body, caller)
        changed: Json = {"model": model}
        if body.get("tools") != given:
            changed["tools"] = _tools.validate_python(body["tools"])
        return create.model_copy(update=changed), body, {"name": program, "model": model, **settings}
