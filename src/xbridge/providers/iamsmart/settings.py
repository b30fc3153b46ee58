"""The settings of an iAM Smart online service; every UNKNOWN of the dossier is one of them, with its default."""

from __future__ import annotations

from functools import cached_property
from typing import Literal

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from xbridge.core.identity import Level
from xbridge.protocols.content_envelope import KekPadding, kek_public_der, load_kek


class IamSmartPaths(BaseModel):
    """Where each API lives under ``base_url`` (iamsmart.md sections 3, 6, 8: VERIFIED)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    get_qr: str = "/api/v1/auth/getQR"
    get_key: str = "/api/v1/security/getKey"
    get_token: str = "/api/v1/auth/getToken"
    profiles: str = "/api/v1/profiles"


class IamSmartSettings(BaseModel):
    """One online service's registration.

    ``base_url`` has no default because the production domain is UNKNOWN.  ``kek_private_keys`` are PEM texts, newest
    first; the platform says in ``pubKey`` which one it used.  ``level_map`` maps ``userType`` to our scale: the mapping
    is UNKNOWN (iamsmart.md section 11), so the default is the lower of the dossier's two readings and the operator
    must confirm it.  ``timestamp_step_ms`` is how coarse the timestamps of signed requests are (``call.py`` says why);
    1 sends them as they are.
    """

    # An error never quotes its input, also where a traceback shows it: the input holds secrets.
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    base_url: str
    issuer: str = ""
    client_id: str = Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")
    client_secret: SecretStr
    kek_private_keys: tuple[SecretStr, ...] = Field(min_length=1, max_length=4)
    redirect_uris: tuple[str, ...] = Field(min_length=1)
    scopes: tuple[str, ...] = ("eidapi_auth", "eidapi_profiles")
    profile_fields: tuple[str, ...] = ("idNo", "enName", "chName", "birthDate", "gender")
    source: str = "PC_Browser"
    kek_padding: KekPadding = "pkcs1v15"
    signature_encoding: Literal["url", "raw"] = "url"
    level_map: dict[str, Level] = {"default": "L1", "sign": "L2"}
    timestamp_step_ms: int = Field(default=1000, ge=1, le=10_000)
    key_refresh_early_s: int = Field(default=60, ge=0, le=3600)
    timeout_s: float = Field(default=10.0, gt=0, le=60)
    paths: IamSmartPaths = IamSmartPaths()

    @cached_property
    def keks(self) -> tuple[tuple[bytes, RSAPrivateKey], ...]:
        """The key-encryption keys with their public DER form, loaded once: checking an RSA key takes some 35 ms."""
        keys = [load_kek(pem.get_secret_value()) for pem in self.kek_private_keys]
        return tuple((kek_public_der(key), key) for key in keys)
