"""The trust file: whose keys count, for what, and when.  It comes from outside the bundle, or the bundle proves little.

A bundle that was forged whole is perfectly consistent; only a trust file that the reader got elsewhere tells it apart.
The same holds for the certificate authorities of the people who signed: an anchor is worth what its source is.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, get_args

from pydantic import ValidationError

from xbridge.core.decision import Record
from xbridge.core.errors import ConfigError, TamperDetected, VerificationError
from xbridge.core.moment import from_text, to_text
from xbridge.crypto import base64url
from xbridge.crypto.canonical import canonical_json, canonical_json_of
from xbridge.crypto.key import KeySet, VerificationKey
from xbridge.protocols.personal_signature import TrustAnchors, load_anchors

KeyUse = Literal["record", "log", "token"]
KEY_USES: tuple[KeyUse, ...] = get_args(KeyUse)
MAX_TRUST_BYTES = 1024 * 1024


class TrustedKey(Record):
    """One public key (RFC 7517): ``use`` says what it may sign; an empty ``valid_until`` means "until further notice"."""

    jwk: dict[str, str]
    use: KeyUse
    valid_from: str
    valid_until: str

    @property
    def kid(self) -> str:
        """The key's RFC 7638 thumbprint."""
        return VerificationKey.from_jwk(dict[str, object](self.jwk)).kid

    def covers(self, at: datetime) -> bool:
        """Return whether the key was valid at ``at``."""
        return from_text(self.valid_from) <= at and (not self.valid_until or at < from_text(self.valid_until))


class ResidentAnchor(Record):
    """The certificate of an authority that certifies residents' signing keys, and when the reader relies on it.

    ``certificate`` is X.509 in DER as standard base64 on one line: what stands in a PEM file between its two marks.
    An empty ``valid_until`` means "until further notice"; the certificate's own end counts in any case.
    """

    certificate: str
    valid_from: str
    valid_until: str

    @property
    def pem(self) -> str:
        """The certificate as PEM text.  Raises ``ConfigError`` for text that is not standard base64."""
        try:
            body = base64url.encode_standard(base64url.decode_standard(self.certificate))
        except VerificationError as exc:
            raise ConfigError("the trust file holds a resident anchor that is not base64") from exc
        return f"-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n"

    def covers(self, at: datetime) -> bool:
        """Return whether the reader relies on it at ``at``."""
        return from_text(self.valid_from) <= at and (not self.valid_until or at < from_text(self.valid_until))


class Trust(Record):
    """The keys of one issuer and its log, and the authorities whose certificates for residents count.

    Without ``resident_anchors`` a person's own signature can be checked, but not whose it is.
    """

    issuer: str
    keys: tuple[TrustedKey, ...]
    log_origin: str
    resident_anchors: tuple[ResidentAnchor, ...] = ()
    v: Literal[1]

    def key_set(self, use: KeyUse) -> KeySet:
        """Return the keys for ``use`` as a set.

        Raises ``ConfigError`` for a key that is not admissible, two keys of one id, or over 64 of them.
        """
        keys = self.verification_keys(use)
        try:
            return KeySet(keys)
        except VerificationError as exc:
            raise ConfigError("the trust file holds keys that cannot be told apart, or too many") from exc

    def verification_keys(self, use: KeyUse) -> list[VerificationKey]:
        """Return the keys for ``use``, in the file's order, each once however many periods it has.

        Raises ``ConfigError``.
        """
        try:
            keys = [VerificationKey.from_jwk(dict[str, object](key.jwk)) for key in self.keys if key.use == use]
        except VerificationError as exc:
            raise ConfigError("the trust file holds a key that is not acceptable") from exc
        # Another key under the same id stays, so that the set refuses it.
        return list({(key.kid, key.thumbprint, key.alg): key for key in keys}.values())

    def verify_period(self, kid: str, use: KeyUse, *, at: datetime) -> None:
        """Check that the key ``kid`` was valid for ``use`` at ``at``.

        A key may be listed with several periods; one that covers the moment is enough.  Raises
        ``TamperDetected("key_period", …)``: ``unknown``, ``not_yet_valid`` or ``expired``.
        """
        periods = [key for key in self.keys if key.use == use and key.kid == kid]
        if not periods:
            raise TamperDetected("key_period", reason="unknown")
        if any(key.covers(at) for key in periods):
            return
        if all(at < from_text(key.valid_from) for key in periods):
            raise TamperDetected("key_period", reason="not_yet_valid", message="signed before its key was valid")
        raise TamperDetected("key_period", reason="expired", message="signed outside its key's validity")

    def anchors(self, *moments: datetime) -> TrustAnchors | None:
        """Return the residents' authorities that the reader relies on at all ``moments``; None where none is listed.

        Raises ``TamperDetected("key_period", …)``: ``not_yet_valid`` or ``expired`` when some are listed and none of
        them covers the moments, and ``ConfigError`` for one that is not a certificate.
        """
        if not self.resident_anchors:
            return None
        living = [each.pem for each in self.resident_anchors if all(map(each.covers, moments))]
        if living:
            return load_anchors(living)
        early = all(min(moments) < from_text(each.valid_from) for each in self.resident_anchors)
        reason = "not_yet_valid" if early else "expired"
        raise TamperDetected("key_period", reason=reason, message="signed when no resident anchor was relied on")


