"""The texts inside a Guangdong account, and the places of its state: any input, one meaning or none."""

from __future__ import annotations

from datetime import UTC, timedelta
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from hypothesis import given
from hypothesis import strategies as st

from tests.properties.law import read_or_refused
from tests.properties.strategy.json_text import ANY
from tests.unit.providers.online_service import NOON, guangdong_settings
from xbridge.core.errors import CallbackInvalid, ProtocolError
from xbridge.core.identity import LEVELS
from xbridge.flows.carriage import verify_callback
from xbridge.protocols.redirect import parse_callback, split_at_commas
from xbridge.providers.guangdong.account import GuangdongAccount, LevelProof
from xbridge.providers.guangdong.account_text import parse_proofs, parse_properties, parse_time, parse_ways
from xbridge.providers.guangdong.redirect_uri import redirect_uri, state_carriage

ITEMS = st.text(alphabet="ab=-1 ", max_size=6)
STATE = st.text(alphabet="AZaz09-_", min_size=22, max_size=22)
MODE = st.sampled_from(["redirect_query", "redirect_path", "param", "both", "cookie_only"])
GENERATION = st.sampled_from(["pscp", "tif", "am"])
ADDRESS = st.sampled_from(
    ["https://svc.test/cb", "https://svc.test/cb?app=1", "https://svc.test/a/b?app=1,2&page=x%2Cy"]
)


@given(st.lists(ITEMS, max_size=5) | ANY)
def test_properties(value):
    """Each key has one value that is not "none", and stands in the input exactly as it was read; or nothing is read."""
    found, _ = read_or_refused(lambda: parse_properties(value), ProtocolError)
    if found is not None:
        assert len(dict(found)) == len(found)
        assert not {content for _, content in found} & {"", "-1"}
        keys = [item.partition("=")[0].strip() for item in value or () if value != "null"]
        assert len(set(keys)) == len(keys)
        assert {key for key, _ in found} <= set(keys)


@given(st.text(alphabet="L0123@|YS x", max_size=40) | ANY)
def test_ways(value):
    """What is read of the ways is a level of ours and a code, each cut from the text; anything else is left out."""
    for way in parse_ways(value):
        assert way.level in LEVELS
        assert way.code
        assert f"{way.level}@{way.code}" in value


@given(
    st.lists(st.dictionaries(st.sampled_from(["identity_level", "auth_time", "way_code", "user_name"]), ANY) | ANY)
    | ANY
)
def test_proofs(value):
    """A history of any shape gives levels of ours and moments, and breaks nothing."""
    for proof in parse_proofs(value):
        assert proof.level is None or proof.level in LEVELS
        assert proof.proved_at is None or proof.proved_at.utcoffset() == timedelta(0)


@given(st.datetimes(min_value=NOON.replace(year=2, tzinfo=None), max_value=NOON.replace(year=9999, tzinfo=None)))
def test_times(moment):
    """A moment in Beijing is read back from both of its forms, eight hours earlier in UTC."""
    expected = moment.replace(microsecond=0, tzinfo=UTC) - timedelta(hours=8)
    form = moment.replace(microsecond=0)
    assert parse_time(form.isoformat(sep=" ")) == parse_time(f"{form.year:04}{form:%m%d%H%M%S}") == expected


@given(ANY | st.text(alphabet="0123456789-: ", max_size=20))
def test_any_time(value):
    """Whatever stands where a time should is a moment or nothing."""
    found = parse_time(value)
    assert found is None or found.tzinfo is UTC


@given(st.lists(st.tuples(st.sampled_from([*LEVELS, None]), st.integers(-(10**6), 10**6))), st.sampled_from(LEVELS))
def test_when_it_was_proved(history, level):
    """The time of a level is the last that is not in the future among proofs that reach it; more proofs make it no older."""
    proofs = tuple(
        LevelProof(
            level=each, way="", proved_at=NOON + timedelta(seconds=seconds), uniqueid="", user_name="", credential_no="",
            auth_identification="",
        )
        for each, seconds in history
    )  # fmt: skip
    account = GuangdongAccount(useridcode="", usertype="1", level="L2", isreal=True, proofs=proofs)
    found = account.proved_at(level, now=NOON)
    fitting = [
        NOON + timedelta(seconds=seconds) for each, seconds in history
        if each is not None and LEVELS.index(each) >= LEVELS.index(level) and seconds <= 300
    ]  # fmt: skip
    assert found == max(fitting, default=None)


@given(MODE, GENERATION, ADDRESS, STATE, STATE)
def test_the_place_of_a_state(mode, generation, return_to, state, other):
    """Wherever the state travels, the callback of its own login is taken and that of another login is not."""
    settings = guangdong_settings(state_mode=mode, generation=generation, redirect_uris=[return_to])
    carriage = state_carriage(settings)

    def back(of: str) -> str:
        sent = redirect_uri(settings, return_to, of)
        echoed = {"state": of} if mode == "param" else {}
        return f"{sent}{'&' if '?' in sent else '?'}{urlencode({'code': 'c', **echoed})}"

    taken = verify_callback(parse_callback(back(state)), carriage, return_to=return_to, state=state)
    assert taken.required("code") == "c"
    if other != state and mode != "cookie_only":
        refusal, _ = read_or_refused(
            lambda: verify_callback(parse_callback(back(other)), carriage, return_to=return_to, state=state),
            CallbackInvalid,
        )
        assert refusal is None


@given(st.text(alphabet="ab,=1&", max_size=8), STATE)
def test_commas(value, state):
    """What was joined by a comma comes apart again, and what was not keeps its commas."""
    joined = parse_callback(f"/cb?app={quote(value)},state={state}&code=c,d")
    assert split_at_commas(joined).parameters == (("app", value), ("state", state), ("code", "c,d"))
    apart = parse_callback(f"/cb?app={quote(value)}&state={state}&code=c,d")
    assert split_at_commas(apart) == apart


@given(GENERATION, ADDRESS)
def test_the_registered_address_goes_out_as_it_is(generation, return_to):
    """Without a state inside, what goes out is the registered address, but for the joint that a generation wants."""
    settings = guangdong_settings(state_mode="cookie_only", generation=generation, redirect_uris=[return_to])
    sent = redirect_uri(settings, return_to, "s")
    assert sent == (return_to.replace("&", ",") if generation == "am" else return_to)
    assert parse_qs(urlsplit(sent).query).keys() <= parse_qs(urlsplit(return_to).query).keys()
