"""CorpID's own codes: minted for one person, one company and one service, used once, expired; and the tokenised IDs.

What iAM Smart hands out in the same login is ``xbridge_mocks.iamsmart.grant``.
"""

from __future__ import annotations

import base64
import hmac
from dataclasses import dataclass
from urllib.parse import quote

from xbridge_mocks.clock import MockClock
from xbridge_mocks.corpid.setting import CorpIdMockSettings, Shape
from xbridge_mocks.persona import Company, Persona
from xbridge_mocks.random_source import RandomSource

__all__ = ["CompanyCode", "CompanyGrants"]


@dataclass(slots=True, kw_only=True)
class CompanyCode:
    """A code waiting to be exchanged by one service at CorpID."""

    client_id: str
    persona: Persona
    company: Company
    scopes: tuple[str, ...]
    shape: Shape
    issued_ms: int
    lifetime_ms: int
    spent: bool = False


class CompanyGrants:
    """All codes of one mock."""

    def __init__(self, *, clock: MockClock, random: RandomSource, settings: CorpIdMockSettings) -> None:
        self._clock = clock
        self._random = random
        self._settings = settings
        self._open_id_key = random.bytes(32)
        self._codes: dict[str, CompanyCode] = {}

    def issue(
        self,
        client_id: str,
        persona: Persona,
        company: Company,
        scopes: tuple[str, ...],
        shape: Shape,
        *,
        expired: bool = False,
    ) -> str:
        """Mint a code of 32 hexadecimal characters; ``expired`` mints one that is already too old."""
        code = self._random.hex(16)
        self._codes[code] = CompanyCode(
            client_id=client_id, persona=persona, company=company, scopes=scopes, shape=shape,
            issued_ms=self._clock.now_ms(),
            lifetime_ms=0 if expired else self._settings.company_code_ttl_s * 1000,
        )  # fmt: skip
        return code

    def redeem(self, code: str, client_id: str, shape: Shape) -> CompanyCode | str:
        """Take a code, once. A refusal comes back as the reason, in words for the journal."""
        held = self._codes.get(code)
        if held is None:
            return "no such code"
        if held.client_id != client_id:
            return "issued to another client"
        if held.shape != shape:
            return "issued by the other variant of the QR page"
        if held.spent:
            return "used before"
        if self._clock.now_ms() >= held.issued_ms + held.lifetime_ms:
            return "expired"
        held.spent = True
        return held

    def open_id(self, client_id: str, company: Company) -> str:
        """The company's tokenised ID at one service.

        The shape is that of iAM Smart's (INFERRED). Whether the real one also depends on the person is UNKNOWN.
        """
        digest = hmac.digest(self._open_id_key, f"{client_id}{company.key}".encode(), "sha256")
        return quote(base64.b64encode(digest).decode("ascii"), safe="")

    def clear(self) -> None:
        """Forget the codes. The tokenised IDs stay as they are."""
        self._codes.clear()
