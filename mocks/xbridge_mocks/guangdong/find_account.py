"""``/pscp/sso/static/m/findaccount/1``: somebody who forgot their login name asks for it by document number.

The address is VERIFIED. The page says the same whether the number belongs to an account or not; the name goes to the
account's phone, which in this mock is the list of messages that the control API shows.
"""

from __future__ import annotations

from werkzeug.wrappers import Response

from xbridge_mocks.guangdong.outbox import Message
from xbridge_mocks.guangdong.platform import Platform
from xbridge_mocks.guangdong.route import INFO
from xbridge_mocks.guangdong.setting import Kind
from xbridge_mocks.guangdong.visit import Visit
from xbridge_mocks.guangdong.wording import WORDING
from xbridge_mocks.page import negotiate, render

_ABOUT = "findaccount"


def find_account(platform: Platform, visit: Visit) -> Response:
    """Ask for a document number (GET), or take one (POST).  Raises Refused.

    (1) method   (2) the form belongs to this browser   (3) one answer, whatever is found
    """
    # (1)
    visit.require("method", visit.request.method in {"GET", "HEAD", "POST"}, Kind.METHOD, "only GET and POST")
    if visit.request.method != "POST":
        return _page(platform, visit, asked=False)
    # (2)
    platform.require_form(visit, _ABOUT)
    # (3) The journal, too, does not say which.
    number = visit.single(visit.request.form, "number").strip().upper()
    for person in platform.account_holders():
        account = person.guangdong
        if account is not None and account.idcardnumber == number:
            platform.outbox.send(
                Message(
                    persona=person.key,
                    phone=account.telephonenumber,
                    login_name=account.uid,
                    at=platform.clock.now(),
                )
            )
    return _page(platform, visit, asked=True)


def _page(platform: Platform, visit: Visit, *, asked: bool) -> Response:
    device = platform.device(visit)
    response = render(
        "guangdong/find_account.html",
        negotiate(visit.request),
        request=visit.request,
        catalogue=WORDING,
        asked=asked,
        form_mark=platform.guard.mark(device, _ABOUT),
        info_path=INFO,
    )
    return platform.keep_device(visit, response, device)
