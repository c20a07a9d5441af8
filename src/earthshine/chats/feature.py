"""Adds chats: trees of turns, search, links, ratings, export and import."""

from __future__ import annotations

from earthshine.accounts.keys.registry import KeyRegistry
from earthshine.accounts.people.removal import Removal
from earthshine.chats.pictures import ChatPictures
from earthshine.chats.ratings.routes import project_router as ratings
from earthshine.chats.ratings.routes import router as chat_ratings
from earthshine.chats.routes import router
from earthshine.chats.search.index import index
from earthshine.chats.search.routes import router as search
from earthshine.chats.service import ChatService
from earthshine.chats.sharing.routes import managing_router as managed_shares
from earthshine.chats.sharing.routes import open_router as open_shares
from earthshine.chats.sharing.routes import router as chat_shares
from earthshine.chats.sharing.shares import Shares
from earthshine.chats.tables import chats as table
from earthshine.chats.transfer.routes import router as transfer
from earthshine.chats.turns.routes import router as turns
from earthshine.conversations.store import Conversations
from earthshine.database import Database
from earthshine.files.store import Files
from earthshine.instances import Instances
from earthshine.metering.meter import Meter
from earthshine.responses.run.service import ResponseRuns
from earthshine.routing.router import Router
from earthshine.sealing import SecretCipher
from earthshine.services import Feature, Services
from earthshine.settings import Settings


async def _open(services: Services) -> None:
    settings, database, removal = services.get(Settings), services.get(Database), services.get(Removal)
    chats = services.add(
        ChatService(
            database,
            services.get(Instances),
            services.get(ResponseRuns),
            services.get(Conversations),
            services.get(Router),
            services.get(Meter),
            index=index,
            still_open=services.get(KeyRegistry).check_open,
        )
    )
    services.on_start(chats.start)
    services.on_close(chats.close)
    pictures = services.add(ChatPictures(services.get(Files)))
    shares = services.add(
        Shares(database, lambda: SecretCipher.open(settings), pictures, wrong_tokens=settings.max_wrong_keys)
    )
    removal.register(chats.erase, table)
    removal.on_leave.append(shares.end)


FEATURE = Feature(
    routers=(
        # Before the routes of one chat, whose id could be `search`.
        search,
        transfer,
        chat_shares,
        open_shares,
        managed_shares,
        router,
        turns,
        chat_ratings,
        ratings,
    ),
    open=_open,
)
