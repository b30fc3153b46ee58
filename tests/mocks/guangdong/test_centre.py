"""The pages about an account: who one is, how the level rises on them, and a forgotten login name."""

from __future__ import annotations

from html import unescape

import pytest
from werkzeug.test import Client

from tests.mocks.guangdong.relying_service import account_of, callback_values
from tests.mocks.guangdong.test_page import SCRIPT, outline
from tests.mocks.guangdong.test_scan import mark_of
from xbridge_mocks.guangdong.route import FIND_ACCOUNT, INFO, REALNAME
from xbridge_mocks.guangdong.session import SESSION_COOKIE
from xbridge_mocks.guangdong.wording import WORDING

LANGUAGES = ("en", "zh-Hant", "zh-Hans")
PAGES = (INFO, REALNAME, FIND_ACCOUNT)


def enter(service, persona="chan-tai-man", place=INFO):
    """A browser in which somebody is signed in to the account pages."""
    browser = Client(service.mock)
    mark = mark_of(browser.get(place))
    reply = browser.post(place, data={"form_mark": mark, "persona": persona})
    assert reply.status_code == 303
    return browser


def prove(browser, method, **typed):
    """Press the button of one proof."""
    mark = mark_of(browser.get(f"{REALNAME}?lang=en"))
    return browser.post(f"{REALNAME}?key=realname&lang=en", data={"form_mark": mark, "method": method, **typed})


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(
    "key", ["chan-tai-man", "cheung-ka-yan", "tam-pak-ho", "tsang-ho-yin", "leung-wai-han", "lam-kwok-wai"]
)
def test_who_am_i(service, lang, key):
    """The centre names the account and its level in words, and shows neither the whole number nor the whole phone."""
    account = account_of(key)
    text = enter(service, key).get(f"{INFO}?lang={lang}").text
    assert WORDING.say(f"level_{account.level}", lang) in text
    assert account.uid in text
    assert account.idcardnumber not in text
    assert account.telephonenumber not in text


def test_ways_with_their_times(service):
    """Each proof stands there with its name and its time, oldest first."""
    text = enter(service, "leung-wai-han").get(f"{INFO}?lang=en").text
    times = ["2024-01-02 03:01:15", "2024-03-10 10:15:00", "2025-07-21 14:30:00"]
    assert [text.index(time) for time in times] == sorted(text.index(time) for time in times)
    assert WORDING.say("way_SG-GASMHS", "en") in text


def test_a_way_without_a_name_shows_its_code(service):
    """A way code the mock has no words for is shown as it is."""
    from xbridge_mocks.persona import AccountWay

    service.mock.set_ways("chan-tai-man", [AccountWay(level="L2", code="XYZ", at="20200101000000")])
    assert "XYZ" in enter(service).get(INFO).text


@pytest.mark.parametrize("place", [INFO, REALNAME])
def test_signing_in_stands_on_the_page(service, place):
    """Whoever is not signed in signs in on the page and comes back to it; a wrong password stays."""
    browser = Client(service.mock)
    mark = mark_of(browser.get(place))
    account = account_of("lee-siu-ming")
    wrong = browser.post(place, data={"form_mark": mark, "username": account.uid, "password": "wrong"})
    assert wrong.status_code == 403
    assert browser.get_cookie(SESSION_COOKIE) is None
    right = browser.post(place, data={"form_mark": mark, "username": account.uid, "password": account.password})
    assert right.headers["Location"].startswith(place)
    assert account.uid in browser.get(INFO).text


def test_one_session_for_services_and_the_centre(service):
    """Signed in at the centre, a service gets its code without a page; signed out there, nobody is signed in."""
    browser = enter(service)
    back = browser.get(service.authorize_url())
    assert "code" in callback_values(back.headers["Location"])
    browser.get("/_tif_sso_logout_/")
    assert 'name="password"' in browser.get(INFO).text


def test_from_nothing_to_the_top(service):
    """L0 to L3 on the page: name and number, a face, a certificate; a service is told at its next request."""
    browser, account = enter(service, "cheung-ka-yan", REALNAME), account_of("cheung-ka-yan")
    assert prove(browser, "match", name="張嘉欣", number=account.idcardnumber.lower()).status_code == 200
    assert prove(browser, "face").status_code == 200
    reply = prove(browser, "certificate")
    assert WORDING.say("level_L3", "en") in reply.text
    user = service.log_in("cheung-ka-yan")["userobj"]
    assert (user["creditable_level_of_account"], user["isreal"]) == ("L3", "true")


