"""The Guangdong mock as an online service of iAM Smart: prove, read, agree, bound; and every way in which that ends otherwise."""

from __future__ import annotations

import pytest

from tests.mocks.guangdong.bound_browser import Town, code_of, form_mark
from xbridge_mocks.guangdong.iamsmart_login import BINDING_PATH, CALLBACK_PATH
from xbridge_mocks.guangdong.iamsmart_wording import IAMSMART_WORDING
from xbridge_mocks.text import LANGUAGES, Language

OTHER = "lee-siu-ming"


def says(page: str, key: str, language: Language = "en") -> bool:
    """Whether a page says the sentence ``key``."""
    return IAMSMART_WORDING.say(key, language) in page.replace("&#39;", "'")


@pytest.fixture
def town() -> Town:
    """Both mocks, connected; nobody is bound."""
    return Town()


def test_agreeing_binds_and_goes_on_to_the_service(town: Town) -> None:
    """The code reaches the service, both sides are bound to each other, and iAM Smart is among the ways."""
    browser = town.browser()
    assert code_of(browser.bind())
    standing = town.door.bindings.of_persona("chan-tai-man")
    assert standing is not None
    assert standing.state == "bound"
    assert town.door.bindings.of_open_id(standing.open_id) == standing
    assert ("L1", "IAMSMART") in town.ways()
    assert town.moves() == ["none to pending, consent shown", "proved to bound, iAM Smart default, here L1"]


def test_a_bound_account_signs_in_with_iam_smart(town: Town) -> None:
    """In a browser that never signed in here: the service gets that person, by that way."""
    town.browser().bind()
    answer = town.browser()
    code = code_of(answer.open(answer.use_iamsmart()))
    http, service = answer.http, town.service
    token = http.get(
        "/pscp/sso/connect/page/oauth2/access_token",
        query_string={
            "client_id": service.client_id, "client_secret": service.client_secret, "code": code, "scope": "all",
            "redirect_uri": "https://svc.test/cb", "grant_type": "authorization_code",
        },
    ).get_json()  # fmt: skip
    user = http.get(
        "/pscp/sso/connect/page/oauth2/tokeninfo", query_string={"access_token": token["access_token"]}
    ).get_json()
    assert user["userobj"]["useridcode"] == town.world.guangdong.account("chan-tai-man").useridcode
    assert "L1@IAMSMART@" in user["userobj"]["creditable_level_of_account_way"]
    assert user["userobj"]["creditable_level_of_account"] == "L2"


def test_using_it_again_keeps_one_way_and_never_raises_a_level(town: Town) -> None:
    """The way is renewed, not repeated; an L1 account stays L1 also with iAM Smart+."""
    town.browser().bind()
    again = town.browser()
    assert code_of(again.open(again.use_iamsmart()))
    assert [code for _, code in town.ways()].count("IAMSMART") == 1
    before = town.world.guangdong.account("ho-chi-keung").level
    assert code_of(town.browser().bind("ho-chi-keung", "ho-chi-keung"))
    assert town.world.guangdong.account("ho-chi-keung").level == before == "L1"


def test_the_plus_account_stands_for_more(town: Town) -> None:
    """IAM Smart+ counts as L2 here, and no more, although the account has L3."""
    town.browser().bind(OTHER, OTHER)
    assert ("L2", "IAMSMART") in town.ways(OTHER)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_consent_page_says_it_in_three_languages(town: Town, language: Language) -> None:
    """What binding means, what is kept, what is checked and how to end it, before either button."""
    browser = town.browser(language)
    page = browser.open(browser.consent_page())
    keys = ("binding_use", "binding_keeps", "binding_matched", "binding_single", "binding_end", "binding_voluntary")
    assert [key for key in (*keys, "binding_agree", "binding_refuse") if not says(page.text, key, language)] == []


def test_not_agreeing_binds_nothing(town: Town) -> None:
    """The attempt is over: pressing "agree" afterwards finds nothing."""
    browser = town.browser()
    address = browser.consent_page()
    assert says(browser.press(address, press="decline").text, "binding_declined")
    assert not town.door.is_bound("chan-tai-man")
    assert browser.open(address).status_code == 400
    assert town.moves()[-1] == "pending to none, the person did not agree"


def test_a_no_at_iam_smart_is_said_here(town: Town) -> None:
    """The person is told and stays on the platform's page; no code is issued."""
    browser = town.browser()
    answer = browser.open(browser.use_iamsmart(decision="refuse"))
    assert answer.status_code == 403
    assert says(answer.text, "iam_declined")


