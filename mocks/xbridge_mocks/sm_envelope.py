"""The other side of enveloped gateway calls: opens and seals both profiles, strictly, by its own reading of the dossier.

The medical-insurance profile is section 6 of the dossier; ``xbridge-1`` is a format of xbridge's own, which no platform speaks
(``specs/providers/sm.md``). SM2 comes from gmalg and SM4 from cryptography; the library has neither of this code.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.ciphers.modes import ECB, GCM

from xbridge_mocks.clock import MockClock
from xbridge_mocks.random_source import RandomSource
from xbridge_mocks.sm2_pair import Sm2Pair, from_url, to_url
from xbridge_mocks.strict_json import StrictJsonError, load_object

__all__ = ["FAULTS", "Enrolment", "EnvelopePeer", "EnvelopeRefused"]

FAULTS = ("envelope_bad_signature", "envelope_wrong_key", "envelope_truncated", "envelope_stale", "envelope_other_call")
"""What a reply can have wrong: see :meth:`EnvelopePeer.answer_ours`."""

_WINDOW_S, _LIFETIME_S = 180, 120
_ENVELOPE = {"appCode", "data", "encType", "signData", "signType", "timestamp", "version"}
_HEADER = {"expires_at", "id", "issued_at", "recipient", "reply_to", "sender"}
_RECORD = b"xbridge/sm-envelope/v1\n"


class EnvelopeRefused(Exception):
    """The envelope does not hold; ``step`` names the check that failed and no value."""

    def __init__(self, step: str) -> None:
        super().__init__(step)
        self.step = step


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """One client: its application code and secret, its public keys, and the mock's keys that it has to know."""

    app_code: str
    app_secret: str = field(repr=False)
    client_signing: Sm2Pair
    client_encryption: Sm2Pair
    signing: Sm2Pair
    encryption: Sm2Pair