@pytest.mark.parametrize("name", ["張嘉欣", "张嘉欣", "CHEUNG, Ka Yan", "cheung ka yan", "ＣＨＥＵＮＧ　ＫＡ　ＹＡＮ"])
def test_a_name_in_any_of_its_spellings(service, name):
    """Script, case, width and blanks of the name make no difference."""
    assert prove(enter(service, "cheung-ka-yan"), "match", name=name, number="H00000104").status_code == 200


@pytest.mark.parametrize(
    "typed",
    [{}, {"name": "張嘉欣"}, {"name": "張嘉欣", "number": "H00000105"}, {"name": "陳大文", "number": "H00000104"},
     {"name": "", "number": ""}, {"name": "張嘉", "number": "H00000104"}],
)  # fmt: skip
def test_what_differs_raises_nothing(service, typed):
    """A name or number that is not the one on record is told, and the level stays."""
    reply = prove(enter(service, "cheung-ka-yan"), "match", **typed)
    assert reply.status_code == 403
    assert WORDING.say("proof_differs", "en") in reply.text
    assert service.mock.account("cheung-ka-yan").level == "L0"


def test_another_face_raises_nothing(service):
    """A face check that fails is told, and the level stays."""
    reply = prove(enter(service, "ho-chi-keung"), "face-fails")
    assert reply.status_code == 403
    assert WORDING.say("proof_no_face", "en") in reply.text
    assert service.mock.account("ho-chi-keung").level == "L1"


@pytest.mark.parametrize(
    ("key", "method"),
    [
        ("cheung-ka-yan", "face"),
        ("cheung-ka-yan", "face-fails"),
        ("ho-chi-keung", "counter"),
        ("chan-tai-man", "other"),
    ],
)
def test_no_step_is_skipped(service, key, method):
    """A proof that is not open to the account is refused, whatever form asks for it."""
    before = service.mock.account(key)
    assert prove(enter(service, key), method).status_code == 400
    assert service.mock.account(key) == before


def test_a_company_is_sent_to_a_counter(service):
    """A company's account has no button on the page, and a form made up raises nothing."""
    browser = enter(service, "yeung-man-yee")
    page = browser.get(f"{REALNAME}?lang=en")
    assert WORDING.say("company_at_counter", "en") in unescape(page.text)
    assert not outline(page).all("form")


def test_only_the_known_key(service):
    """The address has one word; another is refused."""
    browser = enter(service)
    assert browser.get(f"{REALNAME}?key=realname").status_code == 200
    assert browser.get(f"{REALNAME}?key=other").status_code == 400


@pytest.mark.parametrize("place", PAGES)
@pytest.mark.parametrize("mark", [None, "", "0" * 64])
def test_a_form_made_up_elsewhere_is_refused(service, place, mark):
    """Another site can neither sign somebody in, raise a level, nor have a message sent."""
    browser = enter(service)
    form = {"persona": "lee-siu-ming", "method": "certificate", "number": "H00000101"}
    reply = browser.post(place, data=form | ({} if mark is None else {"form_mark": mark}))
    assert reply.status_code in {400, 403}
    assert service.mock.messages() == ()
    assert service.mock.account("chan-tai-man") == account_of("chan-tai-man")


def test_a_proof_belongs_to_one_session(service):
    """A form opened before somebody else signed in in this browser proves nothing for them."""
    browser = enter(service, "ho-chi-keung")
    mark = mark_of(browser.get(REALNAME))
    browser.post(INFO, data={"form_mark": self_mark(service, browser), "persona": "chan-tai-man"})
    assert browser.post(REALNAME, data={"form_mark": mark, "method": "face"}).status_code == 403
    assert service.mock.account("chan-tai-man") == account_of("chan-tai-man")


def self_mark(service, browser) -> str:
    """The mark with which this browser may sign in to the centre, as if its page had been left open."""
    from xbridge_mocks.guangdong.session import FORM_COOKIE

    fresh = Client(service.mock)
    fresh.set_cookie(FORM_COOKIE, browser.get_cookie(FORM_COOKIE).value)
    return mark_of(fresh.get(INFO))


