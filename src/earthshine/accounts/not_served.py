"""What of OpenAI's administration an installation of one's own has not: refused by name, with what to do instead."""

from __future__ import annotations

import re
from typing import Final

_REASONS: Final = {
    "certificates": "Mutual TLS is not done by this server. Have the proxy before it ask for client certificates.",
    "external_keys": (
        "Keys of a cloud's key service are not used. Secrets in the database are encrypted under the setting "
        "`secret_key`, which you may fill from such a service; encrypt the disk for the rest."
    ),
    "external_storage": (
        "Where files lie is the operator's choice for the whole installation: the setting `blobs` names a directory or "
        "an S3 bucket."
    ),
    "workload_identity_providers": (
        "Tokens of other identity providers are not exchanged for keys, for OpenAI's clients do that at OpenAI's own "
        "address alone. Give the workload a service account's key that expires and is bound to its addresses: "
        "`expires_in_seconds` and `allowed_addresses`."
    ),
}
_PLACE: Final = re.compile(rf"/v1/organization/(?:projects/[^/]+/)?({'|'.join(_REASONS)})(?:/|$)")


def reason_not_served(path: str) -> str | None:
    """Return why nothing is at an address of OpenAI's administration, and what to do instead; None for any other."""
    found = _PLACE.match(path)
    return None if found is None else f"`{found[1]}` is not served here. {_REASONS[found[1]]}"
