"""How signatures are asked for and believed: every UNKNOWN about signing is one of these, with its default (section 10)."""

from __future__ import annotations

from functools import cached_property
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from xbridge.core.bulk_signing import BulkStatus
from xbridge.core.errors import ConfigError
from xbridge.protocols.personal_signature import SignatureForm, TrustAnchors, load_anchors

_BULK_STATUSES: dict[str, BulkStatus] = {
    "SS001": "pending",
    "SS002": "signing",
    "SS003": "signed",
    "SS004": "cancelled",
    "SS005": "failed",
}


class BulkParts(BaseModel):
    """How the parts of an answer to a bulk signing are called (VERIFIED for CorpID, the first one's spelling too)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    metadata: str = "sigMetada"
    file: str = "sigFile"


class SigningSettings(BaseModel):
    """What ``[providers.iamsmart.signing]`` may hold.

    ``trust_anchors`` are the PEM certificates that the operator trusts to have issued people's own; without one nothing
    is asked, because no answer could be believed.  ``rsa_none_form``, ``hash_input`` and ``sm2_id`` say what the
    platform's algorithm names sign (INFERRED).  ``anonymous_code_input``: over the base64 texts or the decoded bytes
    (UNKNOWN).  ``send_lang`` sends the language with a request to sign (INFERRED that none is wanted).  ``user_types`` are
    the accounts that may sign.  ``max_skew_s`` is how far a signature's time may lie outside the request's own.

    ``bulk_scope`` must be among the scopes of a login before a bulk signing is asked for or its answer read;
    ``bulk_statuses`` says what the platform's words for its state mean (SS001 and SS005 VERIFIED for CorpID).
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    trust_anchors: tuple[str, ...] = Field(default=(), max_length=32)
    rsa_none_form: Literal["digest_info", "bare"] = "digest_info"
    hash_input: Literal["hash_code", "digest"] = "hash_code"
    sm2_id: str = Field(default="1234567812345678", min_length=1, max_length=64, pattern=r"^[\x20-\x7E]+$")
    anonymous_code_input: Literal["text", "bytes"] = "text"
    send_lang: bool = False
    user_types: tuple[str, ...] = ("sign",)
    max_skew_s: int = Field(default=300, ge=1, le=3600)
    bulk_scope: str = Field(default="eidapi_bulksign", pattern=r"^[A-Za-z0-9_]{1,64}$")
    bulk_parts: BulkParts = BulkParts()
    bulk_statuses: dict[str, BulkStatus] = Field(default=_BULK_STATUSES, max_length=32)

    @cached_property
    def anchors(self) -> TrustAnchors:
        """The trust anchors, loaded once.  Raises ``ConfigError`` where there is none or one cannot be read."""
        if not self.trust_anchors:
            raise ConfigError(
                "[providers.iamsmart.signing] needs trust_anchors: without them no signature could be believed"
            )
        return load_anchors(self.trust_anchors)

    @property
    def form(self) -> SignatureForm:
        """What the algorithms' names mean."""
        return SignatureForm(rsa_none_form=self.rsa_none_form, hash_input=self.hash_input, sm2_id=self.sm2_id)
