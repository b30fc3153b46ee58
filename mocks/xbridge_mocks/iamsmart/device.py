"""The device somebody holds, as the pages see it: a cookie, and a word that only its own forms bring back.

It proves that two requests came from one browser, nothing about who sits before it.
"""

from __future__ import annotations

import hmac

from werkzeug.wrappers import Request, Response

__all__ = ["device_of", "form_word", "mark"]

_COOKIE = "xbridge_mock_iamsmart"


def device_of(request: Request) -> str:
    """The device that sent ``request``; empty for one never seen."""
    return request.cookies.get(_COOKIE, "")


def mark(response: Response, device: str) -> None:
    """Let the device keep its name."""
    response.set_cookie(_COOKIE, device, httponly=True, samesite="Lax")


def form_word(key: bytes, token: str, device: str) -> str:
    """The word a form about ``token`` on ``device`` must bring back."""
    return hmac.digest(key, f"{token}\n{device}".encode(), "sha256").hex()
