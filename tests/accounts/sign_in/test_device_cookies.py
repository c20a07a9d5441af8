"""The cookie of a known browser, below a path of its host."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from earthshine.accounts.sign_in import device_cookies
from earthshine.services import Services
from earthshine.settings import Settings


@pytest.mark.parametrize("base", ["", "/ai"])
def test_it_comes_back_to_the_sign_in_of_this_server_only(base: str) -> None:
    app = Starlette()
    app.state.services = Services(Settings(public_url=f"https://x{base}"))
    scope = {
        "type": "http",
        "app": app,
        "scheme": "http",
        "path": "/earthshine/v1/sessions",
        "server": ("x", 80),
        "headers": [],
    }
    reply = Response()
    device_cookies.set_cookie(reply, Request(scope), "earthshine_device_a", "b")
    assert f"Path={base}/earthshine/v1/sessions;" in reply.headers["set-cookie"]
