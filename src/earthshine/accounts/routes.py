"""The doors of organisations, projects, their keys and the audit trail."""

from __future__ import annotations

from earthshine.accounts.admin_key_routes import router as admin_keys
from earthshine.accounts.audit_routes import router as audit_logs
from earthshine.accounts.organization_routes import router as organizations
from earthshine.accounts.project_key_routes import router as project_keys
from earthshine.accounts.project_routes import router as projects
from earthshine.accounts.service_account_routes import router as service_accounts

ROUTERS = (projects, project_keys, service_accounts, admin_keys, audit_logs, organizations)
