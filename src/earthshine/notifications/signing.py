"""Signatures of webhooks, as the Standard Webhooks have them: receivers check them with `client.webhooks.unwrap`.

Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from collections.abc import Sequence

PREFIX = "whsec_"
_BYTES = 32


def new_secret() -> str:
    """Return a secret that a receiver and this server share."""
    return PREFIX + base64.b64encode(os.urandom(_BYTES)).decode()


def signed_headers(secrets: Sequence[str], event_id: str, at: int, body: bytes) -> dict[str, str]:
    """Return the headers of a body that is sent at a moment, in Unix seconds, signed with each of some secrets."""
    text = f"{event_id}.{at}.".encode() + body
    keys = [base64.b64decode(secret.removeprefix(PREFIX)) for secret in secrets]
    signatures = [base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode() for key in keys]
    return {
        "webhook-id": event_id,
        "webhook-timestamp": str(at),
        "webhook-signature": " ".join(f"v1,{each}" for each in signatures),
    }