@pytest.mark.parametrize(("account", "persona"), [("chan-tai-man", OTHER), (OTHER, "chan-tai-man")])
def test_a_bound_account_conflicts_from_either_side(account: str, persona: str) -> None:
    """One to one in both directions; the page does not say which of the two, or to whom."""
    town = Town()
    town.door.same_person = lambda _open_id, _persona: True
    town.browser().bind()
    browser = town.browser()
    if persona == "chan-tai-man":
        # This iAM Smart account signs its own person in; nobody is asked about another account.
        assert code_of(browser.open(browser.use_iamsmart(persona)))
        assert not town.door.is_bound(OTHER)
        return
    answer = browser.open(browser.consent_page(account, persona))
    assert answer.status_code == 409
    assert says(answer.text, "binding_conflict")
    assert town.moves()[-1] == "binding_conflict"


def test_a_conflict_that_arises_while_reading_still_conflicts(town: Town) -> None:
    """Both pages were shown; the second press finds the account bound."""
    town.door.same_person = lambda _open_id, _persona: True
    first, second = town.browser(), town.browser()
    one, two = first.consent_page(), second.consent_page("chan-tai-man", OTHER)
    second_page = second.open(two)
    assert code_of(first.press(one, press="agree"))
    mark = second_page.text.partition('name="form_mark" value="')[2][:64]
    answer = second.http.post(two, base_url="http://guangdong.test", data={"form_mark": mark, "press": "agree"})
    assert answer.status_code == 409
    assert town.door.bindings.of_persona("chan-tai-man") is not None


def test_two_people_are_not_bound(town: Town) -> None:
    """What the registers know decides, and neither side is told about the other."""
    browser = town.browser()
    answer = browser.open(browser.consent_page(OTHER, "chan-tai-man"))
    assert answer.status_code == 403
    assert says(answer.text, "binding_other_person")
    assert not town.door.is_bound(OTHER)


@pytest.mark.parametrize("persona", ["lam-kwok-wai", "yeung-man-yee", "wong-mei-ling", "cheung-ka-yan"])
def test_only_a_personal_account_with_the_permit(town: Town, persona: str) -> None:
    """A passport, a company, a residence permit and a permit that nobody checked do not bind."""
    browser = town.browser()
    answer = browser.open(browser.consent_page(persona, persona))
    assert answer.status_code == 403
    assert says(answer.text, "binding_permit")


def test_another_browser_can_neither_come_back_nor_agree(town: Town) -> None:
    """A callback or a consent page of somebody else's browser does nothing in this one."""
    browser, other = town.browser(), town.browser()
    other.login_page()
    callback = browser.use_iamsmart()
    assert other.open(callback).status_code == 400
    address = browser.open(callback).headers["Location"]
    assert other.open(address).status_code == 400
    assert other.http.post(address, base_url="http://guangdong.test", data={"press": "agree"}).status_code == 400
    assert not town.door.is_bound("chan-tai-man")


def test_a_callback_ends_once(town: Town) -> None:
    """Its state is worth nothing the second time, and the name of the attempt is a new one."""
    browser = town.browser()
    callback = browser.use_iamsmart()
    assert browser.open(callback).status_code == 303
    assert browser.open(callback).status_code == 400


@pytest.mark.parametrize(("wait_s", "status"), [(599, 302), (600, 400)])
def test_ten_minutes_from_the_first_press(town: Town, wait_s: int, status: int) -> None:
    """At the last second it binds, one later the attempt is gone."""
    browser = town.browser()
    address = browser.consent_page()
    mark = browser.open(address).text.partition('name="form_mark" value="')[2][:64]
    town.world.clock.advance(wait_s)
    answer = browser.http.post(address, base_url="http://guangdong.test", data={"form_mark": mark, "press": "agree"})
    assert answer.status_code == status
    assert town.door.is_bound("chan-tai-man") is (status == 302)


def test_an_old_sign_in_is_asked_for_again(town: Town) -> None:
    """Somebody who signed in here more than ten minutes ago signs in once more before agreeing."""
    browser = town.browser()
    code_of(browser.press_login(persona="chan-tai-man"))
    town.world.clock.advance(601)
    address = browser.back()
    assert says(browser.open(address).text, "binding_sign_in")
    town.browser()
    assert browser.press(address, press="sign_in", persona="chan-tai-man").status_code == 303
    assert code_of(browser.press(address, press="agree"))


