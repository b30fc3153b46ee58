"""The login path: authorize, access_token, tokeninfo, in three generations of one contract (guangdong.md 2.1 to 2.5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from pydantic import SecretStr, ValidationError

from xbridge.core.callback import CallbackParameters
from xbridge.core.carriage import StateCarriage
from xbridge.core.effects import read_clock, send
from xbridge.core.errors import ConfigError, ProviderRejected, UserDeclined, VerificationError
from xbridge.core.http import HTTPRequest
from xbridge.core.identity import Authentication, Jurisdiction
from xbridge.core.language import Language
from xbridge.core.ports import Entropy
from xbridge.providers.guangdong.account import GuangdongAccount
from xbridge.providers.guangdong.account_reply import parse_account_reply
from xbridge.providers.guangdong.gateway import GatewayFace
from xbridge.providers.guangdong.national import NationalFace
from xbridge.providers.guangdong.profile import profile_of
from xbridge.providers.guangdong.redirect_uri import redirect_uri, state_carriage
from xbridge.providers.guangdong.reply import PROVIDER_ID
from xbridge.providers.guangdong.requirement import verify_account
from xbridge.providers.guangdong.settings import GuangdongSettings
from xbridge.providers.guangdong.signdata import SigndataVerifier, check_verifier, verify_signdata
from xbridge.providers.guangdong.token import Token, fetch_token


class Guangdong(GatewayFace, NationalFace):
    """The Guangdong platform as a :class:`~xbridge.core.provider.Provider`."""

    id = PROVIDER_ID
    jurisdiction: Jurisdiction = "CN-GD"
    _signdata_verifier: SigndataVerifier | None = None

    def __init__(self, *, signdata_verifier: SigndataVerifier | None = None) -> None:
        """``signdata_verifier`` judges each account's ``signdata``; give such an object to ``Bridge(providers=[…])``.

        Raises ``ConfigError`` for an ``async def``.
        """
        if signdata_verifier is not None:
            self._signdata_verifier = check_verifier(signdata_verifier)

    def read_settings(self, section: Mapping[str, Any]) -> GuangdongSettings:
        """Return the checked settings.  Raises ``ConfigError``."""
        try:
            return GuangdongSettings.model_validate(section)
        except ValidationError as exc:
            problem = exc.errors(include_input=False, include_url=False, include_context=False)[0]
            where = ".".join(map(str, problem["loc"]))
            raise ConfigError(f"[providers.guangdong] {where}: {problem['msg']}") from exc

    def issuer(self, settings: GuangdongSettings) -> str:
        """Return the configured issuer, by default the base URL."""
        return settings.issuer or settings.base_url

    def state_carriage(self, settings: GuangdongSettings) -> StateCarriage:
        """Return how a callback carries our state, because the platform has none of its own (2.1)."""
        return state_carriage(settings)

    def begin(self, settings: GuangdongSettings, *, return_to: str, state: str, language: Language) -> str:
        """Return the authorize URL (2.1).  Raises ``ConfigError`` for a ``return_to`` that is not registered."""
        if return_to not in settings.redirect_uris:
            raise ConfigError("return_to is not among [providers.guangdong] redirect_uris; the match is exact")
        query = {
            **({"service": settings.service} if settings.service else {}),
            "response_type": "code",
            "client_id": settings.client_id,
            "scope": settings.scope,
            "redirect_uri": redirect_uri(settings, return_to, state),
        }
        if settings.state_mode in ("param", "both"):
            query["state"] = state
        url = f"{settings.endpoint('authorize')}?{urlencode(query)}"
        if settings.begin_at == "login_page":
            # The first generation's own page, which goes on to authorize (1, VERIFIED).
            return f"{settings.base_url}{settings.paths.login_page}?{urlencode({'gotoUrl': url})}"
        return url

    async def finish(
        self,
        settings: GuangdongSettings,
        callback: CallbackParameters,
        *,
        return_to: str,
        state: str,
        now: datetime,
        entropy: Entropy,
    ) -> Authentication:
        """Exchange the code and fetch the account, back to back because the token lives about a minute.

        (1) an error in the callback   (2) exactly one code   (3) access_token   (4) tokeninfo, while the token lives
        (5) what the service demands of the account
        """
        # (1)
        _raise_for_error(callback)
        # (2)
        code = SecretStr(callback.required("code"))
        # (3)
        token = await fetch_token(settings, code, redirect_uri(settings, return_to, state))
        # (4)
        life = _Life(ends=now + timedelta(seconds=token.lifetime_s))
        account = await _fetch_account(settings, token, life, self._signdata_verifier)
        # (5) Before anything else happens with this account.
        assurance = verify_account(settings, account, now=now)
        return Authentication(
            subject=account.useridcode,
            assurance=assurance,
            profile=profile_of(settings, account),
            # Only the platform's own word makes it a person's account, and whoever acts for a company is not alone in
            # holding theirs: the company gave it and may take it away (2.3).
            holder="person" if account.kind == "person" and not account.is_sub_account else "organisation",
            account=account,
        )

    def logout_url(self, settings: GuangdongSettings, *, return_to: str) -> str:
        """Return where the browser ends the platform's session (2.5, VERIFIED); end your own first.

        Raises ``ConfigError`` for a ``return_to`` that is not among ``logout_uris``.
        """
        if return_to not in settings.logout_uris:
            raise ConfigError("return_to is not among [providers.guangdong] logout_uris; the match is exact")
        return f"{settings.base_url}{settings.paths.logout}?{urlencode({'redirect_uri': return_to})}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Life:
    """Until when a token lives, counted from before it was asked for: what took time on the way is on our side."""

    ends: datetime

    async def left_s(self) -> float:
        """Return how many seconds are left.  Raises ``VerificationError`` where none are."""
        left = (self.ends - await read_clock()).total_seconds()
        if left <= 0:
            raise VerificationError(
                "access_token",
                reason="expired",
                message="the platform answered too slowly for its own token; the person logs in again",
            )
        return left


async def _fetch_account(
    settings: GuangdongSettings, token: Token, life: _Life, verifier: SigndataVerifier | None
) -> GuangdongAccount:
    """Return the account behind ``token``.  Raises ``ProviderError`` and ``VerificationError``."""
    request = build_account_request(settings, token, timeout_s=min(settings.timeout_s, await life.left_s()))
    reply = await send(PROVIDER_ID, request)
    account = parse_account_reply(reply, hidden=(token.secret,))
    # A token that was dead when the answer came says nothing about who is at the browser now.
    await life.left_s()
    verify_signdata(verifier, account.signdata, reply.content)
    return account


def build_account_request(settings: GuangdongSettings, token: Token, *, timeout_s: float) -> HTTPRequest:
    """Return the request for the account; the token goes in the query by the platform's design (2.3)."""
    query = urlencode({"access_token": token.secret.get_secret_value()})
    return HTTPRequest(
        method="GET", url=f"{settings.endpoint('tokeninfo')}?{query}", timeout_s=timeout_s, label="tokeninfo"
    )


def _raise_for_error(callback: CallbackParameters) -> None:
    """Raise what a callback says went wrong.

    No error redirect of this platform is known; one that comes all the same is believed (2.1, UNKNOWN).
    """
    for name in ("error", "errcode"):
        if (code := callback.optional(name)) not in (None, "", "0"):
            if code == "access_denied":
                raise UserDeclined("login", "the person cancelled on the Guangdong platform", provider_code=code)
            raise ProviderRejected(PROVIDER_ID, "login failed", provider_code="callback", step="authorize")
