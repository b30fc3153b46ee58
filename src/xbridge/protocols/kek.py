"""The key-encryption keys of a service in the three forms in which authorities hand them out (section 1).

PEM text, base64 of PKCS#8 DER, and base64 of a PKCS#12 container with its password.  Loads; ``content_envelope`` uses.
No error quotes a key, a password or what a parser said about them.
"""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as Base64Error

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_der_private_key
from cryptography.hazmat.primitives.serialization.pkcs12 import load_key_and_certificates

from xbridge.core.errors import ConfigError
from xbridge.protocols.content_envelope import load_kek

MIN_BITS = 2048


def load_kek_text(text: str) -> RSAPrivateKey:
    """Return the key in ``text``: PEM, or base64 of unencrypted PKCS#8 DER.  Raises ``ConfigError``."""
    if "-----BEGIN" in text:
        return load_kek(text)
    try:
        key = load_der_private_key(_decoded(text), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise ConfigError("the key-encryption key is neither PEM nor base64 of unencrypted PKCS#8 DER") from None
    return _checked(key)


def load_kek_container(text: str, password: str) -> RSAPrivateKey:
    """Return the key in ``text``, base64 of a PKCS#12 container.  Raises ``ConfigError``."""
    try:
        key, _, _ = load_key_and_certificates(_decoded(text), password.encode() or None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise ConfigError("the PKCS#12 container cannot be opened; check it and its password") from None
    return _checked(key)


def _decoded(text: str) -> bytes:
    """Return the bytes in ``text``; line breaks are allowed, because tools write them.  Raises ``ValueError``."""
    try:
        return b64decode("".join(text.split()), validate=True)
    except (Base64Error, UnicodeEncodeError) as exc:
        raise ValueError("not base64") from exc


def _checked(key: object) -> RSAPrivateKey:
    if not isinstance(key, RSAPrivateKey) or key.key_size < MIN_BITS:
        raise ConfigError("the key-encryption key must be an RSA key of at least 2048 bits")
    return key