class EnvelopePeer:
    """Both profiles for any number of clients. Not thread-safe: the mock calls it under its lock."""

    def __init__(self, *, clock: MockClock, random: RandomSource) -> None:
        self._clock = clock
        self._random = random
        self._clients: list[Enrolment] = []
        self._seen: dict[str, int] = {}

    def enrol(self, *, signing_key: str, encryption_key: str) -> Enrolment:
        """Make the other side of a client with these public keys, as PEM. Raises ValueError."""
        made = Enrolment(
            app_code=f"MOCK{self._random.hex(10).upper()}", app_secret=self._random.hex(16),
            client_signing=Sm2Pair.from_pem(signing_key), client_encryption=Sm2Pair.from_pem(encryption_key),
            signing=Sm2Pair.generate(self._random), encryption=Sm2Pair.generate(self._random),
        )  # fmt: skip
        self._clients.append(made)
        return made

    def clear(self) -> None:
        """Forget which calls were answered; keep the clients."""
        self._seen.clear()

    # --- The medical-insurance profile (dossier 6) -------------------------------------------------------------------

    def open_medical_insurance(self, body: Mapping[str, object]) -> tuple[Enrolment, dict[str, object]]:
        """Who calls, and the plain data. Raises EnvelopeRefused."""
        envelope = body.get("data")
        if set(body) != {"data"} or not isinstance(envelope, dict) or set(envelope) != _ENVELOPE:
            raise EnvelopeRefused("envelope_shape")
        client = next((each for each in self._clients if each.app_code == envelope["appCode"]), None)
        if client is None:
            raise EnvelopeRefused("app_code")
        if [envelope["version"], envelope["encType"], envelope["signType"]] != ["1.0.0", "SM4", "SM2"]:
            raise EnvelopeRefused("envelope_kind")
        moment = envelope["timestamp"]
        if type(moment) is not int or abs(self._now() - moment) > _WINDOW_S:
            raise EnvelopeRefused("envelope_time")
        inner = envelope["data"]
        text = inner.get("encData") if isinstance(inner, dict) else None
        if not isinstance(text, str) or not re.fullmatch(r"(?:[0-9A-F]{32})+", text, re.ASCII):
            raise EnvelopeRefused("ciphertext")
        data = _parsed(_ecb_open(_content_key(client), bytes.fromhex(text)))
        signature = _standard(envelope["signData"])
        if not client.client_signing.holds(signature, _signed_text({**envelope, "data": data}, client.app_secret)):
            raise EnvelopeRefused("envelope_signature")
        return client, data

    def answer_medical_insurance(
        self, client: Enrolment, data: dict[str, object], fault: str = ""
    ) -> dict[str, object]:
        """The enveloped answer: what a reply has in ``data``."""
        moment = self._now() - (2 * _WINDOW_S if fault == "envelope_stale" else 0)
        envelope: dict[str, object] = {
            "appCode": client.app_code, "version": "1.0.0", "encType": "SM4", "signType": "SM2", "timestamp": moment,
        }  # fmt: skip
        signed = _signed_text({**envelope, "data": data}, client.app_secret)
        key = self._random.bytes(16) if fault == "envelope_wrong_key" else _content_key(client)
        sealed = _ecb_seal(key, json.dumps(data, separators=(",", ":")).encode()).hex().upper()
        signature = client.signing.sign(signed + (b"!" if fault == "envelope_bad_signature" else b""))
        envelope["data"] = {"encData": sealed[:-32] if fault == "envelope_truncated" else sealed}
        envelope["signData"] = base64.b64encode(signature).decode()
        return envelope

    # --- xbridge-1, xbridge's own ------------------------------------------------------------------------------------

    def open_ours(self, body: Mapping[str, object]) -> tuple[Enrolment, str, dict[str, object]]:
        """Who calls, the id of the call, and the plain body; each id is taken once. Raises EnvelopeRefused."""
        signatures = body.get("signatures")
        if set(body) != {"raw", "signatures"} or not isinstance(signatures, list) or len(signatures) != 1:
            raise EnvelopeRefused("envelope_shape")
        only = signatures[0] if isinstance(signatures[0], dict) else {}
        client = next((each for each in self._clients if each.client_signing.kid == only.get("kid")), None)
        if (
            client is None
            or set(only) != {"alg", "kid", "role", "value"}
            or (only["alg"], only["role"]) != ("SM2", "sender")
        ):
            raise EnvelopeRefused("sender")
        raw = _bytes(body["raw"])
        if not client.client_signing.holds(_bytes(only["value"]), b"xbridge-signature/v1 sender\n" + raw):
            raise EnvelopeRefused("envelope_signature")
        if not raw.startswith(_RECORD):
            raise EnvelopeRefused("record_type")
        envelope = _parsed(raw.removeprefix(_RECORD))
        if set(envelope) != _HEADER | {"body", "iv", "key"}:
            raise EnvelopeRefused("envelope_shape")
        header = {name: envelope[name] for name in sorted(_HEADER)}
        if (header["recipient"], header["sender"]) != (client.encryption.kid, client.client_signing.kid):
            raise EnvelopeRefused("recipient")
        name = self._take(header)
        key, iv, sealed = (_bytes(envelope[part]) for part in ("key", "iv", "body"))
        return client, name, _parsed(_gcm_open(_unwrapped(client.encryption, key), iv, sealed, _bound(header)))

    def answer_ours(self, client: Enrolment, call: str, data: object, fault: str = "") -> dict[str, object]:
        """The enveloped answer to ``call``.

        ``envelope_bad_signature`` signs other bytes, ``envelope_wrong_key`` wraps another key, ``envelope_truncated`` cuts the
        ciphertext before it is signed, ``envelope_stale`` answers from the past, ``envelope_other_call`` answers another call.
        """
        moment = self._now() - (1000 if fault == "envelope_stale" else 0)
        header = {
            "expires_at": moment + _LIFETIME_S, "id": to_url(self._random.bytes(16)), "issued_at": moment,
            "recipient": client.client_encryption.kid,
            "reply_to": to_url(self._random.bytes(16)) if fault == "envelope_other_call" else call,
            "sender": client.signing.kid,
        }  # fmt: skip
        key, iv = self._random.bytes(16), self._random.bytes(12)
        sealed = _gcm_seal(key, iv, json.dumps(data, ensure_ascii=False).encode(), _bound(header))
        wrapped = client.client_encryption.wrap(self._random.bytes(16) if fault == "envelope_wrong_key" else key)
        parts = {
            "body": to_url(sealed[:-1] if fault == "envelope_truncated" else sealed),
            "iv": to_url(iv),
            "key": to_url(wrapped),
        }
        raw = _RECORD + _canonical(header | parts)
        signed = raw + (b"!" if fault == "envelope_bad_signature" else b"")
        signature = client.signing.sign(b"xbridge-signature/v1 sender\n" + signed)
        entry = {"alg": "SM2", "kid": client.signing.kid, "role": "sender", "value": to_url(signature)}
        return {"raw": to_url(raw), "signatures": [entry]}

    def _take(self, header: Mapping[str, object]) -> str:
        name, issued, expires = header["id"], header["issued_at"], header["expires_at"]
        if not isinstance(name, str) or len(name) != 22 or header["reply_to"] != "":
            raise EnvelopeRefused("call_id")
        if type(issued) is not int or type(expires) is not int or not 0 < expires - issued <= 600:
            raise EnvelopeRefused("envelope_time")
        now = self._now()
        if not issued - 60 <= now < expires:
            raise EnvelopeRefused("envelope_time")
        self._seen = {seen: until for seen, until in self._seen.items() if until > now}
        if name in self._seen:
            raise EnvelopeRefused("replayed")
        self._seen[name] = expires
        return name

    def _now(self) -> int:
        return self._clock.now_ms() // 1000


