"""Secrets of domains: code inside has placeholders, and the proxy puts the secrets in on the way to their domain.

Only into the head of a request: its target and its fields, those of Basic authentication decoded. Bodies stay.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from earthshine.egress.policy import Policy
from earthshine.errors import InvalidRequest


@dataclass(frozen=True, slots=True)
class Secret:
    """What stands for a name in requests to one domain."""

    domain: str
    """As in a `Policy`."""
    name: str
    value: str
    """Printable ASCII."""


class Secrets:
    """Those of one sandbox. They are told to nobody."""

    def __init__(self, secrets: Sequence[Secret] = (), salt: str = "") -> None:
        """`salt`: what tells the placeholders of one sandbox from those of others."""
        self.placeholders: Mapping[str, str] = {each.name: _placeholder(each.name, salt) for each in secrets}
        """By name: what code inside has."""
        self._known = [(Policy.allow([each.domain]), self.placeholders[each.name], each.value) for each in secrets]

    def of(self, host: str, port: int) -> dict[str, str]:
        """Return what stands for which placeholder in requests to a host."""
        return {placeholder: value for policy, placeholder, value in self._known if policy.allows(host, port)}


def check_secrets(policy: Policy, secrets: Sequence[Secret], within: str) -> None:
    """Raise `InvalidRequest` for a secret of a domain that may not be reached, or for two of one name and domain."""
    seen: set[tuple[str, str]] = set()
    for index, secret in enumerate(secrets):
        param = f"{within}[{index}].domain"
        if not policy.covers(Policy.allow([secret.domain], param=param)):
            raise InvalidRequest(
                f"The domain {secret.domain!r} is not among `allowed_domains`. Write it there, as it is here.",
                param=param,
            )
        if (secret.domain, secret.name) in seen:
            raise InvalidRequest(
                f"The domain {secret.domain!r} has two secrets of the name {secret.name!r}. Leave one out.", param=param
            )
        seen.add((secret.domain, secret.name))


def filled(head: bytes, secrets: Mapping[str, str]) -> bytes:
    """Return the head of a request with the secrets in it."""
    first, *fields = head.split(b"\r\n")
    for placeholder, value in secrets.items():
        first = first.replace(placeholder.encode(), quote(value, safe="").encode())
    return b"\r\n".join([first, *(_filled_field(each, secrets) for each in fields)])


def _filled_field(field: bytes, secrets: Mapping[str, str]) -> bytes:
    name, colon, value = field.partition(b": ")
    scheme, space, given = value.partition(b" ")
    if name.lower().endswith(b"authorization") and scheme.lower() == b"basic":
        try:
            pair = base64.b64decode(given, validate=True)
        except (binascii.Error, ValueError):
            return field
        return name + colon + scheme + space + base64.b64encode(_put(pair, secrets))
    return name + colon + _put(value, secrets)


def _put(text: bytes, secrets: Mapping[str, str]) -> bytes:
    for placeholder, value in secrets.items():
        text = text.replace(placeholder.encode(), value.encode())
    return text


def _placeholder(name: str, salt: str) -> str:
    """The same for as long as the sandbox's files live: code may write it into a file."""
    return f"placeholder_{hashlib.sha256(f'{salt}/{name}'.encode()).hexdigest()[:32]}"
