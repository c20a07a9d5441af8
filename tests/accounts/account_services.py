"""The services of people and their sessions, without a server."""

from __future__ import annotations

from earthshine.accounts.feature import add_people
from earthshine.accounts.keys.registry import KeyRegistry
from earthshine.accounts.people.invites import Invites
from earthshine.accounts.people.users import Users
from earthshine.accounts.sign_in.oidc.sign_in import OidcSignIn
from earthshine.accounts.sign_in.passwords import Passwords
from earthshine.accounts.sign_in.service import SignInService
from earthshine.accounts.sign_in.sessions import Sessions
from earthshine.database import Database
from earthshine.services import Services
from earthshine.settings import Settings


class AccountServices:
    """What tests of signing in use."""

    def __init__(self, settings: Settings, database: Database, keys: KeyRegistry) -> None:
        services = Services(settings, database, keys)
        add_people(services)
        self.sessions = services.get(Sessions)
        self.users = services.get(Users)
        self.invites = services.get(Invites)
        self.sign_in = services.get(SignInService)
        self.passwords = services.get(Passwords)
        self.oidc = services.find(OidcSignIn)

    def close(self) -> None:
        """End its threads."""
        self.passwords.close()
