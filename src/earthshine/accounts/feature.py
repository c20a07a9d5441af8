"""Adds organisations, projects, their keys and people, sessions and the audit trail."""

from __future__ import annotations

from earthshine.accounts.audit.routes import router as audit_logs
from earthshine.accounts.changes import Changes
from earthshine.accounts.groups.groups import Groups
from earthshine.accounts.groups.roles import GroupRoles
from earthshine.accounts.groups.routes import router as groups
from earthshine.accounts.keys.admin_routes import router as admin_keys
from earthshine.accounts.keys.project_routes import router as project_keys
from earthshine.accounts.keys.registry import KeyRegistry
from earthshine.accounts.people.invites import Invites
from earthshine.accounts.people.members import Members
from earthshine.accounts.people.removal import Removal
from earthshine.accounts.people.routes import router as people
from earthshine.accounts.people.users import Users
from earthshine.accounts.projects.control_routes import router as controls
from earthshine.accounts.projects.organization_routes import router as organizations
from earthshine.accounts.projects.routes import router as projects
from earthshine.accounts.projects.service_account_routes import router as service_accounts
from earthshine.accounts.roles.assignments import RoleAssignments
from earthshine.accounts.roles.custom_roles import Roles
from earthshine.accounts.roles.routes import router as roles
from earthshine.accounts.sign_in.oidc.provider import Provider
from earthshine.accounts.sign_in.oidc.sign_in import OidcSignIn
from earthshine.accounts.sign_in.passwords import Passwords
from earthshine.accounts.sign_in.routes import router as sign_in
from earthshine.accounts.sign_in.service import SignInService
from earthshine.accounts.sign_in.sessions import Sessions
from earthshine.accounts.sign_in.setup_routes import router as setup
from earthshine.accounts.throttling.sign_ins import SignInThrottle
from earthshine.database import Database
from earthshine.services import Feature, Services
from earthshine.settings import Settings

_KEYS_SECONDS = 0.5
"""After which what another server process changed is in force in this one."""


async def _open(services: Services) -> None:
    settings, database = services.get(Settings), services.get(Database)
    refresh_every = _KEYS_SECONDS if database.shared else None
    keys = services.add(KeyRegistry(database, refresh_every=refresh_every, wrong_keys=settings.max_wrong_keys))
    services.on_close(keys.close)
    await keys.open(settings.bootstrap_key)
    add_people(services)
    removal = services.get(Removal)

    def start() -> None:
        removal.start()
        # Ended first: what is erased is what the features above store.
        services.on_close(removal.close)

    services.on_start(start)


def add_people(services: Services) -> None:
    """Add the services of people, their roles and sessions; nothing is fetched before somebody comes."""
    settings, database, keys = services.get(Settings), services.get(Database), services.get(KeyRegistry)
    sessions = services.add(
        Sessions(
            database,
            idle=settings.session_idle,
            lifetime=settings.session_lifetime,
            wrong_tokens=settings.max_wrong_keys,
        )
    )
    keys.on_change = sessions.forget
    changes = Changes(database, keys, sessions)
    passwords, throttle = services.add(Passwords()), SignInThrottle(database)
    services.on_close(passwords.close)
    removal = services.add(Removal(database))
    services.add(Users(changes, passwords, removal))
    services.add(Members(changes, removal))
    services.add(Roles(changes))
    services.add(RoleAssignments(changes))
    services.add(Groups(changes))
    services.add(GroupRoles(changes))
    services.add(Invites(changes))
    services.add(SignInService(changes, sessions, passwords, throttle))
    provider = Provider.of(settings)
    if provider is not None:
        services.add(OidcSignIn(settings, provider, changes, sessions, throttle))


FEATURE = Feature(
    routers=(
        projects,
        controls,
        project_keys,
        service_accounts,
        admin_keys,
        people,
        roles,
        groups,
        sign_in,
        audit_logs,
        organizations,
        setup,
    ),
    open=_open,
)
