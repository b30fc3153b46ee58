"""``/pscp/sso/static/manage/realname?key=realname``: a person raises the level of their account, or proves it again.

The address is VERIFIED; the ladder is that of dossier 3: name and number matched for L1, a face for L2, a certificate or a
counter for L3. The mock's face check is a button. What is proved here shows in the next tokeninfo, with its time.
"""

from __future__ import annotations

import unicodedata

from werkzeug.wrappers import Response

from xbridge_mocks.guangdong.account_book import LEVEL_OF
from xbridge_mocks.guangdong.centre import entered, held, way_rows
from xbridge_mocks.guangdong.display_name import display_name
from xbridge_mocks.guangdong.platform import Platform
from xbridge_mocks.guangdong.route import INFO
from xbridge_mocks.guangdong.session import SignedIn
from xbridge_mocks.guangdong.setting import Kind
from xbridge_mocks.guangdong.visit import Visit
from xbridge_mocks.guangdong.wording import WORDING
from xbridge_mocks.page import negotiate, render
from xbridge_mocks.persona import GuangdongAccount, Persona

_FACE_FAILS = "face-fails"


def realname(platform: Platform, visit: Visit) -> Response:
    """Show the ladder (GET) or take one proof (POST).  Raises Refused.

    (1) key   (2) the person is signed in   (3) the form belongs to this browser and session   (4) the proof
    """
    # (1) The one word seen in this address.
    key = visit.optional(visit.request.args, "key")
    visit.require("key", key in (None, "realname"), Kind.REQUEST, "key not realname")
    # (2) A form to sign in with stands on the page itself, and its press leads back here.
    who, answer = entered(platform, visit)
    if who is None:
        return answer
    if visit.request.method != "POST":
        return _page(platform, visit, who)
    # (3) and (4)
    platform.require_form(visit, "realname", who.token_id)
    return _prove(platform, visit, who)


def _prove(platform: Platform, visit: Visit, who: SignedIn) -> Response:
    """Take one proof and show the ladder again: a proof that fails changes nothing and says so."""
    person, account = held(platform, visit, who)
    method = visit.single(visit.request.form, "method")
    if method == "match" and not _matches(visit, person, account):
        return _failed(platform, visit, who, "proof_differs")
    if method == _FACE_FAILS and "face" in platform.accounts.may_prove(person.key):
        return _failed(platform, visit, who, "proof_no_face")
    try:
        platform.accounts.prove(person.key, method)
    except ValueError:
        visit.refuse("method", Kind.REQUEST, "proof unknown or not open to this account")
    visit.passed("proof", method)
    return _page(platform, visit, who, proved=method)


def _failed(platform: Platform, visit: Visit, who: SignedIn, problem: str) -> Response:
    visit.failed("proof", problem)
    visit.refused = Kind.LOGIN
    return _page(platform, visit, who, problem=problem)


def _matches(visit: Visit, person: Persona, account: GuangdongAccount) -> bool:
    """Say whether the typed name and number are those on record, in any of the spellings the person has."""
    name = _folded(visit.optional(visit.request.form, "name") or "")
    number = _folded(visit.optional(visit.request.form, "number") or "")
    names = {_folded(each) for each in (person.name_zh_hant, person.name_zh_hans, person.name_en) if each}
    return name in names and number == _folded(account.idcardnumber)


def _folded(text: str) -> str:
    """Return ``text`` without blanks and punctuation, in one width and case."""
    return "".join(each for each in unicodedata.normalize("NFKC", text).upper() if each.isalnum())


def _page(platform: Platform, visit: Visit, who: SignedIn, *, proved: str = "", problem: str = "") -> Response:
    lang, device = negotiate(visit.request), platform.device(visit)
    # Read again: the proof has changed it.
    person, account = held(platform, visit, who)
    response = render(
        "guangdong/realname.html",
        lang,
        request=visit.request,
        status=403 if problem else 200,
        catalogue=WORDING,
        name=display_name(person, lang),
        account=account,
        ways=way_rows(account),
        open_methods=platform.accounts.may_prove(person.key),
        level_of=LEVEL_OF,
        proved=proved,
        problem=problem,
        form_mark=platform.guard.mark(device, "realname", who.token_id),
        info_path=INFO,
    )
    return platform.keep_device(visit, response, device)
