"""Connecting the mock to an iAM Smart: the door made from its parts, and the two routes that lead to it."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from werkzeug.wrappers import Response

from xbridge_mocks.guangdong.iamsmart_bindings import Bindings
from xbridge_mocks.guangdong.iamsmart_line import IamSmartLine, Post
from xbridge_mocks.guangdong.iamsmart_login import CALLBACK_PATH, IamSmartLogin, SamePerson
from xbridge_mocks.guangdong.platform import IamSmartDoor, Platform
from xbridge_mocks.guangdong.setting import Kind
from xbridge_mocks.guangdong.visit import Visit

__all__ = ["iamsmart_callback", "iamsmart_page", "new_door"]


def new_door(
    platform: Platform,
    *,
    base_url: str,
    own_url: str,
    client_id: str,
    client_secret: str,
    kek: RSAPrivateKey,
    post: Post,
    same_person: SamePerson,
) -> IamSmartLogin:
    """Return the door for one registration at iAM Smart.  Arguments as in ``GuangdongMock.connect_iamsmart``."""
    line = IamSmartLine(
        base_url=base_url,
        client_id=client_id,
        client_secret=client_secret,
        kek=kek,
        clock=platform.clock,
        random=platform.random,
        post=post,
    )
    bindings = Bindings(clock=platform.clock, random=platform.random, lifetime_s=platform.settings.binding_lifetime_s)
    return IamSmartLogin(line=line, callback_url=own_url + CALLBACK_PATH, bindings=bindings, same_person=same_person)


def iamsmart_callback(platform: Platform, visit: Visit) -> Response:
    """Take the browser that comes back from iAM Smart.  Raises Refused, also where nothing is connected."""
    visit.require("method", visit.request.method == "GET", Kind.METHOD, "only GET")
    return _door(platform, visit).callback(platform, visit)


def iamsmart_page(platform: Platform, visit: Visit) -> Response:
    """Answer for the binding page.  Raises Refused, also where nothing is connected."""
    visit.require("method", visit.request.method in {"GET", "HEAD", "POST"}, Kind.METHOD, "only GET and POST")
    return _door(platform, visit).page(platform, visit)


def _door(platform: Platform, visit: Visit) -> IamSmartDoor:
    if platform.iamsmart is None:
        visit.refuse("path", Kind.PATH, "not connected to an iAM Smart")
    return platform.iamsmart
