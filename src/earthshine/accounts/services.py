"""The services of people, roles and sessions, made once and handed to the routes as one object."""

from __future__ import annotations

from dataclasses import dataclass

from earthshine.accounts.changes import Changes
from earthshine.accounts.keys.registry import KeyRegistry
from earthshine.accounts.people.invites import Invites
from earthshine.accounts.people.members import Members
from earthshine.accounts.people.removal import Removal
from earthshine.accounts.people.users import Users
from earthshine.accounts.roles.assignments import RoleAssignments
from earthshine.accounts.roles.custom_roles import Roles
from earthshine.accounts.sign_in.oidc.provider import Provider
from earthshine.accounts.sign_in.oidc.sign_in import OidcSignIn
from earthshine.accounts.sign_in.passwords import Passwords
from earthshine.accounts.sign_in.service import SignInService
from earthshine.accounts.sign_in.sessions import Sessions
from earthshine.accounts.throttling.sign_ins import SignInThrottle
from earthshine.database import Database
from earthshine.settings import Settings


@dataclass(frozen=True, slots=True)
class AccountServices:
    """Signing in, sessions, people and their roles."""

    sessions: Sessions
    users: Users
    members: Members
    roles: Roles
    assignments: RoleAssignments
    invites: Invites
    sign_in: SignInService
    oidc: OidcSignIn | None
    """None when no provider is configured."""
    passwords: Passwords
    removal: Removal

    @classmethod
    def open(cls, settings: Settings, database: Database, keys: KeyRegistry) -> AccountServices:
        """Make everything; nothing is fetched before somebody comes."""
        sessions = Sessions(
            database,
            idle=settings.session_idle,
            lifetime=settings.session_lifetime,
            wrong_tokens=settings.max_wrong_keys,
        )
        keys.on_change = sessions.forget
        changes = Changes(database, keys, sessions)
        passwords = Passwords()
        throttle = SignInThrottle(database)
        removal = Removal(database)
        provider = Provider.of(settings)
        return cls(
            sessions=sessions,
            users=Users(changes, passwords, removal),
            members=Members(changes, removal),
            roles=Roles(changes),
            assignments=RoleAssignments(changes),
            invites=Invites(changes),
            sign_in=SignInService(changes, sessions, passwords, throttle),
            oidc=None if provider is None else OidcSignIn(settings, provider, changes, sessions, throttle),
            passwords=passwords,
            removal=removal,
        )

    def close(self) -> None:
        """End its threads."""
        self.passwords.close()
