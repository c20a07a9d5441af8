"""What a browser keeps while its person is at the identity provider: the question, sealed, so that no server has to.

However many begin to sign in and never come back, nothing is stored for them, and nobody is kept from beginning.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import time
from dataclasses import asdict, dataclass
from typing import Self

import orjson
from cryptography.fernet import Fernet, InvalidToken

from earthshine.settings import Settings

FLOW_SECONDS = 600
"""So long a person may take at the provider."""


@dataclass(frozen=True, slots=True)
class Flow:
    """One question to the provider."""

    state: str
    nonce: str
    verifier: str
    """The secret of PKCE."""
    redirect_uri: str
    return_to: str

    @classmethod
    def new(cls, redirect_uri: str, return_to: str) -> Self:
        """Make one that nobody can guess."""
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        return cls(state, nonce, verifier, redirect_uri, return_to)

    @property
    def challenge(self) -> str:
        """What the provider is told of the verifier."""
        return base64.urlsafe_b64encode(hashlib.sha256(self.verifier.encode()).digest()).decode().rstrip("=")


class Flows:
    """Seals questions, with a key that all servers of the installation make of what they know of the provider."""

    def __init__(self, settings: Settings) -> None:
        known = (settings.oidc_issuer, settings.oidc_client_id, settings.oidc_client_secret, settings.secret_key)
        digest = hashlib.sha256("\0".join(("earthshine oidc", *known)).encode("utf-8", "surrogatepass")).digest()
        self._cipher = Fernet(base64.urlsafe_b64encode(digest))

    def seal(self, flow: Flow) -> str:
        """Return a question as its browser keeps it."""
        return self._cipher.encrypt_at_time(orjson.dumps(asdict(flow)), int(time.time())).decode()

    def open(self, sealed: str) -> Flow | None:
        """Return the question, or None for what was not sealed here, or too long ago."""
        try:
            return Flow(**orjson.loads(self._cipher.decrypt(sealed.encode(), ttl=FLOW_SECONDS)))
        except (InvalidToken, TypeError, ValueError):
            return None


def cookie_name(state: str) -> str:
    """Return the name under which a browser keeps a question: each its own, for people begin in several tabs."""
    return PREFIX + state_hash(state)[:16]


def state_hash(state: str) -> str:
    """Return what is known of a state that was used."""
    return hashlib.sha256(state.encode("utf-8", "surrogatepass")).hexdigest()


PREFIX = "earthshine_oidc_"
