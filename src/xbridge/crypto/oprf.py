"""An oblivious pseudorandom function: RFC 9497, mode OPRF (0x00), suite ristretto255-SHA512.

One side holds a key, the other an input; the second learns the function's output for its one input, the first learns
nothing.  The group's arithmetic is libsodium's, through rbcl (the extra ``match``, ADR 0013); what is ours is hashing and
the checks around it.  Without the extra whatever would need it raises ``Unsupported``.

The mode proves nothing about the key: whoever evaluates may use any.  What that costs, and who may ask how often, is the
protocol's business (``linking/matching.py``).  Python cannot wipe what it held, so keys and blinds are made for one use.
rbcl loads a libsodium of its own, initialises it once on import and makes a new buffer for every call: threads may share it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any, Final

from xbridge.core.errors import Unsupported, VerificationError
from xbridge.core.ports import Entropy

ELEMENT_BYTES: Final = 32
SEED_BYTES: Final = 32
MAX_INPUT_BYTES: Final = 0xFFFF

_CONTEXT: Final = b"OPRFV1-\x00-ristretto255-SHA512"
_BLOCK_BYTES: Final = 128
_WIDE_BYTES: Final = 64
_ZERO: Final = bytes(32)
_MAX_TRIES: Final = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Blinded:
    """A blinded input: ``element`` goes to whoever holds the key, ``blind`` stays and takes the blinding off again."""

    blind: bytes = field(repr=False)
    element: bytes


def require_oprf() -> Any:
    """Return the binding.  Raises ``Unsupported``, which names the extra that brings it."""
    try:
        import rbcl
    except ImportError as exc:
        raise Unsupported("matching needs the package rbcl: pip install xbridge-gba[match]") from exc
    return rbcl


def derive_key(seed: bytes, info: bytes) -> bytes:
    """Return the private key that ``seed`` (32 random bytes) and ``info`` give: ``DeriveKeyPair``, section 3.2.1.

    This mode has no use for the public one.  Raises ``ValueError`` for a seed of another size or too long an ``info``.
    """
    if len(seed) != SEED_BYTES:
        raise ValueError("a seed is 32 random bytes")
    stem = seed + _sized(info)
    for counter in range(_MAX_TRIES):
        key = _hash_to_scalar(stem + bytes([counter]), b"DeriveKeyPair" + _CONTEXT)
        if key != _ZERO:
            return key
    raise VerificationError("oprf", reason="unusable")


def blind(value: bytes, entropy: Entropy) -> Blinded:
    """Return ``value`` blinded by a fresh random scalar (section 3.3.1)."""
    rbcl = require_oprf()
    for _ in range(_MAX_TRIES):
        # 64 bytes reduced are a uniform scalar; 32 would not be.
        scalar: bytes = rbcl.crypto_core_ristretto255_scalar_reduce(entropy(_WIDE_BYTES))
        if scalar != _ZERO:
            return blind_with(value, scalar)
    raise VerificationError("oprf", reason="unusable")


def blind_with(value: bytes, scalar: bytes) -> Blinded:
    """Return ``value`` blinded by ``scalar``, which nobody else may know and nobody may use twice."""
    return Blinded(blind=scalar, element=_multiply(scalar, _hash_to_group(value)))


def evaluate_blinded(key: bytes, element: bytes) -> bytes:
    """Return the evaluation of a blinded ``element`` under ``key`` (``BlindEvaluate``).

    Raises ``VerificationError("oprf", reason="malformed")`` for what is no element, and for the identity.
    """
    return _multiply(key, _checked(element))


def finalize(value: bytes, scalar: bytes, evaluated: bytes) -> bytes:
    """Return the function's output for ``value``, from the evaluation of what :func:`blind` made with ``scalar``: 64 bytes.

    Raises ``VerificationError("oprf", reason="malformed")`` for what is no element, and for the identity.
    """
    inverse = require_oprf().crypto_core_ristretto255_scalar_invert(scalar)
    return _output(value, _multiply(inverse, _checked(evaluated)))


def evaluate(key: bytes, value: bytes) -> bytes:
    """Return the function's output for ``value`` as the holder of ``key`` can compute it alone: 64 bytes."""
    return _output(value, _multiply(key, _hash_to_group(value)))


def _hash_to_group(value: bytes) -> bytes:
    if len(value) > MAX_INPUT_BYTES:
        raise ValueError("an input is at most 65,535 bytes")
    element: bytes = require_oprf().crypto_core_ristretto255_from_hash(_expand(value, b"HashToGroup-" + _CONTEXT))
    return element


def _hash_to_scalar(value: bytes, tag: bytes) -> bytes:
    scalar: bytes = require_oprf().crypto_core_ristretto255_scalar_reduce(_expand(value, tag))
    return scalar


def _expand(message: bytes, tag: bytes) -> bytes:
    """Return 64 bytes of ``expand_message_xmd`` with SHA-512 (RFC 9380, section 5.3.1): one block is all this suite asks."""
    suffix = tag + bytes([len(tag)])
    first = hashlib.sha512(bytes(_BLOCK_BYTES) + message + _WIDE_BYTES.to_bytes(2, "big") + b"\0" + suffix).digest()
    return hashlib.sha512(first + b"\x01" + suffix).digest()


def _checked(element: bytes) -> bytes:
    """Return ``element`` if it is the one encoding of an element other than the identity."""
    # libsodium takes the identity for valid, and the RFC does not (section 2.1, DeserializeElement); rbcl's also takes a
    # second spelling of every element, with the highest bit set, which RFC 9496 section 4.3.1 forbids.
    if len(element) != ELEMENT_BYTES or element == _ZERO or element[-1] & 0x80:
        raise VerificationError("oprf", reason="malformed")
    if not require_oprf().crypto_core_ristretto255_is_valid_point(bytes(element)):
        raise VerificationError("oprf", reason="malformed")
    return bytes(element)


def _multiply(scalar: bytes, element: bytes) -> bytes:
    """Return ``scalar`` times ``element``; libsodium refuses where that is the identity."""
    try:
        product: bytes = require_oprf().crypto_scalarmult_ristretto255(scalar, element)
    except RuntimeError as exc:
        raise VerificationError("oprf", reason="unusable") from exc
    return product


def _output(value: bytes, element: bytes) -> bytes:
    return hashlib.sha512(_sized(value) + _sized(element) + b"Finalize").digest()


def _sized(data: bytes) -> bytes:
    """Return ``data`` behind its length in two bytes.  Raises ``ValueError`` where that is not enough."""
    if len(data) > MAX_INPUT_BYTES:
        raise ValueError("at most 65,535 bytes")
    return len(data).to_bytes(2, "big") + data
