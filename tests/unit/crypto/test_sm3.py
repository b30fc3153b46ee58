"""SM3 and HMAC-SM3: the published digests, another implementation, and a build that lacks it."""

from __future__ import annotations

import hmac
from typing import NoReturn

import gmalg
import pytest
from cryptography.exceptions import UnsupportedAlgorithm
from hypothesis import given, settings
from hypothesis import strategies as st

from xbridge.core.errors import Unsupported
from xbridge.crypto import sm3 as module
from xbridge.crypto.sm3 import hmac_sm3, sm3


class _Sm3:
    """gmalg's SM3 as ``hmac`` wants a digest."""

    block_size, digest_size, name = 64, 32, "sm3"

    def __init__(self, data: bytes = b"") -> None:
        self._data = data

    def update(self, data: bytes) -> None:
        self._data += data

    def copy(self) -> _Sm3:
        return _Sm3(self._data)

    def digest(self) -> bytes:
        made = gmalg.SM3()
        made.update(self._data)
        return bytes(made.value())


def test_the_standard_s_digests() -> None:
    """``abc`` and sixteen times ``abcd`` have the digests of GB/T 32905; parts are taken one after another."""
    assert sm3(b"a", b"bc").hex() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert sm3(b"abcd" * 16).hex() == "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"


def test_the_mac_of_the_dossier() -> None:
    """HMAC-SM3 of ``abc`` under the bytes 1 to 32 is the dossier's."""
    mac = "44809d3ff5336f44071be1917887380730ae145f940a53819279801784c65e17"
    assert hmac_sm3(bytes(range(1, 33)), b"ab", b"c").hex() == mac


@settings(max_examples=20)
@given(st.binary(min_size=1, max_size=130), st.binary(max_size=130))
def test_gmalg_agrees(key: bytes, message: bytes) -> None:
    """Another author's SM3 gives the same digest, and under Python's HMAC the same MAC, for keys beyond a block too."""
    assert sm3(message) == _Sm3(message).digest()
    assert hmac_sm3(key, message) == hmac.new(key, message, _Sm3).digest()  # type: ignore[arg-type]


def test_an_empty_key_is_refused() -> None:
    """A MAC under no key would pass for one."""
    with pytest.raises(ValueError, match="empty key"):
        hmac_sm3(b"", b"m")


def test_a_build_without_it_is_unsupported(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where OpenSSL was made without SM3 the error says so, and is of this library."""

    def lacking(*arguments: object) -> NoReturn:
        raise UnsupportedAlgorithm("no SM3")

    monkeypatch.setattr(module, "Hash", lacking)
    monkeypatch.setattr(module, "HMAC", lacking)
    for asks in (lambda: sm3(b"m"), lambda: hmac_sm3(b"k", b"m")):
        with pytest.raises(Unsupported, match="no SM3"):
            asks()
