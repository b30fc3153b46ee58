"""NATIONAL: our calls to services of the whole country, through the national data-sharing gateway."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from xbridge.core.ports import Entropy
from xbridge.core.provider import NationalCaller, lacking
from xbridge.flows.deps import Deps


async def call_national(
    deps: Deps,
    path: str,
    *,
    body: Mapping[str, object],
    sid: str,
    provider_id: str,
    now: datetime,
    entropy: Entropy,
) -> object:
    """Return what the national service at ``path`` answered.  Raises ``Unsupported``, ``ConfigError``, ``ProviderError``."""
    provider, settings = deps.provider(provider_id)
    if not isinstance(provider, NationalCaller):
        raise lacking(provider, "the national gateway")
    return await provider.call_national(settings, path, body=body, sid=sid, now=now, entropy=entropy)
