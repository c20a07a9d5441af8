"""Credentials of vaults for code in an environment, which has placeholders: its way out puts the secrets in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from earthshine.egress.policy import Policy
from earthshine.errors import InvalidRequest

Json = dict[str, Any]

_LONGEST = 4096


def network_policy(domains: Sequence[str], variables: Sequence[tuple[Json, str]]) -> Json:
    """Return the policy of a container: its domains, and for each variable the domains where it stands for a secret.

    A variable counts only where the network goes; without a network there is none. Raises `InvalidRequest` for a
    secret that no header can have, and for two of one name.
    """
    if not domains:
        return {"type": "disabled"}
    allowed, secrets = Policy.allow(domains), list[Json]()
    names: set[str] = set()
    for told, value in variables:
        name: str = told["secret_name"]
        if name in names:
            raise InvalidRequest(f"Two credentials of the vaults set the variable {name!r}. Leave out a vault.")
        if len(value) > _LONGEST or not value.isascii() or not value.isprintable():
            raise InvalidRequest(
                f"The secret of the variable {name!r} cannot be sent: it must be up to {_LONGEST} printable ASCII "
                "characters."
            )
        names.add(name)
        networking: Json = told["networking"]
        hosts = domains if networking["type"] == "unrestricted" else networking["allowed_hosts"]
        reached = [host for host in hosts if host in domains or _covers(allowed, host)]
        secrets += [{"domain": host, "name": name, "value": value} for host in reached]
    policy: Json = {"type": "allowlist", "allowed_domains": list(domains)}
    return {**policy, "domain_secrets": secrets} if secrets else policy


def _covers(allowed: Policy, host: str) -> bool:
    try:
        return allowed.covers(Policy.allow([host]))
    except InvalidRequest:
        return False  # an address: no network of an environment leads to one
