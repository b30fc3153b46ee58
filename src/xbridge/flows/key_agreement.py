"""KEYS: end the key under which messages to a provider are encrypted, before its time."""

from __future__ import annotations

from datetime import datetime

from xbridge.core.ports import Entropy
from xbridge.core.provider import KeyAgreementProvider, lacking
from xbridge.flows.deps import Deps


async def revoke_key(deps: Deps, provider_id: str, *, now: datetime, entropy: Entropy) -> None:
    """End the key that is in use with ``provider_id``; the next call agrees on another.

    Raises ``Unsupported``, ``ProviderError``.
    """
    provider, settings = deps.provider(provider_id)
    if not isinstance(provider, KeyAgreementProvider):
        raise lacking(provider, "key agreement")
    await provider.revoke_key(settings, now=now, entropy=entropy)
