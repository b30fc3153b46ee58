"""What of a login goes into the proof that later calls believe."""

from __future__ import annotations

from os import urandom
from typing import Any

import pytest

from tests.journey.traveller import Traveller
from xbridge.core.identity import Assurance, Authentication, Identity, Profile
from xbridge.flows.login import identity_of
from xbridge.linking.proof import LoginProof

DOCUMENTS = (("home_return_permit", "H12345678"),)


def logged_in(traveller: Traveller, level: Any) -> Identity:
    """Return a login at Guangdong at ``level``, with a permit in its profile."""
    return identity_of(
        traveller.deps,
        traveller.deps.provider("guangdong")[0],
        Authentication(
            subject="one", assurance=Assurance(source=level, level=level), profile=Profile(documents=DOCUMENTS)
        ),
        issuer="https://tyrz.gd.gov.cn",
        login_id="login-1",
        session_ref="s",
        now=traveller.clock.now(),
        entropy=urandom,
    )


@pytest.mark.parametrize(
    ("level", "kinds"),
    [("L0", ()), *((level, ("home_return_permit",)) for level in ("L1", "L2", "L3"))],
)
def test_a_document_that_nobody_checked_is_none(level: Any, kinds: tuple[str, ...]) -> None:
    """Below L1 a document is the person's own word: the application may read it, and the proof does not name it."""
    traveller = Traveller()
    identity = logged_in(traveller, level)
    proof = LoginProof.model_validate_json(traveller.deps.proof_sealer.open(identity.proof))
    assert (proof.assurance, proof.document_kinds) == (level, kinds)
    assert identity.profile.documents == DOCUMENTS
