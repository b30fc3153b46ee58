"""One service's registration at a platform of the iAM Smart family: where it is, who we are there, and our keys.

Settings only, checked when they are read.  A provider's own settings are this and what else it needs.
"""

from __future__ import annotations

from functools import cached_property
from typing import Literal

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from xbridge.protocols.content_envelope import KekPadding, kek_public_der
from xbridge.protocols.kek import load_kek_container, load_kek_text


class KeyPaths(BaseModel):
    """Where the content key is agreed on under ``base_url`` (iamsmart.md sections 3.2 and 3.3, VERIFIED)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    get_key: str = "/api/v1/security/getKey"
    revoke_key: str = "/api/v1/security/revokeKey"


class KekContainer(BaseModel):
    """A PKCS#12 container in base64, as authorities hand them out, and its password."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    container: SecretStr
    password: SecretStr


class Registration(BaseModel):
    """What every signed and sealed call needs to know (iamsmart.md sections 1 to 3).

    ``base_url`` has no default because no production domain is known.  ``kek_private_keys`` are PEM texts or base64 of
    PKCS#8 DER, newest first, ``kek_pkcs12`` containers with their passwords; the platform says in ``pubKey`` which key
    it used.  ``timestamp_step_ms`` is how coarse the timestamps of signed requests are (``enveloped_call`` says why);
    1 sends them as they are.
    """

    # An error never quotes its input, also where a traceback shows it: the input holds secrets.
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    base_url: str
    client_id: str = Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")
    client_secret: SecretStr
    kek_private_keys: tuple[SecretStr, ...] = Field(default=(), max_length=4)
    kek_pkcs12: tuple[KekContainer, ...] = Field(default=(), max_length=4)
    kek_padding: KekPadding = "pkcs1v15"
    signature_encoding: Literal["url", "raw"] = "url"
    timestamp_step_ms: int = Field(default=1000, ge=1, le=10_000)
    key_refresh_early_s: int = Field(default=60, ge=0, le=3600)
    timeout_s: float = Field(default=10.0, gt=0, le=60)
    paths: KeyPaths = KeyPaths()

    @cached_property
    def keks(self) -> tuple[tuple[bytes, RSAPrivateKey], ...]:
        """The key-encryption keys with their public DER form, loaded once: checking an RSA key takes some 35 ms."""
        keys = [load_kek_text(text.get_secret_value()) for text in self.kek_private_keys]
        keys += [
            load_kek_container(each.container.get_secret_value(), each.password.get_secret_value())
            for each in self.kek_pkcs12
        ]
        return tuple((kek_public_der(key), key) for key in keys)