def test_a_fresh_sign_in_is_not_asked_for_again(town: Town) -> None:
    """Who just signed in here reads the consent at once."""
    browser = town.browser()
    code_of(browser.press_login(persona="chan-tai-man"))
    assert says(browser.open(browser.back()).text, "binding_use")


def test_a_change_of_person_is_noticed(town: Town) -> None:
    """The page was shown to one account; another that signs in meanwhile does not agree for it."""
    town.door.same_person = lambda _open_id, _persona: True
    browser = town.browser()
    address = browser.consent_page()
    mark = browser.open(address).text.partition('name="form_mark" value="')[2][:64]
    code_of(browser.press_login(persona=OTHER))
    answer = browser.http.post(address, base_url="http://guangdong.test", data={"form_mark": mark, "press": "agree"})
    assert answer.status_code == 200
    assert not town.door.is_bound("chan-tai-man")
    assert not town.door.is_bound(OTHER)


def test_a_wrong_password_stays(town: Town) -> None:
    """As on the login page: nobody is signed in, and the attempt goes on."""
    browser = town.browser()
    address = browser.back()
    answer = browser.press(address, press="sign_in", username="chan_tai_man", password="wrong")
    assert answer.status_code == 403
    assert browser.press(address, press="sign_in", username="chan_tai_man", password="mock-101").status_code == 303


@pytest.mark.parametrize(
    "break_it",
    [
        lambda town: town.world.iamsmart.faults.add("http_500", times=None),
        lambda town: town.world.iamsmart.faults.add("html_instead_of_json", times=None),
        lambda town: town.world.iamsmart.faults.add("envelope_bit_flipped", times=None),
        lambda town: town.world.iamsmart.faults.add("kek_wrap_wrong_key", times=None),
        lambda town: town.world.iamsmart.faults.add("openid_missing", times=None),
        lambda town: town.world.iamsmart.insist("getToken", "D20012"),
    ],
    ids=["down", "a page", "bent", "another key", "nobody", "refused"],
)
def test_iam_smart_out_of_order(town: Town, break_it) -> None:
    """Whatever cannot be opened and believed signs nobody in: 502, with a word about it."""
    browser = town.browser()
    callback = browser.use_iamsmart()
    break_it(town)
    answer = browser.open(callback)
    assert answer.status_code == 502
    assert says(answer.text, "iam_down")


def test_a_forgotten_key_is_asked_for_once_more(town: Town) -> None:
    """When iAM Smart has forgotten the key of contents, the code is exchanged under a new one."""
    town.browser().back()
    town.world.iamsmart.faults.add("cek_unknown")
    browser = town.browser()
    assert browser.open(browser.use_iamsmart()).status_code == 303


def test_a_key_that_has_ended_is_not_used(town: Town) -> None:
    """After the key's own lifetime another one is fetched, before anybody complains."""
    town.browser().back()
    town.world.clock.advance(86_400)
    town.browser().back()
    seen = [entry.operation for entry in town.world.iamsmart.journal.entries() if entry.operation == "getKey"]
    assert len(seen) == 2
    assert all(entry.outcome == "ok" for entry in town.world.iamsmart.journal.entries())


def test_suspended_and_resumed_and_unbound(town: Town) -> None:
    """Each move is the signed-in person's own, is in the journal with both levels, and does what it says."""
    browser = town.browser()
    browser.bind()
    assert browser.press(BINDING_PATH, press="suspend").status_code == 303
    stranger = town.browser()
    answer = stranger.open(stranger.use_iamsmart())
    assert answer.status_code == 403
    assert says(answer.text, "binding_suspended")
    browser.press(BINDING_PATH, press="resume")
    again = town.browser()
    assert code_of(again.open(again.use_iamsmart()))
    browser.press(BINDING_PATH, press="unbind")
    assert not town.door.is_bound("chan-tai-man")
    assert "IAMSMART" not in [code for _, code in town.ways()]
    assert [move for move in town.moves() if " to " in move][2:] == [
        "bound to suspended, iAM Smart default, here L2",
        "suspended to bound, iAM Smart default, here L2",
        "bound to unbound, iAM Smart default, here L2",
    ]
    fresh = town.browser()
    assert code_of(fresh.bind())


@pytest.mark.parametrize("press", ["resume", "start", "agree", "sign_in", ""])
def test_a_press_that_is_not_on_the_page(town: Town, press: str) -> None:
    """A button that this state does not have moves nothing."""
    browser = town.browser()
    browser.bind()
    answer = browser.press(BINDING_PATH, press=press)
    assert answer.status_code in (200, 400)
    standing = town.door.bindings.of_persona("chan-tai-man")
    assert standing is not None
    assert standing.state == "bound"


