"""What became of each signature in a bundle that verified: for whoever reads the verdict, not for who reaches it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from xbridge.crypto.signing import from_envelope
from xbridge.evidence.manifest import SIGNATURE_NAME
from xbridge.evidence.trust import Trust

SignatureState = Literal["verified", "not_checked", "unknown"]
"""Held; by a listed key, and not checked for want of the extra ``gm``; by a key that is not listed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedSignature:
    """One signature of a record or of the manifest, ``member`` of the bundle, and what is known about it."""

    member: str
    alg: str
    kid: str
    state: SignatureState


def checked_signatures(members: Mapping[str, bytes], trust: Trust) -> tuple[CheckedSignature, ...]:
    """Return what became of every signature in ``members``, revisions first, after all that could be checked held."""
    verified, unchecked = trust.record_keys(), trust.unchecked_kids()
    found = []
    for name in (*sorted(name for name in members if name.startswith("consent/")), SIGNATURE_NAME):
        for each in from_envelope(members[name]).signatures:
            state: SignatureState = "not_checked" if each.kid in unchecked else "unknown"
            if verified.get(each.kid) is not None:
                state = "verified"
            found.append(CheckedSignature(member=name, alg=each.alg, kid=each.kid, state=state))
    return tuple(found)
