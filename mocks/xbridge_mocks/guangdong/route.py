"""The three generations of the platform: where each keeps its endpoints, and the rules that differ (dossier 0.2, 1, 2).

One contract, three base paths, all served at once. Paths of the mock itself are not here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

ErrorShape = Literal["errcode", "error_code", "oauth"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Generation:
    """Where one generation keeps its endpoints, and what it does differently.  No path ends in a slash by itself.

    ``needs_service``  whether ``service=initService`` is a duty at authorize.
    ``error_shape``    how the two server-to-server endpoints refuse.
    ``slash_served``   whether ``access_token/`` and ``tokeninfo/`` are answered: a trailing slash broke a client of
                       the third generation.
    """

    name: Literal["am", "tif", "pscp"]
    base: str
    login: str
    needs_service: bool
    error_shape: ErrorShape
    slash_served: bool

    @property
    def authorize(self) -> str:
        """The browser's way in; a trailing slash is accepted there in every generation."""
        return f"{self.base}/oauth2/authorize"

    @property
    def access_token(self) -> str:
        """Code to token."""
        return f"{self.base}/oauth2/access_token"

    @property
    def tokeninfo(self) -> str:
        """Token to account."""
        return f"{self.base}/oauth2/tokeninfo"


AM = Generation(
    name="am", base="/am", login="/am/login/initAuth.do",
    needs_service=True, error_shape="error_code", slash_served=True,
)  # fmt: skip
TIF = Generation(
    name="tif", base="/tif/sso/connect/page", login="/tif/sso/static/",
    needs_service=True, error_shape="errcode", slash_served=True,
)  # fmt: skip
PSCP = Generation(
    name="pscp", base="/pscp/sso/connect/page", login="/pscp/sso/static/",
    needs_service=False, error_shape="errcode", slash_served=False,
)  # fmt: skip
GENERATIONS: Mapping[str, Generation] = MappingProxyType({each.name: each for each in (AM, TIF, PSCP)})
LOGOUT = "/_tif_sso_logout_/"
# The pages about an account; addresses of the older generations' ones are not known.
INFO = "/pscp/sso/static/manage/info"
REALNAME = "/pscp/sso/static/manage/realname"
FIND_ACCOUNT = "/pscp/sso/static/m/findaccount/1"
