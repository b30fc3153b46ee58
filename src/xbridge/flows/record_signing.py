"""Signing as the operator: one record, one role, every record key (ADR 0015).

All signatures are over the same bytes, so that whoever trusts one of the keys needs none of the others.  A key in this
process signs here; one that is kept elsewhere is asked through the driver, and what it returns is checked before anybody
builds on it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from xbridge.consent.life import ROLE, Revision
from xbridge.consent.record import RECORD_TYPE, RECORD_VERSION, ConsentRecord
from xbridge.core.effects import sign
from xbridge.core.errors import ConfigError, TokenInvalid
from xbridge.crypto.signing import (
    Signature,
    SignedRecord,
    add_signature,
    attach_signature,
    message_to_sign,
    record_bytes,
)
from xbridge.flows.deps import Deps
from xbridge.flows.record_key import RecordKey

if TYPE_CHECKING:
    from pydantic import BaseModel


async def sign_as_operator(deps: Deps, record_type: str, version: int, record: BaseModel, role: str) -> SignedRecord:
    """Return ``record`` signed in ``role`` by each record key, the international one first.

    Nothing is half-signed: either all keys sign or this raises.  Raises ``SignerUnavailable`` for a signer outside this
    process that does not answer, ``ConfigError`` for one whose answer its own public key refuses.
    """
    signed = SignedRecord(raw=record_bytes(record_type, version, record), signatures=())
    for key in deps.record_keyring:
        signed = await _signed_by(key, signed, role)
    return signed


async def sign_consent(deps: Deps, record: ConsentRecord) -> Revision:
    """Return ``record`` signed by the collecting party.  Raises as :func:`sign_as_operator`."""
    return Revision(signed=await sign_as_operator(deps, RECORD_TYPE, RECORD_VERSION, record, ROLE), record=record)


async def _signed_by(key: RecordKey, signed: SignedRecord, role: str) -> SignedRecord:
    if not key.outside:
        return add_signature(signed, key.signer, role)
    message = message_to_sign(role, signed.raw)
    value = await sign(key.signer, message)
    try:
        key.public.verify(value, message)
    except TokenInvalid as exc:
        raise ConfigError(
            f"the signer {key.name!r} returned what its public key in keys.{key.name} does not verify: expected the raw "
            "signature over the whole message, 64 bytes, and for SM2 with the id in keys.record_sm2_id"
        ) from exc
    return attach_signature(signed, Signature(alg=key.public.alg, kid=key.public.kid, role=role, value=value))
