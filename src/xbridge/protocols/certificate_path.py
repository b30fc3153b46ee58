"""From a person's certificate to an authority that the operator trusts.

RSA and NIST curves: ``cryptography.x509.verification`` walks, under a policy for people, who have no host names.  SM2, which
it cannot verify: a small walk of our own.  A path is of one kind throughout, and an anchor may be an issuing authority
below its root.

**Nothing here asks whether a certificate was revoked**: where the authority publishes that is UNKNOWN
(docs/limitations.md).  Who needs to know asks the authority.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.verification import (
    Criticality,
    ExtensionPolicy,
    Policy,
    PolicyBuilder,
    Store,
    VerificationError,
)

from xbridge.core.errors import ConfigError, TamperDetected
from xbridge.crypto.der import NULL, SEQUENCE, write, write_oid
from xbridge.crypto.sm2 import Sm2PublicKey, raw_signature, require_sm2, sm2_verify
from xbridge.protocols.certificate import Certificate, check_validity, read_certificate, readable_certificates

MAX_ANCHORS: Final = 64
MAX_INTERMEDIATES: Final = 16
MAX_BETWEEN: Final = 2
"""Authorities between the person and the anchor; a path has four certificates at most."""

_MAX_CHECKS: Final = 16
_SM2_WITH_SM3: Final = write_oid("1.2.156.10197.1.501")
_SM2_ALGORITHMS: Final = (write(SEQUENCE, _SM2_WITH_SM3), write(SEQUENCE, _SM2_WITH_SM3, write(NULL)))
# What the walk below understands; anything else that is critical ends it (RFC 5280 section 4.2).
_UNDERSTOOD: Final = (x509.BasicConstraints, x509.KeyUsage, x509.ExtendedKeyUsage)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustAnchors:
    """The authorities whose certificates an operator trusts; made by :func:`load_anchors`, parsed once."""

    certificates: tuple[Certificate, ...] = field(repr=False)
    fingerprints: tuple[str, ...]
    store: Store | None = field(repr=False, compare=False)
    """What ``cryptography`` walks to: every anchor that is not of SM2."""


def load_anchors(pem_texts: Sequence[str]) -> TrustAnchors:
    """Return the anchors in ``pem_texts``, each one or more PEM certificates.

    Whether an anchor is valid is asked for the time of each verification, not here.

    Raises ``ConfigError`` for no certificate at all, unreadable text, a private key, a weak key, more than 64 certificates or one
    that is no authority: a path must end at somebody who may issue.  Raises ``Unsupported`` for an anchor of SM2 without the
    extra ``gm``: nothing below it could be verified.
    """
    found: dict[str, Certificate] = {}
    for text in pem_texts:
        for anchor in _anchors(text):
            found[anchor.fingerprint] = anchor
    if not 0 < len(found) <= MAX_ANCHORS:
        raise ConfigError(f"trust anchors: give from 1 to {MAX_ANCHORS} certificates of authorities, in PEM")
    if any(anchor.is_sm2 for anchor in found.values()):
        require_sm2()
    known = [anchor.parsed for anchor in found.values() if not anchor.is_sm2]
    return TrustAnchors(
        certificates=tuple(found.values()), fingerprints=tuple(found), store=Store(known) if known else None
    )


def find_anchor(
    person: Certificate, anchors: TrustAnchors, intermediates: Sequence[bytes], *, at: datetime
) -> Certificate:
    """Return the anchor at the end of a path from ``person`` that holds at ``at``.

    ``intermediates`` are certificates that came along, in any order; what cannot be used among them is passed over.

    Raises ``TamperDetected("certificate", …)``: ``unknown`` if no path holds, ``too_large`` for more than 16
    intermediates.
    """
    if len(intermediates) > MAX_INTERMEDIATES:
        raise TamperDetected("certificate", reason="too_large")
    between = [found for found in readable_certificates(intermediates) if _has_usable_key(found)]
    walk = _walk_sm2 if person.is_sm2 else _walk
    return walk(person, anchors, [found for found in between if found.is_sm2 == person.is_sm2], at)


def _anchors(text: str) -> Iterator[Certificate]:
    """Yield the certificates of one PEM text.  Raises ``ConfigError``."""
    if "PRIVATE KEY" in text:
        raise ConfigError("trust anchors: a private key stands where certificates belong")
    try:
        parsed = x509.load_pem_x509_certificates(text.encode())
        for certificate in parsed:
            anchor = read_certificate(certificate.public_bytes(Encoding.DER))
            _ = anchor.key
            if not _may_issue(anchor):
                raise ConfigError("trust anchors: one of the certificates is not an authority's")
            yield anchor
    except (ValueError, UnsupportedAlgorithm, TamperDetected) as exc:
        raise ConfigError("trust anchors: expected PEM certificates of version 3 with RSA keys from 2048 bits") from exc


def _has_usable_key(certificate: Certificate) -> bool:
    """Return whether the key is of a kind and size that we calculate with."""
    try:
        _ = certificate.key
    except TamperDetected:
        return False
    return True


def _may_issue(certificate: Certificate) -> bool:
    """Return whether the holder is an authority whose key may sign certificates."""
    usage = certificate.extension(x509.KeyUsage)
    return certificate.is_authority and (usage is None or usage.key_cert_sign)


# --- RSA and NIST curves -------------------------------------------------------------------------------------------


def _walk(person: Certificate, anchors: TrustAnchors, between: Sequence[Certificate], at: datetime) -> Certificate:
    """Return the anchor at the end of the path that ``cryptography`` finds."""
    if anchors.store is None:
        raise TamperDetected("certificate", reason="unknown")
    verifier = (
        PolicyBuilder()
        .store(anchors.store)
        .time(at)
        .max_chain_depth(MAX_BETWEEN)
        .extension_policies(ca_policy=_AUTHORITY, ee_policy=ExtensionPolicy.permit_all())
        .build_client_verifier()
    )
    try:
        chain = verifier.verify(person.parsed, [found.parsed for found in between]).chain
    except (VerificationError, ValueError, UnsupportedAlgorithm, x509.DuplicateExtension) as exc:
        raise TamperDetected("certificate", reason="unknown") from exc
    return next(anchor for anchor in anchors.certificates if anchor.parsed == chain[-1])


def _check_issuing(policy: Policy, certificate: x509.Certificate, usage: x509.KeyUsage | None) -> None:
    """Raise ``ValueError`` unless the key may sign certificates; ``cryptography`` asks for this in its web profile only."""
    if usage is not None and not usage.key_cert_sign:
        raise ValueError("keyCertSign")


_AUTHORITY: Final = (
    ExtensionPolicy.permit_all()
    .require_present(x509.BasicConstraints, Criticality.AGNOSTIC, None)
    .may_be_present(x509.KeyUsage, Criticality.AGNOSTIC, _check_issuing)
)


# --- SM2 -----------------------------------------------------------------------------------------------------------


def _walk_sm2(person: Certificate, anchors: TrustAnchors, between: Sequence[Certificate], at: datetime) -> Certificate:
    """Return the anchor at the end of the first path that holds (RFC 5280 section 6.1, the parts that occur here)."""
    ends = tuple(anchor for anchor in anchors.certificates if anchor.is_sm2)
    if not ends:
        # A stranger's certificate alone never asks for the binding: where nobody trusts SM2 it may be missing.
        raise TamperDetected("certificate", reason="unknown")
    search = _Search(ends, tuple(between), at)
    anchor = search.anchor_of(person, below=0) if _understood(person) else None
    if anchor is None:
        raise TamperDetected("certificate", reason="unknown")
    return anchor


class _Search:
    """A search for an anchor, with a bound on the signatures it checks: names are cheap to forge, checks are not."""

    def __init__(self, anchors: Sequence[Certificate], between: Sequence[Certificate], at: datetime) -> None:
        self._anchors, self._between, self._at = anchors, between, at
        self._checks = 0

    def anchor_of(self, child: Certificate, *, below: int) -> Certificate | None:
        """Return the anchor above ``child``, which has ``below`` authorities beneath or at its place."""
        for anchor in self._anchors:
            if self._issued(anchor, child, below):
                return anchor
        if below == MAX_BETWEEN:
            return None
        for authority in self._between:
            if self._issued(authority, child, below):
                found = self.anchor_of(authority, below=below + 1)
                if found is not None:
                    return found
        return None

    def _issued(self, authority: Certificate, child: Certificate, below: int) -> bool:
        """Return whether ``authority`` issued ``child`` and may: the name first, which is cheap, and then the rest."""
        if authority.subject != child.issuer or child.algorithm not in _SM2_ALGORITHMS or self._checks >= _MAX_CHECKS:
            return False
        self._checks += 1
        try:
            _check_authority(authority, below, self._at)
            sm2_verify(_sm2_key(authority), child.signed, raw_signature(child.signature))
        except TamperDetected:
            return False
        return True


def _check_authority(authority: Certificate, below: int, at: datetime) -> None:
    """Raise ``TamperDetected`` unless ``authority`` may issue at ``at`` with ``below`` authorities beneath it."""
    check_validity(authority, at)
    constraints = authority.extension(x509.BasicConstraints)
    room = None if constraints is None else constraints.path_length
    if not (_may_issue(authority) and _understood(authority)) or (room is not None and room < below):
        raise TamperDetected("certificate", reason="key_usage")


def _sm2_key(authority: Certificate) -> Sm2PublicKey:
    """Return the key of an authority of SM2."""
    if not isinstance(authority.key, Sm2PublicKey):
        raise TamperDetected("certificate", reason="unknown")
    return authority.key


def _understood(certificate: Certificate) -> bool:
    """Return whether nothing in the certificate is critical that we do not understand, and no names are constrained."""
    return certificate.extension(x509.NameConstraints) is None and not any(
        extension.critical and not isinstance(extension.value, _UNDERSTOOD) for extension in certificate.extensions
    )
