"""From a User-Agent to a source, and which sources a browser may have."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xbridge.core.errors import ConfigError
from xbridge.protocols.login_source import APPS, BROWSERS, check_browser_source, source_for_user_agent

IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 "
ANDROID = "Mozilla/5.0 (Linux; Android 14; {}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/125.0 {}Safari/537.36{}"


@pytest.mark.parametrize(
    ("user_agent", "source"),
    [
        (IPHONE + "FxiOS/126.0 Mobile Safari/605.1.15", "iOS_Firefox"),
        (IPHONE + "Version/17.0 EdgiOS/125.0 Mobile Safari/604.1", "iOS_Edge"),
        (IPHONE + "CriOS/125.0 Mobile Safari/604.1", "iOS_Chrome"),
        (IPHONE + "Version/17.5 Mobile Safari/604.1", "iOS_Safari"),
        (IPHONE + "Mobile/15E148", "PC_Browser"),
        (ANDROID.format("SM-S921B", "SamsungBrowser/25.0 ", ""), "Android_Samsung"),
        (ANDROID.format("23127PN0CG", "XiaoMi/MiuiBrowser/14 ", ""), "Android_Xiaomi"),
        (ANDROID.format("MIX 4", "Mobile ", ""), "Android_Xiaomi"),
        (ANDROID.format("HUAWEI P60", "Mobile ", ""), "Android_Huawei"),
        (ANDROID.format("HONORHRY-AL00", "Mobile ", ""), "Android_Huawei"),
        (ANDROID.format("Pixel 8", "Mobile ", " EdgA/125.0"), "Android_Edge"),
        ("Mozilla/5.0 (Android 14; Mobile; rv:126.0) Gecko/126.0 Firefox/126.0", "Android_Firefox"),
        (ANDROID.format("Pixel 8", "Mobile ", ""), "Android_Chrome"),
        ("Mozilla/5.0 (Linux; Android 4.0) AppleWebKit/534.30 Safari/534.30", "PC_Browser"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/125.0 Safari/537.36 Edg/125.0", "PC_Browser"),
        ("Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) CriOS/125.0 Safari/604.1", "PC_Browser"),
        ("", "PC_Browser"),
    ],
)
def test_browsers(user_agent, source):
    """Each browser is told apart by the first mark in the documented order; whatever is unknown is a desktop."""
    assert source_for_user_agent(user_agent) == source


@given(st.text())
def test_any_text_has_a_browser_source(user_agent):
    """No User-Agent makes a source that getQR would refuse."""
    assert source_for_user_agent(user_agent) in BROWSERS


@pytest.mark.parametrize("source", [*APPS, "", "Chrome", "pc_browser", "PC_Browser "])
def test_what_is_no_browser_is_refused(source):
    """The sources of apps, and spellings of our own, never reach getQR."""
    with pytest.raises(ConfigError):
        check_browser_source(source)
