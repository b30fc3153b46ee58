"""Ending the provider's own session with a browser.  Asks for nothing from the world.

The application's session is the application's to end, and first: a browser that never comes back from the provider must
not stay logged in here.
"""

from __future__ import annotations

from xbridge.core.provider import LogoutProvider, lacking
from xbridge.flows.deps import Deps


async def logout_url(deps: Deps, provider_id: str, *, return_to: str) -> str:
    """Return where to send the browser; it comes back to ``return_to``, which is registered for that.

    Raises ``Unsupported``, and ``ConfigError`` for another ``return_to``.
    """
    provider, settings = deps.provider(provider_id)
    if not isinstance(provider, LogoutProvider):
        raise lacking(provider, "a logout")
    return provider.logout_url(settings, return_to=return_to)
