"""What ``xbridge verify`` says about who signed, in three languages, and how it ends."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.journey.traveller import Traveller
from tests.unit.consent.signatory import Authority
from tests.unit.crypto.binding import require_binding
from tests.unit.evidence.binder import Binder
from tests.unit.evidence.test_subject import trusting
from xbridge.cli.verification import run_verify
from xbridge.cli.wording import CHECKS, TEXTS, check_lines
from xbridge.core.language import LANGUAGES, Language
from xbridge.crypto.digest import sha256_hex
from xbridge.crypto.key import SigningKey
from xbridge.crypto.sm2_signing import Sm2SigningKey
from xbridge.evidence.bundle import read_bundle
from xbridge.evidence.trust import trust_bytes, trusted_key
from xbridge.flows.verification import CHECKS as NAMES
from xbridge.flows.verification import verify_bundle

AUTHORITY = Authority()
PERSON = AUTHORITY.issue("Chan Tai Man")


@pytest.fixture(scope="module")
def binder() -> Binder:
    """A giving that the person signed as well."""
    traveller = Traveller()
    _, consent = traveller.agreed()
    binder = Binder.of(read_bundle(traveller.bridge.evidence(consent)), traveller.deps.record_keys)
    binder.signed_by(PERSON)
    return binder


@pytest.fixture(scope="module")
def folder(binder: Binder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle with trust files that know more and less."""
    found = tmp_path_factory.mktemp("verify")
    (found / "evidence.zip").write_bytes(binder.bind())
    (found / "trust.json").write_bytes(trust_bytes(trusting(binder.trust(), AUTHORITY)))
    (found / "without.json").write_bytes(trust_bytes(binder.trust()))
    (found / "other.json").write_bytes(trust_bytes(trusting(binder.trust(), Authority("Somebody else"))))
    return found


def verify(
    folder: Path, trust: str, *, language: Language = "en", show_signer: bool = False, as_json: bool = False
) -> int:
    """Run the command's function."""
    path = folder / trust if trust else None
    return run_verify(folder / "evidence.zip", path, language=language, show_signer=show_signer, as_json=as_json)


@pytest.mark.parametrize(
    ("trust", "code", "says"),
    [
        ("trust.json", 0, ("verified", "核實無誤", "核验通过")),
        (
            "without.json",
            2,
            (
                "the resident's certificate is not anchored",
                "居民的證書未能追溯至受信任的核證機關",
                "居民的证书未能追溯到受信任的认证机构",
            ),
        ),
        ("other.json", 1, ("FAILED", "不通過", "未通过")),
        ("", 2, ("signer unknown", "簽署人身分不明", "签名人身份不明")),
    ],
    ids=["the authority", "no authority", "another authority", "no trust file"],
)
def test_how_it_ends(
    folder: Path, capsys: pytest.CaptureFixture[str], trust: str, code: int, says: tuple[str, str, str]
) -> None:
    """Zero only where every signature leads to the trust file, in every language; and never the person's name."""
    for language, words in zip(LANGUAGES, says, strict=True):
        assert verify(folder, trust, language=language) == code
        printed = capsys.readouterr().out
        assert words in printed
        assert "Chan" not in printed
        assert (sha256_hex(PERSON.certificate) in printed) is (code != 1)


