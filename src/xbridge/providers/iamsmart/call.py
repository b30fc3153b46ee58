"""One encrypted, signed call to iAM Smart: ``protocols/enveloped_call.py`` in its dialect (iamsmart.md 2 and 3)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from xbridge.core.ports import Entropy
from xbridge.protocols import enveloped_call
from xbridge.protocols.enveloped_call import ABSOLUTE_FROM_MS, MAX_SIGNINGS, unnested
from xbridge.providers.iamsmart.reply import DIALECT, MAX_DOCUMENT_BYTES
from xbridge.providers.iamsmart.settings import IamSmartSettings

__all__ = ["ABSOLUTE_FROM_MS", "MAX_SIGNINGS", "call", "content_key", "revoke_content_key", "unnested"]


async def call(
    settings: IamSmartSettings,
    path: str,
    parameters: Mapping[str, object],
    *,
    step: str,
    now: datetime,
    entropy: Entropy,
    max_bytes: int = MAX_DOCUMENT_BYTES,
    content_optional: bool = False,
) -> Mapping[str, object]:
    """Send ``parameters`` encrypted to ``path`` and return the decrypted content of the reply.

    ``max_bytes`` bounds the reply; ``content_optional`` is for calls that only say "done", and gives an empty content.

    Raises ``ProviderError`` of any kind and ``UserDeclined``; ``step`` names the call in errors.
    """
    return await enveloped_call.call(
        DIALECT,
        settings,
        path,
        parameters,
        step=step,
        now=now,
        entropy=entropy,
        max_bytes=max_bytes,
        content_optional=content_optional,
    )


async def revoke_content_key(settings: IamSmartSettings, *, now: datetime) -> None:
    """End the content key at the platform and forget it here (section 3.3).  Raises ``ProviderError``."""
    await enveloped_call.revoke_content_key(DIALECT, settings, now=now)


async def content_key(settings: IamSmartSettings, *, now: datetime) -> bytes:
    """Return the content key: the remembered one, or a fresh one from ``getKey``.  Raises ``ProviderError``."""
    return await enveloped_call.content_key(DIALECT, settings, now=now)
