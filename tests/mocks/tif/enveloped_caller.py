"""A client of the enveloped services, written from ``specs/providers/sm.md`` alone; of the mock it takes only the SM2 key."""

from __future__ import annotations

import json
import os
from base64 import b64encode
from functools import cached_property

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.ciphers.modes import ECB, GCM
from cryptography.hazmat.primitives.padding import PKCS7

from xbridge_mocks.random_source import RandomSource
from xbridge_mocks.sm2_pair import Sm2Pair, to_url
from xbridge_mocks.sm_envelope import Enrolment
from xbridge_mocks.tif import TifMock
from xbridge_mocks.tif.route import MEDICAL

DATA = '{"page":"2"}'


class EnvelopedCaller:
    """Makes a fresh envelope around :data:`DATA` for each call, and tells its parts."""

    def __init__(self, mock: TifMock) -> None:
        self._mock = mock
        self._signs, self._opens = Sm2Pair.generate(RandomSource()), Sm2Pair.generate(RandomSource())

    @cached_property
    def _there(self) -> Enrolment:
        return self._mock.enrol_envelope(signing_key=self._signs.to_pem(), encryption_key=self._opens.to_pem())

    def parts(self, path: str) -> dict[str, str]:
        """The parts of an envelope for ``path``: application, sealed, signed; or raw, kid, value."""
        now = self._mock.clock.now_ms() // 1000
        return self._medical(now) if path == MEDICAL else self._ours(now)

    def _medical(self, now: int) -> dict[str, str]:
        code, secret = self._there.app_code, self._there.app_secret
        key = _ecb(code[:16].encode(), secret.encode()).hex().upper()[:16].encode()
        signed = f"appCode={code}&data={DATA}&encType=SM4&signType=SM2&timestamp={now}&version=1.0.0&key={secret}"
        return {
            "application": code,
            "sealed": _ecb(key, DATA.encode()).hex().upper(),
            "signed": b64encode(self._signs.sign(signed.encode())).decode(),
        }

    def _ours(self, now: int) -> dict[str, str]:
        key, iv = os.urandom(16), os.urandom(12)
        header = {
            "expires_at": now + 60, "id": to_url(os.urandom(16)), "issued_at": now,
            "recipient": self._there.encryption.kid, "reply_to": "", "sender": self._signs.kid,
        }  # fmt: skip
        cipher = Cipher(SM4(key), GCM(iv)).encryptor()
        cipher.authenticate_additional_data(b"xbridge/sm-envelope-header/v1\n" + _canonical(header))
        sealed = cipher.update(DATA.encode()) + cipher.finalize() + cipher.tag
        parts = {"body": to_url(sealed), "iv": to_url(iv), "key": to_url(self._there.encryption.wrap(key))}
        raw = b"xbridge/sm-envelope/v1\n" + _canonical(header | parts)
        value = to_url(self._signs.sign(b"xbridge-signature/v1 sender\n" + raw))
        return {"raw": to_url(raw), "kid": self._signs.kid, "value": value}


def _canonical(members: dict[str, object] | dict[str, str]) -> bytes:
    return json.dumps(members, sort_keys=True, separators=(",", ":")).encode()


def _ecb(key: bytes, text: bytes) -> bytes:
    padder = PKCS7(128).padder()
    encryptor = Cipher(SM4(key), ECB()).encryptor()
    return encryptor.update(padder.update(text) + padder.finalize())
