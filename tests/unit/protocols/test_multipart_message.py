"""A message in several parts is read in one way or not at all: names, sizes, headers, boundaries and endings."""

from __future__ import annotations

import sys
from email.message import EmailMessage
from email.policy import HTTP
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xbridge.core.errors import Unsupported, VerificationError
from xbridge.protocols.multipart_message import PartLimits, media_type, read_parts

TYPE = "multipart/form-data; boundary=mark"
LIMITS = PartLimits(total=1 << 20, part=1000, parts=4)


def part(name: str, content: bytes, *headers: str, disposition: str = 'form-data; name="{}"') -> bytes:
    """One part with its mark in front."""
    lines = [f"Content-Disposition: {disposition.format(name)}", *headers]
    return b"--mark\r\n" + "\r\n".join(lines).encode() + b"\r\n\r\n" + content + b"\r\n"


def message(*parts: bytes, end: bytes = b"--mark--\r\n") -> bytes:
    """Parts with what ends them."""
    return b"".join(parts) + end


def read(raw: bytes, content_type: str = TYPE, limits: PartLimits = LIMITS) -> dict[str, bytes]:
    """Read with the limits of this file."""
    return read_parts(raw, content_type, limits=limits)


def refusal(raw: bytes, content_type: str = TYPE, limits: PartLimits = LIMITS) -> str:
    """The reason of the refusal."""
    with pytest.raises(VerificationError) as caught:
        read(raw, content_type, limits)
    assert caught.value.claim == "multipart"
    assert caught.value.__cause__ is None
    return caught.value.reason


@pytest.mark.parametrize("end", [b"--mark--\r\n", b"--mark--"])
def test_parts_are_bytes_by_name(end):
    """Each part's bytes come back exactly, with line ends and dashes inside, whatever else its headers say."""
    raw = message(
        part("content", b'{"a":1}', "Content-Type: application/json; charset=UTF-8", "Content-Length: 7"),
        part("addressDocFile", b"\r\n--mar\x00\xff\r\n", "Content-Type: application/octet-stream",
             disposition='form-data; name="{}"; filename="帳單 (1).pdf"'),
        part("empty", b"", "content-transfer-encoding: BINARY"),
        end=end,
    )  # fmt: skip
    assert read(raw) == {"content": b'{"a":1}', "addressDocFile": b"\r\n--mar\x00\xff\r\n", "empty": b""}


def test_the_standard_library_writes_what_we_read():
    """A second opinion: a message that Python's own mail package composes reads the same."""
    mail = EmailMessage(policy=HTTP)
    mail.make_mixed(boundary="----=_Part_0'()+,./:?")
    for name, content in (("one", b"1"), ("two", b"\x00" * 5)):
        inner = EmailMessage(policy=HTTP)
        inner.set_content(content, "application", "octet-stream", cte="binary", disposition="form-data")
        inner.set_param("name", name, header="Content-Disposition")
        mail.attach(inner)
    mail.set_type("multipart/form-data")
    raw = mail.as_bytes().partition(b"\r\n\r\n")[2]
    assert read(raw, str(mail["Content-Type"]).replace("\r\n", "")) == {"one": b"1", "two": b"\x00" * 5}


