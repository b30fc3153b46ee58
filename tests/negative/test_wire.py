"""Requests that were changed on their way, and replies that never came: what the mocks refuse must end as our error."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from tests.negative.catalogue import FAMILY
from tests.negative.refusal import refused
from tests.negative.stage import COLOURS, PROVIDERS, Stage
from xbridge_mocks import MockClock
from xbridge_mocks.strict_json import load_object

SIDES = (("iamsmart", "/api", "D"), ("corpid", "/api", "D"), ("corpid", "/corpid", "M"))
"""Each platform that signs and seals as iAM Smart does: the provider, where its paths begin, its letter."""

OWN_SECRET = {"guangdong": "40125", "zwrz": "4003"}
"""What the platforms that speak otherwise say of a wrong secret: numbers that their mocks invented."""


def start(stage: Stage, provider: str) -> tuple[str, str]:
    """A pending login and its callback."""
    hop = stage.begin(provider)
    return hop.pending, stage.visit(provider, hop.url)


def set_header(name: str, change: Callable[[str], str]) -> Callable[[dict[str, Any]], None]:
    """A tamper that changes one header of every request to the platform's API."""
    key = f"HTTP_{name.upper()}"

    def tamper(environ: dict[str, Any]) -> None:
        if key in environ:
            environ[key] = change(environ[key])

    return tamper


def set_body(change: Callable[[bytes], bytes]) -> Callable[[dict[str, Any]], None]:
    """A tamper that changes the body of every POST that has one."""

    def tamper(environ: dict[str, Any]) -> None:
        raw = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        if raw:
            raw = change(raw)
        environ["wsgi.input"], environ["CONTENT_LENGTH"] = io.BytesIO(raw), str(len(raw))

    return tamper


def flipped(text: str) -> str:
    """The text with its first character exchanged."""
    return ("A" if text[0] != "A" else "B") + text[1:]


@pytest.mark.parametrize(("provider", "below", "letter"), SIDES)
@pytest.mark.parametrize(
    ("tamper", "code"),
    [
        (set_header("signature", flipped), "20006"),
        (set_header("signature", lambda text: ""), "20002"),
        (set_header("signature", lambda text: text.replace("%", "%25")), "20006"),
        (set_header("signaturemethod", lambda text: "HmacSHA1"), "20005"),
        (set_header("nonce", flipped), "20006"),
        (set_header("timestamp", lambda text: str(int(text) + 1)), "20006"),
        (set_header("clientid", flipped), "20012"),
        (set_body(lambda raw: raw.replace(b"}", b" }")), "20006"),
    ],
    ids=["signature", "no-signature", "encoded-twice", "method", "nonce", "timestamp", "client", "body"],
)
def test_changed_request(stage, tamper, code, provider, below, letter):
    """A signed request that was changed anywhere is refused by the platform, and that is what the caller hears."""
    pending, callback = start(stage, provider)
    stage.wires[provider].before = lambda environ: tamper(environ) if environ["PATH_INFO"].startswith(below) else None
    with refused(stage, "provider_rejected", provider_code=letter + code):
        stage.finish(pending, callback)


def test_reused_nonce(stage):
    """A nonce that the platform has seen is refused; the call is signed afresh twice and then given up."""
    wire, names = stage.wires["iamsmart"], ("HTTP_TIMESTAMP", "HTTP_NONCE", "HTTP_SIGNATURE")
    ours: list[tuple[str, ...]] = []

    def replay(environ: dict[str, Any]) -> None:
        # Only getKey has the same (empty) body each time, so only there a whole signed request can be played again.
        if environ["PATH_INFO"].endswith("getKey"):
            ours.append(tuple(environ[name] for name in names))
            environ.update(zip(names, ours[0], strict=True))

    stage.log_in("iamsmart")
    wire.before = replay
    stage.mock("iamsmart").faults.add("cek_unknown", operation="getToken")
    stage.log_in("iamsmart")
    pending, callback = start(stage, "iamsmart")
    stage.mock("iamsmart").faults.add("cek_unknown", operation="getToken")
    with refused(stage, "provider_rejected", provider_code="D20004", step="getKey"):
        stage.finish(pending, callback)
    assert len(ours) == 1 + 3
    assert len({nonce for _, nonce, _ in ours}) == len(ours), "our own nonces were all different"


@pytest.mark.parametrize("skew_s", [-301, 302])
@pytest.mark.parametrize("colour", COLOURS)
def test_clock_that_is_wrong(colour, skew_s):
    """A clock that is minutes away from the platform's ends in its refusal, not in a loop."""
    stage = Stage(colour)
    try:
        platform = stage.world.clock
        skewed = MockClock(platform.now() + timedelta(seconds=skew_s))
        stage.world.clock = skewed
        pending, callback = start(stage, "iamsmart")
        with refused(stage, "provider_rejected", provider_code="D20004", step="getKey"):
            stage.finish(pending, callback)
        assert stage.wires["iamsmart"].count("getKey") == 3
    finally:
        stage.close()


