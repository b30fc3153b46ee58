"""Requests that no client would send: every mock answers each of them at each of its addresses, and never with a failure."""

from __future__ import annotations

import io
from collections.abc import Callable
from operator import attrgetter
from typing import Any

import pytest
from werkzeug.test import EnvironBuilder, run_wsgi_app

from tests.mocks.fuzz import operations
from tools.openapi import PARTS, merged
from xbridge_mocks import MockWorld

Environ = dict[str, Any]
FORM = "application/x-www-form-urlencoded"
PART = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n%s\r\n'
MULTIPART = "multipart/form-data; boundary=x"
SIGNED = ("CLIENTID", "SIGNATUREMETHOD", "TIMESTAMP", "NONCE", "SIGNATURE")


def body(data: bytes, content_type: str) -> Callable[[Environ], Environ]:
    """A request with this body."""
    return lambda environ: {
        **environ,
        "wsgi.input": io.BytesIO(data),
        "CONTENT_LENGTH": str(len(data)),
        "CONTENT_TYPE": content_type,
    }


def with_(**changes: Any) -> Callable[[Environ], Environ]:
    """A request with these entries of its environment."""
    return lambda environ: {**environ, **changes}


HOSTILE: dict[str, Callable[[Environ], Environ]] = {
    "a form over the limit": body(b"a=" + b"x" * 700_000, FORM),
    "a form of fifty thousand fields": body(b"a=1&" * 50_000, FORM),
    "a form that is no UTF-8": body(b"csrf=%ff%fe&persona=\xff&form_mark=%ed%a0%80", FORM),
    "a form in another charset": body(b"a=+AC0-", FORM + "; charset=utf-7"),
    "three thousand parts": body(PART % b"1" * 3000 + b"--x--", MULTIPART),
    "a part over the limit": body(PART % (b"1" * 700_000) + b"--x--", MULTIPART),
    "parts without an end": body(b"--x\r\nfoo", MULTIPART),
    "parts without a boundary": body(b"--x\r\nfoo", "multipart/form-data"),
    "a body cut short": with_(**{"wsgi.input": io.BytesIO(b"{}"), "CONTENT_LENGTH": "100", "CONTENT_TYPE": FORM}),
    "JSON cut short": with_(CONTENT_LENGTH="100", CONTENT_TYPE="application/json"),
    "a negative length": with_(CONTENT_LENGTH="-1"),
    "a length that is no number": with_(CONTENT_LENGTH="1e3"),
    "a length beyond all": with_(CONTENT_LENGTH="9" * 20),
    "cookies of bytes": with_(
        HTTP_COOKIE='\xff=\xfe; xbridge_mock_iamsmart=\xff; xbridge_mock_gd_form=\xe9; xbridge_mock_gd_sso="\\777"'
    ),
    "no host": with_(HTTP_HOST=""),
    "a host that is none": with_(HTTP_HOST="a b:99999/<>"),
    "languages that are none": with_(HTTP_ACCEPT_LANGUAGE="\xff;q=abc,zh;q=" + "9" * 30 + ",*;q=-1"),
    "a query of bytes": with_(
        QUERY_STRING="\xff\xfe&" + "&".join(f"{name}=\xff" for name in ("clientID", "client_id", "lang", "persona", "state"))
    ),
    "a query of broken escapes": with_(QUERY_STRING="%&%f&%ff=%fe&a=%ed%a0%80&clientID=%00&=&&&"),
    "a thousand parameters": with_(QUERY_STRING="a=1&" * 1000),
    "headers of bytes": with_(HTTP_X_MOCK_SECRET="\xff", **{f"HTTP_{name}": "\xd9\xa0" for name in SIGNED}),
    "a path of bytes behind it": lambda environ: {**environ, "PATH_INFO": environ["PATH_INFO"] + "\xff\xfe"},
}  # fmt: skip


@pytest.mark.parametrize("mock", sorted(PARTS))
@pytest.mark.parametrize("name", HOSTILE)
def test_every_address_answers(mock, name):
    """The answer is a refusal or a page; nothing is raised, no status says that the mock is at fault."""
    # The office app is a part of the civil servants' mock, on a host of its own.
    app = attrgetter(mock.replace("/", "."))(MockWorld())
    for path, method, _ in operations(merged(PARTS[mock])):
        for secret in ("", app.control_secret):
            address = path.replace("{token}", "abc").replace("{path}", "profile")
            environ: Environ = EnvironBuilder(path=address, method=method).get_environ()
            environ["HTTP_X_MOCK_SECRET"] = secret
            content, status, _ = run_wsgi_app(app, HOSTILE[name](environ))
            b"".join(content)
            assert int(status[:3]) < 500, (method, path)
