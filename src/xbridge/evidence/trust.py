"""The trust file: whose keys count, for what, and when.  It comes from outside the bundle, or the bundle proves little.

A bundle that was forged whole is perfectly consistent; only a trust file that the reader got elsewhere tells it apart.
The same holds for the certificate authorities of the people who signed: an anchor is worth what its source is.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal, get_args

from pydantic import Field, ValidationError

from xbridge.core.config import SM2_ID_FORM
from xbridge.core.decision import Record
from xbridge.core.errors import ConfigError, TamperDetected, TokenInvalid, VerificationError
from xbridge.core.moment import from_text, to_text
from xbridge.crypto import base64url
from xbridge.crypto.canonical import canonical_json_of
from xbridge.crypto.key import KeySet, PublishedKey, VerificationKey
from xbridge.crypto.signing import SignedRecord
from xbridge.crypto.sm2 import has_sm2, require_sm2
from xbridge.crypto.sm2_signing import SM2_NAMES, Sm2VerifyingKey
from xbridge.protocols.personal_signature import TrustAnchors, load_anchors

KeyUse = Literal["record", "log", "token"]
KEY_USES: tuple[KeyUse, ...] = get_args(KeyUse)
Requirement = Literal["any", "both"]
MAX_TRUST_BYTES = 1024 * 1024


class TrustedKey(Record):
    """One public key (RFC 7517): ``use`` says what it may sign; an empty ``valid_until`` means "until further notice".

    ``sm2_id`` is the id under which an SM2 key signs, and empty for every other kind.
    """

    jwk: dict[str, str]
    sm2_id: str = Field(default="", pattern=f"^({SM2_ID_FORM})?$")
    use: KeyUse
    valid_from: str
    valid_until: str

    @property
    def is_sm2(self) -> bool:
        """Whether it is an SM2 key; only records are signed with those."""
        return SM2_NAMES.is_key(self.jwk)

    @property
    def kid(self) -> str:
        """What signatures call the key: the JWK's own ``kid``, and its RFC 7638 thumbprint where it has none."""
        return self.public().kid

    def public(self) -> PublishedKey:
        """Return the key itself.

        Raises ``TokenInvalid`` for one that is not admissible, or an id that is not an SM2 key's; an SM2 key names its own.
        """
        jwk = dict[str, object](self.jwk)
        if not self.is_sm2:
            if self.sm2_id:
                raise TokenInvalid("key", reason="mismatch")
            return VerificationKey.from_jwk(jwk)
        if not self.sm2_id or self.use != "record":
            raise TokenInvalid("key", reason="mismatch")
        return Sm2VerifyingKey.from_jwk(jwk, sm2_id=self.sm2_id.encode())

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

    Without ``resident_anchors`` a person's own signature can be checked, but not whose it is.  ``require`` says whether one
    signature of a record is enough, or it takes one of each kind of key that was valid then: international and SM2.
    """

    issuer: str
    keys: tuple[TrustedKey, ...]
    log_origin: str
    require: Requirement = "any"
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

    def verification_keys(self, use: KeyUse) -> list[PublishedKey]:
        """Return the keys for ``use``, in the file's order, each once however many periods it has.

        Raises ``ConfigError``.
        """
        try:
            keys = [(key, key.public()) for key in self.keys if key.use == use]
        except VerificationError as exc:
            raise ConfigError("the trust file holds a key that is not acceptable") from exc
        # Another key under the same id stays, so that the set refuses it; so does one key under two SM2 ids.
        return list({(*sorted(public.to_jwk().items()), key.sm2_id): public for key, public in keys}.values())

    def record_keys(self) -> KeySet:
        """Return the record keys whose signatures can be checked here: without the extra ``gm``, those that are not SM2.

        Raises ``Unsupported``, which names the extra, where SM2 cannot be left out: no other key is listed, or both
        signatures are required.
        """
        records = [key for key in self.keys if key.use == "record"]
        if self.require == "both" or (records and all(key.is_sm2 for key in records)):
            require_sm2()
        keys = self.key_set("record")
        unchecked = self.unchecked_kids()
        return KeySet(key for key in keys if key.kid not in unchecked)

    def unchecked_kids(self) -> frozenset[str]:
        """Return the ids of record keys whose signatures cannot be checked here, for want of the extra ``gm``."""
        if has_sm2():
            return frozenset()
        return frozenset(key.kid for key in self.keys if key.use == "record" and key.is_sm2)

    def verify_signers(self, signed: SignedRecord, *, role: str, at: datetime) -> None:
        """Check that the signatures of ``signed``, which were verified, are those that count for a record of ``at``.

        (1) each by a listed key was made in the key's time   (2) where both are required, each kind of key that was valid
        at ``at`` signed in ``role``.  Signatures by keys that are not listed are passed over.

        Raises ``TamperDetected``: ``("key_period", …)`` as :meth:`verify_period`, ``("signature", reason="missing")``.
        """
        listed = [key for key in self.keys if key.use == "record"]
        # (1)
        known = {key.kid for key in listed}
        for signature in signed.signatures:
            if signature.kid in known:
                self.verify_period(signature.kid, "record", at=at)
        # (2)
        if self.require == "any":
            return
        made = {signature.kid for signature in signed.signatures if signature.role == role}
        living = [key for key in listed if key.covers(at)]
        if {key.is_sm2 for key in living} != {key.is_sm2 for key in living if key.kid in made}:
            raise TamperDetected(
                "signature", reason="missing", message="the trust file requires both signatures, and one is not there"
            )

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
    if trust.require == "both" and len({key.is_sm2 for key in trust.keys if key.use == "record"}) < 2:
        raise ConfigError("the trust file requires both signatures and does not list a record key of each kind")
    return trust


def _check_moment(text: str) -> None:
    """Raises ``ValueError`` unless ``text`` is a moment in the one form that says the same everywhere: in UTC, with its Z."""
    if to_text(from_text(text)) != text:
        raise ValueError("not in canonical form")


def trust_bytes(trust: Trust) -> bytes:
    """Return the canonical bytes of ``trust``; what it does not use is left out, as it was before there was any."""
    document = trust.model_dump(mode="json")
    if not trust.resident_anchors:
        del document["resident_anchors"]
    if trust.require == "any":
        del document["require"]
    for key in document["keys"]:
        if not key["sm2_id"]:
            del key["sm2_id"]
    return canonical_json_of(document)


def resident_anchor(certificate: bytes, *, valid_from: str) -> ResidentAnchor:
    """Return the authority's ``certificate`` (DER) as a trust file names it, relied on from ``valid_from`` on."""
    return ResidentAnchor(certificate=base64url.encode_standard(certificate), valid_from=valid_from, valid_until="")


def trusted_key(key: PublishedKey, use: KeyUse, *, valid_from: str, sm2_id: str = "") -> TrustedKey:
    """Return ``key`` as a trust file names it, valid from ``valid_from`` on; ``sm2_id`` is an SM2 key's."""
    return TrustedKey(jwk=key.to_jwk(), sm2_id=sm2_id, use=use, valid_from=valid_from, valid_until="")