def _content_key(client: Enrolment) -> bytes:
    return _ecb_seal(client.app_code[:16].encode(), client.app_secret.encode()).hex().upper()[:16].encode()


def _signed_text(envelope: Mapping[str, object], secret: str) -> bytes:
    pairs = []
    for name, value in sorted(envelope.items()):
        if name not in ("signData", "encData", "extra") and value not in (None, ""):
            text = _canonical(_as_signed(value)).decode() if isinstance(value, dict) else str(value)
            pairs.append(f"{name}={text}")
    return "&".join([*pairs, f"key={secret}"]).encode()


def _as_signed(value: object) -> object:
    match value:
        case dict():
            return {name: _as_signed(each) for name, each in value.items() if each is not None and each not in ("", [])}
        case list():
            return [_as_signed(each) for each in value if each is not None and each not in ("", [])]
        case bool():
            return str(value).lower()
        case _:
            return str(value)


def _canonical(value: object) -> bytes:
    # Names are ASCII here, so code points sort as UTF-16 does.
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8", "surrogatepass")


def _bound(header: Mapping[str, object]) -> bytes:
    return b"xbridge/sm-envelope-header/v1\n" + _canonical(dict(header))


def _ecb_seal(key: bytes, text: bytes) -> bytes:
    size = 16 - len(text) % 16
    encryptor = Cipher(SM4(key), ECB()).encryptor()  # noqa: S305 - the platform's own mode
    return encryptor.update(text + bytes([size]) * size)


def _ecb_open(key: bytes, sealed: bytes) -> bytes:
    text = Cipher(SM4(key), ECB()).decryptor().update(sealed)  # noqa: S305 - the platform's own mode
    size = text[-1]
    if not 1 <= size <= 16 or text[-size:] != bytes([size]) * size:
        raise EnvelopeRefused("ciphertext")
    return text[:-size]


def _gcm_seal(key: bytes, iv: bytes, text: bytes, bound: bytes) -> bytes:
    encryptor = Cipher(SM4(key), GCM(iv)).encryptor()
    encryptor.authenticate_additional_data(bound)
    return encryptor.update(text) + encryptor.finalize() + encryptor.tag


def _gcm_open(key: bytes, iv: bytes, sealed: bytes, bound: bytes) -> bytes:
    if len(key) != 16 or len(iv) != 12 or len(sealed) < 16:
        raise EnvelopeRefused("ciphertext")
    decryptor = Cipher(SM4(key), GCM(iv, sealed[-16:])).decryptor()
    decryptor.authenticate_additional_data(bound)
    try:
        return decryptor.update(sealed[:-16]) + decryptor.finalize()
    except InvalidTag as failure:
        raise EnvelopeRefused("ciphertext") from failure


def _parsed(raw: bytes) -> dict[str, object]:
    try:
        return load_object(raw)
    except StrictJsonError as failure:
        raise EnvelopeRefused("json") from failure


def _bytes(text: object) -> bytes:
    try:
        return from_url(text)
    except ValueError as failure:
        raise EnvelopeRefused("base64") from failure


def _unwrapped(pair: Sm2Pair, wrapped: bytes) -> bytes:
    try:
        return pair.unwrap(wrapped)
    except ValueError as failure:
        raise EnvelopeRefused("wrapped_key") from failure


def _standard(text: object) -> bytes:
    try:
        return base64.b64decode(text if isinstance(text, str) else "", validate=True)
    except ValueError as failure:
        raise EnvelopeRefused("base64") from failure