def test_an_authority_of_sm2_needs_its_extra(
    folder: Path, binder: Binder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without the extra the command says what to install, brackets and all; it neither fails the bundle nor passes it."""
    require_binding()
    (folder / "sm2.json").write_bytes(trust_bytes(trusting(binder.trust(), Authority(kind="sm2"))))
    monkeypatch.setitem(sys.modules, "gmssl_pyx", None)
    assert verify(folder, "sm2.json") == 3
    assert "xbridge-gba[gm]" in capsys.readouterr().out


def test_authorities_inside_a_bundle_need_no_extra(
    folder: Path, binder: Binder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A bundle whose issuer lists an authority of SM2 is read without the extra: its own anchors count for nobody."""
    require_binding()
    keys = trust_bytes(trusting(binder.trust(), Authority(kind="sm2")))
    (folder / "sm2.zip").write_bytes(binder.bind(lambda members: members.update({"keys.json": keys})))
    monkeypatch.setitem(sys.modules, "gmssl_pyx", None)
    for trust, code in ((folder / "trust.json", 0), (None, 2)):
        assert run_verify(folder / "sm2.zip", trust, language="en", show_signer=False, as_json=False) == code
        assert "xbridge-gba[gm]" not in capsys.readouterr().out


HOSTILE = "[/x] \x1b[2K\n  verified: \x9b1m\u202e\u2028 :smile:"
TAMED = "[/x] �[2K�  verified: �1m�� :smile:"


def test_a_bundle_cannot_write_on_the_terminal(
    binder: Binder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Words of a bundle and of a certificate are shown as they are, on their own line: no markup, no control."""
    hostile = replace(binder, records=list(binder.records))
    hostile.signed_by(AUTHORITY.issue(HOSTILE))
    bundle, trust = tmp_path / "a[b]\n.zip", tmp_path / "trust.json"
    trust.write_bytes(trust_bytes(trusting(hostile.trust(), AUTHORITY)))
    bundle.write_bytes(hostile.bind())
    assert run_verify(bundle, trust, language="en", show_signer=True, as_json=False) == 0
    printed = capsys.readouterr().out
    assert f"a[b]�.zip: consent {binder.consent}\n" in printed
    assert f"CN={TAMED}" in printed
    assert run_verify(bundle, trust, language="en", show_signer=True, as_json=True) == 0
    printed = capsys.readouterr().out
    assert printed.replace("\n", "").isprintable()
    assert HOSTILE in json.loads(printed)["resident"]["holder"]
    bundle.write_bytes(b"no bundle")
    assert run_verify(bundle, trust, language="en", show_signer=False, as_json=False) == 1
    assert "a[b]�.zip:\n" in capsys.readouterr().out


def test_a_trust_file_whose_keys_cannot_be_used_is_unreadable(
    folder: Path, binder: Binder, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither a key that is none nor a log key that no checkpoint can have is a statement about the bundle."""
    trust = binder.trust()
    record, log = trust.keys
    p256 = SigningKey.generate("ES256").public()
    for bad in (
        record.model_copy(update={"jwk": {"kty": "oct", "k": "AAAA"}}),
        trusted_key(p256, "log", valid_from=log.valid_from),
    ):
        (folder / "bad.json").write_bytes(trust_bytes(trust.model_copy(update={"keys": (record, log, bad)})))
        assert verify(folder, "bad.json") == 3
        assert "FAILED" not in capsys.readouterr().out


def test_the_name_is_for_those_who_ask(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Only --show-signer prints whom the certificate was issued to."""
    assert verify(folder, "trust.json", show_signer=True) == 0
    assert "CN=Chan Tai Man" in capsys.readouterr().out
    assert verify(folder, "trust.json", show_signer=True, as_json=True) == 0
    assert json.loads(capsys.readouterr().out)["resident"]["holder"] == "CN=Chan Tai Man,C=HK"


@pytest.mark.parametrize(
    ("trust", "result", "code"),
    [
        ("trust.json", "verified", 0),
        ("without.json", "consistent, the resident's certificate is not anchored", 2),
        ("", "consistent, signer unknown", 2),
    ],
)
def test_as_data(folder: Path, capsys: pytest.CaptureFixture[str], trust: str, result: str, code: int) -> None:
    """A script reads the result, the exit code and whose certificate it was, and no name."""
    assert verify(folder, trust, as_json=True, language="zh-Hant") == code
    text = capsys.readouterr().out
    document = json.loads(text)
    assert (document["result"], document["exit_code"]) == (result, code)
    assert document["resident"] == {
        "algorithm": "SHA256withRSA",
        "certificate": sha256_hex(PERSON.certificate),
        "anchor": sha256_hex(AUTHORITY.certificate) if code == 0 else "",
        "signed_at": "2026-06-01T04:01:00Z",
    }
    assert "Chan" not in text


def test_the_words_are_those_of_the_checks(binder: Binder) -> None:
    """Each check has words in each language, and the English ones are what the library itself says."""
    assert {*CHECKS, "subject"} == set(NAMES)
    found = verify_bundle(binder.bind(), trusting(binder.trust(), AUTHORITY))
    in_english = dict(check_lines(found, "en"))
    assert {name: text for name, text in in_english.items() if name != "subject"} == {
        name: text for name, text in found.checks if name != "subject"
    }
    for texts in (*CHECKS.values(), *TEXTS.values()):
        assert len(set(texts)) >= 2
        assert all(text.strip() for text in texts)
    for language in LANGUAGES:
        assert [name for name, _ in check_lines(found, language)] == list(NAMES)
        assert "{" not in "".join(text for _, text in check_lines(found, language))


# --- Two signatures --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def twice(binder: Binder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle whose records carry an SM2 signature beside the other, with trust files that list either or both."""
    require_binding()
    found = tmp_path_factory.mktemp("twice")
    dual = replace(binder, sm2_key=Sm2SigningKey.generate())
    trust = trusting(dual.trust(), AUTHORITY)
    sm2 = tuple(key for key in trust.keys if key.is_sm2 or key.use != "record")
    (found / "evidence.zip").write_bytes(dual.bind())
    (found / "any.json").write_bytes(trust_bytes(trust))
    (found / "both.json").write_bytes(trust_bytes(trust.model_copy(update={"require": "both"})))
    (found / "sm2.json").write_bytes(trust_bytes(trust.model_copy(update={"keys": sm2})))
    plain = tuple(key for key in trust.keys if not key.is_sm2)
    (found / "plain.json").write_bytes(trust_bytes(trust.model_copy(update={"keys": plain})))
    return found


SAYS = {
    "verified": ("verified", "核實無誤", "核验通过"),
    "unknown": ("passed over: its key is not listed", "略過：其密鑰未有列出", "略过：其密钥未列出"),
    "not_checked": (
        "not checked: pip install xbridge-gba[gm]", "未有核實：請安裝 xbridge-gba[gm]", "未核验：请安装 xbridge-gba[gm]",
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("trust", "extra", "code", "first", "second"),
    [
        ("any.json", True, 0, "verified", "verified"),
        ("both.json", True, 0, "verified", "verified"),
        ("sm2.json", True, 0, "unknown", "verified"),
        ("plain.json", True, 0, "verified", "unknown"),
        ("any.json", False, 0, "verified", "not_checked"),
        ("plain.json", False, 0, "verified", "unknown"),
        ("both.json", False, 3, "", ""),
        ("sm2.json", False, 3, "", ""),
    ],
)
def test_what_became_of_each_signature(
    twice: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    trust: str,
    extra: bool,
    code: int,
    first: str,
    second: str,
) -> None:
    """A line for each, in every language and as data; without the extra it says what to install, and how far it got."""
    if not extra:
        monkeypatch.setitem(sys.modules, "gmssl_pyx", None)
    for number, language in enumerate(LANGUAGES):
        assert verify(twice, trust, language=language) == code
        printed = capsys.readouterr().out
        if code == 3:
            assert "xbridge-gba[gm]" in printed
            continue
        for member in ("manifest.sig.json", "consent/0001.json"):
            lines = [line.split("  ") for line in printed.splitlines() if line.strip().startswith(member)]
            assert [line[-1] for line in lines] == [SAYS[first][number], SAYS[second][number]]
    assert verify(twice, trust, as_json=True) == code
    document = json.loads(capsys.readouterr().out)
    assert document["exit_code"] == code
    if code == 0:
        assert [(each["alg"], each["state"]) for each in document["signatures"]] == [
            ("EdDSA", first), ("SM2", second),
        ] * 2  # fmt: skip


def test_a_missing_signature_is_named(
    twice: Path, folder: Path, capsys: pytest.CaptureFixture[str], binder: Binder
) -> None:
    """Where both are required, a bundle with one fails at the first signed thing, and the line says why."""
    one = folder / "evidence.zip"
    code = run_verify(one, twice / "both.json", language="en", show_signer=False, as_json=False)
    assert code == 1
    assert "requires both signatures" in capsys.readouterr().out
