"""What can be chosen about the iAM Smart mock: one value for every thing the sources leave UNKNOWN.

Defaults are those of the dossier (iamsmart.md 13.2) unless said otherwise. Nothing here changes after the mock is made.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["IamSmartMockSettings"]

_POSITIVE = (
    "qr_ttl_s", "login_wait_s", "request_wait_s", "anonymous_ticket_ttl_s", "auth_code_ttl_s", "access_token_ttl_ms",
    "cek_ttl_ms", "body_limit", "callback_tries", "callback_timeout_ms", "late_callback_s",
    "bulk_token_ttl_s",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class IamSmartMockSettings:
    """Lifetimes, windows, limits and the answers to open questions.

    Names carry their units. ``qr_ttl_s`` is 120 where the dossier proposes 180, because a forwarded QR code should not
    live longer (lessons B7); the real lifetime is UNKNOWN.
    """

    qr_ttl_s: int = 120
    login_wait_s: int = 18 * 60
    poll_interval_ms: int = 400
    request_wait_s: int = 18 * 60
    anonymous_ticket_ttl_s: int = 12 * 60
    auth_code_ttl_s: int = 60
    access_token_ttl_ms: int = 14_400_000
    cek_ttl_ms: int = 86_400_000
    max_skew_ms: int = 300_000
    nonce_memory_ms: int = 600_000
    body_limit: int = 10 * 1024 * 1024
    signature_encoding: Literal["url", "either"] = "url"
    kek_padding: Literal["pkcs1v15", "oaep-sha1", "oaep-sha256"] = "pkcs1v15"
    refuse_code: str = "D40001"
    cancel_code: str = "D40000"
    timeout_code: str = "D40003"
    unknown_client_code: str = "D20012"
    unlawful_time_code: str = "D20004"
    refuse_empty_field_array: bool = True
    form_texts_needed: tuple[str, ...] = ("formName",)
    callback_kek: Literal["newest", "own"] = "newest"
    callback_tries: int = 1
    callback_timeout_ms: int = 5000
    callback_anywhere: bool = False
    late_callback_s: int = 20 * 60
    verifier_field: str = "code_verifier"
    bulk_token_ttl_s: int = 600
    signing_refusal_at: Literal["answer", "request"] = "answer"
    rsa_none_form: Literal["digest_info", "bare"] = "digest_info"
    signing_hash_input: Literal["hash_code", "digest"] = "hash_code"
    sm2_id: str = "1234567812345678"
    anonymous_code_input: Literal["text", "bytes"] = "text"

    def __post_init__(self) -> None:
        """Raise ValueError when a lifetime or limit is not positive, or the nonce memory leaves a gap."""
        for name in _POSITIVE:
            if getattr(self, name) <= 0:
                raise ValueError(f"{name} must be positive")
        if self.nonce_memory_ms < 2 * self.max_skew_ms:
            raise ValueError(
                "nonce_memory_ms must cover the whole window of twice max_skew_ms, or a replay slips through"
            )