def test_overtaken_request_is_signed_afresh(stage):
    """A request that arrives after a later one is signed again and passes: at that gate nothing of it was used yet."""
    stage.log_in("iamsmart")
    pending, callback = start(stage, "iamsmart")
    wire = stage.wires["iamsmart"]
    wire.paths.clear()

    def answer_late(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        wire.instead = None
        start_response("200 OK", [("Content-Type", "application/json")])
        return [b'{"txID":"<T=0>","code":"D20004","message":"duplicated request"}']

    wire.instead = answer_late
    assert stage.finish(pending, callback).profile.name
    assert [path.rpartition("/")[2] for path in wire.paths] == ["getToken", "getToken", "profiles"]


@pytest.mark.parametrize(
    ("name", "code"), [("client_secret", "40125"), ("client_id", "40013"), ("redirect_uri", "40030"), ("code", "40029")]
)
def test_changed_query(stage, name, code):
    """Each part of the token request is checked by the platform, and its code reaches the caller as it came."""
    pending, callback = start(stage, "guangdong")

    def tamper(environ: dict[str, Any]) -> None:
        environ["QUERY_STRING"] = environ["QUERY_STRING"].replace(f"{name}=", f"{name}=x")

    stage.wires["guangdong"].before = tamper
    with refused(stage, "provider_rejected", provider_code=code, step="access_token"):
        stage.finish(pending, callback)


def test_wrong_secret(stage):
    """A secret that is not ours is refused by each platform in its own way."""
    for provider in PROVIDERS:
        code = "D20006" if provider in FAMILY else OWN_SECRET[provider]
        sections = {name: dict(section) for name, section in stage.world.config.providers.items()}
        sections[provider]["client_secret"] = "not-the-secret"
        bridge = stage.another_bridge(stage.world.config.model_copy(update={"providers": sections}))
        pending, callback = start(stage, provider)
        with refused(stage, "provider_rejected", provider_code=code) as caught:
            stage.finish(pending, callback, bridge=bridge)
        assert "not-the-secret" not in repr(caught.value)


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize(
    "failure",
    [
        httpx.ConnectError("refused"), httpx.ConnectTimeout("late"), httpx.ReadTimeout("late"), httpx.ReadError("cut"),
        httpx.RemoteProtocolError("torn"), OSError("no route"),
    ],
    ids=lambda failure: type(failure).__name__,
)  # fmt: skip
def test_unreachable(stage, provider, failure):
    """A platform that cannot be reached is unavailable: retryable, typed, and the foreign error stays its cause."""
    pending, callback = start(stage, provider)

    def fail(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        raise failure

    stage.wires[provider].instead = fail
    with refused(stage, "provider_unavailable", provider=provider) as caught:
        stage.finish(pending, callback)
    assert caught.value.retryable
    assert caught.value.__cause__ is failure


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize(
    ("status", "body", "code", "details"),
    [
        ("200 OK", b"", "protocol_error", {"reason": "not_json"}),
        ("200 OK", b"\xff\xfe{}", "protocol_error", {"reason": "not_json"}),
        ("200 OK", b"\xef\xbb\xbf{}", "protocol_error", {"reason": "not_json"}),
        ("200 OK", b"null", "protocol_error", {"reason": "shape"}),
        ("200 OK", b"[]", "protocol_error", {"reason": "shape"}),
        ("200 OK", b"{}", "protocol_error", {"reason": "shape"}),
        ("200 OK", b'{"a":' * 100 + b"1" + b"}" * 100, "protocol_error", {"reason": "not_json"}),
        ("200 OK", b'{"code":NaN}', "protocol_error", {"reason": "not_json"}),
        ("200 OK", b'{"code":"\\ud800"}', "protocol_error", {"reason": "not_json"}),
        ("204 No Content", b"", "protocol_error", {"reason": "not_json"}),
        ("302 Found", b"", "protocol_error", {"reason": "not_json"}),
        ("403 Forbidden", b"<html>", "provider_rejected", {"provider_code": "http_403"}),
        ("404 Not Found", b"<html>", "provider_rejected", {"provider_code": "http_404"}),
        ("429 Too Many Requests", b"<html>", "provider_unavailable", {}),
        ("502 Bad Gateway", b"<html>", "provider_unavailable", {}),
    ],
    ids=lambda value: value[:12] if isinstance(value, str) else None,
)
def test_replies_that_are_none(stage, provider, status, body, code, details):
    """What is not the platform's own JSON is never read as an answer."""
    pending, callback = start(stage, provider)

    def answer(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response(status, [("Content-Type", "application/json"), ("Location", "https://elsewhere.test/")])
        return [body]

    wire = stage.wires[provider]
    wire.paths.clear()
    wire.instead = answer
    with refused(stage, code, **details):
        stage.finish(pending, callback)
    assert len(wire.paths) == 1, "one answer is enough: no redirect followed, nothing repeated"


@pytest.mark.parametrize("provider", FAMILY)
def test_every_request_has_its_own_signature_and_iv(stage, provider):
    """Lesson H5: no nonce, signature or initialisation vector is ever used twice."""
    seen: list[tuple[str, str]] = []
    envelopes: list[object] = []

    def keep(environ: dict[str, Any]) -> None:
        if environ["REQUEST_METHOD"] == "POST" and "HTTP_NONCE" in environ:
            raw = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            environ["wsgi.input"] = io.BytesIO(raw)
            seen.append((environ["HTTP_NONCE"], environ["HTTP_SIGNATURE"]))
            if raw:
                envelopes.append(str(load_object(raw)["content"])[:24])

    stage.wires[provider].before = keep
    for _ in range(5):
        stage.log_in(provider)
    assert len(seen) >= 10
    assert len({nonce for nonce, _ in seen}) == len({signature for _, signature in seen}) == len(seen)
    assert len(set(envelopes)) == len(envelopes)
