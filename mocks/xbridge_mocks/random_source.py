"""Where a mock's codes, tokens and keys come from.

The default draws from the operating system. The seeded one repeats itself and is for tests only: whoever knows the
seed knows every secret it gave out. Neither serves the padding inside RSA, which the cryptography library draws.
"""

from __future__ import annotations

import base64
import builtins
import hashlib
import hmac
import secrets
import threading

__all__ = ["RandomSource", "SeededRandomSource"]


class RandomSource:
    """Unpredictable bytes from the operating system."""

    def bytes(self, n: int) -> builtins.bytes:
        """Draw ``n`` bytes."""
        return secrets.token_bytes(n)

    def hex(self, n_bytes: int) -> str:
        """Draw ``n_bytes`` and write them as lower-case hexadecimal, two characters a byte."""
        return self.bytes(n_bytes).hex()

    def token(self, n_bytes: int) -> str:
        """Draw ``n_bytes`` and write them in unpadded URL-safe base64."""
        return base64.urlsafe_b64encode(self.bytes(n_bytes)).rstrip(b"=").decode("ascii")


class SeededRandomSource(RandomSource):
    """The same bytes in the same order for the same seed and purpose. FOR TESTS ONLY."""

    def __init__(self, seed: int | str, purpose: str = "") -> None:
        self._key = hashlib.sha256(f"xbridge-mocks test seed\n{purpose}\n{seed}".encode()).digest()
        self._counter = 0
        self._lock = threading.Lock()

    def bytes(self, n: int) -> builtins.bytes:
        """Draw the next ``n`` bytes of the stream; each call starts a fresh block."""
        out = bytearray()
        with self._lock:
            while len(out) < n:
                out += hmac.digest(self._key, self._counter.to_bytes(8, "big"), "sha256")
                self._counter += 1
        return builtins.bytes(out[:n])
