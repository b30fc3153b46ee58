"""A request from anybody, as every mock reads it: bounded, and readable whatever its bytes are.

What a request means is each mock's business; that reading one can never fail is settled here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request, Response

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

__all__ = ["FORM_LIMIT", "MockRequest", "unreadable"]

FORM_LIMIT = 64 * 1024
_ASCII = "".join(chr(code) for code in range(128))


class MockRequest(Request):
    """A request whose form cannot be used to fill the memory, and whose query can always be decoded."""

    max_form_memory_size = FORM_LIMIT

    def __init__(self, environ: WSGIEnvironment) -> None:
        """Read bytes beyond ASCII in the query as if they had been percent-encoded, as browsers send them."""
        query = environ.get("QUERY_STRING", "")
        if not query.isascii():
            environ = {**environ, "QUERY_STRING": quote(query, safe=_ASCII, encoding="latin-1")}
        super().__init__(environ)


def unreadable(failure: HTTPException) -> Response:
    """The answer to a body that is too large, cut short or not decodable: the right status, and none of its text."""
    return Response(failure.name, status=failure.code or 400, content_type="text/plain; charset=utf-8")
