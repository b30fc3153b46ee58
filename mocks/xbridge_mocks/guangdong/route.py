"""The paths of each generation of the platform (dossier 0.2 and 1).

One generation is served today; the others are one more line each. Paths of the mock itself are not here.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Generation:
    """Where one generation keeps its endpoints.  No path ends in a slash unless the platform's does."""

    name: str
    base: str
    login: str

    @property
    def authorize(self) -> str:
        """The browser's way in; a trailing slash is accepted there and nowhere else."""
        return f"{self.base}/oauth2/authorize"

    @property
    def access_token(self) -> str:
        """Code to token."""
        return f"{self.base}/oauth2/access_token"

    @property
    def tokeninfo(self) -> str:
        """Token to account."""
        return f"{self.base}/oauth2/tokeninfo"


PSCP = Generation(name="pscp", base="/pscp/sso/connect/page", login="/pscp/sso/static/")
LOGOUT = "/_tif_sso_logout_/"
