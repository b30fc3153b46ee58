"""``GET /openapi.json``: the mock's own description, for people, client generators and fuzzers.

The documents are resources of this package, written by ``tools/openapi.py`` from ``specs/``; nothing is made here.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Literal

from werkzeug.wrappers import Response

__all__ = ["DOCUMENT_PATH", "document_reply"]

DOCUMENT_PATH = "/openapi.json"


def document_reply(
    mock: Literal["corpid", "gjzwfw", "guangdong", "iamsmart", "tif", "zwrz", "zwrz/office_app"],
) -> Response:
    """The OpenAPI 3.1 document of ``mock``."""
    response = Response(_document(mock), content_type="application/json")
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@cache
def _document(mock: str) -> bytes:
    return files("xbridge_mocks").joinpath(mock, "openapi.json").read_bytes()