def test_a_forgotten_name_tells_nobody_whether_there_is_one(service):
    """The page says the same for a number with an account and one without; only the phone learns the name."""
    answers = []
    for number in ("H00000101", "H99999999"):
        browser = Client(service.mock)
        page = browser.get(f"{FIND_ACCOUNT}?lang=en")
        reply = browser.post(
            FIND_ACCOUNT, data={"form_mark": mark_of(page), "number": number}, query_string={"lang": "en"}
        )
        answers.append((reply.status_code, reply.text.replace(mark_of(reply), "")))
    assert answers[0] == answers[1]
    (message,) = service.mock.messages()
    assert (message.persona, message.login_name) == ("chan-tai-man", "chan_tai_man")
    said = [entry.checks for entry in service.mock.journal.entries() if entry.method == "POST"]
    assert said[0] == said[1]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("place", PAGES)
def test_script_in_any_parameter_is_escaped(service, lang, place):
    """Whatever arrives at these pages is only text."""
    browser = enter(service)
    names = ("key", "persona", "name", "number", "other")
    for page in (
        browser.get(place, query_string={"lang": lang, "other": SCRIPT}),
        browser.post(place, query_string={"lang": lang}, data=dict.fromkeys(names, SCRIPT)),
        browser.get(place, query_string={"lang": SCRIPT}),
    ):
        assert "<script" not in page.text
        assert not outline(page).all("img")


@pytest.mark.parametrize("place", PAGES)
def test_no_page_needs_a_script(service, place):
    """The pages have no script, and no address of another host."""
    page = enter(service).get(place)
    assert not outline(page).all("script")
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert page.headers["Cache-Control"] == "no-store"


def test_the_journal_keeps_no_person(service):
    """Neither name, number nor phone of anybody is written down on these pages."""
    prove(enter(service, "cheung-ka-yan"), "match", name="張嘉欣", number="H00000104")
    browser = Client(service.mock)
    browser.post(FIND_ACCOUNT, data={"form_mark": mark_of(browser.get(FIND_ACCOUNT)), "number": "H00000104"})
    text = "\n".join(map(repr, service.mock.journal.entries()))
    assert [each for each in ("張嘉欣", "H00000104", "10000000104", "cheung_ka_yan") if each in text] == []


class FakeDoor:
    """Stands in for a connection to iAM Smart: notes what was asked of it."""

    binding_path = "/pscp/sso/static/manage/binding"

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.cleared = 0

    def begin(self, platform, visit):
        """Note in which generation somebody began."""
        from werkzeug.wrappers import Response

        self.begun.append(visit.generation.name)
        return Response(status=303, headers={"Location": "/elsewhere"})

    def is_bound(self, persona: str) -> bool:
        """Only one person is."""
        return persona == "chan-tai-man"

    def clear(self) -> None:
        """Note it."""
        self.cleared += 1


@pytest.mark.parametrize("generation", ["am", "tif", "pscp"])
def test_iamsmart_waits_for_a_connection(make, generation):
    """Until the mock is connected the button is not there and its press is refused; then it leads on, form checked."""
    service, door = make(generation=generation), FakeDoor()
    browser = Client(service.mock)
    onward = browser.get(service.authorize_url()).headers["Location"]
    page = browser.get(onward)
    press = {"form_mark": mark_of(page), "way": "iamsmart"}
    assert 'value="iamsmart"' not in page.text
    assert browser.post(onward, data=press).status_code == 400
    service.mock._platform.iamsmart = door
    assert 'value="iamsmart"' in browser.get(onward).text
    assert browser.post(onward, data={**press, "form_mark": "0" * 64}).status_code == 403
    assert browser.post(onward, data=press).headers["Location"] == "/elsewhere"
    assert door.begun == [generation]
    service.mock.reset()
    assert door.cleared == 1


@pytest.mark.parametrize(("key", "words"), [("chan-tai-man", "iamsmart_bound"), ("lee-siu-ming", "iamsmart_unbound")])
def test_the_centre_says_whether_iamsmart_is_bound(service, key, words):
    """Unconnected it says so; connected it says whether the account is bound, and where to change that."""
    browser = enter(service, key)
    assert WORDING.say("not_connected", "en") in browser.get(f"{INFO}?lang=en").text
    service.mock._platform.iamsmart = FakeDoor()
    page = browser.get(f"{INFO}?lang=en")
    assert WORDING.say(words, "en") in page.text
    assert FakeDoor.binding_path in [link["href"] for link in outline(page).all("a")]
