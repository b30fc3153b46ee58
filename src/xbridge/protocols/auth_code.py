"""iAM Smart's authorisation code: out of the callback, and into a token (iamsmart.md sections 6.4 and 6.5).

Both providers that begin at iAM Smart's QR page need it, so it stands here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from xbridge.core.callback import CallbackParameters
from xbridge.core.identity import Access
from xbridge.core.ports import Entropy
from xbridge.protocols.dialect import Dialect
from xbridge.protocols.enveloped_call import ABSOLUTE_FROM_MS, call
from xbridge.protocols.enveloped_reply import CODE, broken, raise_for_code
from xbridge.protocols.registration import Registration

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

    @model_validator(mode="after")
    def _ends(self) -> TokenReply:
        """Refuse a time that no calendar has, here, so that :meth:`access` cannot fail."""
        try:
            self.access()
        except (OverflowError, OSError) as exc:
            raise ValueError("no such time") from exc
        return self

    def access(self) -> Access:
        """Return the token for later calls, with its end."""
        expires_ms = self.expiresIn if self.expiresIn > ABSOLUTE_FROM_MS else self.issueAt + self.expiresIn
        return Access(token=self.accessToken, expires_at=datetime.fromtimestamp(expires_ms / 1000, UTC))


def callback_code(dialect: Dialect, callback: CallbackParameters, *, step: str) -> str:
    """Return the one code in ``callback``.  Raises ``UserDeclined``, ``ProviderRejected``, ``CallbackInvalid``.

    The prose promises only the state on refusal, samples show an error code (section 6.1): both are handled.
    """
    error_code = callback.optional("error_code")
    if error_code is not None:
        # Anybody can write a callback, so a text that is no code is not passed on.
        known_form = CODE.fullmatch(error_code) and error_code != dialect.success
        raise_for_code(dialect, error_code if known_form else "unreadable", step=step)
    # The code is opaque; it goes out exactly as it was decoded once.
    return callback.required("code")


async def exchange_code(
    dialect: Dialect,
    registration: Registration,
    path: str,
    code: str,
    *,
    now: datetime,
    entropy: Entropy,
    direct: Mapping[str, object] | None = None,
) -> TokenReply:
    """Return what getToken gives for ``code``; ``direct`` are the further parameters of a direct login V2.

    Raises ``ProviderError``; ``ProtocolError("scope")`` when the reply does not prove an authentication.
    """
    parameters = {"code": code, "grantType": "authorization_code", **(direct or {})}
    content = await call(dialect, registration, path, parameters, step="getToken", now=now, entropy=entropy)
    try:
        token = TokenReply.model_validate(content)
    except ValidationError as exc:
        raise broken(dialect, "getToken", "shape") from exc
    # Without the authentication scope the reply does not prove a login.
    if AUTHENTICATION not in token.scope.split():
        raise broken(dialect, "getToken", "scope")
    return token
