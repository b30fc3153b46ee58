"""Opening the iAM Smart app from an app of ours, without a browser (iamsmart.md section 6.6): settings and addresses.

What stands behind the scheme differs between providers; the way back and the encoding do not.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal
from urllib.parse import quote, urlencode

from pydantic import BaseModel, Field, field_validator

from xbridge.core.errors import ConfigError
from xbridge.core.request import AppPlatform

AppSource = Literal["App_Link", "App_Package", "App_Scheme"]
AppSources = dict[Literal["ios", "android"], AppSource]
_SOURCES: Final[AppSources] = {"ios": "App_Link", "android": "App_Package"}


class AppEntry(BaseModel):
    """How an app of ours opens the app and is found again; a part of a provider's settings.

    ``app_scheme`` is that of the production app (VERIFIED); an Android app also needs its package and activity.
    ``app_sources`` keeps its default for a platform that it does not name.
    """

    app_scheme: str = Field(default="hk.gov.iamsmart", pattern=r"^[a-z][a-z0-9+.-]*$")
    app_sources: AppSources = _SOURCES
    android_package: str = ""
    android_activity: str = ""
    android_parameters: str = ""

    @field_validator("app_sources")
    @classmethod
    def _complete(cls, given: AppSources) -> AppSources:
        """Add what is not named: a login from the other platform must find its source too."""
        return {**_SOURCES, **given}


def app_link(entry: AppEntry, path: str, query: Mapping[str, str]) -> str:
    """Return the URL that opens the app.  A custom scheme is no web form: a blank is %20 there, not a plus sign."""
    return f"{entry.app_scheme}://{path}?{urlencode(query, quote_via=quote)}"


def way_back(entry: AppEntry, platform: AppPlatform, return_to: str, *, section: str) -> dict[str, str]:
    """Return the parameters of generation 2 that say where the app sends the person back to.

    A universal link on iOS, package and activity on Android.  Raises ``ConfigError`` for a package that is not
    configured in ``[providers.<section>]``.
    """
    way: dict[str, str] = {"source": entry.app_sources[platform]}
    if platform == "ios":
        return way | {"clientRedirectURI": return_to}
    if not entry.android_package or not entry.android_activity:
        raise ConfigError(f"[providers.{section}] needs android_package and android_activity for a login from an app")
    way |= {"packageName": entry.android_package, "activityClass": entry.android_activity}
    return way | ({"activityParams": entry.android_parameters} if entry.android_parameters else {})
