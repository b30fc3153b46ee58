"""The command line as a person or a script meets it: real processes, exit codes, what is printed and kept."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from xbridge.demo.journey import Journey
from xbridge.demo.story import STEPS

ARTEFACTS = set(Journey.artefacts)


def xbridge(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "xbridge.cli", *map(str, arguments)],
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=120,
    )


@dataclass(frozen=True)
class Kept:
    """One journey that was run and kept."""

    folder: Path
    printed: str

    @property
    def bundle(self) -> Path:
        """The evidence."""
        return self.folder / "evidence.zip"

    @property
    def trust(self) -> Path:
        """The trust file."""
        return self.folder / "trust.json"


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    """The artefacts of one scripted journey."""
    folder = tmp_path_factory.mktemp("demo") / "out"
    done = xbridge("demo", "--json", "--keep", folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return Kept(folder, done.stdout)


@pytest.mark.slow
def test_the_journey_succeeds_and_keeps_its_artefacts(kept: Kept) -> None:
    """Every step is there, in order, and ended well; the four files are kept; the JSON is all that is printed."""
    document = json.loads(kept.printed)
    assert (document["journey"], document["ok"]) == ("whole", True)
    assert [step["name"] for step in document["steps"]] == list(STEPS)
    assert {step["status"] for step in document["steps"]} == {"ok"}
    assert {path.name for path in kept.folder.iterdir()} == ARTEFACTS
    assert json.loads((kept.folder / "timeline.json").read_text("utf-8")) == document


@pytest.mark.slow
@pytest.mark.parametrize("language", ["zh-Hant", "zh-Hans"])
def test_the_timeline_is_plain_text_in_a_pipe(language: str) -> None:
    """Without a terminal there is no colour code, and each step has its title in the language asked for."""
    done = xbridge("demo", "--lang", language)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "\x1b" not in done.stdout
    for wording in STEPS.values():
        assert wording.title(language) in done.stdout  # type: ignore[arg-type]


@pytest.mark.slow
def test_verify_says_what_it_checked(kept: Kept) -> None:
    """With the right trust file the answer is 0 and names every check."""
    done = xbridge("verify", kept.bundle, "--trust", kept.trust)
    assert done.returncode == 0, done.stdout
    assert "verified" in done.stdout
    assert "consent.withdrawn" in done.stdout
    as_data = json.loads(xbridge("verify", kept.bundle, "--trust", kept.trust, "--json").stdout)
    assert as_data["result"] == "verified"
    assert list(as_data["checks"]) == [
        "container", "manifest", "notice", "consent", "checkpoint", "inclusion", "subject", "decisions", "story",
    ]  # fmt: skip


@pytest.mark.slow
def test_verify_without_trust_does_not_pretend(kept: Kept) -> None:
    """Consistency under the bundle's own keys is exit code 2, because anybody can make such a bundle."""
    done = xbridge("verify", kept.bundle)
    assert done.returncode == 2
    assert "consistent, signer unknown" in done.stdout


@pytest.mark.slow
def test_verify_refuses_another_journey_s_trust(kept: Kept, tmp_path: Path) -> None:
    """A bundle that is consistent under keys nobody trusts fails under the reader's own trust file."""
    other = json.loads(kept.trust.read_text("utf-8"))
    # Where the extra gm is there, the journey signs its records with SM2 as well.
    other["keys"] = [key for key in other["keys"] if key["jwk"]["crv"] == "Ed25519"]
    strangers = [
        {"crv": "Ed25519", "kty": "OKP", "x": text}
        for text in (
            "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
            "_dG1mWwgQoULKN7bMtPvQoeZO4RcJBzEQvhgbTZIZTQ",
            "Gb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE",
        )
    ]
    for key, stranger in zip(other["keys"], strangers, strict=True):
        key["jwk"] = stranger
    wrong = tmp_path / "trust.json"
    wrong.write_text(json.dumps(other), "utf-8")
    done = xbridge("verify", kept.bundle, "--trust", wrong)
    assert done.returncode == 1
    assert "FAILED" in done.stdout


@pytest.mark.slow
def test_verify_names_the_check_that_failed(kept: Kept, tmp_path: Path) -> None:
    """One changed byte is exit code 1 with the name of the check, in words and as data."""
    raw = bytearray(kept.bundle.read_bytes())
    raw[len(raw) // 3] ^= 1
    forged = tmp_path / "forged.zip"
    forged.write_bytes(bytes(raw))
    done = xbridge("verify", forged, "--trust", kept.trust)
    assert (done.returncode, "FAILED" in done.stdout) == (1, True)
    as_data = json.loads(xbridge("verify", forged, "--trust", kept.trust, "--json").stdout)
    assert (as_data["exit_code"], as_data["check"]) == (1, "container")


def test_verify_says_when_a_file_cannot_be_read(tmp_path: Path) -> None:
    """A missing bundle, or a trust file that is none, is exit code 3 and not a traceback."""
    missing = xbridge("verify", tmp_path / "nothing.zip")
    assert (missing.returncode, missing.stderr) == (3, "")
    wrong = tmp_path / "trust.json"
    wrong.write_text("[]", "utf-8")
    bundle = tmp_path / "bundle.zip"
    bundle.write_bytes(b"PK")
    no_trust = xbridge("verify", bundle, "--trust", wrong, "--json")
    assert (no_trust.returncode, json.loads(no_trust.stdout)["result"]) == (3, "unreadable")


def test_help_names_both_commands() -> None:
    """A person who types the name alone is shown what there is."""
    done = xbridge("--help")
    assert done.returncode == 0
    assert "demo" in done.stdout
    assert "verify" in done.stdout
