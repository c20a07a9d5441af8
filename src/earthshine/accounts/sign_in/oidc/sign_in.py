"""Signing in through a provider: what must come back from the browser, and whom it lets in."""

from __future__ import annotations

import hmac
import time
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, delete, select, update

from earthshine.accounts.audit import trail
from earthshine.accounts.authorization.caller import Caller
from earthshine.accounts.changes import Changes
from earthshine.accounts.first_start import DEFAULT
from earthshine.accounts.people import invites
from earthshine.accounts.people.members import add_member, resolve
from earthshine.accounts.people.names import LONGEST_NAME, check_email, domain_of, email_key, same_mailbox
from earthshine.accounts.people.rows import add_person
from earthshine.accounts.people.tables import oidc_flows, users
from earthshine.accounts.sign_in.oidc.flow import FLOW_SECONDS, Flow, Flows, cookie_name, state_hash
from earthshine.accounts.sign_in.oidc.provider import Identity, Provider, refused
from earthshine.accounts.sign_in.service import SignedIn, begin
from earthshine.accounts.sign_in.sessions import Device, Sessions
from earthshine.accounts.throttling.sign_ins import SignInThrottle
from earthshine.database import Connection
from earthshine.database.dialects import insert_new
from earthshine.errors import InvalidRequest, PermissionDenied
from earthshine.settings import Settings


@dataclass(frozen=True, slots=True)
class Answer:
    """What the browser brings back from the provider."""

    code: str
    state: str
    issuer: str | None
    error: str | None
    sealed: str
    """The value of the cookie that `start` asked for."""


class OidcSignIn:
    """People of the first organisation, vouched for by one provider."""

    def __init__(
        self, settings: Settings, provider: Provider, changes: Changes, sessions: Sessions, throttle: SignInThrottle
    ) -> None:
        self._settings = settings
        self._provider = provider
        self._changes = changes
        self._sessions = sessions
        self._throttle = throttle
        self._flows = Flows(settings)
        self._domains = {part.strip().lower() for part in settings.oidc_domains.split(",") if part.strip()}

    async def start(self, *, redirect_uri: str, return_to: str) -> tuple[str, str, str]:
        """Return where to send a browser, and the name and value of the cookie that it is to keep meanwhile.

        Raises `UpstreamFailed` and 4xx.
        """
        if not return_to.startswith("/") or return_to[1:2] in ("/", "\\") or not return_to.isprintable():
            raise InvalidRequest("It must be a path of this server, such as '/'.", param="return_to")
        flow = Flow.new(redirect_uri, return_to)
        url = await self._provider.authorization_url(
            state=flow.state, nonce=flow.nonce, challenge=flow.challenge, redirect_uri=redirect_uri
        )
        return url, cookie_name(flow.state), self._flows.seal(flow)

    async def finish(self, answer: Answer, device: Device) -> tuple[SignedIn, str]:
        """Begin a session, and return it and the path to go on to.

        Raises `Unauthenticated` for an answer that is not the one to a question of ours, `PermissionDenied` for a
        person who may not come in, `RateLimited` and `UpstreamFailed`.
        """
        try:
            return await self._finish(answer, device)
        except Exception:
            # Only now: whoever the provider vouches for comes in, whatever else comes from the address.
            await self._throttle.attempt(device.address)
            raise

    async def _finish(self, answer: Answer, device: Device) -> tuple[SignedIn, str]:
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
        return await self._begin(identity, device), flow.return_to

    async def _take(self, answer: Answer) -> Flow:
        """Return the question to an answer, which can be given once."""
        flow = self._flows.open(answer.sealed)
        if flow is None or not hmac.compare_digest(flow.state.encode(), answer.state.encode("utf-8", "surrogatepass")):
            raise refused("it was not begun in this browser, or took too long (state)")
        now = int(time.time())
        used = {"state": state_hash(flow.state), "expires_at": now + FLOW_SECONDS}
        nothing = dict.fromkeys(("browser", "nonce", "verifier", "redirect_uri", "return_to"), "")
        async with self._changes.note() as connection:
            await connection.execute(delete(oidc_flows).where(oidc_flows.c.expires_at <= now))
            new = await connection.execute(insert_new(connection, oidc_flows).values(**used, **nothing))
        if not new.rowcount:
            raise refused("it was finished already (state)")
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
            await trail.record(connection, caller, "user.updated", details)
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
        await trail.record(connection, caller, "user.added", details)
        return (await connection.execute(select(users).where(users.c.id == user))).one()

    def _subject(self, identity: Identity) -> str:
        if not 0 < len(identity.subject) <= 255 or "\0" in identity.subject:
            raise refused("the provider's id of the person has more than 255 characters, or none")
        return f"{self._provider.issuer} {identity.subject}"[:512]
