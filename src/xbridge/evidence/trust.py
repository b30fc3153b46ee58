"""The trust file: whose keys count, for what, and when.  It comes from outside the bundle, or the bundle proves little.

A bundle that was forged whole is perfectly consistent; only a trust file that the reader got elsewhere tells it apart.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import ValidationError

from xbridge.core.decision import Record
from xbridge.core.errors import ConfigError, TamperDetected, VerificationError
from xbridge.core.moment import from_text
from xbridge.crypto.canonical import canonical_json
from xbridge.crypto.key import KeySet, VerificationKey

KeyUse = Literal["record", "log", "token"]
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


class Trust(Record):
    """The keys of one issuer and its log."""

    issuer: str
    keys: tuple[TrustedKey, ...]
    log_origin: str
    v: Literal[1]

    def key_set(self, use: KeyUse) -> KeySet:
        """Return the keys for ``use`` as a set.  Raises ``ConfigError`` for a key that is not admissible."""
        return KeySet(self.verification_keys(use))

    def verification_keys(self, use: KeyUse) -> list[VerificationKey]:
        """Return the keys for ``use``, in the file's order.  Raises ``ConfigError``."""
        try:
            return [VerificationKey.from_jwk(dict[str, object](key.jwk)) for key in self.keys if key.use == use]
        except VerificationError as exc:
            raise ConfigError("the trust file holds a key that is not acceptable") from exc

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


def parse_trust(raw: bytes) -> Trust:
    """Return the trust file in ``raw``.  Raises ``ConfigError``."""
    if len(raw) > MAX_TRUST_BYTES:
        raise ConfigError("the trust file is too large")
    try:
        trust = Trust.model_validate_json(raw)
        for key in trust.keys:
            from_text(key.valid_from)
            if key.valid_until:
                from_text(key.valid_until)
    except (ValidationError, ValueError) as exc:
        raise ConfigError("this is not a trust file (specs/evidence.md says what one looks like)") from exc
    return trust


def trust_bytes(trust: Trust) -> bytes:
    """Return the canonical bytes of ``trust``."""
    return canonical_json(trust)


def trusted_key(key: VerificationKey, use: KeyUse, *, valid_from: str) -> TrustedKey:
    """Return ``key`` as a trust file names it, valid from ``valid_from`` on."""
    jwk: dict[str, Any] = dict(key.to_jwk())
    return TrustedKey(
        jwk={name: str(value) for name, value in jwk.items()}, use=use, valid_from=valid_from, valid_until=""
    )
