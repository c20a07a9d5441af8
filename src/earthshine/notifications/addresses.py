"""Where webhooks may be sent to: public addresses over https, and what the operator allows of the own network."""

from __future__ import annotations

from urllib.parse import urlsplit

from earthshine.errors import InvalidRequest
from earthshine.outbound import check_url, is_loopback
from earthshine.settings import Settings


def may_be_private(url: str, settings: Settings) -> bool:
    """Tell whether this very host may be one of this machine or its network, as for servers of tools."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    if settings.private_webhooks:
        named = {each.strip().lower() for each in settings.private_webhooks.split(",")}
        return not named.isdisjoint({host, f"{host}:{parts.port}"})
    return is_loopback(host) and is_loopback(settings.host) and not settings.public_url


def check_address(url: str, settings: Settings) -> None:
    """Raise `InvalidRequest` for an address to which nothing is sent."""
    private = may_be_private(url, settings)
    try:
        check_url(url, private=private, param="url", query=True)
    except InvalidRequest as refusal:
        if refusal.code != "upstream_address":
            raise
        raise InvalidRequest(
            "This is an address of this machine or its network. The operator can allow its host with the setting "
            "`private_webhooks`.",
            param="url",
        ) from None
    if not private and urlsplit(url).scheme != "https":
        raise InvalidRequest("Give an https address: what is sent by http can be read by others.", param="url")
