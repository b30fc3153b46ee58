"""``GET B/oauth2/tokeninfo``: a service learns who logged in (dossier 2.3).

Returns the account in the platform's shape, or in one of the shapes clients have seen in its place. ``signdata`` is
128 random bytes: what the real one signs, with which key and algorithm, is UNKNOWN, so nothing can be verified by it.
"""

from __future__ import annotations

import base64
import json

from werkzeug.wrappers import Response

from xbridge_mocks.guangdong.account import AccountDocument, JSONObject, beijing_text
from xbridge_mocks.guangdong.platform import Platform
from xbridge_mocks.guangdong.reply import answer
from xbridge_mocks.guangdong.route import AM
from xbridge_mocks.guangdong.session import SignedIn
from xbridge_mocks.guangdong.setting import Kind
from xbridge_mocks.guangdong.vault import GrantRefused
from xbridge_mocks.guangdong.visit import Visit
from xbridge_mocks.persona import Persona

_CAMEL_CASE = {
    "useridcode": "userIdCode",
    "idcardnumber": "idCardNumber",
    "telephonenumber": "telephoneNumber",
    "createtime": "createTime",
    "extproperties": "extProperties",
}
_SIGNDATA_BYTES = 128
_LEVEL = "creditable_level_of_account"
_WAYS = "creditable_level_of_account_way"


def tokeninfo(platform: Platform, visit: Visit) -> Response:
    """Answer one tokeninfo request in the platform's shape, refusals included."""
    return answer(platform, visit, lambda: _account(platform, visit), key_member="useridcode", kind=Kind.TOKEN)


def _account(platform: Platform, visit: Visit) -> JSONObject:
    """Return the reply for the person behind the token.  Raises Refused."""
    return _reshaped(platform, visit, *_who(platform, visit))


def _who(platform: Platform, visit: Visit) -> tuple[Persona, SignedIn]:
    """Check the request and return the person behind the token, and the session.  Raises Refused.

    (1) method   (2) token
    """
    # (1) The one parameter stands in the query of a GET.
    visit.require("method", visit.request.method == "GET", Kind.METHOD, "method not allowed")
    # (2) Unknown, revoked and expired are one refusal to the caller; the journal tells them apart.
    try:
        token = visit.single(visit.request.args, "access_token")
        grant = platform.vault.lookup(token, generation=platform.accepted_generation(visit))
    except GrantRefused as refused:
        visit.refuse("access_token", Kind.TOKEN, refused.reason)
    visit.passed("access_token")
    swapped = platform.plays(visit, "swapped_user")
    # Read now, not when the code was issued: a level raised in between shows.
    people = (person for person in platform.account_holders() if (person.key == grant.who.persona) is not swapped)
    return next(people), grant.who


def _reshaped(platform: Platform, visit: Visit, person: Persona, who: SignedIn) -> JSONObject:
    """Return the reply for ``person``, in the odd shape an armed fault asks for: contents first, then containers."""
    # The first generation's session ids name the node that keeps them (dossier 2.3).
    token_id = who.token_id + ("@node1" if visit.generation is AM else "")
    account = AccountDocument.of(
        person, script=platform.settings.name_script, account_type=who.account_type, token_id=token_id
    )
    user = account.user
    _spoil_level(platform, visit, user, account.levels)
    _spoil_key(platform, visit, user)
    _spoil_texts(platform, visit, user, account.levels)
    if platform.plays(visit, "camel_case_keys"):
        user = {_CAMEL_CASE.get(name, name): value for name, value in user.items()} | {"orgInfo": ""}
    as_text = platform.plays(visit, "userobj_as_text")
    document: JSONObject = {
        "signdata": base64.b64encode(platform.random.bytes(_SIGNDATA_BYTES)).decode("ascii"),
        "userobj": json.dumps(user, ensure_ascii=False, separators=(",", ":")) if as_text else user,
        "pareobj": account.parent,
        "user_creditable_level": account.levels,
    }
    _spoil_parent(platform, visit, document)
    if platform.plays(visit, "way_list_missing"):
        del document["user_creditable_level"]
    if platform.plays(visit, "wrapper_document"):
        stamp = beijing_text(platform.clock.now())
        document = {"biz_content": document, "time_stamp": stamp, "version": "1.0", "sign": ""}
    return document


def _spoil_key(platform: Platform, visit: Visit, user: JSONObject) -> None:
    """Take away or break the account key, if asked."""
    if platform.plays(visit, "malformed_useridcode"):
        user["useridcode"] = "not-a-key"
    if platform.plays(visit, "missing_useridcode"):
        del user["useridcode"]


def _spoil_texts(platform: Platform, visit: Visit, user: JSONObject, levels: JSONObject) -> None:
    """Take away or break the lists that describe the account, if asked."""
    if platform.plays(visit, "legal_person"):
        user["usertype"] = "2"
    if platform.plays(visit, "way_text_malformed"):
        user[_WAYS] = levels[_WAYS] = "L9@@||@||nonsense"
    if platform.plays(visit, "way_list_malformed"):
        levels[f"{_WAYS}_list"] = ["L2", {"identity_level": "L2", "way_code": "YSS", "auth_time": "yesterday"}]
    broken = (("extproperties_malformed", ["origin"]), ("extproperties_repeated", ["origin=gdbs", "origin=other"]))
    for fault, items in broken:
        if platform.plays(visit, fault):
            user["extproperties"] = items
    if platform.plays(visit, "extproperties_missing"):
        del user["extproperties"]


def _spoil_level(platform: Platform, visit: Visit, user: JSONObject, levels: JSONObject) -> None:
    """Take away or break the assurance level, if asked."""
    if platform.plays(visit, "level_unknown"):
        user[_LEVEL] = levels[_LEVEL] = "L9"
    if platform.plays(visit, "level_conflict"):
        levels[_LEVEL] = "L1" if user[_LEVEL] != "L1" else "L3"
    if platform.plays(visit, "level_missing"):
        del user[_LEVEL], levels[_LEVEL]


def _spoil_parent(platform: Platform, visit: Visit, document: JSONObject) -> None:
    """Say "no parent" in one of the other ways, if asked."""
    if platform.plays(visit, "pareobj_null"):
        document["pareobj"] = None
    if platform.plays(visit, "pareobj_empty"):
        document["pareobj"] = ""
    if platform.plays(visit, "pareobj_malformed"):
        document["pareobj"] = "company"
    if platform.plays(visit, "pareobj_missing"):
        del document["pareobj"]
