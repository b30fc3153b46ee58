"""The login path: authorize, access_token, tokeninfo, in the ``pscp`` generation (guangdong.md 2.1 to 2.3)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from pydantic import ValidationError

from xbridge.core.effects import send
from xbridge.core.errors import ConfigError, ProviderRejected, UserDeclined, VerificationError
from xbridge.core.http import HTTPReply, HTTPRequest
from xbridge.core.identity import LEVELS, Assurance, Authentication, Jurisdiction, Profile
from xbridge.core.language import Language
from xbridge.core.ports import Entropy
from xbridge.core.provider import CallbackParameters
from xbridge.protocols.identity_document.document import parse_document
from xbridge.protocols.redirect import with_query
from xbridge.providers.guangdong.reply import PROVIDER_ID, Account, broken, parse_account_reply, parse_token_reply
from xbridge.providers.guangdong.settings import GuangdongSettings

SEX = {"1": "M", "2": "F"}
_PASSPORT = re.compile(r"[A-Z0-9]{5,20}", re.ASCII)


class Guangdong:
    """The Guangdong platform as a :class:`~xbridge.core.provider.Provider`."""

    id = PROVIDER_ID
    jurisdiction: Jurisdiction = "CN-GD"

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

    def begin(self, settings: GuangdongSettings, *, return_to: str, state: str, language: Language) -> str:
        """Return the authorize URL (2.1).  Raises ``ConfigError`` for a ``return_to`` that is not registered."""
        if return_to not in settings.redirect_uris:
            raise ConfigError("return_to is not among [providers.guangdong] redirect_uris; the match is exact")
        query = {
            "service": settings.service,
            "response_type": "code",
            "client_id": settings.client_id,
            "scope": settings.scope,
            "redirect_uri": _redirect_uri(settings, return_to, state),
        }
        if settings.state_mode in ("param", "both"):
            query["state"] = state
        return f"{settings.endpoint('authorize')}?{urlencode(query)}"

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

        (1) an error in the callback   (2) exactly one code   (3) access_token   (4) tokeninfo   (5) user type and level
        """
        # (1) No error redirect of this platform is known; one that comes all the same is believed (2.1, UNKNOWN).
        for name in ("error", "errcode"):
            if (code := callback.optional(name)) not in (None, "", "0"):
                if code == "access_denied":
                    raise UserDeclined("login", "the person cancelled on the Guangdong platform", provider_code=code)
                raise ProviderRejected(PROVIDER_ID, "login failed", provider_code="callback", step="authorize")
        # (2)
        code = callback.required("code")
        # (3) The secret in the query is the platform's design; the driver never logs a URL.
        query = {
            "client_id": settings.client_id,
            "client_secret": settings.client_secret.get_secret_value(),
            "code": code,
            "scope": settings.scope,
            "redirect_uri": _redirect_uri(settings, return_to, state),
            "grant_type": "authorization_code",
        }
        token = parse_token_reply(await _get(settings, "access_token", query))
        # (4)
        account = parse_account_reply(await _get(settings, "tokeninfo", {"access_token": token}))
        # (5) Before anything else happens with this account.
        _verify_account(settings, account)
        return Authentication(
            subject=account.useridcode,
            assurance=Assurance(source=account.level, level=account.level),
            profile=_profile(settings, account),
            # Only the platform's own word makes it a person's account (2.3).
            holder="person" if account.usertype == "1" else "organisation",
        )


async def _get(settings: GuangdongSettings, endpoint: str, query: Mapping[str, str]) -> HTTPReply:
    request = HTTPRequest(
        method="GET",
        url=f"{settings.endpoint(endpoint)}?{urlencode(query)}",
        timeout_s=settings.timeout_s,
        label=endpoint,
    )
    return await send(PROVIDER_ID, request)


def _redirect_uri(settings: GuangdongSettings, return_to: str, state: str) -> str:
    """Return the redirect URI as sent: both steps must carry the same text."""
    return return_to if settings.state_mode == "param" else with_query(return_to, state=state)


def _verify_account(settings: GuangdongSettings, account: Account) -> None:
    """Check user type and level.  Raises ``VerificationError``."""
    if settings.require_usertype not in ("any", account.usertype):
        raise VerificationError(
            "usertype", reason="mismatch", message="this service does not serve this kind of account"
        )
    if LEVELS.index(account.level) < LEVELS.index(settings.min_level):
        raise VerificationError(
            "assurance",
            reason="too_low",
            message=f"the account's level is below {settings.min_level}; the person can raise it in the account centre",
        )


def _profile(settings: GuangdongSettings, account: Account) -> Profile:
    """Return the profile; a document whose number does not fit its own rules breaks the protocol."""
    kind = settings.idcardtype_map.get(account.idcardtype)
    documents: tuple[tuple[str, str], ...] = ()
    if kind is not None and account.idcardnumber:
        documents = (_document(kind, account.idcardnumber),)
    return Profile(name=account.name, gender=SEX.get(account.sex, ""), documents=documents)


def _document(kind: str, number: str) -> tuple[str, str]:
    """Return the kind and the number in normal form.  Raises ``ProtocolError``."""
    if kind == "passport":
        # Every country numbers its own, so there is a form to check and no check character.
        if not _PASSPORT.fullmatch(number):
            raise broken("tokeninfo", "document")
        return kind, number
    # A residence permit shares code 10 and the format of a resident identity number; its area code tells (4.3).
    if kind == "resident_id" and number[:6] in ("810000", "820000", "830000"):
        kind = "residence_permit"
    try:
        return kind, parse_document(kind, number).number
    except VerificationError as exc:
        raise broken("tokeninfo", "document") from exc