def parse_trust(raw: bytes) -> Trust:
    """Return the trust file in ``raw``.  Raises ``ConfigError``; ``Unsupported`` for an SM2 anchor without the extra ``gm``."""
    trust = parse_embedded_trust(raw)
    if trust.resident_anchors:
        load_anchors([each.pem for each in trust.resident_anchors])
    return trust


def parse_embedded_trust(raw: bytes) -> Trust:
    """Return the file in ``raw`` as a bundle brings it: its form and its keys are checked, its anchors are not loaded.

    Anchors inside a bundle count for nobody, so what they need in order to be read must not keep a reader from the rest.
    Raises ``ConfigError``.
    """
    if len(raw) > MAX_TRUST_BYTES:
        raise ConfigError("the trust file is too large")
    try:
        trust = Trust.model_validate_json(raw)
        periods = [(key.valid_from, key.valid_until) for key in trust.keys]
        periods += [(anchor.valid_from, anchor.valid_until) for anchor in trust.resident_anchors]
        for valid_from, valid_until in periods:
            _check_moment(valid_from)
            if valid_until:
                _check_moment(valid_until)
    except (ValidationError, ValueError) as exc:
        raise ConfigError("this is not a trust file (specs/evidence.md says what one looks like)") from exc
    for use in KEY_USES:
        trust.key_set(use)
    return trust


def _check_moment(text: str) -> None:
    """Raises ``ValueError`` unless ``text`` is a moment in the one form that says the same everywhere: in UTC, with its Z."""
    if to_text(from_text(text)) != text:
        raise ValueError("not in canonical form")


def trust_bytes(trust: Trust) -> bytes:
    """Return the canonical bytes of ``trust``; where no resident anchor is listed, as before there were any."""
    if trust.resident_anchors:
        return canonical_json(trust)
    return canonical_json_of(trust.model_dump(mode="json", exclude={"resident_anchors"}))


def resident_anchor(certificate: bytes, *, valid_from: str) -> ResidentAnchor:
    """Return the authority's ``certificate`` (DER) as a trust file names it, relied on from ``valid_from`` on."""
    return ResidentAnchor(certificate=base64url.encode_standard(certificate), valid_from=valid_from, valid_until="")


def trusted_key(key: VerificationKey, use: KeyUse, *, valid_from: str) -> TrustedKey:
    """Return ``key`` as a trust file names it, valid from ``valid_from`` on."""
    jwk: dict[str, Any] = dict(key.to_jwk())
    return TrustedKey(
        jwk={name: str(value) for name, value in jwk.items()}, use=use, valid_from=valid_from, valid_until=""
    )