ONE = part("content", b"{}")
HOSTILE = {
    "nothing": (b"", "malformed"),
    "no part": (b"--mark--\r\n", "malformed"),
    "text before": (b"hello\r\n" + message(ONE), "malformed"),
    "an empty line before": (b"\r\n" + message(ONE), "malformed"),
    "text behind": (message(ONE, end=b"--mark--\r\n\r\n"), "malformed"),
    "a part behind the end": (message(ONE, end=b"--mark--\r\n" + part("x", b"")), "malformed"),
    "two ends": (message(ONE, end=b"--mark--\r\n--mark--\r\n"), "malformed"),
    "no end": (ONE, "malformed"),
    "cut in a header": (message(ONE)[:30], "malformed"),
    "bare line feeds": (message(ONE).replace(b"\r\n", b"\n"), "malformed"),
    "a blank behind the mark": (message(ONE).replace(b"--mark\r\n", b"--mark \r\n"), "malformed"),
    "a longer mark inside": (message(part("content", b"x\r\n--markus\r\n")), "malformed"),
    "a name twice": (message(ONE, part("other", b""), ONE), "duplicated"),
    "a disposition twice": (message(part("a", b"", 'Content-Disposition: form-data; name="b"')), "duplicated"),
    "a name twice in one part": (message(part("a", b"", disposition='form-data; name="{}"; name="b"')), "duplicated"),
    "a name in two cases": (message(part("a", b"", disposition='form-data; name="{}"; NAME="b"')), "duplicated"),
    "a type twice": (message(part("a", b"", "Content-Type: a/b", "Content-Type: a/c")), "duplicated"),
    "no headers": (b"--mark\r\n\r\nx\r\n--mark--\r\n", "malformed"),
    "no disposition": (b"--mark\r\nContent-Type: a/b\r\n\r\nx\r\n--mark--\r\n", "malformed"),
    "an attachment": (message(part("a", b"", disposition='attachment; name="{}"')), "malformed"),
    "no name": (message(part("a", b"", disposition="form-data")), "malformed"),
    "an empty name": (message(part("", b"")), "malformed"),
    "a long name": (message(part("n" * 65, b"")), "malformed"),
    "a name with a slash": (message(part("../a", b"")), "malformed"),
    "a name in another script": (message(part("文件", b"")), "malformed"),
    "an extended name": (message(part("a", b"", disposition="form-data; name*=utf-8''{}")), "malformed"),
    "a quote in the name": (message(part('a\\"b', b"")), "malformed"),
    "a backslash in a file's name": (
        message(part("a", b"", disposition='form-data; filename="x\\"; name="{}"')),
        "malformed",
    ),
    "no quote at the end": (message(part("a", b"", disposition='form-data; name="{}')), "malformed"),
    "words behind the name": (message(part("a", b"", disposition='form-data; name="{}" and more')), "malformed"),
    "a line that is continued": (message(part("a", b"", "X-A: 1", " 2")), "malformed"),
    "a header without a colon": (message(part("a", b"", "X-A")), "malformed"),
    "a header that is not utf-8": (message(part("a", b"", "X-A: b").replace(b"X-A: b", b"X-A: \xff")), "malformed"),
    "a part in base64": (message(part("a", b"e30=", "Content-Transfer-Encoding: base64")), "malformed"),
    "a part in quoted-printable": (message(part("a", b"", "Content-Transfer-Encoding: quoted-printable")), "malformed"),
    "a length that is short": (message(part("a", b"xyz", "Content-Length: 2")), "malformed"),
    "a length that is long": (message(part("a", b"xyz", "Content-Length: 4")), "malformed"),
    "a length that is negative": (message(part("a", b"", "Content-Length: -1")), "malformed"),
    "a long header": (message(part("a", b"", "X-A: " + "b" * 1100)), "too_large"),
    "a long header without an end": (b"--mark\r\nX-A: " + b"b" * 5000 + b"\r\n--mark--", "too_large"),
    "many headers": (message(part("a", b"", "X-A: 1", "X-B: 1", "X-C: 1", "X-D: 1")), "too_large"),
    "many parts": (message(*(part(f"n{number}", b"") for number in range(5))), "too_large"),
    "a large part": (message(part("a", bytes(1001))), "too_large"),
    "a large message": (message(part("a", bytes(1 << 20))), "too_large"),
}


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_a_hostile_message_is_refused(name):
    """Whatever could be read in two ways, is too large, or is no message of parts, is refused for its reason."""
    raw, reason = HOSTILE[name]
    assert refusal(raw) == reason


