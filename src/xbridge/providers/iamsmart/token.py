"""getToken: from an authorisation code to the tokenised ID and the token for later calls (iamsmart.md section 6.5)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from xbridge.core.errors import UserDeclined
from xbridge.core.identity import Access
from xbridge.core.ports import Entropy
from xbridge.core.provider import CallbackParameters
from xbridge.providers.iamsmart.call import ABSOLUTE_FROM_MS, call
from xbridge.providers.iamsmart.reply import CODE, DECLINED, SUCCESS, broken, raise_for_code
from xbridge.providers.iamsmart.settings import IamSmartSettings

AUTHENTICATION = "eidapi_auth"


class TokenReply(BaseModel):
    """getToken's content (section 6.5).  ``openID`` is opaque: stored and sent back byte for byte, never decoded."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore", hide_input_in_errors=True)

    accessToken: str = Field(min_length=1, max_length=512, repr=False)  # noqa: N815
    openID: str = Field(min_length=1, max_length=256, repr=False)  # noqa: N815
    userType: str = Field(max_length=32)  # noqa: N815
    scope: str = Field(max_length=1024)
    issueAt: int  # noqa: N815
    expiresIn: int  # noqa: N815
    lastModifiedDate: int  # noqa: N815

    def access(self) -> Access:
        """Return the token for later calls, with its end.  Raises ``ProtocolError`` for a time that is none."""
        expires_ms = self.expiresIn if self.expiresIn > ABSOLUTE_FROM_MS else self.issueAt + self.expiresIn
        try:
            return Access(token=self.accessToken, expires_at=datetime.fromtimestamp(expires_ms / 1000, UTC))
        except (ValueError, OverflowError, OSError) as exc:
            raise broken("getToken", "shape") from exc


def callback_code(callback: CallbackParameters, *, step: Literal["login", "form"]) -> str:
    """Return the one code in ``callback``.  Raises ``UserDeclined``, ``ProviderRejected``, ``CallbackInvalid``.

    The prose promises only the state on refusal, samples show an error code (section 6.1): both are handled.
    """
    error_code = callback.optional("error_code")
    if error_code is not None:
        if error_code in DECLINED:
            raise UserDeclined(step, "the person cancelled or refused in iAM Smart", provider_code=error_code)
        # Anybody can write a callback, so a text that is no code is not passed on.
        known_form = error_code if CODE.fullmatch(error_code) and error_code != SUCCESS else "unreadable"
        raise_for_code(known_form, step=step)
    # The code is opaque; it goes out exactly as it was decoded once.
    return callback.required("code")


async def exchange_code(
    settings: IamSmartSettings, code: str, *, now: datetime, entropy: Entropy, direct: bool = False
) -> TokenReply:
    """Return what getToken gives for ``code``; ``direct`` marks one of a direct login V2.

    Raises ``ProviderError``; ``ProtocolError("scope")`` when the reply does not prove an authentication.
    """
    parameters: Mapping[str, object] = {"code": code, "grantType": "authorization_code"}
    if direct:
        # Text, as the one working client sends it (section 6.5).
        parameters = {**parameters, "isDirectLoginV2": "true"}
    content = await call(settings, settings.paths.get_token, parameters, step="getToken", now=now, entropy=entropy)
    try:
        token = TokenReply.model_validate(content)
    except ValidationError as exc:
        raise broken("getToken", "shape") from exc
    # Without the authentication scope the reply does not prove a login.
    if AUTHENTICATION not in token.scope.split():
        raise broken("getToken", "scope")
    return token
