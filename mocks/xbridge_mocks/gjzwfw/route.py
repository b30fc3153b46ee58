"""The addresses of the national gateway's mock (dossier guangdong.md section 7), and its own pages.  A table only.

What lies below ``PREFIX`` are services; which of them exist is the registry's affair.
"""

from __future__ import annotations

from werkzeug.routing import Map, Rule

from xbridge_mocks.openapi import DOCUMENT_PATH

__all__ = ["PREFIX", "ROUTES"]

PREFIX = "/sysapi"

ROUTES = Map(
    [
        Rule("/", endpoint="index", methods=["GET"]),
        Rule(DOCUMENT_PATH, endpoint="document", methods=["GET"]),
        Rule(f"{PREFIX}/<path:service>", endpoint="sysapi", methods=["POST"]),
    ],
    strict_slashes=True,
    merge_slashes=False,
)
