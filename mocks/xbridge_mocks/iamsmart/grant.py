"""Authorisation codes and access tokens: minted, used once, expired, killed.

One code yields one token. A code that comes back a second time kills the token it gave (lessons B6), because one of the
two users of it is a thief.
"""

from __future__ import annotations

import base64
import hmac
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import quote

from xbridge_mocks.clock import MockClock
from xbridge_mocks.iamsmart.setting import IamSmartMockSettings
from xbridge_mocks.persona import Persona
from xbridge_mocks.random_source import RandomSource

if TYPE_CHECKING:
    from xbridge_mocks.iamsmart.inquiry import Inquiry

__all__ = ["AccessToken", "AuthCode", "Grants", "Origin"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """How a code came about: by a QR code on another device, by direct login, or for an anonymous form.

    ``challenge`` is that of a direct login into an app, whose verifier must come with the code.
    """

    by_qr: bool = False
    direct: bool = False
    challenge: str = ""
    inquiry: Inquiry | None = None


@dataclass(slots=True, kw_only=True)
class AuthCode:
    """A code waiting to be exchanged by one client, and the token it became."""

    client_id: str
    persona: Persona
    scopes: tuple[str, ...]
    origin: Origin
    issued_ms: int
    lifetime_ms: int
    token: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessToken:
    """A token of one client for one person; times in ms."""

    value: str = field(repr=False)
    client_id: str
    persona: Persona
    scopes: tuple[str, ...]
    origin: Origin
    issued_ms: int
    lifetime_ms: int


class Grants:
    """Every code and token alive, and the key that makes the openIDs of this run."""

    def __init__(self, *, clock: MockClock, random: RandomSource, settings: IamSmartMockSettings) -> None:
        self._clock = clock
        self._random = random
        self._settings = settings
        self._openid_key = random.bytes(32)
        self._codes: dict[str, AuthCode] = {}
        self._tokens: dict[str, AccessToken] = {}

    def issue_code(
        self, client_id: str, persona: Persona, scopes: tuple[str, ...], origin: Origin, *, expired: bool = False
    ) -> str:
        """Mint a code of 32 hexadecimal characters; ``expired`` mints one that is already too old."""
        code = self._random.hex(16)
        self._codes[code] = AuthCode(
            client_id=client_id,
            persona=persona,
            scopes=scopes,
            origin=origin,
            issued_ms=self._clock.now_ms(),
            lifetime_ms=0 if expired else self._settings.auth_code_ttl_s * 1000,
        )
        return code

    def redeem(self, code: str, client_id: str, *, direct: bool = False, challenge: str = "") -> AccessToken | str:
        """Exchange a code for a token, once. A refusal comes back as the reason, in words for the journal.

        ``direct`` is whether the client takes it for the code of a direct login, ``challenge`` that of the verifier it
        sends. A stranger's attempt does not use the
        code up, or anyone who saw it could spoil it.
        """
        held = self._codes.get(code)
        if held is None:
            return "no such code"
        if held.client_id != client_id:
            return "issued to another client"
        if held.origin.direct != direct:
            return "the code of a direct login" if held.origin.direct else "not the code of a direct login"
        if not hmac.compare_digest(held.origin.challenge, challenge):
            return "the verifier is missing, another one, or there should be none"
        if held.token is not None:
            self._tokens.pop(held.token, None)
            return "used before; the token it gave is dead now"
        if self._clock.now_ms() >= held.issued_ms + held.lifetime_ms:
            return "expired"
        token = AccessToken(
            value=self._random.hex(16),
            client_id=client_id,
            persona=held.persona,
            scopes=held.scopes,
            origin=held.origin,
            issued_ms=self._clock.now_ms(),
            lifetime_ms=self._settings.access_token_ttl_ms,
        )
        held.token = token.value
        self._tokens[token.value] = token
        return token

    def find_token(self, value: str, client_id: str) -> AccessToken | None:
        """The living token with this value, if it is this client's."""
        token = self._tokens.get(value)
        if token is None or token.client_id != client_id:
            return None
        return token if self._clock.now_ms() < token.issued_ms + token.lifetime_ms else None

    def open_id(self, client_id: str, persona: Persona) -> str:
        """The person's tokenised ID at one service: percent-encoded base64 of a keyed hash.

        The shape is that of the official sample (VERIFIED); the derivation is ours (INFERRED). Client ids have one
        length, so joining them with the persona key is unambiguous.
        """
        digest = hmac.digest(self._openid_key, f"{client_id}{persona.key}".encode(), "sha256")
        return quote(base64.b64encode(digest).decode("ascii"), safe="")

    def clear(self) -> None:
        """Forget codes and tokens. The openIDs stay as they are."""
        self._codes.clear()
        self._tokens.clear()
