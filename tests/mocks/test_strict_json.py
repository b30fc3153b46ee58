"""Strict JSON has one reading."""

from __future__ import annotations

import pytest

from xbridge_mocks.strict_json import StrictJsonError, load_object

BAD = [
    b"", b"[]", b"1", b"null", b'{"a":1,"a":1}', b'{"a":{"b":1,"b":2}}', b'{"a":NaN}', b'{"a":-Infinity}',
    b'{"a":"\xff"}', b'{"a":"\\ud83d"}', b"{'a':1}", b'{"a":1}x',
    b"\xef\xbb\xbf{}", b'{"a":' + b"[" * 33 + b"]" * 33 + b"}",
    b'{"a":' + b"[" * 100_000,
]  # fmt: skip


@pytest.mark.parametrize("raw", BAD, ids=range(len(BAD)))
def test_refused(raw):
    """Everything that two readers could understand differently is refused."""
    with pytest.raises(StrictJsonError):
        load_object(raw)


def test_the_error_quotes_nothing():
    """A parse error does not repeat its input."""
    with pytest.raises(StrictJsonError) as caught:
        load_object(b'{"name":"S3CRET')
    assert "S3CRET" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_taken():
    """Ordinary JSON is read as it is."""
    assert load_object('{"a":"陳𠮷","b":[1,null,true]}'.encode()) == {"a": "陳𠮷", "b": [1, None, True]}
