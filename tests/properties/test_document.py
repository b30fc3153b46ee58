"""Documents about people, of any shape: read into typed values or refused, and never repeated in an error."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.properties.law import read_or_refused, refused
from tests.properties.strategy.document import ACCESS_TOKEN, FORM, PROFILE, TOKENINFO
from tests.properties.strategy.json_text import ANY, SPOILED, bent, written
from tests.properties.strategy.mark import MARK
from tests.unit.providers.online_service import NOON, guangdong_settings
from xbridge.core.errors import ProtocolError, ProviderError, TamperDetected, VerificationError
from xbridge.core.http import HTTPReply
from xbridge.core.identity import LEVELS
from xbridge.crypto import canonical
from xbridge.providers.guangdong.account_reply import parse_account_reply
from xbridge.providers.guangdong.profile import profile_of
from xbridge.providers.guangdong.reply import MAX_DOCUMENT_BYTES
from xbridge.providers.guangdong.requirement import verify_account
from xbridge.providers.guangdong.token import parse_token_reply
from xbridge.providers.iamsmart.form import parse_form
from xbridge.providers.iamsmart.profile import parse_profile

OK = 200
STATUSES = st.sampled_from([200, 200, 200, 201, 302, 400, 401, 404, 429, 500, 503])


@given(bent(PROFILE) | ANY.filter(lambda value: isinstance(value, dict)))
def test_any_profile(content):
    """A profile is typed text, or the reply breaks the protocol; neither shows what it holds."""
    read, _ = read_or_refused(lambda: parse_profile(content, step="profiles"), ProtocolError)
    if read is not None:
        assert all(isinstance(text, str) for text in (read.name, read.name_en, read.birth_date, read.gender))
        assert MARK not in repr(read)


@given(bent(FORM) | ANY.filter(lambda value: isinstance(value, dict)))
def test_any_form(content):
    """A form is typed to the last line of an address, or refused; its bill is a document or is refused when opened."""
    read, _ = read_or_refused(lambda: parse_form(content, step="form_callback"), ProtocolError)
    if read is not None:
        assert MARK not in repr(read)
        if read.address_doc_file is not None:
            read_or_refused(read.address_doc_file.document, TamperDetected)


def reply(raw: bytes, status: int = OK) -> HTTPReply:
    """A reply of the Guangdong platform."""
    return HTTPReply(status=status, content=raw)


@given(bent(ACCESS_TOKEN) | ANY, STATUSES)
def test_any_token_of_guangdong(document, status):
    """The token step yields a text that can go into a query, or one of the documented errors."""
    token, _ = read_or_refused(lambda: parse_token_reply(reply(written(document), status)), ProviderError)
    if token is not None:
        assert status == OK
        assert 0 < len(token.secret.get_secret_value()) <= 1024
        assert 0 < token.lifetime_s <= 60


@given(
    bent(TOKENINFO) | st.builds(lambda inner: {"biz_content": inner}, bent(TOKENINFO)) | ANY, STATUSES, st.booleans()
)
def test_any_account_of_guangdong(document, status, as_text):
    """Who logged in is exactly one account with one level, or nobody; the account's parent never stands in for it."""
    if as_text and isinstance(document, dict) and isinstance(document.get("userobj"), dict):
        document = {**document, "userobj": json.dumps(document["userobj"])}
    settings = guangdong_settings()

    def read() -> Any:
        account = parse_account_reply(reply(written(document), status))
        verify_account(settings, account, now=NOON)
        return account, profile_of(settings, account)

    found, _ = read_or_refused(read, ProviderError, VerificationError)
    if found is not None:
        account, profile = found
        assert status == OK
        assert len(account.useridcode) == 32
        assert account.level in LEVELS
        assert MARK not in repr(found)
        assert profile.name == account.name


@pytest.mark.parametrize("how", SPOILED)
@pytest.mark.parametrize(("read", "document"), [(parse_token_reply, ACCESS_TOKEN), (parse_account_reply, TOKENINFO)])
def test_what_is_not_json_is_nobody(read, document, how):
    """A text that two readers could understand differently names nobody, at the top and inside a text."""
    raw = SPOILED[how](written(document))
    error = refused(lambda: read(reply(raw)), ProtocolError)
    assert isinstance(error, ProtocolError)
    assert error.reason in {"not_json", "duplicated", "shape"}
    # What is no UTF-8 on the wire cannot stand inside a text that is.
    if "userobj" in document and "UTF-8" not in how:
        inside = SPOILED[how](written(document["userobj"])).decode("latin-1")
        for place in ("userobj", "user_creditable_level"):
            if inside:
                refused(lambda: read(reply(written({**document, place: inside}))), ProtocolError)  # noqa: B023


@pytest.mark.parametrize("filling", [b" ", b"[", b'{"userobj":', b"\xff"])
@pytest.mark.parametrize("read", [parse_token_reply, parse_account_reply])
def test_a_reply_over_the_limit_is_not_parsed(read, filling, monkeypatch):
    """A driver bounds what it reads; should one not, the parser never sees more than the limit."""
    monkeypatch.setattr(canonical, "from_json", lambda *_, **__: pytest.fail("parsed"))
    refused(lambda: read(reply(filling * (MAX_DOCUMENT_BYTES // len(filling) + 1))), ProtocolError)


NOBODY = st.one_of(
    st.just({}), st.none(), st.just("null"), st.just(""), st.lists(st.just(TOKENINFO["userobj"]), max_size=2)
)


@given(NOBODY, ANY | st.just(TOKENINFO["pareobj"]))
def test_a_parent_is_nobody(userobj, parent):
    """Without an account of its own a reply names nobody, whatever stands beside it as the account's parent."""
    refused(lambda: parse_account_reply(reply(written({"userobj": userobj, "pareobj": parent}))), ProtocolError)


@given(ANY | bent(TOKENINFO["pareobj"]))
def test_the_parent_never_stands_in(parent):
    """A parent says for whom the person acts and never who the person is: it is read, absent, or refuses the reply."""
    alone = parse_account_reply(reply(written({**TOKENINFO, "pareobj": "null"})))
    found, _ = read_or_refused(
        lambda: parse_account_reply(reply(written({**TOKENINFO, "pareobj": parent}))), ProtocolError
    )
    if found is not None:
        assert replace(found, parent=None) == alone
        assert found.is_sub_account == (parent not in (None, "", "null"))
        assert found.parent is None or found.parent.useridcode != found.useridcode
