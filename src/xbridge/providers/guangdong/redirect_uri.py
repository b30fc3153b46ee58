"""The redirect URI as the platform is given it: with our state inside where it has none of its own (guangdong.md 2.1).

Both steps of a login must carry the same text, so both ask here.  Pure.
"""

from __future__ import annotations

from urllib.parse import quote

from xbridge.core.carriage import StateCarriage
from xbridge.providers.guangdong.settings import GuangdongSettings

SESSION_LOGIN_S = 300
"""How long a login without any state may take (2.1, "cookie_only")."""


def redirect_uri(settings: GuangdongSettings, return_to: str, state: str) -> str:
    """Return the redirect URI that stands for ``return_to`` in a login with ``state``."""
    address, _, query = return_to.partition("?")
    pieces = query.split("&") if query else []
    if settings.state_mode in ("redirect_query", "both"):
        pieces.append(f"state={quote(state, safe='')}")
    if settings.state_mode == "redirect_path":
        address = f"{address}/{quote(state, safe='')}"
    # One parameter needs no joint, so a comma shows only where the first generation asks for it.
    return "?".join(part for part in (address, settings.redirect_joint.join(pieces)) if part)


def state_carriage(settings: GuangdongSettings) -> StateCarriage:
    """Return how a callback shows which login it ends, for the ``state_mode`` of ``settings``."""
    joint = settings.redirect_joint
    match settings.state_mode:
        case "cookie_only":
            return StateCarriage(where="session", joint=joint, max_login_s=SESSION_LOGIN_S)
        case "redirect_path":
            return StateCarriage(where="path", joint=joint)
        case "both":
            return StateCarriage(where="query", joint=joint, copies=2)
        case _:
            return StateCarriage(where="query", joint=joint)
