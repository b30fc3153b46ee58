"""The whole table of result codes: each raises what it means, as an error that names who can act."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.unit.providers.iamsmart_side import reply
from xbridge.core.errors import ProviderRejected, UserDeclined, XBridgeError
from xbridge.core.http import HTTPReply
from xbridge.providers.iamsmart.code import MEANINGS, meaning
from xbridge.providers.iamsmart.reply import CODE, parse_envelope, raise_for_code

DECLINED = {"D40000", "D40001", "D50001", "D60000", "D60001", "D70000", "D70001", "D71000", "D71001", "D80001"}
TIMED_OUT = {"D40003", "D50003", "D60003", "D70003", "D71003", "D80003"}
NUMBERS = (
    "D00000 D20000 D20001 D20002 D20003 D20004 D20005 D20006 D20007 D20008 D20009 D20010 D20011 D20012 D20015 D30001"
    " D30002 D30003 D30004 D40000 D40001 D40002 D40003 D40004 D50001 D50002 D50003 D60000 D60001 D60002 D60003 D70000"
    " D70001 D70002 D70003 D70004 D70005 D70006 D71000 D71001 D71002 D71003 D71004 D71005 D71006 D71007 D71008 D71009"
    " D80001 D80002 D80003"
).split()


def test_the_table_is_whole():
    """Every code of the dossier's section 5 is there, and no other."""
    assert sorted(MEANINGS) == NUMBERS


@pytest.mark.parametrize("code", sorted(MEANINGS))
def test_each_code_raises_what_it_means(code):
    """Success returns, the person's refusals are ``UserDeclined``, everything else is a rejection with its number."""
    row = MEANINGS[code]
    assert CODE.fullmatch(row.code)
    assert row.text
    if code == "D00000":
        raise_for_code(code, step="getToken")
        return
    with pytest.raises(XBridgeError) as caught:
        raise_for_code(code, step="getToken", text="secret text")
    error = caught.value
    assert type(error) is (UserDeclined if code in DECLINED else ProviderRejected)
    assert (error.provider_code, error.step) == (code, "getToken")
    assert not error.retryable
    assert "secret text" not in f"{error!s} {error!r} {error.diagnostics()} {vars(error)}"
    if isinstance(error, ProviderRejected):
        assert row.text in str(error)
        assert error.provider_text.reveal() == "secret text"
    assert (row.result == "timed_out") == (code in TIMED_OUT)
    assert (row.result == "declined") == (code in DECLINED)


def test_a_family_is_its_numbers():
    """Codes of one hundred belong to one step, which is how a callback's kind is checked."""
    families = {
        "D4": "login", "D5": "profile", "D6": "form", "D70": "signing", "D71": "bulk_signing", "D8": "step_up",
        "D2": "general", "D3": "key", "D0": "success",
    }  # fmt: skip
    for code, row in MEANINGS.items():
        assert families.get(code[:3], families.get(code[:2])) == row.family, code


@pytest.mark.parametrize("code", ["D99999", "M40004", "D78000", "D20022"])
def test_an_unknown_code_keeps_its_number_and_text(code):
    """What nobody told us about is a rejection with its code; its text is kept where nothing prints it by accident."""
    assert meaning(code) is None
    envelope = parse_envelope(
        HTTPReply(status=200, content=b'{"code":"%s","message":"odd\\u0000 text\\n%s"}' % (code.encode(), b"x" * 500)),
        step="getToken",
    )
    with pytest.raises(ProviderRejected) as caught:
        raise_for_code(envelope.code, step="getToken", text=envelope.text)
    assert caught.value.provider_code == code
    assert caught.value.provider_text.reveal().startswith("odd  text")
    assert len(caught.value.provider_text.reveal()) <= 160
    assert caught.value.provider_text.reveal().isprintable()
    assert "odd" not in f"{caught.value} {caught.value!r} {vars(caught.value)}"


def test_a_message_that_is_no_text_is_nothing():
    """A message of another type does not break reading the envelope."""
    content = reply().content.replace(b'"text for people"', b'{"a": 1}')
    assert parse_envelope(HTTPReply(status=200, content=content), step="x").text == ""


def test_the_specification_lists_the_codes():
    """``specs/providers/iamsmart.md`` names every code of the table (ranges written as ``to`` count)."""
    spec = (Path(__file__).resolve().parents[3] / "specs/providers/iamsmart.md").read_text("utf-8")
    named = set(re.findall(r"D[0-9]{5}", spec))
    assert set(MEANINGS) <= named
