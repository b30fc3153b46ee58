"""Direct login: the person starts in iAM Smart's own catalogue of services (iamsmart.md section 6.7).

V1 fetches a state from us first; V2 arrives with a code and no state at all, and where it opens an app of ours, with
the verifier of a PKCE exchange (RFC 7636) that iAM Smart began itself.  Either way nobody at our browser asked
for it, so the identity says ``started_by="direct_login"`` and linking refuses it; let the person confirm who they are.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from xbridge.core.callback import CallbackParameters
from xbridge.core.errors import CallbackInvalid, Unsupported
from xbridge.protocols.redirect import with_query
from xbridge.providers.iamsmart.settings import IamSmartSettings

MAX_ECHO_CHARS = 255
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}", re.ASCII)


def state_reply(settings: IamSmartSettings, callback: CallbackParameters, *, state: str) -> str:
    """Return where to redirect the app that asked for a state (V1).

    The address must be one of ``direct_login_uris``, byte for byte, or lie below one that ends in a slash: otherwise
    we would send anybody anywhere, with a fresh state.  Raises ``Unsupported``, ``CallbackInvalid``.
    """
    if settings.direct_login != "v1":
        raise Unsupported("direct login V1 is not switched on: [providers.iamsmart] direct_login")
    if callback.required("ClientID") != settings.client_id:
        raise CallbackInvalid("client_id", reason="mismatch")
    target = callback.required("redirectURI")
    if not any(_leads_to(address, target) for address in settings.direct_login_uris):
        raise CallbackInvalid("redirect_uri", reason="mismatch")
    echoed = {name: callback.optional(name) for name in ("scope", "eserviceName")}
    if any(value is not None and len(value) > MAX_ECHO_CHARS for value in echoed.values()):
        raise CallbackInvalid("scope", reason="too_large")
    shown = {name: value for name, value in echoed.items() if value is not None}
    return with_query(target, state=state, clientID=settings.client_id, **shown)


def verify_direct_path(settings: IamSmartSettings, path: str, *, with_state: bool) -> None:
    """Check that a direct login may come back to ``path``: V1 to a redirect URI, V2 to an address of its own.

    A V2 callback at an ordinary address would be an ordinary callback without its state (lessons.md B2).  Raises
    ``Unsupported``, ``CallbackInvalid``.
    """
    wanted = "v1" if with_state else "v2"
    if settings.direct_login != wanted:
        raise Unsupported(f"direct login {wanted} is not switched on: [providers.iamsmart] direct_login")
    v2_addresses = (*settings.direct_login_uris, *settings.direct_login_app_uris)
    addresses = settings.redirect_uris if with_state else v2_addresses
    if path not in {urlsplit(address).path for address in addresses}:
        raise CallbackInvalid("redirect_uri", reason="mismatch")


def verifier_of(settings: IamSmartSettings, callback: CallbackParameters) -> str:
    """Return the verifier that came to an app with its code; nothing for a login in the browser.

    The address decides, not the sender: without it an app's stolen code would pass for one of the browser (lessons.md
    B5).  Raises ``CallbackInvalid("code_verifier", …)``: ``missing``, ``malformed``, or ``mismatch`` for one that comes
    to an address for browsers.
    """
    verifier = callback.optional("code_verifier")
    if callback.path not in {urlsplit(address).path for address in settings.direct_login_app_uris}:
        if verifier is not None:
            raise CallbackInvalid("code_verifier", reason="mismatch")
        return ""
    if not verifier:
        raise CallbackInvalid("code_verifier", reason="missing")
    if not _VERIFIER.fullmatch(verifier):
        raise CallbackInvalid("code_verifier", reason="malformed")
    return verifier


def _leads_to(address: str, target: str) -> bool:
    """Return whether ``target`` is ``address``, or lies below it where it ends in a slash."""
    if target == address:
        return True
    # The slash that ends the address also ends the host, so nothing behind it can name another.
    below = address.endswith("/") and urlsplit(address).path != "" and target.startswith(address)
    return below and not any(odd in target for odd in ("..", "\\", "#", "@", "%"))
