"""The plain function for WSGI frameworks (Flask, Django, Bottle, Pyramid …): an environ and a session in, a reply out.

It imports no framework: PEP 3333 is enough, and every WSGI framework hands the environ out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xbridge.web.front_desk import FrontDesk
from xbridge.web.message import WebReply, WebRequest
from xbridge.web.visit import Session

CHUNK_BYTES = 64 * 1024
MAX_LENGTH_DIGITS = 12


def answer_wsgi(desk: FrontDesk, environ: Mapping[str, Any], session: Session) -> WebReply:
    """Return the desk's reply to the request in ``environ``; nothing else may have read its body before.

    ``session`` is the framework's session for this request.
    """
    return desk.answer(read_request(environ, limit=desk.body_limit(_path(environ)), session=session))


def read_request(environ: Mapping[str, Any], *, limit: int, session: Session | None = None) -> WebRequest:
    """Return the request in ``environ`` with at most ``limit`` bytes of body; for answers that need no desk."""
    return WebRequest(
        method=environ["REQUEST_METHOD"],
        path=_path(environ),
        query=environ.get("QUERY_STRING", ""),
        headers=_headers(environ),
        body=_body(environ, limit=limit),
        session=session,
        peer=environ.get("REMOTE_ADDR", ""),
    )


def _headers(environ: Mapping[str, Any]) -> dict[str, str]:
    """Return the headers with lower-case names."""
    found = {name[5:].replace("_", "-").lower(): value for name, value in environ.items() if name.startswith("HTTP_")}
    named = {"content-type": "CONTENT_TYPE", "content-length": "CONTENT_LENGTH"}
    return found | {name: environ[key] for name, key in named.items() if environ.get(key)}


def _body(environ: Mapping[str, Any], *, limit: int) -> bytes | None:
    """Return the body, or None when it is larger than ``limit`` or nobody says where it ends."""
    announced = environ.get("CONTENT_LENGTH") or ""
    chunked = bool(environ.get("HTTP_TRANSFER_ENCODING"))
    # No number of so many digits is within a limit, and making one of thousands is an error.
    if announced and not (announced.isascii() and announced.isdigit() and len(announced) <= MAX_LENGTH_DIGITS):
        return None
    # Where a chunked body is not ended by the server, reading on would wait for ever.
    if chunked and not environ.get("wsgi.input_terminated"):
        return None
    wanted = limit + 1 if chunked else int(announced or 0)
    if not chunked and wanted > limit:
        return None
    raw = _read(environ["wsgi.input"], wanted)
    return None if len(raw) > limit or (not chunked and len(raw) < wanted) else raw


def _read(source: Any, wanted: int) -> bytes:
    """Return at most ``wanted`` bytes; a socket may give them in pieces."""
    raw = bytearray()
    while len(raw) < wanted:
        piece = source.read(min(CHUNK_BYTES, wanted - len(raw)))
        if not piece:
            break
        raw += piece
    return bytes(raw)


def _path(environ: Mapping[str, Any]) -> str:
    """Return the whole path as people wrote it; WSGI hands bytes over in Latin-1's clothes."""
    path = f"{environ.get('SCRIPT_NAME', '')}{environ.get('PATH_INFO', '')}"
    return path.encode("latin-1", "replace").decode("utf-8", "replace")
