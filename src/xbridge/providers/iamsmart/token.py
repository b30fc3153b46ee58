"""getToken at iAM Smart: ``protocols/auth_code.py`` in its dialect (iamsmart.md section 6.5)."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from xbridge.core.callback import CallbackParameters
from xbridge.core.ports import Entropy
from xbridge.protocols import auth_code
from xbridge.protocols.auth_code import AUTHENTICATION, TokenReply
from xbridge.providers.iamsmart.reply import DIALECT
from xbridge.providers.iamsmart.settings import IamSmartSettings

__all__ = ["AUTHENTICATION", "TokenReply", "callback_code", "exchange_code"]


def callback_code(callback: CallbackParameters, *, step: Literal["login", "form", "signing"]) -> str:
    """Return the one code in ``callback``.  Raises ``UserDeclined``, ``ProviderRejected``, ``CallbackInvalid``."""
    return auth_code.callback_code(DIALECT, callback, step=step)


async def exchange_code(
    settings: IamSmartSettings,
    code: str,
    *,
    now: datetime,
    entropy: Entropy,
    direct: bool = False,
    verifier: str = "",
) -> TokenReply:
    """Return what getToken gives for ``code``; ``direct`` marks one of a direct login V2, ``verifier`` one into an app.

    Raises ``ProviderError``.
    """
    marks: dict[str, object] = {}
    if direct:
        # Text is what the one working client sends (section 6.5).
        marks["isDirectLoginV2"] = "true" if settings.direct_login_mark == "text" else True
    if verifier:
        marks[settings.verifier_field] = verifier
    path = settings.paths.get_token
    return await auth_code.exchange_code(DIALECT, settings, path, code, now=now, entropy=entropy, direct=marks)
