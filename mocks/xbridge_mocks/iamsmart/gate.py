"""The gate every POST goes through: headers, signature, freshness, permission, content key, decryption.

The order of the checks is that of the dossier (13.2, INFERRED). The gate says who asks and what they sent; what the
request means is ``api``.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping

from werkzeug.wrappers import Request

from xbridge_mocks.clock import MockClock
from xbridge_mocks.iamsmart.content_key import ContentKey, ContentKeys
from xbridge_mocks.iamsmart.envelope import EnvelopeError, open_envelope
from xbridge_mocks.iamsmart.refusal import Refused, Trail
from xbridge_mocks.iamsmart.registry import Client, Registry
from xbridge_mocks.iamsmart.setting import IamSmartMockSettings
from xbridge_mocks.iamsmart.signature import (
    HEADERS,
    METHOD,
    NONCE_FORM,
    TIMESTAMP_FORM,
    expected_signature,
    signature_fits,
)
from xbridge_mocks.strict_json import StrictJsonError, load_object

__all__ = ["Gate"]


class Gate:
    """Authenticates requests and opens their envelopes. It remembers nonces and times per client."""

    def __init__(
        self, *, clock: MockClock, settings: IamSmartMockSettings, registry: Registry, keys: ContentKeys
    ) -> None:
        self._clock = clock
        self._settings = settings
        self._registry = registry
        self._keys = keys
        self._nonces: dict[str, dict[str, int]] = {}
        self._latest_ms: dict[str, int] = {}

    def authenticate(self, request: Request, raw: bytes, trail: Trail) -> Client:
        """Say which client signed these exact bytes. Raises Refused.

        (1) headers present and well formed  (2) method  (3) client and signature  (4) time and nonce
        """
        # (1) Missing, then empty, then wrong in form: fixed forms keep the unseparated signature input unambiguous.
        head = {name: _header(request, name, trail) for name in HEADERS}
        trail.require(
            "timestamp_form", bool(TIMESTAMP_FORM.fullmatch(head["timestamp"])), "D20003", parameter="timestamp",
            detail="not thirteen digits",
        )  # fmt: skip
        trail.require(
            "nonce_form", bool(NONCE_FORM.fullmatch(head["nonce"])), "D20003", parameter="nonce",
            detail="not 1 to 36 letters, digits or hyphens",
        )  # fmt: skip
        # (2) There is one method.
        trail.require("signature_method", head["signatureMethod"] == METHOD, "D20005", detail="not HmacSHA256")
        # (3) An unknown client has no secret to check with.
        client = self._registry.find(head["clientID"])
        trail.require("client", client is not None, self._settings.unknown_client_code, detail="no such client")
        if client is None:
            raise Refused(self._settings.unknown_client_code)
        expected = expected_signature(client.client_secret, client.client_id, head["timestamp"], head["nonce"], raw)
        fits = signature_fits(head["signature"], expected, raw_too=self._settings.signature_encoding == "either")
        detail = "fits, but is not URL-encoded exactly once" if _is_raw(head["signature"], expected) else "does not fit"
        trail.require("signature", fits, "D20006", detail=detail)
        # (4) Only an authentic request may use up a nonce or move the client's time.
        self._check_freshness(client.client_id, int(head["timestamp"]), head["nonce"], trail)
        return client

    def open_body(
        self, client: Client, request: Request, raw: bytes, trail: Trail
    ) -> tuple[ContentKey, dict[str, object]]:
        """Find the client's content key and decrypt the parameters with it. Raises Refused.

        (1) a live content key  (2) the body is ``{"content": text}``  (3) decryption  (4) the IV is new  (5) JSON
        """
        # (1)
        held = self._keys.live(client.client_id)
        trail.require("content_key", held is not None, "D30002", detail="no live content key")
        if held is None:
            raise Refused("D30002")
        # (2)
        content = _content(request, raw, trail)
        # (3)
        try:
            iv, plaintext = open_envelope(held.key, content)
        except EnvelopeError as exc:
            trail.require("envelope", False, "D30004", detail=str(exc))
            raise Refused("D30004") from None
        trail.require("envelope", True, "D30004")
        # (4)
        trail.require("iv_fresh", held.claim_iv(iv), "D30004", detail="this IV was used before under this key")
        # (5)
        try:
            parameters = load_object(plaintext)
        except StrictJsonError as exc:
            trail.require("plaintext", False, "D20003", parameter="content", detail=str(exc))
            raise Refused("D20003", "content") from None
        return held, parameters

    def clear(self) -> None:
        """Forget nonces and times."""
        self._nonces.clear()
        self._latest_ms.clear()

    def _check_freshness(self, client_id: str, timestamp: int, nonce: str, trail: Trail) -> None:
        now = self._clock.now_ms()
        code = self._settings.unlawful_time_code
        in_window = abs(now - timestamp) <= self._settings.max_skew_ms
        trail.require("timestamp_window", in_window, code, parameter="timestamp", detail=f"{timestamp - now} ms off")
        latest = self._latest_ms.get(client_id, 0)
        trail.require(
            "timestamp_order", timestamp >= latest, code, parameter="timestamp",
            detail=f"{latest - timestamp} ms before an earlier request",
        )  # fmt: skip
        horizon = now - self._settings.nonce_memory_ms
        seen = {kept: at for kept, at in self._nonces.get(client_id, {}).items() if at >= horizon}
        trail.require("nonce_fresh", nonce not in seen, "D20004", parameter="nonce", detail="seen before")
        seen[nonce] = now
        self._nonces[client_id] = seen
        self._latest_ms[client_id] = timestamp


def _header(request: Request, name: str, trail: Trail) -> str:
    value = request.headers.get(name)
    trail.require("header_present", value is not None, "D20001", parameter=name, detail=f"{name} is missing")
    trail.require("header_filled", bool(value), "D20002", parameter=name, detail=f"{name} is empty")
    return value or ""


def _is_raw(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode())


def _content(request: Request, raw: bytes, trail: Trail) -> str:
    is_json = request.mimetype == "application/json"
    trail.require("content_type", is_json, "D20003", parameter="Content-Type", detail="not application/json")
    trail.require("body_present", bool(raw), "D20001", parameter="content", detail="the body is empty")
    body: Mapping[str, object] = {}
    try:
        body = load_object(raw)
    except StrictJsonError as exc:
        trail.require("body_json", False, "D20003", parameter="content", detail=str(exc))
    trail.require("body_content", "content" in body, "D20001", parameter="content", detail="no content member")
    trail.require("body_only_content", len(body) == 1, "D20003", parameter="content", detail="other members beside it")
    content = body["content"]
    trail.require("content_filled", content != "", "D20002", parameter="content", detail="empty")
    trail.require("content_text", isinstance(content, str), "D20003", parameter="content", detail="not text")
    return str(content)
