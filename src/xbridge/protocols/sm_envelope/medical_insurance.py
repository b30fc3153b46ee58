"""The medical-insurance platform's envelope on the TIF gateway, for compatibility alone (guangdong.md section 6, VERIFIED).

JSON under SM4-ECB, signed with SM2 over a text that ends in a shared secret.  It is what that platform speaks, and no model for
anything: equal blocks show, numbers are signed as their text and empty members not at all, the secret is a part of what is
signed, and the signature covers the *plain* data, so that a reader has to decrypt what nobody has vouched for yet.  Every
failure past the outer form therefore looks the same.  Who speaks with a peer of their own choice takes ``ours`` instead.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from xbridge.core.errors import ConfigError, TamperDetected, VerificationError
from xbridge.core.ports import Signer, Verifier
from xbridge.crypto.base64url import decode_standard, encode_standard
from xbridge.crypto.canonical import canonical_json_of, parse_strict_object
from xbridge.crypto.digest import constant_time_equal
from xbridge.crypto.sm4 import KEY_BYTES, insecure_sm4_ecb_decrypt, insecure_sm4_ecb_encrypt

GATEWAY_PAASID: Final = "undefined"
"""What stands in ``x-tif-paasid`` on that platform: the literal word, beside an empty gateway token."""

VERSION: Final = "1.0.0"
MAX_BODY_BYTES: Final = 1024 * 1024
_UNSIGNED: Final = {"signData", "encData", "extra"}
_MEMBERS: Final = {"appCode", "data", "encType", "signData", "signType", "timestamp", "version"}
_HEX: Final = re.compile(r"(?:[0-9A-F]{2})+", re.ASCII)
_SECONDS: Final = re.compile(r"[1-9][0-9]{9}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class MedicalInsuranceProfile:
    """One application's registration: its code and secret, its signing key, and the platform's.

    ``signer`` signs raw r‖s over SM2 with the default id; an HSM's object does as well.  ``window_s`` is how far the time in a
    reply may be from ours.
    """

    app_code: str
    app_secret: str = field(repr=False)
    signer: Signer
    verifier: Verifier
    window_s: int = 180

    def __post_init__(self) -> None:
        """Raises ``ConfigError`` for a code that gives no key, or a secret that would make the signed text ambiguous."""
        if not self.app_code.isascii() or len(self.app_code) < KEY_BYTES or not self.app_code.isalnum():
            raise ConfigError("an application code has 16 or more letters and digits: its first 16 are a key")
        if not self.app_secret or not self.app_secret.isascii() or not self.app_secret.isprintable():
            raise ConfigError("an application secret is printable ASCII")


def content_key(app_code: str, app_secret: str) -> bytes:
    """Return the SM4 key of an application: always the same 16 bytes, each of them a hexadecimal digit."""
    derived = insecure_sm4_ecb_encrypt(app_code[:KEY_BYTES].encode(), app_secret.encode())
    return derived.hex().upper()[:KEY_BYTES].encode()


def signed_text(envelope: Mapping[str, object], app_secret: str) -> bytes:
    """Return what is signed for ``envelope``, whose ``data`` is the plain data: ``k=v&…&key=secret``.

    Raises ``VerificationError("canonical_json", …)`` for what has no such text: floats, and members other than ``data`` that are
    neither text nor whole numbers.
    """
    pairs = []
    for name in sorted(envelope):
        value = envelope[name]
        if name in _UNSIGNED or value is None or value == "":
            continue
        pairs.append(f"{name}={_text(value)}")
    return "&".join([*pairs, f"key={app_secret}"]).encode()


def seal_medical_insurance(profile: MedicalInsuranceProfile, data: Mapping[str, object], *, now: datetime) -> bytes:
    """Return the body of a call with ``data``: JSON, encrypted and signed.

    Raises ``ConfigError`` for data that is not plain JSON without fractions, ``Unsupported`` without the extra ``gm``.
    """
    envelope: dict[str, object] = {
        "data": dict(data),
        "appCode": profile.app_code,
        "version": VERSION,
        "encType": "SM4",
        "signType": "SM2",
        "timestamp": int(now.timestamp()),
    }
    try:
        # Whatever the other side's reader would refuse is refused here: depth, size of numbers, names that are no text.
        canonical_json_of(envelope["data"])
        signed = signed_text(envelope, profile.app_secret)
    except VerificationError:
        # The cause is dropped on purpose: it may quote a value.
        raise ConfigError("an enveloped body is plain JSON: objects, lists, texts, whole numbers") from None
    # In the order in which the caller wrote it, and ASCII alone.
    plain = json.dumps(envelope["data"], ensure_ascii=True, separators=(",", ":")).encode()
    sealed = insecure_sm4_ecb_encrypt(content_key(profile.app_code, profile.app_secret), plain)
    envelope["data"] = {"encData": sealed.hex().upper()}
    envelope["signData"] = encode_standard(profile.signer.sign(signed))
    return json.dumps({"data": envelope}, separators=(",", ":")).encode()


def open_medical_insurance(profile: MedicalInsuranceProfile, envelope: object, *, now: datetime) -> dict[str, object]:
    """Return the data in ``envelope``, the member ``data`` of a parsed body.

    (1) exactly the known members, under this application's code   (2) signed just now, by its own word   (3) decrypted and
    parsed   (4) the signature over the plain data

    The order is the protocol's: nothing can be verified before (3).  So (3) and (4) fail alike, ``TamperDetected("envelope",
    reason="mismatch")``; (1) raises ``malformed`` or ``unknown``, (2) ``expired`` or ``not_yet_valid``.  ``Unsupported`` without
    the extra ``gm``.
    """
    # (1)
    if not isinstance(envelope, dict) or set(envelope) != _MEMBERS:
        raise TamperDetected("envelope", reason="malformed")
    if not constant_time_equal(_word(envelope, "appCode"), profile.app_code):
        raise TamperDetected("envelope", reason="unknown")
    if [envelope["version"], envelope["encType"], envelope["signType"]] != [VERSION, "SM4", "SM2"]:
        raise TamperDetected("envelope", reason="unknown")
    sealed, signature = _sealed(envelope["data"]), _signature(_word(envelope, "signData"))
    # (2) NOTE: (4) covers the time as well; what is out of date is refused before it costs anything.
    age = now.timestamp() - _seconds(envelope["timestamp"])
    if abs(age) > profile.window_s:
        raise TamperDetected("envelope", reason="expired" if age > 0 else "not_yet_valid")
    # (3) (4)
    try:
        plain = insecure_sm4_ecb_decrypt(content_key(profile.app_code, profile.app_secret), sealed)
        data = parse_strict_object(plain, max_bytes=MAX_BODY_BYTES)
        profile.verifier.verify(signature, signed_text({**envelope, "data": data}, profile.app_secret))
    except VerificationError:
        raise TamperDetected("envelope", reason="mismatch") from None
    return data


def _text(value: object) -> str:
    """Return a member of the envelope as the signed text has it."""
    if isinstance(value, dict):
        return canonical_json_of(_signed_value(value)).decode()
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise VerificationError("canonical_json", reason="malformed")


def _signed_value(value: object) -> object:
    """Return plain data as it is signed: numbers and booleans as text, empty texts, lists and nulls left out, at every depth.

    NOTE: INFERRED below the first level.  One client of the platform sorts nested objects and another does not (specs/providers
    /sm.md); a caller who keeps ``data`` flat signs the same text as both.
    """
    if isinstance(value, dict):
        return {name: _signed_value(each) for name, each in value.items() if each is not None and each not in ("", [])}
    if isinstance(value, list | tuple):
        return [_signed_value(each) for each in value if each is not None and each not in ("", [])]
    if isinstance(value, bool):
        return "true" if value else "false"
    # A float is left as it is, for whoever writes the text to refuse: peers do not agree on its digits.
    return str(value) if isinstance(value, int) else value


def _word(envelope: Mapping[str, object], name: str) -> str:
    """Return a text member."""
    value = envelope[name]
    if not isinstance(value, str):
        raise TamperDetected("envelope", reason="malformed")
    return value


def _sealed(data: object) -> bytes:
    """Return the ciphertext in ``{"encData": "<upper-case hex>"}``."""
    text = data.get("encData") if isinstance(data, dict) and set(data) == {"encData"} else None
    if not isinstance(text, str) or len(text) > 2 * MAX_BODY_BYTES or not _HEX.fullmatch(text):
        raise TamperDetected("envelope", reason="malformed")
    return bytes.fromhex(text)


def _signature(text: str) -> bytes:
    """Return the signature in its one base64 spelling."""
    try:
        return decode_standard(text, claim="envelope")
    except VerificationError as exc:
        raise TamperDetected("envelope", reason="malformed") from exc


def _seconds(value: object) -> int:
    """Return a time in seconds, a number or its text."""
    if isinstance(value, str) and _SECONDS.fullmatch(value):
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 10**9 <= value < 10**10:
        return value
    raise TamperDetected("envelope", reason="malformed")
