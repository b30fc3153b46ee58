"""The settings of a Guangdong relying party; every UNKNOWN of the dossier is one of them, with its default."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from xbridge.core.identity import Level

BASE_PATHS = {"pscp": "/pscp/sso/connect/page"}
"""The generations this release speaks; ``/am`` and ``/tif/sso/connect/page`` share the contract and come later."""


class GuangdongSettings(BaseModel):
    """One relying party's registration.

    ``state_mode``: the platform is not known to echo ``state`` (UNKNOWN, guangdong.md 2.1), so by default it travels in
    the query of the redirect URI, on top of the sealed pending login that the session keeps.  ``min_level`` and
    ``require_usertype`` are what a typical service demands (2.6, VERIFIED for one).  ``idcardtype_map`` maps the
    platform's document codes (4.1) to our kinds; the code of the Home Return Permit is UNKNOWN and defaults to ``40``.
    """

    # An error never quotes its input, also where a traceback shows it: the input holds a secret.
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    base_url: str = "https://tyrz.gd.gov.cn"
    issuer: str = ""
    generation: Literal["pscp"] = "pscp"
    client_id: str = Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")
    client_secret: SecretStr
    redirect_uris: tuple[str, ...] = Field(min_length=1)
    scope: str = "all"
    service: str = "initService"
    state_mode: Literal["redirect_query", "param", "both"] = "redirect_query"
    min_level: Level = "L2"
    require_usertype: Literal["1", "2", "any"] = "1"
    idcardtype_map: dict[str, Literal["resident_id", "passport", "home_return_permit"]] = {
        "10": "resident_id",
        "20": "passport",
        "40": "home_return_permit",
    }
    timeout_s: float = Field(default=8.0, gt=0, le=60)

    def endpoint(self, name: str) -> str:
        """Return the URL of the OAuth endpoint ``name``, without a trailing slash (it broke one client, 2.0)."""
        return f"{self.base_url}{BASE_PATHS[self.generation]}/oauth2/{name}"
