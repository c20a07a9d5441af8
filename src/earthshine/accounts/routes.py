"""Routes of organisations, projects, their keys and people, sessions and the audit trail."""

from __future__ import annotations

from earthshine.accounts.audit.routes import router as audit_logs
from earthshine.accounts.keys.admin_routes import router as admin_keys
from earthshine.accounts.keys.project_routes import router as project_keys
from earthshine.accounts.people.routes import router as people
from earthshine.accounts.projects.organization_routes import router as organizations
from earthshine.accounts.projects.routes import router as projects
from earthshine.accounts.projects.service_account_routes import router as service_accounts
from earthshine.accounts.roles.routes import router as roles
from earthshine.accounts.sign_in.routes import router as sign_in
from earthshine.accounts.sign_in.setup_routes import router as setup

ROUTERS = (
    projects,
    project_keys,
    service_accounts,
    admin_keys,
    people,
    roles,
    sign_in,
    audit_logs,
    organizations,
    setup,
)