@pytest.mark.parametrize(
    ("content_type", "reason"),
    [
        ("multipart/form-data", "malformed"),
        ("multipart/form-data; boundary=", "malformed"),
        ('multipart/form-data; boundary=""', "malformed"),
        ('multipart/form-data; boundary="mark "', "malformed"),
        ("multipart/form-data; boundary=" + "m" * 71, "malformed"),
        ('multipart/form-data; boundary="m\\ark"', "malformed"),
        ('multipart/form-data; boundary="m\rark"', "malformed"),
        ('multipart/form-data; x="\\"; boundary="mark"', "malformed"),
        ("multipart/form-data; boundary=mark; boundary=mark", "duplicated"),
        ("multipart/form-data; boundary=other; Boundary=mark", "duplicated"),
        ("multipart/form-data; boundary=mark;", "malformed"),
        ("multipart/form-data boundary=mark", "malformed"),
        ("multipart/mixed; boundary=mark", "malformed"),
        ("multipart/form-data, multipart/form-data; boundary=mark", "malformed"),
        ("application/json", "malformed"),
        ("", "malformed"),
        ("multipart/form-data; boundary=mark; x=" + "y" * 1024, "too_large"),
    ],
)
def test_the_mark_is_beyond_doubt(content_type, reason):
    """A missing, odd or repeated boundary is refused before a byte of the message is read."""
    assert refusal(message(ONE), content_type) == reason


@pytest.mark.parametrize("boundary", ["m" * 71, "ma rk", "m@rk", "märk"])
def test_a_mark_has_the_form_of_one(boundary):
    """A boundary that RFC 2046 does not know is refused also where the message bears it."""
    raw = message(ONE).replace(b"--mark", b"--" + boundary.encode())
    assert refusal(raw, f'multipart/form-data; boundary="{boundary}"') == "malformed"


def test_the_whole_is_bounded_as_well_as_the_parts():
    """Parts that are small enough each may not be too many bytes together."""
    raw = message(part("a", bytes(900)), part("b", bytes(900)))
    assert refusal(raw, limits=PartLimits(total=len(raw) - 1, part=1000)) == "too_large"
    assert len(read(raw, limits=PartLimits(total=len(raw), part=1000))) == 2


def test_a_media_type_and_its_parameters():
    """Names are compared in lower case, values are kept as they are, quoted or not."""
    assert media_type('Application/JSON ; Charset="UTF-8"') == ("application/json", {"charset": "UTF-8"})
    assert media_type("a/b") == ("a/b", {})


@pytest.mark.slow
def test_a_large_message_is_read_or_refused_quickly():
    """Sixteen mebibytes of one part, of beginnings of marks, or of line ends take less than a few seconds."""
    limits = PartLimits(total=1 << 25, part=1 << 25)
    size = 1 << 24
    began = perf_counter()
    for filling in (bytes(size), b"\r" * size, b"\r\n--mar" * (size // 7), b"\r\n" * (size // 2)):
        assert read(message(part("a", filling)), limits=limits) == {"a": filling}
    assert refusal(b"--mark\r\n" * (size // 8), limits=limits) == "malformed"
    assert refusal(b"--mark\r\n" * (size // 8) + b"\r\n--mark--", limits=limits) == "malformed"
    assert perf_counter() - began < 10


def test_without_the_package_it_says_what_to_install(monkeypatch):
    """The reader belongs to an extra; where that is not installed, the error names it."""
    monkeypatch.setitem(sys.modules, "multipart", None)
    with pytest.raises(Unsupported, match="extra web"):
        read(message(ONE))


@given(st.binary(max_size=300), st.text(max_size=60))
def test_any_bytes_are_read_or_refused(raw, boundary):
    """No bytes and no header make it fail in another way."""
    for body in (raw, message(part("a", raw)), b"--mark\r\n" + raw + b"\r\n--mark--"):
        for content_type in (TYPE, f"multipart/form-data; boundary={boundary}", boundary):
            try:
                parts = read(body, content_type)
            except VerificationError:
                continue
            assert all(content in body for content in parts.values())


@given(
    st.dictionaries(
        st.from_regex(r"[A-Za-z0-9_.-]{1,64}", fullmatch=True), st.binary(max_size=50), min_size=1, max_size=4
    )
)
def test_what_is_written_plainly_is_read_back(parts):
    """Every set of plainly named parts that does not hold the mark comes back as it was."""
    raw = message(*(part(name, content) for name, content in parts.items()))
    if not any(b"--mark" in content for content in parts.values()):
        assert read(raw) == parts
