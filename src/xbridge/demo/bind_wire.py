"""What crosses between the two operators, kept for the story: every message of a matching, taken apart."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from collections.abc import Iterable
from typing import Any

import httpx

CROSSES = {"agrees", "blinded", "confirm", "evaluated", "form", "name"}
"""What the items of the messages may hold: which item in which form, points of the group, confirmations, the result."""


class Wire(httpx.BaseTransport):
    """A transport that keeps a copy of what goes to and comes from ``address``, and passes everything on."""

    def __init__(self, address: str) -> None:
        """``address`` is where the other operator answers."""
        self._address = address
        self._under = httpx.HTTPTransport(trust_env=False)
        self.messages: list[tuple[str, bytes]] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Pass one request on."""
        response = self._under.handle_request(request)
        if str(request.url) != self._address:
            return response
        body = response.read()
        self.messages += [("to Hong Kong", request.read()), ("to Guangdong", body)]
        # What was read cannot be read again by whoever asked.
        return httpx.Response(response.status_code, headers=response.headers, content=body)

    def close(self) -> None:
        """Close the connections."""
        self._under.close()


def taken_apart(messages: Iterable[tuple[str, bytes]]) -> list[dict[str, Any]]:
    """Return each message with its type, its size and what its items hold; a refusal is empty."""
    return [{"direction": direction, "bytes": len(body), **_contents(body)} for direction, body in messages]


def payload(body: bytes) -> str:
    """Return the signed text of a message: its type, a line feed, JSON."""
    envelope = json.loads(body)
    raw = str(envelope["raw"])
    return urlsafe_b64decode(raw + "=" * (-len(raw) % 4)).decode()


def _contents(body: bytes) -> dict[str, Any]:
    if not body:
        return {"type": "refused", "items": []}
    kind, _, text = payload(body).partition("\n")
    items = json.loads(text)["items"]
    return {"type": kind.split("/")[1], "items": items}
