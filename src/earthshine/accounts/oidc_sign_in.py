"""Signing in through a provider: what must come back from the browser, and whom it lets in."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, delete, func, insert, select, update

from earthshine.accounts import audit, invites
from earthshine.accounts.caller import Caller
from earthshine.accounts.changes import Changes
from earthshine.accounts.emails import check_email, domain_of, email_key, same_mailbox
from earthshine.accounts.first_start import DEFAULT
from earthshine.accounts.members import add_member, resolve
from earthshine.accounts.names import LONGEST as LONGEST_NAME
from earthshine.accounts.oidc import Identity, Provider, refused
from earthshine.accounts.people_rows import add_person
from earthshine.accounts.people_tables import oidc_flows, users
from earthshine.accounts.sessions import Device, Sessions
from earthshine.accounts.sign_in import SignedIn, begin
from earthshine.accounts.throttle import Throttle
from earthshine.database import Connection
from earthshine.errors import InvalidRequest, PermissionDenied, Unavailable
from earthshine.settings import Settings

FLOW_SECONDS = 600
"""So long a person may take at the provider."""

_MOST_FLOWS = 10_000


@dataclass(frozen=True, slots=True)
class Answer:
    """What the browser brings back from the provider."""

    code: str
    state: str
    issuer: str | None
    error: str | None
    browser: str
    """The value of the cookie that `start` set."""


class OidcSignIn:
    """People of the first organisation, vouched for by one provider."""

    def __init__(
        self, settings: Settings, provider: Provider, changes: Changes, sessions: Sessions, throttle: Throttle
    ) -> None:
        self._settings = settings
        self._provider = provider
        self._changes = changes
        self._sessions = sessions
        self._throttle = throttle
        self._domains = {part.strip().lower() for part in settings.oidc_domains.split(",") if part.strip()}

    async def start(self, *, browser: str, redirect_uri: str, return_to: str) -> str:
        """Return where to send a browser, which is known by `browser`. Raises `UpstreamFailed` and 4xx."""
        if not return_to.startswith("/") or return_to[1:2] in ("/", "\\") or not return_to.isprintable():
            raise InvalidRequest("It must be a path of this server, such as '/'.", param="return_to")
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
        url = await self._provider.authorization_url(
            state=state, nonce=nonce, challenge=challenge, redirect_uri=redirect_uri
        )
        now = int(time.time())
        values = {
            "state": _hash(state),
            "browser": _hash(browser),
            "nonce": nonce,
            "verifier": verifier,
            "redirect_uri": redirect_uri,
            "return_to": return_to,
            "expires_at": now + FLOW_SECONDS,
        }
        async with self._changes.note() as connection:
            await connection.execute(delete(oidc_flows).where(oidc_flows.c.expires_at <= now))
            if (await connection.execute(select(func.count()).select_from(oidc_flows))).scalar_one() >= _MOST_FLOWS:
                raise Unavailable("Too many people are signing in at once. Try again later.", retry_after=60)
            await connection.execute(insert(oidc_flows).values(values))
        return url

    async def finish(self, answer: Answer, device: Device) -> tuple[SignedIn, str]:
        """Begin a session, and return it and the path to go on to.

        Raises `Unauthenticated` for an answer that is not the one to a question of ours, `PermissionDenied` for a
        person who may not come in, `RateLimited` and `UpstreamFailed`.
        """
        attempt = await self._throttle.attempt(device.address)
        flow = await self._take(answer)
        if answer.error is not None:
            raise refused(f"the provider says {answer.error[:100]!r}")
        if answer.issuer is not None and answer.issuer.rstrip("/") != self._provider.issuer:
            raise refused("another provider answered (iss)")
        identity = await self._provider.identify(
            answer.code, verifier=flow.verifier, nonce=flow.nonce, redirect_uri=flow.redirect_uri
        )
        if self._domains and domain_of(identity.email) not in self._domains:
            raise PermissionDenied(
                f"People with addresses of {domain_of(identity.email)[:100]!r} may not sign in here.",
                code="domain_not_allowed",
            )
        signed_in = await self._begin(identity, device)
        await self._throttle.succeeded(attempt)
        return signed_in, flow.return_to

    async def _take(self, answer: Answer) -> Row[Any]:
        """Return the question to an answer, which can be given once."""
        one = oidc_flows.c.state == _hash(answer.state)
        async with self._changes.note() as connection:
            flow = (await connection.execute(select(oidc_flows).where(one))).first()
            taken = (await connection.execute(delete(oidc_flows).where(one))).rowcount
        if flow is None or not taken or flow.expires_at <= time.time():
            raise refused("it was not begun here, took too long, or was finished already (state)")
        if not hmac.compare_digest(flow.browser, _hash(answer.browser)):
            raise refused("it was begun in another browser (state)")
        return flow

    async def _begin(self, identity: Identity, device: Device) -> SignedIn:
        known = select(users).where(users.c.organization == DEFAULT, users.c.subject == self._subject(identity))
        async with self._changes.note() as connection:
            person = (await connection.execute(known)).first()
            if person is not None:
                return await begin(connection, self._sessions, person, "oidc", device)
        async with self._changes.write() as connection:
            person = await self._admit(connection, identity)
            return await begin(connection, self._sessions, person, "oidc", device)

    async def _admit(self, connection: Connection, identity: Identity) -> Row[Any]:
        """Return the person that the identity is from now on. Raises `PermissionDenied` when that is nobody."""
        if not identity.email:
            raise PermissionDenied("The identity provider tells no e-mail address for you.", code="no_email")
        if not (identity.verified or self._settings.oidc_trust_email):
            raise PermissionDenied(
                "The identity provider does not say that your e-mail address is verified, so it proves nothing.",
                code="email_not_verified",
            )
        email, subject = check_email(identity.email, param=None), self._subject(identity)
        chosen = select(users).where(users.c.organization == DEFAULT, users.c.email_key == email_key(email))
        person = (await connection.execute(chosen)).first()
        if person is not None:
            if person.subject is not None or not same_mailbox(person.email, email):
                raise PermissionDenied("That address belongs to somebody else here.", code="email_taken")
            await connection.execute(update(users).where(users.c.id == person.id).values(subject=subject))
            caller = Caller("", "", DEFAULT, person.id, person.email)
            details = {"id": person.id, "changes_requested": {"identity": subject}}
            await audit.record(connection, caller, "user.updated", details)
            return person
        name = "".join(letter for letter in identity.name if letter.isprintable())[:LONGEST_NAME]
        invite = await invites.pending_for(connection, DEFAULT, email)
        if invite is not None and same_mailbox(invite.email, email):
            return await invites.accept(connection, invite, name=name, subject=subject)
        if not self._settings.oidc_create:
            raise PermissionDenied("You are not known here. Ask an administrator to invite you.", code="not_invited")
        return await self._create(connection, email, name, subject)

    async def _create(self, connection: Connection, email: str, name: str, subject: str) -> Row[Any]:
        role = self._settings.oidc_role
        user = await add_person(connection, DEFAULT, email=email, name=name, role=role, subject=subject)
        for project, place in await resolve(connection, DEFAULT, None):
            await add_member(connection, project, user, "viewer" if role == "viewer" else place)
        caller = Caller("", "", DEFAULT, user, email)
        details = {"id": user, "data": {"role": role, "email": email, "identity": subject}}
        await audit.record(connection, caller, "user.added", details)
        return (await connection.execute(select(users).where(users.c.id == user))).one()

    def _subject(self, identity: Identity) -> str:
        if not 0 < len(identity.subject) <= 255 or "\0" in identity.subject:
            raise refused("the provider's id of the person has more than 255 characters, or none")
        return f"{self._provider.issuer} {identity.subject}"[:512]


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
