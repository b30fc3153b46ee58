"""1 LOGIN: from a browser hop to a proved identity.

``begin_login`` asks for nothing from the world.  ``finish_login`` believes nothing until the callback is shown to belong
to a login that this session started, once (lessons.md B1, B2, A6).
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal

from xbridge.core.assurance import reaches
from xbridge.core.decision import Record
from xbridge.core.effects import spend
from xbridge.core.errors import CallbackInvalid, ConfigError, TamperDetected
from xbridge.core.identity import Authentication, Identity, LoginHop
from xbridge.core.ids import new_handle
from xbridge.core.language import Language
from xbridge.core.ports import Entropy
from xbridge.core.provider import AppLoginProvider, BrowserAware, Provider, lacking
from xbridge.core.request import AppPlatform
from xbridge.crypto.canonical import canonical_json
from xbridge.crypto.digest import constant_time_equal
from xbridge.flows.carriage import carriage_of, replace_waiting, take_waiting, verify_callback
from xbridge.flows.deps import Deps
from xbridge.linking.document_ref import PERMIT, document_ref
from xbridge.linking.proof import LoginProof, seal_proof
from xbridge.linking.pseudonym import session_ref, subject_ref
from xbridge.protocols.redirect import parse_callback

_DATE = re.compile(r"[0-9]{4}(?:[0-9]{2}){0,2}", re.ASCII)
OLDEST_BIRTH_YEAR = 1900
"""A year before this is a placeholder, and a placeholder proves no age."""


class PendingLogin(Record):
    """A login under way, as sealed for the application.  Times are seconds since 1970."""

    expires_at: int
    id: str
    issuer: str
    provider: str
    return_to: str
    session_ref: str
    state: str
    v: Literal[1]


async def begin_login(
    deps: Deps,
    provider_id: str,
    *,
    return_to: str,
    session: str,
    language: Language,
    now: datetime,
    entropy: Entropy,
    user_agent: str = "",
    app: AppPlatform | None = None,
) -> LoginHop:
    """Return where to send the browser and the sealed login to keep in the application's session.

    A login whose callback will carry no state ends the one that the session had before: there is one at a time.  Raises
    ``Unsupported``, and ``ConfigError`` for a ``return_to`` that is not registered or an empty ``session``.
    """
    # An application without sessions would hand every login to everybody.
    if not session.strip():
        raise ConfigError("session must be the id of the browser's own session; an empty one would bind nothing")
    provider, settings = deps.provider(provider_id)
    carriage = carriage_of(provider, settings)
    state = new_handle(entropy)
    expires_at = now + timedelta(
        seconds=min(deps.config.limits.login_s, carriage.max_login_s or deps.config.limits.login_s)
    )
    pending = PendingLogin(
        expires_at=int(expires_at.timestamp()),
        id=new_handle(entropy),
        issuer=provider.issuer(settings),
        provider=provider_id,
        return_to=return_to,
        session_ref=session_ref(deps.pseudonym_key, session=session),
        state=state,
        v=1,
    )
    if app is not None:
        if not isinstance(provider, AppLoginProvider):
            raise lacking(provider, "a login from an app")
        url = provider.begin_app(settings, platform=app, return_to=return_to, state=state)
    elif user_agent and isinstance(provider, BrowserAware):
        url = provider.begin_in(settings, return_to=return_to, state=state, language=language, user_agent=user_agent)
    else:
        url = provider.begin(settings, return_to=return_to, state=state, language=language)
    if carriage.where == "session":
        await replace_waiting(pending.session_ref, pending.id, expires_at=expires_at)
    sealed = deps.login_sealer.seal(canonical_json(pending), entropy=entropy)
    return LoginHop(url=url, pending=sealed, expires_at=expires_at)


async def finish_login(
    deps: Deps, sealed: str, *, callback_url: str, session: str, now: datetime, entropy: Entropy
) -> Identity:
    """Return who logged in.

    (1) the sealed login is ours and alive   (2) it was started in this session   (3) its provider is still the one that
    it was started with   (4) the callback is where we sent it and carries our state, or comes in the session's only
    login without one   (5) first use   (6) the provider's own protocol   (7) the identity, with its sealed proof

    Raises ``CallbackInvalid``, ``UserDeclined``, ``ProviderError``, ``VerificationError``, ``Unsupported``.
    """
    # (1)
    pending = _open_pending(deps, sealed)
    if now.timestamp() >= pending.expires_at:
        raise CallbackInvalid("login", reason="expired")
    # (2) Without this, an attacker's code and state would log the victim in as the attacker.
    ours = session_ref(deps.pseudonym_key, session=session)
    if not constant_time_equal(ours, pending.session_ref):
        raise CallbackInvalid("session", reason="mismatch")
    # (3)
    provider, settings = deps.provider(pending.provider)
    if provider.issuer(settings) != pending.issuer:
        raise CallbackInvalid("issuer", reason="mismatch")
    # (4)
    carriage = carriage_of(provider, settings)
    callback = verify_callback(parse_callback(callback_url), carriage, return_to=pending.return_to, state=pending.state)
    if carriage.where == "session":
        await take_waiting(pending.session_ref, pending.id)
    # (5) Spent before the code is used, so that two at once cannot both try it.
    expires_at = now + timedelta(seconds=deps.config.limits.login_s)
    if not await spend(f"login/{pending.id}", expires_at=expires_at):
        raise CallbackInvalid("login", reason="replayed")
    # (6)
    found = await provider.finish(
        settings, callback, return_to=pending.return_to, state=pending.state, now=now, entropy=entropy
    )
    # (7) Nothing ties the code of such a login to this browser, and linking must know that.
    if carriage.where == "session":
        found = replace(found, started_by="relying_party_stateless")
    return identity_of(
        deps,
        provider,
        found,
        issuer=pending.issuer,
        login_id=pending.id,
        session_ref=pending.session_ref,
        now=now,
        entropy=entropy,
    )


def identity_of(
    deps: Deps,
    provider: Provider,
    found: Authentication,
    *,
    issuer: str,
    login_id: str,
    session_ref: str,
    now: datetime,
    entropy: Entropy,
) -> Identity:
    """Return what the application keeps of ``found``, with the sealed proof that later calls believe."""
    reference = subject_ref(deps.pseudonym_key, issuer=issuer, subject=found.subject)
    proof = LoginProof(
        access_expires_at=int(found.access.expires_at.timestamp()) if found.access else 0,
        access_token=found.access.token if found.access else "",
        assurance=found.assurance.level,
        assurance_source=found.assurance.source,
        authenticated_at=int(now.timestamp()),
        # A document that nobody compared with a register is the person's word, and no permit to link with.
        document_kinds=tuple(sorted(kind for kind, _ in found.profile.documents))
        if reaches(found.assurance.level, "L1")
        else (),
        holder=found.holder,
        id=login_id,
        issuer=issuer,
        jurisdiction=provider.jurisdiction,
        permit_ref=document_ref(deps.pseudonym_key, kind=PERMIT, number=found.profile.document(PERMIT) or ""),
        provider=provider.id,
        session_ref=session_ref,
        started_by=found.started_by,
        subject=found.subject,
        subject_ref=reference,
        under_14=_under_14(found.profile.birth_date, now),
        v=1,
    )
    return Identity(
        provider=provider.id,
        jurisdiction=provider.jurisdiction,
        subject=found.subject,
        subject_ref=reference,
        assurance=found.assurance,
        profile=found.profile,
        holder=found.holder,
        started_by=found.started_by,
        authenticated_at=now,
        proof=seal_proof(proof, deps.proof_sealer, entropy=entropy),
        account=found.account,
    )


def _open_pending(deps: Deps, sealed: str) -> PendingLogin:
    try:
        return PendingLogin.model_validate_json(deps.login_sealer.open(sealed))
    except (TamperDetected, ValueError) as exc:
        raise CallbackInvalid("login", reason="malformed") from exc


def _under_14(birth_date: str, now: datetime) -> Literal["yes", "no", "unknown"]:
    """Return whether the person is under 14 (PIPL article 31); a partial date decides only where its year is enough.

    ``birth_date`` is YYYYMMDD or its beginning; ``00`` stands for a month or day that nobody knows.
    """
    if not _DATE.fullmatch(birth_date):
        return "unknown"
    year, complete = int(birth_date[:4]), len(birth_date) == 8 and "00" not in (birth_date[4:6], birth_date[6:])
    if not OLDEST_BIRTH_YEAR <= year <= now.year:
        return "unknown"
    if complete:
        return "yes" if int(birth_date) + 14_0000 > int(now.strftime("%Y%m%d")) else "no"
    age_this_year = now.year - year
    if age_this_year > 14:
        return "no"
    return "yes" if age_this_year < 14 else "unknown"
