"""The three generations of the platform's interface: one contract under three base paths (guangdong.md 1 and 2).

Tables only.  VERIFIED paths: ``am`` 2016 on, ``tif`` 2019 on, ``pscp`` 2022 on.  A platform that moves once more is a
table of ``paths`` in the settings, and no release.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Generation = Literal["pscp", "tif", "am"]
BASE_PATHS: dict[Generation, str] = {"pscp": "/pscp/sso/connect/page", "tif": "/tif/sso/connect/page", "am": "/am"}
SERVICE_IS_A_DUTY: frozenset[Generation] = frozenset({"tif", "am"})
"""Where ``service=initService`` must be sent; ``pscp`` does without (2.1, VERIFIED)."""

_PATH = r"^(/[A-Za-z0-9._~-]+)*$"


class GuangdongPaths(BaseModel):
    """Where each page lives under ``base_url``; empty text means the generation's own place.

    ``base`` is what stands before ``/oauth2/…``; the three endpoints may be given whole.  No endpoint gets a trailing
    slash from us: at ``access_token`` it broke one client (2.0, VERIFIED).  ``account_pages`` is what stands before the pages of
    :mod:`~xbridge.providers.guangdong.account_page`: those of the newest generation, because no others are known.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    base: str = Field(default="", max_length=200, pattern=_PATH)
    authorize: str = Field(default="", max_length=200, pattern=_PATH)
    access_token: str = Field(default="", max_length=200, pattern=_PATH)
    tokeninfo: str = Field(default="", max_length=200, pattern=_PATH)
    login_page: str = Field(default="/am/login/initAuth.do", max_length=200, pattern=_PATH)
    account_pages: str = Field(default="/pscp/sso/static", max_length=200, pattern=_PATH)
    logout: str = Field(default="/_tif_sso_logout_/", max_length=200, pattern=r"^(/[A-Za-z0-9._~-]+)+/?$")

    def endpoint(self, generation: Generation, name: Literal["authorize", "access_token", "tokeninfo"]) -> str:
        """Return the path of the OAuth endpoint ``name``."""
        whole = {"authorize": self.authorize, "access_token": self.access_token, "tokeninfo": self.tokeninfo}[name]
        return whole or f"{self.base or BASE_PATHS[generation]}/oauth2/{name}"
