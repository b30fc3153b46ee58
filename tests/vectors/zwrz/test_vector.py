"""Our client sends exactly the forms that were written down by hand (README.md beside this file)."""

from __future__ import annotations

from tests.transcripts.script import play
from tests.unit.providers.online_service import NOON, entropy, reply
from xbridge.core.effects import Send
from xbridge.protocols.redirect import parse_callback
from xbridge.providers.zwrz import PROVIDER

BACK = "https://console.example/cb?door=2"
SETTINGS = PROVIDER.read_settings(
    {"client_id": "zwrz_1", "client_secret": "a b&c=d+é", "redirect_uris": [BACK]}
)  # fmt: skip
TOKEN_FORM = (
    b"client_id=zwrz_1&client_secret=a+b%26c%3Dd%2B%C3%A9&grant_type=authorization_code"
    b"&redirect_uri=https%3A%2F%2Fconsole.example%2Fcb%3Fdoor%3D2&code=c%2Fo%3Dd+e"
)
USER_FORM = b"access_token=t%2B%2F%3D"


def test_the_two_forms() -> None:
    """Method, address, media type and bytes of both calls, the secret in the form and never in an address."""
    sent = []

    def keep(effect: object) -> None:
        assert isinstance(effect, Send)
        sent.append(effect.request)

    found = play(
        PROVIDER.finish(
            SETTINGS,
            parse_callback("/cb?code=c%2Fo%3Dd+e&state=s"),
            return_to=BACK,
            state="s",
            now=NOON,
            entropy=entropy,
        ),
        [
            (keep, reply({"message": "ok", "status": 0, "data": {"access_token": "t+/="}})),
            (keep, reply({"message": "ok", "status": "0", "data": {"userid": 1234567, "username": "李小明"}})),
        ],
    )
    assert [(request.method, request.url, request.content) for request in sent] == [
        ("POST", "https://xtbg.gdzwfw.gov.cn/zwrz/rz/sso/oauth/token", TOKEN_FORM),
        ("POST", "https://xtbg.gdzwfw.gov.cn/zwrz/rz/sso/openapi/user/getuserinfodetail", USER_FORM),
    ]
    assert all(dict(request.headers)["Content-Type"] == "application/x-www-form-urlencoded" for request in sent)
    assert (found.subject, found.profile.name, found.holder) == ("1234567", "李小明", "organisation")
