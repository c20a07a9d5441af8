"""The routes by which a person signs in to a connector's server, and out again."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode, urlsplit

from fastapi import Request
from starlette.responses import RedirectResponse, Response

from earthshine.accounts.authorization.caller import caller
from earthshine.accounts.authorization.needs import needs
from earthshine.accounts.authorization.ownership import WRITING, Owner
from earthshine.accounts.sign_in.address import public_address
from earthshine.accounts.sign_in.cookies import is_secure
from earthshine.connectors.oauth.exchange import FLOW_SECONDS, ClientDocument, client_document
from earthshine.connectors.objects import Connector, SignIn, serialize
from earthshine.connectors.schemas import CallbackQuery, SignInStart
from earthshine.connectors.sign_ins import cookie_name
from earthshine.connectors.store import Connectors
from earthshine.errors import InvalidRequest
from earthshine.openapi import Routes, asks, gives, takes
from earthshine.services import service
from earthshine.settings import Settings
from earthshine.wire import Reply, check, json_reply, parse
from earthshine.wire.queries import read_query

router = Routes(prefix="/earthshine/v1/connectors", tags=["Connectors"])

_PATH = "/earthshine/v1/connectors"


@router.get("/callback")
@needs("open")
@asks(CallbackQuery)
@gives(bytes, media="text/html")
async def finish_sign_in(request: Request) -> Response:
    """Take the browser back from an authorization server, and send it on to where the sign-in was begun."""
    answer = read_query(CallbackQuery, request)
    base = service(request, Settings).base_path
    connector_id, path = await service(request, Connectors).sign_ins.finish(answer, request.cookies)
    where = f"{base}{path}{'&' if '?' in path else '?'}{urlencode({'connector': connector_id})}"
    reply = RedirectResponse(where, 303, headers={"cache-control": "no-store", "referrer-policy": "no-referrer"})
    reply.delete_cookie(cookie_name(answer.state), path=base + _PATH)
    return reply


@router.get("/client.json")
@needs("open")
async def describe_client(request: Request) -> Reply[ClientDocument]:
    """Describe this installation to authorization servers that read about their clients."""
    address = public_address(request) + _PATH
    return json_reply(client_document(f"{address}/client.json", f"{address}/callback"))


@router.post("/{connector_id}/sign_in")
@needs("project.write")
@takes(SignInStart)
async def sign_in(connector_id: str, request: Request) -> Reply[SignIn]:
    """Begin to sign in to a connector's server; or finish it, with `callback_url`, without the browser that began."""
    store, who = service(request, Connectors), caller(request)
    row = await store.get(connector_id, who, WRITING)
    body = await parse(SignInStart, request)
    user = Owner.of(who).user
    if body.callback_url is not None:
        answer = check(CallbackQuery, dict(parse_qsl(urlsplit(body.callback_url).query, max_num_fields=50)))
        await store.sign_ins.finish(answer, {}, owner=(connector_id, user))
        return json_reply(SignIn(object="connector.sign_in", authorization_url=None, signed_in=True))
    if row.url is None:
        raise InvalidRequest("Nobody signs in to a program; give it what it needs in its `env`.")
    if not body.return_to.startswith("/") or body.return_to[1:2] in ("/", "\\") or not body.return_to.isprintable():
        raise InvalidRequest("It must be a path of this server, such as '/'.", param="return_to")
    address = public_address(request) + _PATH
    document = f"{address}/client.json" if address.startswith("https:") else ""
    secret = store.secrets(row)["client_secret"] or ""
    callback = f"{address}/callback"
    url, name, kept = await store.sign_ins.begin(row, secret, user, callback, document, body.return_to)
    reply = json_reply(SignIn(object="connector.sign_in", authorization_url=url, signed_in=False))
    path = service(request, Settings).base_path + _PATH
    secure = is_secure(request)
    reply.set_cookie(name, kept, max_age=FLOW_SECONDS, path=path, secure=secure, httponly=True, samesite="lax")
    return reply


@router.post("/{connector_id}/sign_out")
@needs("project.write")
async def sign_out(connector_id: str, request: Request) -> Reply[Connector]:
    """Forget the caller's sign-in to a connector's server."""
    store, who = service(request, Connectors), caller(request)
    row = await store.get(connector_id, who, WRITING)
    await store.sign_ins.end(connector_id, Owner.of(who).user)
    return json_reply(serialize(row, signed_in=bool(await store.signed_in([row.id], who))))
