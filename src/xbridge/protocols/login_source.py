"""The ``source`` parameter: what iAM Smart is told about the browser or app that asks (iamsmart.md section 6.2).

The names are the platform's.  Reading a User-Agent is a guess that every browser may spoil; a wrong guess costs the
person a tap, nothing more.
"""

from __future__ import annotations

from xbridge.core.errors import ConfigError

BROWSERS = (
    "PC_Browser",
    "Android_Chrome",
    "Android_Firefox",
    "Android_Edge",
    "Android_Samsung",
    "Android_Huawei",
    "Android_Xiaomi",
    "iOS_Safari",
    "iOS_Chrome",
    "iOS_Firefox",
    "iOS_Edge",
    "Android_IMS_InAppBrowser",
    "iOS_IMS_InAppBrowser",
)
"""Sources of a browser.  VERIFIED; the two in-app browsers are INFERRED from one client."""

APPS = ("App_Link", "App_Package", "App_Scheme")
"""Sources of an app of ours; never for getQR (VERIFIED)."""

PC = "PC_Browser"

# The first line with a mark in the User-Agent decides: every browser also names those that it descends from.
_IPHONE: tuple[tuple[tuple[str, ...], str], ...] = (
    (("FxiOS",), "iOS_Firefox"),
    (("Edge", "EdgiOS"), "iOS_Edge"),
    (("CriOS",), "iOS_Chrome"),
    (("Safari",), "iOS_Safari"),
)
_ANDROID: tuple[tuple[tuple[str, ...], str], ...] = (
    (("SamsungBrowser",), "Android_Samsung"),
    (("MiuiBrowser", "XiaoMi", "MIX"), "Android_Xiaomi"),
    (("HUAWEI", "HONORHRY", "Huawei"), "Android_Huawei"),
    (("Edge", "EdgA"), "Android_Edge"),
    (("Firefox",), "Android_Firefox"),
)


def source_for_user_agent(user_agent: str) -> str:
    """Return the source of the browser that calls itself ``user_agent``; ``PC_Browser`` where nothing is known.

    The order is the one in use (VERIFIED, one client), so a Samsung browser that also says Chrome is a Samsung browser.
    """
    if "iPhone" in user_agent:
        return _first(_IPHONE, user_agent) or PC
    if "Android" in user_agent:
        found = _first(_ANDROID, user_agent)
        if found is not None:
            return found
        return "Android_Chrome" if "Chrome" in user_agent and "Safari" in user_agent else PC
    return PC


def check_browser_source(source: str) -> str:
    """Return ``source`` if getQR takes it.  Raises ``ConfigError``, also for the sources of apps."""
    if source not in BROWSERS:
        raise ConfigError("the setting source is not the source of a browser")
    return source


def _first(table: tuple[tuple[tuple[str, ...], str], ...], user_agent: str) -> str | None:
    return next((source for marks, source in table if any(mark in user_agent for mark in marks)), None)
