"""Calls through the national data-sharing gateway, under a province's registration (guangdong.md section 7)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from xbridge.core.effects import send
from xbridge.core.errors import Unsupported
from xbridge.core.http import HTTPRequest
from xbridge.core.ports import Entropy
from xbridge.protocols.national_gateway import IDENTIFIER, build_address, build_content, parse_reply, sign_request
from xbridge.providers.guangdong.reply import PROVIDER_ID

if TYPE_CHECKING:
    from xbridge.providers.guangdong.settings import GuangdongSettings

STEP = "call_national"


class NationalSettings(BaseModel):
    """``[providers.guangdong.national]``: one registration at the national gateway.

    ``base_url`` has no default because no address is known.  What ``sid`` and ``rid`` stand for is UNKNOWN; both are
    signed.  ``sid`` is that of every call which names none of its own; ``rid`` left empty is fresh for each call.
    """

    # An error never quotes its input, also where a traceback shows it: the input holds a secret.
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    base_url: str
    app_secret: SecretStr = Field(min_length=8, max_length=512)
    sid: str = Field(pattern=IDENTIFIER)
    rid: str = Field(default="", pattern=rf"^$|{IDENTIFIER}")
    timeout_s: float = Field(default=10.0, gt=0, le=60)


class NationalFace:
    """The part of :class:`~xbridge.providers.guangdong.login.Guangdong` that is a ``NationalCaller``."""

    async def call_national(
        self,
        settings: GuangdongSettings,
        path: str,
        *,
        body: Mapping[str, object],
        sid: str,
        now: datetime,
        entropy: Entropy,
    ) -> object:
        """Return what the national service at ``path`` answered.

        Sent once: whether a call may be repeated is for who knows what it does.  Raises ``ConfigError``,
        ``Unsupported``, ``ProviderError``.
        """
        national = settings.national
        if national is None:
            raise Unsupported("no national gateway is configured: add the table [providers.guangdong.national]")
        signed = sign_request(
            national.app_secret.get_secret_value(),
            sid=sid or national.sid,
            rid=national.rid or entropy(16).hex(),
            now=now,
        )
        request = HTTPRequest(
            method="POST",
            url=build_address(national.base_url, path),
            headers=(("Content-Type", "application/json"), *signed),
            content=build_content(body),
            timeout_s=national.timeout_s,
            label=STEP,
        )
        return parse_reply(await send(PROVIDER_ID, request), provider_id=PROVIDER_ID, step=STEP)
