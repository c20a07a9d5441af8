"""What the official SDK can call: every verb and path of its resources, read from its own source."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from functools import cached_property
from operator import attrgetter
from typing import Any, TypeGuard

from openai import OpenAI
from openai._resource import SyncAPIResource

VERBS = {"_get": "GET", "_post": "POST", "_delete": "DELETE", "_put": "PUT", "_patch": "PATCH", "_get_api_list": "GET"}


def pairs(*families: str) -> set[str]:
    """Return `VERB /path` for every method of these resources of the SDK, ids written as `{}`."""
    return pairs_of(OpenAI(api_key="unused"), SyncAPIResource, *families)


def pairs_of(client: Any, kind: type[Any], *families: str) -> set[str]:
    """Return the same of the client of any SDK that was made alike; `kind` is the base class of its resources."""
    found: set[str] = set()
    for family in families:
        found |= _of_resource(attrgetter(family)(client), kind)
    return found


def _of_resource(resource: Any, kind: type[Any] = SyncAPIResource) -> set[str]:
    found: set[str] = set()
    for name, member in inspect.getmembers(type(resource)):
        if isinstance(member, cached_property) and not name.startswith("with_"):
            child = getattr(resource, name)
            if isinstance(child, kind):
                found |= _of_resource(child, kind)
        elif inspect.isfunction(member) and not name.startswith("_"):
            found |= _of_method(member)
    return found


def _of_method(method: Any) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(method)))):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in VERBS):
            continue
        if not (isinstance(node.func.value, ast.Name) and node.func.value.id == "self" and node.args):
            continue
        path = _path(node.args[0])
        if path is not None:
            # What lists says so where it does not GET, as a search.
            said = [each.value.value for each in node.keywords if each.arg == "method" and _is_text(each.value)]
            found.add(f"{said[0].upper() if said else VERBS[node.func.attr]} {path}")
    return found


def _is_text(node: ast.expr) -> TypeGuard[ast.Constant]:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _path(node: ast.expr) -> str | None:
    match node:
        case ast.Constant(value=str(text)):
            return re.sub(r"\{\w+\}", "{}", text)
        case ast.JoinedStr(values=values):
            return "".join(value.value if isinstance(value, ast.Constant) else "{}" for value in values)
        case ast.Call(args=[first, *_]):
            return _path(first)
        case _:
            return None


def administration() -> set[str]:
    """Return the pairs of the SDK's administration that are served here: all but those of `refused`."""
    organization = OpenAI(api_key="unused", admin_api_key="unused").admin.organization
    projects = organization.projects
    resources = [organization.audit_logs, organization.admin_api_keys, organization.usage, organization.invites]
    resources += [organization.users, organization.roles, organization.spend_alerts, organization.spend_limit]
    resources += [projects.api_keys, projects.users, projects.service_accounts, projects.rate_limits]
    resources += [projects.model_permissions, projects.spend_limit, projects.spend_alerts, projects.roles]
    resources += [organization.groups, projects.groups, organization.data_retention, projects.data_retention]
    resources += [projects.hosted_tool_permissions, projects.service_tier_settings]
    own = (member for name, member in inspect.getmembers(type(projects), inspect.isfunction) if name[0] != "_")
    return {pair for resource in resources for pair in _of_resource(resource)} | {
        pair for method in own for pair in _of_method(method)
    }


def refused() -> set[str]:
    """Return the pairs of the SDK's administration that are refused by name."""
    organization = OpenAI(api_key="unused", admin_api_key="unused").admin.organization
    resources = [organization.certificates, organization.projects.certificates, organization.external_keys]
    resources += [organization.external_storage, organization.workload_identity_providers]
    return {pair for resource in resources for pair in _of_resource(resource)}
