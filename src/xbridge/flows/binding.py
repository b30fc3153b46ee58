"""2 LINK, the second way: Guangdong begins, iAM Smart proves, the two sides match without disclosure, the accounts bind.

The resident is logged in at Guangdong, goes to iAM Smart and comes back (guangdong.md section 9).  What links is
:func:`xbridge.flows.link.join`, as for two logins; here is only what this way asks for beside: the one sealed intent, a
matching of these two accounts in which the document agrees, and names that agree or that a person approved.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from xbridge.consent.giving import Offer
from xbridge.core.effects import Write, append, spend
from xbridge.core.errors import ConfigError, LinkRefused, TamperDetected
from xbridge.core.identity import Identity, LoginHop
from xbridge.core.ids import new_handle, new_record_id
from xbridge.core.language import Language
from xbridge.core.moment import from_seconds
from xbridge.core.ports import Entropy
from xbridge.crypto.canonical import canonical_json
from xbridge.crypto.digest import constant_time_equal
from xbridge.flows.authorisation import binding_service
from xbridge.flows.consent import ConsentOffer
from xbridge.flows.deps import Deps
from xbridge.flows.link import Ground, Link, Settled, join, open_fresh
from xbridge.flows.login import begin_login, finish_login
from xbridge.flows.matching import open_matching
from xbridge.flows.review import find_approval
from xbridge.ledger.entry import build_entry, entry_bytes
from xbridge.linking.binding import PENDING, PROVED, PendingBinding, ProvedBinding, verify_binder
from xbridge.linking.link import MatchedAccounts, verify_pair
from xbridge.linking.matching_proof import MatchingProof
from xbridge.linking.proof import LoginProof
from xbridge.linking.pseudonym import session_ref


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """Both logins of a binding, proved and not yet compared.

    ``id`` is the reference to match under and ``whom`` the person's openID there; ``identity`` is the Hong Kong side as
    it logged in.  ``proof`` is what :meth:`Bridge.bind` believes, until ``expires_at``.
    """

    id: str
    identity: Identity
    whom: str = field(repr=False)
    expires_at: datetime
    proof: str = field(repr=False)


async def begin_binding(
    deps: Deps,
    cn_gd: str,
    *,
    provider: str,
    return_to: str,
    session: str,
    language: Language,
    user_agent: str = "",
    now: datetime,
    entropy: Entropy,
) -> LoginHop:
    """Return where to send the browser, and the sealed intent to keep in the application's session.

    (1) the Guangdong login is ours, fresh, of this session   (2) it may bind: a person's, with a Home Return Permit
    (3) the other side is one of Hong Kong   (4) the login there begins, and the intent ends when the first one is stale

    ``cn_gd`` is the :attr:`Identity.proof`.  Raises ``LinkRefused``, ``TamperDetected``, ``Unsupported``, ``ConfigError``.
    """
    # (1)
    proof = open_fresh(deps, cn_gd, session=session, now=now)
    # (2)
    verify_binder(proof)
    # (3) A catalogue without such an entry has nobody to match with, so the resident is not sent off for nothing.
    binding_service(deps.config, "binding")
    if deps.provider(provider)[0].jurisdiction != "HK":
        raise ConfigError("a binding leads to a provider of Hong Kong")
    # (4)
    hop = await begin_login(
        deps,
        provider,
        return_to=return_to,
        session=session,
        language=language,
        user_agent=user_agent,
        now=now,
        entropy=entropy,
    )
    pending = PendingBinding(
        cn_gd=cn_gd,
        expires_at=proof.authenticated_at + deps.config.limits.link_proof_s,
        id=new_handle(entropy),
        login=hop.pending,
        session_ref=session_ref(deps.pseudonym_key, session=session),
        v=1,
    )
    sealed = deps.binding_sealer.seal(canonical_json(pending), entropy=entropy, context=PENDING)
    return LoginHop(url=hop.url, pending=sealed, expires_at=min(hop.expires_at, from_seconds(pending.expires_at)))


async def finish_binding(
    deps: Deps, sealed: str, *, callback_url: str, session: str, now: datetime, entropy: Entropy
) -> Binding:
    """Return the binding with both sides proved.

    (1) the intent is ours, of this session, alive   (2) the login at iAM Smart, as :func:`finish_login` checks it, once
    (3) the two logins could be linked.  Raises ``LinkRefused``, ``TamperDetected``, and as ``finish_login``.
    """
    # (1)
    try:
        pending = PendingBinding.model_validate_json(deps.binding_sealer.open(sealed, context=PENDING))
    except ValueError as exc:
        raise TamperDetected("binding", reason="malformed") from exc
    _verify_intent(deps, pending, session=session, now=now)
    # (2)
    identity = await finish_login(
        deps, pending.login, callback_url=callback_url, session=session, now=now, entropy=entropy
    )
    # (3) Refused here already, so that nothing is matched for a pair that cannot be linked.
    verify_pair(
        open_fresh(deps, identity.proof, session=session, now=now),
        open_fresh(deps, pending.cn_gd, session=session, now=now),
    )
    proved = ProvedBinding(
        cn_gd=pending.cn_gd,
        expires_at=pending.expires_at,
        hk=identity.proof,
        id=pending.id,
        session_ref=pending.session_ref,
        v=1,
    )
    return Binding(
        id=proved.id,
        identity=identity,
        whom=identity.subject,
        expires_at=from_seconds(proved.expires_at),
        proof=deps.binding_sealer.seal(canonical_json(proved), entropy=entropy, context=PROVED),
    )


async def bind(
    deps: Deps,
    binding: str,
    matching: str,
    *,
    agreed_to: ConsentOffer,
    session: str,
    now: datetime,
    entropy: Entropy,
) -> Link:
    """Link the two accounts of ``binding``, on what ``matching`` said about them, or refuse.

    (1) the intent is ours, of this session, alive   (2) the matching is of this intent, with the party that the
    catalogue names, fresh   (3) all steps of :func:`join`, and among them, before anything is spent:
    (3a) the matching is about this Hong Kong account   (3b) the person had agreed to it, under this very notice
    (3c) the document agrees   (3d) the names agree, or a person approved this pair

    ``binding`` and ``matching`` are the sealed proofs.  Raises as ``join``; ``LinkRefused`` with ``document`` or ``name``
    says nothing about the other side's values, and this side never had them.
    """
    # (1)
    proved = open_proved(deps, binding, session=session, now=now)
    # (2)
    matched = open_matching(deps, matching, expected_reference=proved.id, now=now)
    service, _ = binding_service(deps.config, "binding")
    if matched.peer != service.matching_party:
        raise LinkRefused("matching", "this matching was made with another party than the catalogue names")
    # (3)
    settle = partial(_settle, deps, proved, matched, now=now, entropy=entropy)
    return await join(
        deps,
        proved.hk,
        proved.cn_gd,
        ground=Ground(origin="binding", settle=settle),
        agreed_to=agreed_to,
        session=session,
        now=now,
        entropy=entropy,
    )


async def _settle(
    deps: Deps,
    proved: ProvedBinding,
    matched: MatchingProof,
    hk: LoginProof,
    cn_gd: LoginProof,
    offered: Offer,
    *,
    now: datetime,
    entropy: Entropy,
) -> Settled:
    """Return what the matching adds to the link, or refuse: steps (3a) to (3d) of :func:`bind`."""
    verify_binder(cn_gd)
    # (3a) Otherwise the document of one person at iAM Smart could bind the account of another.
    if not constant_time_equal(matched.whom, hk.subject):
        raise LinkRefused("matching", "this matching was about another account")
    # (3b) What crossed the border before anybody agreed to it, or under another text, makes no link.
    if not constant_time_equal(matched.offer, offered.id):
        raise LinkRefused("authorisation", "this matching was not agreed to under this notice; match again under it")
    until = now + timedelta(seconds=deps.config.limits.link_proof_s + 1)
    markers = ((f"binding/{proved.id}", until), (f"matching/{matched.run}", until))
    # (3c) Where nothing was compared, nothing agrees.
    if matched.document != "agree":
        await _spend_all(markers)
        await _record_refusal(matched, now=now, entropy=entropy)
        raise LinkRefused("document", "the two accounts could not be shown to belong to one person")
    # (3d)
    review_id = ""
    writes: tuple[Write, ...] = ()
    if matched.names != "agree":
        review, use = await find_approval(
            deps, hk, cn_gd, matched.names, matched_at=matched.matched_at, now=now, entropy=entropy
        )
        review_id, writes = review.id, (use,)
    result = MatchedAccounts(document=matched.document, names=matched.names, review=review_id, run=matched.run)
    detail = (("names", matched.names), ("review", review_id), ("run", matched.run))
    return Settled(matched=result, markers=markers, writes=writes, detail=detail)


async def _spend_all(markers: tuple[tuple[str, datetime], ...]) -> None:
    """Use up an intent that ends in a refusal, so that it is recorded once."""
    for marker, until in markers:
        if not await spend(marker, expires_at=until):
            raise LinkRefused("used", "this binding has ended already; start again")


async def _record_refusal(matched: MatchingProof, *, now: datetime, entropy: Entropy) -> None:
    entry = build_entry(
        kind="link.refused",
        now=now,
        entry_id=new_record_id(now, entropy),
        detail={"document": matched.document, "origin": "binding", "run": matched.run},
    )
    await append(entry_bytes(entry))


def open_proved(deps: Deps, binding: str, *, session: str, now: datetime) -> ProvedBinding:
    """Return the intent in ``binding``: ours, both logins proved, of this session, alive.

    Raises ``TamperDetected`` and ``LinkRefused``.
    """
    try:
        proved = ProvedBinding.model_validate_json(deps.binding_sealer.open(binding, context=PROVED))
    except ValueError as exc:
        raise TamperDetected("binding", reason="malformed") from exc
    _verify_intent(deps, proved, session=session, now=now)
    return proved


def _verify_intent(deps: Deps, intent: PendingBinding | ProvedBinding, *, session: str, now: datetime) -> None:
    """Check that the intent is of this session and alive.  Raises ``LinkRefused``."""
    if not constant_time_equal(intent.session_ref, session_ref(deps.pseudonym_key, session=session)):
        raise LinkRefused("session", "this binding was begun in another session; begin again in this one")
    if now.timestamp() >= intent.expires_at:
        raise LinkRefused("stale", "this binding has taken too long; log in at Guangdong again")