def test_binding_from_the_account_centre(town: Town) -> None:
    """Without a service: use iAM Smart, agree, and the page says that it is bound."""
    browser = town.browser()
    code_of(browser.press_login(persona="chan-tai-man"))
    assert says(browser.status().text, "binding_state_none")
    there = browser.press(BINDING_PATH, press="start")
    callback = town.world.iamsmart.log_in(there.headers["Location"], "chan-tai-man")
    address = browser.open(callback).headers["Location"]
    answer = browser.press(address, press="agree")
    assert answer.headers["Location"] == BINDING_PATH
    assert says(browser.status().text, "binding_state_bound")


def test_binding_one_s_own_twice_from_the_centre_is_a_conflict(town: Town) -> None:
    """An iAM Smart account that is bound already is not bound again."""
    town.browser().bind()
    browser = town.browser()
    code_of(browser.press_login(persona=OTHER))
    there = browser.press(BINDING_PATH, press="start")
    answer = browser.open(town.world.iamsmart.log_in(there.headers["Location"], "chan-tai-man"))
    assert answer.status_code == 409
    assert not town.door.is_bound(OTHER)


def test_nobody_signed_in_sees_no_binding(town: Town) -> None:
    """The page of the account centre is for who is signed in, and so are its buttons."""
    answer = town.browser().status()
    assert answer.status_code == 403
    assert says(answer.text, "binding_sign_in_first")


def test_without_a_connection_there_is_no_such_page() -> None:
    """Both addresses are unknown, and the login page offers no button."""
    from xbridge_mocks import MockWorld

    world = MockWorld(seed=1)
    made = world.guangdong.register_client(name="Enquiry", redirect_uris=["https://svc.test/cb"])
    from werkzeug.test import Client

    browser = Client(world.guangdong)
    assert [browser.get(path).status_code for path in (BINDING_PATH, CALLBACK_PATH)] == [404, 404]
    page = browser.get(
        "/pscp/sso/static/", query_string={"client_id": made.client_id, "redirect_uri": "https://svc.test/cb"}
    )
    assert 'value="iamsmart"' not in page.text


def test_the_journal_names_nobody(town: Town) -> None:
    """No openID, code, state or attempt is in it, whatever happened."""
    browser = town.browser()
    address = browser.consent_page()
    browser.press(address, press="agree")
    standing = town.door.bindings.of_persona("chan-tai-man")
    assert standing is not None
    text = repr(town.world.guangdong.journal.entries())
    assert standing.open_id not in text
    assert address.partition("intent=")[2] not in text
    assert standing.open_id not in repr(standing)


def test_reset_forgets_bindings(town: Town) -> None:
    """As every other state of the mock."""
    town.browser().bind()
    town.world.guangdong.reset()
    assert not town.door.is_bound("chan-tai-man")


def test_a_press_needs_the_form_of_this_page(town: Town) -> None:
    """Without the mark, with one of another page or of another browser, nothing is bound: another site cannot press."""
    browser, other = town.browser(), town.browser()
    address, there = browser.consent_page(), other.consent_page(OTHER, OTHER)
    foreign = [form_mark(other.open(there)), form_mark(browser.status()), "0" * 64]
    for mark in foreign:
        answer = browser.http.post(
            address, base_url="http://guangdong.test", data={"form_mark": mark, "press": "agree"}
        )
        assert answer.status_code == 403
    answer = browser.http.post(address, base_url="http://guangdong.test", data={"press": "agree"})
    assert answer.status_code == 400
    assert not town.door.is_bound("chan-tai-man")


def test_the_name_of_an_attempt_that_came_back_is_no_state(town: Town) -> None:
    """What stands in the address of the binding page does not let the browser come back a second time."""
    browser = town.browser()
    first = browser.back()
    code = browser.use_iamsmart().partition("code=")[2].partition("&")[0]
    answer = browser.open(f"{CALLBACK_PATH}?code={code}&state={first.partition('intent=')[2]}")
    assert answer.status_code == 400


def test_a_refusal_with_a_content_is_a_refusal(town: Town) -> None:
    """The code of a reply is believed before its content, however well that opens."""
    line = town.door.line
    carry = line._post

    def refusing(url: str, headers, body: bytes) -> bytes:
        reply = carry(url, headers, body)
        return reply.replace(b'"D00000"', b'"D40004"') if url.endswith("/getToken") else reply

    line._post = refusing
    browser = town.browser()
    assert browser.open(browser.use_iamsmart()).status_code == 502
