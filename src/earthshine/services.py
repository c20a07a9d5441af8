"""What routes reach through `request.app.state.services`: one object, made by `app_services.open_services`.

The imports for types reach up to packages that stand above this one, which the import contract does not see: `Services`
names every service, so a route can call any of them. Narrower accessors would end that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from starlette.requests import HTTPConnection  # not for type checking only: FastAPI reads the annotation

from earthshine.settings import Settings

if TYPE_CHECKING:
    from earthshine.accounts.authorization.caller import Caller
    from earthshine.accounts.keys.registry import KeyRegistry
    from earthshine.accounts.services import AccountServices
    from earthshine.blobs import Blobs
    from earthshine.catalog import Catalog
    from earthshine.catalog.reachability import Reachability
    from earthshine.chats.service import ChatService
    from earthshine.chats.sharing.shares import Shares
    from earthshine.conversations.store import Conversations
    from earthshine.database import Database
    from earthshine.engines.pool import Pool
    from earthshine.metering.limits.store import Limits
    from earthshine.metering.meter import Meter
    from earthshine.metering.prices.price import Prices
    from earthshine.models.better import BetterModel
    from earthshine.models.downloads import Downloads
    from earthshine.operations.chosen_settings import ChosenSettings
    from earthshine.responses.run.service import ResponseRuns
    from earthshine.routing.router import Router
    from earthshine.runs import Runs


@dataclass(slots=True)
class Services:
    """The services of one running installation."""

    settings: Settings
    chosen: ChosenSettings
    database: Database
    blobs: Blobs
    keys: KeyRegistry
    accounts: AccountServices
    limits: Limits
    prices: Prices
    meter: Meter
    catalog: Catalog
    pool: Pool
    downloads: Downloads
    reachable: Reachability
    better: BetterModel
    router: Router
    conversations: Conversations
    runs: Runs
    responses: ResponseRuns
    chats: ChatService
    shares: Shares


def get_services(connection: HTTPConnection) -> Services:
    """Return the services of the application that this request came to."""
    return cast("Services", connection.app.state.services)


def caller(connection: HTTPConnection) -> Caller:
    """Return who sent this request; the gate put it there."""
    return cast("Caller", connection.scope["state"]["caller"])


def reply_headers(connection: HTTPConnection) -> dict[str, str]:
    """Return the headers that the gate adds to the reply, to be filled in until the reply begins."""
    return cast("dict[str, str]", connection.scope["state"].setdefault("headers", {}))
