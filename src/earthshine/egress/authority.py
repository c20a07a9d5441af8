"""An authority that one sandbox trusts, and nobody else: it vouches for this proxy as the hosts that have secrets.

Its key is made when the proxy begins to serve, and is never written down. What a sandbox trusts besides is what this
machine trusts, which a sandbox sees anyhow.
"""

from __future__ import annotations

import datetime
import os
import ssl
import tempfile
from collections.abc import Callable
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_DAYS = 30
"""The most that a container lives without use; its proxy has a new authority each time it is started."""
_PEM = serialization.Encoding.PEM


class Authority:
    """Makes certificates for hosts. All of it computes, so it belongs into a thread."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "The way out of this sandbox")])
        self._own = (
            _begun(self._name, self._name, self._key)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(signs=True), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(self._key.public_key()), critical=False)
            .sign(self._key, hashes.SHA256())
        )
        self._contexts: dict[str, ssl.SSLContext] = {}

    def bundle(self) -> str:
        """Return all that the sandbox is to trust, as PEM: what this machine trusts, and this authority."""
        known = ssl.get_default_verify_paths().cafile
        others = Path(known).read_text(encoding="utf-8", errors="replace") if known else ""
        return f"{others.rstrip()}\n{self._own.public_bytes(_PEM).decode()}"

    def context(self, host: str) -> ssl.SSLContext:
        """Return what speaks TLS as a host; only to who asks for that host, and only HTTP/1.1."""
        if host not in self._contexts:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.set_alpn_protocols(["http/1.1"])
            context.sni_callback = _only(host)
            self._load(context, host)
            self._contexts[host] = context
        return self._contexts[host]

    def _load(self, context: ssl.SSLContext, host: str) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        # A common name may have 64 characters, and nobody reads it.
        certificate = (
            _begun(x509.Name([]), self._name, key)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=True)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False)
            .sign(self._key, hashes.SHA256())
        )
        private = key.private_bytes(_PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        # The standard library reads them from files alone.
        handle, path = tempfile.mkstemp(prefix="earthshine-leaf-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(private + certificate.public_bytes(_PEM))
            context.load_cert_chain(path)
        finally:
            os.unlink(path)


def _begun(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=_DAYS))
    )


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs,
        key_cert_sign=signs,
        crl_sign=signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _only(host: str) -> Callable[[ssl.SSLObject, str | None, ssl.SSLContext], int | None]:
    def check(_connection: ssl.SSLObject, named: str | None, _context: ssl.SSLContext) -> int | None:
        same = named is not None and named.lower().removesuffix(".") == host
        return None if same else ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME

    return check
