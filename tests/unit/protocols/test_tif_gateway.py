"""Signing for the TIF gateway and checking what it signed: form, order of fields, and nothing that could be read two ways."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xbridge.core.errors import ConfigError, TokenInvalid
from xbridge.protocols.tif_gateway import (
    is_gateway_header,
    read_headers,
    refusal_for,
    sign_request,
    signature_of,
    verify_nonce_form,
    verify_signature,
    verify_time,
)

NOW = datetime(2026, 6, 1, 4, 0, tzinfo=UTC)
TOKEN, NONCE = "a-token-of-this-test", "0123456789abcdef"


def signed(family="tif", **user):
    """The headers of an inbound request."""
    timestamp = str(int(NOW.timestamp()))
    signature = signature_of(TOKEN, timestamp=timestamp, nonce=NONCE, **user)
    values = {"paasid": "svc", "timestamp": timestamp, "nonce": NONCE, "signature": signature, **user}
    return [(f"x-{family}-{name}", value) for name, value in values.items()]


def replaced(headers, **changes):
    """The same headers, some with other values."""
    return [(name, changes.get(name.rpartition("-")[2], value)) for name, value in headers]


def refused(call):
    """The claim and the reason for which ``call`` refuses."""
    with pytest.raises(TokenInvalid) as caught:
        call()
    return caught.value.claim, caught.value.reason


def test_what_is_read_is_what_was_signed():
    """Headers in any spelling of their names give one set of values, and those verify."""
    found = read_headers([(name.title(), f" {value}\t") for name, value in signed(uid="u", uinfo="i", ext="e")])
    assert (found.paasid, found.nonce, found.uid, found.uinfo, found.ext) == ("svc", NONCE, "u", "i", "e")
    verify_signature(found, TOKEN)


@pytest.mark.parametrize("missing", ["timestamp", "nonce", "signature"])
@pytest.mark.parametrize("how", ["absent", "empty"])
def test_every_demanded_header_is_there(missing, how):
    """A request without one of them, or with an empty one, is refused as missing."""
    headers = [(n, v) for n, v in signed() if how == "empty" or not n.endswith(missing)]
    headers = replaced(headers, **{missing: ""})
    assert refused(lambda: read_headers(headers)) == ("headers", "missing")


@pytest.mark.parametrize("name", ["paasid", "timestamp", "nonce", "signature", "uid", "uinfo", "ext"])
@pytest.mark.parametrize("how", ["twice", "joined", "underscore"])
def test_every_header_is_there_once(name, how):
    """The same header twice is refused, whatever the two say: as two lines, joined by a server, or spelled for WSGI."""
    headers = signed(uid="u", uinfo="i", ext="e")
    value = dict(headers)[f"x-tif-{name}"]
    if how == "joined":
        headers = replaced(headers, **{name: f"{value},{value}"})
    else:
        headers.append((f"x-tif-{name}" if how == "twice" else f"X_TIF_{name.upper()}", value))
    assert refused(lambda: read_headers(headers)) == ("headers", "duplicated")


@pytest.mark.parametrize("value", ["陳", "a b", "a\x00", "a\r\nb", "é", "\ud800"])
def test_values_are_printable(value):
    """Whatever is not printable ASCII is refused: servers disagree about which bytes it stands for."""
    assert refused(lambda: read_headers(replaced(signed(uid="u"), uid=value))) == ("headers", "malformed")


def test_values_are_bounded():
    """A field of 513 characters is refused; ``ext`` may hold more, and has its own bound."""
    assert refused(lambda: read_headers(replaced(signed(uid="u"), uid="u" * 513))) == ("headers", "too_large")
    read_headers(replaced(signed(uid="u", ext="e"), ext="e" * 16384))
    assert refused(lambda: read_headers(replaced(signed(uid="u", ext="e"), ext="e" * 16385))) == (
        "headers",
        "too_large",
    )


def test_the_predecessor_s_headers_count_by_setting_only():
    """``x-rio-*`` is not read unless asked for, and never mixed with the other family."""
    assert refused(lambda: read_headers(signed("rio"))) == ("headers", "missing")
    found = read_headers(signed("rio", uid="u"), families=("tif", "rio"))
    assert (found.family, found.uid) == ("rio", "u")
    verify_signature(found, TOKEN)
    mixed = [*signed()[:2], *signed("rio")[2:]]
    assert refused(lambda: read_headers(mixed, families=("tif", "rio"))) == ("headers", "duplicated")


@pytest.mark.parametrize(
    ("age", "reason"), [(0, ""), (180, ""), (181, "expired"), (-1, ""), (-2, "not_yet_valid"), (10**9, "expired")]
)
def test_the_window(age, reason):
    """A request is good for 180 seconds after it was signed, and here one second before."""
    found = read_headers(signed())

    def check():
        verify_time(found, now=NOW + timedelta(seconds=age, milliseconds=900), window_s=180, future_s=1)

    if reason:
        assert refused(check) == ("timestamp", reason)
    else:
        check()


@pytest.mark.parametrize(
    "text", ["0", "-1780286400", "17802864000", "1780286400.0", "+178028640", "0x6a1d0400", "١٧٨٠٢٨٦٤٠٠"]
)
def test_a_time_is_ten_digits(text):
    """Whatever is not ten ASCII digits is no time, since its length is what separates it from the secret."""
    found = read_headers(signed())
    object.__setattr__(found, "timestamp", text)
    assert refused(lambda: verify_time(found, now=NOW, window_s=180, future_s=1)) == ("timestamp", "malformed")


@pytest.mark.parametrize("nonce", ["0123", "0" * 37, "0123456789.", "0123456789_", "0123456789\u00b2"])
def test_the_nonce_s_form(nonce):
    """A nonce is 10 to 36 letters, digits and hyphens."""
    found = read_headers(signed())
    object.__setattr__(found, "nonce", nonce)
    assert refused(lambda: verify_nonce_form(found, lengths=(10, 36))) == ("nonce", "malformed")


@pytest.mark.parametrize("field", ["timestamp", "nonce", "uid", "uinfo", "ext"])
def test_every_signed_field_is_signed(field):
    """A change of any of them breaks the signature."""
    headers = signed(uid="u-001", uinfo="uinfo", ext="ext")
    changed = replaced(headers, **{field: dict(headers)[f"x-tif-{field}"][:-1] + "x"})
    assert refused(lambda: verify_signature(read_headers(changed), TOKEN)) == ("signature", "mismatch")


def test_another_token_signs_nothing():
    """What another token signed does not verify, nor does what is no digest."""
    assert refused(lambda: verify_signature(read_headers(signed()), TOKEN + "x")) == ("signature", "mismatch")
    for text in ("", "00", "g" * 64, "0" * 63, "0" * 65):
        found = read_headers(signed())
        object.__setattr__(found, "signature", text)
        assert refused(lambda: verify_signature(found, TOKEN)) == ("signature", "malformed")  # noqa: B023 - called at once


def test_taking_the_user_away_breaks_it():
    """A request about a user does not verify as one about nobody, although neither form names its fields."""
    headers = [(n, v) for n, v in signed(uid="u", uinfo="i", ext="e") if not n.endswith(("uid", "uinfo", "ext"))]
    assert refused(lambda: verify_signature(read_headers(headers), TOKEN)) == ("signature", "mismatch")


FIELD = st.text(alphabet="ab0-=,.", max_size=6)


@given(st.tuples(FIELD, FIELD, FIELD, FIELD), st.tuples(FIELD, FIELD, FIELD, FIELD))
def test_one_signed_text_reads_one_way(one, two):
    """Two requests with the same signed text are the same request: no accepted value can move a border.

    This is why a nonce has no comma: with one it could swallow the user of a signed request, be a new nonce and so a
    replay that nobody notices.
    """
    read = []
    for nonce, uid, uinfo, ext in (one, two):
        text = f"{NONCE}{nonce}" + (f",{uid},{uinfo},{ext}" if uid else "")
        headers = replaced(signed(uid="u", uinfo="i", ext="e"), nonce=NONCE + nonce, uid=uid, uinfo=uinfo, ext=ext)
        try:
            found = read_headers(headers)
            verify_nonce_form(found, lengths=(10, 36))
        except TokenInvalid:
            return
        read.append((text, found.nonce, found.uid, *((found.uinfo, found.ext) if found.uid else ())))
    if read[0][0] == read[1][0]:
        assert read[0] == read[1]


def test_signing_refuses_what_could_be_read_two_ways():
    """A nonce with a comma, a service id with a line break and a time of another length are refused before signing."""
    good: dict[str, Any] = {"paasid": "svc", "token": TOKEN, "nonce": NONCE, "now": NOW}
    assert dict(sign_request(**good, service_id="svc-1"))["x-tif-serviceId"] == "svc-1"
    assert dict(sign_request(**good, family="rio"))["x-rio-nonce"] == NONCE
    bads: tuple[dict[str, Any], ...] = (
        {"nonce": "a,b"},
        {"nonce": ""},
        {"service_id": "a\r\nb"},
        {"now": datetime(1980, 1, 1, tzinfo=UTC)},
    )
    for bad in bads:
        with pytest.raises(ConfigError):
            sign_request(**{**good, **bad})


@pytest.mark.parametrize(
    ("claim", "reason", "code", "text"),
    [
        ("paasid", "unknown", 400000400, "unknown paas info."),
        ("headers", "missing", 400000400, "missing headers."),
        ("headers", "duplicated", 400000400, "missing headers."),
        ("timestamp", "malformed", 400000400, "invalid timestamp."),
        ("timestamp", "expired", 400000400, "timestamp is out of date."),
        ("timestamp", "not_yet_valid", 400000400, "timestamp is out of date."),
        ("nonce", "replayed", 400000400, "invalid nonce."),
        ("signature", "mismatch", 400000401, "bad signature."),
        ("user", "malformed", 400000400, "missing headers."),
    ],
)
def test_refusals_are_the_gateway_s_own(claim, reason, code, text):
    """Each check that fails has the gateway's code and text."""
    refusal = refusal_for(TokenInvalid(claim, reason=reason))
    assert (refusal.errcode, refusal.errmsg) == (code, text)


@pytest.mark.parametrize("name", ["x-tif-uid", "X-TIF-Anything", "x_tif_uid", "X_Rio-Uid", "x-rio-paasid"])
def test_the_gateway_s_names(name):
    """Every header of either family is known by its name, however it is spelled; others are not."""
    assert is_gateway_header(name)
    assert not is_gateway_header(name.replace("-", "").replace("_", ""))
