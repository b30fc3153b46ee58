"""Where a browser may be sent: paths of this site, whatever a request asks for (lessons.md B3, B4)."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xbridge.web.address import MAX_CHARS, app_address, local_path

HOSTILE = [
    "", " ", "//evil.example", "///evil.example", "////evil.example", "/\\evil.example", "\\/evil.example",
    "\\\\evil.example", "/\t/evil.example", "/\n/evil.example", "\t//evil.example", " //evil.example",
    "http://evil.example", "https://evil.example/x", "HTTPS://evil.example", "http:evil.example", "https:/evil.example",
    "https:evil.example", "javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\nscript:alert(1)", "data:text/html,x",
    "vbscript:x", "file:///etc/passwd", "blob:https://svc.test/x", "hk.gov.iamsmart://profile", "evil.example",
    "@evil.example", "/@evil.example", "/x@evil.example", ":80", "/:80", "/..//evil.example", "/.//evil.example",
    "/a/..//evil.example", "/./x", "/../x", "/a/../x", "/a/.", "/a/..", "/%2F/evil.example", "/%5Cevil.example",
    "/%09/evil.example", "/a//evil.example", "/x#fragment", "#x", "?x=1", "/x?y=\r\nSet-Cookie: a=b", "/x\r\nLocation: /",
    "/\u2028x", "/\uff0fevil.example", "/\u3002evil", "/\x00x", "/x?y=<script>", '/x"onmouseover=', "/x y",
    "/" + "a" * MAX_CHARS, "/x?u=//evil.example\\",
]  # fmt: skip


@pytest.mark.parametrize("wish", HOSTILE, ids=range(len(HOSTILE)))
def test_nobody_is_sent_elsewhere(wish: str) -> None:
    """Whatever is not plainly a path of this site is dropped."""
    assert local_path(wish, otherwise="/home") == "/home"


@pytest.mark.parametrize(
    "wish",
    ["/", "/a", "/a/", "/a/b", "/form/done?id=7&x=a/b", "/a-b_c.d~e", "/x?u=https%3A%2F%2Felsewhere", "/a,b;c=d"],
)
def test_ordinary_paths_stay(wish: str) -> None:
    """A path with a query is kept byte for byte."""
    assert local_path(wish, otherwise="/home") == wish


@given(st.text(alphabet=st.sampled_from(list("/\\:@.%?#&=abc\t\n \x0b0x2f5c"))) | st.text())
def test_no_text_leaves_the_site(wish: str) -> None:
    """For any text: what comes out resolves to our own host, by the standard library's reading as by the letter."""
    path = local_path(wish, otherwise="/home")
    there = urlsplit(urljoin("https://svc.test/iamsmart/callback", path))
    assert (there.scheme, there.netloc) == ("https", "svc.test")
    assert path.startswith("/")
    assert not path.startswith(("//", "/\\"))
    assert path.isascii()
    assert path.isprintable()


@pytest.mark.parametrize(
    "address", ["hk.gov.iamsmart://form-filling?ticketID=abc", "hk.gov.iamsmart.testapp://hash-sign?ticketID=1"]
)
def test_an_app_is_opened_by_a_scheme_of_its_own(address: str) -> None:
    """The platform's app addresses pass."""
    assert app_address(address) == address


@pytest.mark.parametrize(
    "address",
    ["", "javascript:alert(1)", "javascript://hk.gov/%0aalert(1)", "data:text/html,x", "https://evil.example", "file:///x",
     "//evil.example", "HK.GOV.IAMSMART://x", "hk.gov.iamsmart:x", "hk.gov.iamsmart://x y", "hk.gov.iamsmart://x\ny",
     "view-source:x", "intent://x"],
)  # fmt: skip
def test_nothing_that_a_browser_obeys_is_an_app(address: str) -> None:
    """Schemes that run or open something in the browser itself never become a button."""
    assert app_address(address) == ""
