"""OFFICE APP: who of an office opened our page in its app, and what its directory says about them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from xbridge.core.ports import Entropy
from xbridge.core.provider import OfficeAppProvider, lacking
from xbridge.flows.deps import Deps


async def office_user_id(deps: Deps, code: str, *, provider_id: str, now: datetime, entropy: Entropy) -> str:
    """Return the id of whoever the app's ``code`` stands for.  Raises ``Unsupported``, ``ProviderError``."""
    provider, settings = _provider(deps, provider_id)
    return await provider.office_user_id(settings, code, now=now, entropy=entropy)


async def office_user(
    deps: Deps, user_id: str, *, provider_id: str, now: datetime, entropy: Entropy
) -> Mapping[str, object]:
    """Return the directory's reply about a user, as it came.  Raises ``Unsupported``, ``ProviderError``."""
    provider, settings = _provider(deps, provider_id)
    return await provider.office_user(settings, user_id, now=now, entropy=entropy)


def _provider(deps: Deps, provider_id: str) -> tuple[OfficeAppProvider, Any]:
    provider, settings = deps.provider(provider_id)
    if not isinstance(provider, OfficeAppProvider):
        raise lacking(provider, "an office app")
    return provider, settings
