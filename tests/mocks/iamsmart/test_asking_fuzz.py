"""Whatever a client puts into a sealed request, the mock answers with a code of its table, and quickly."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.mocks.iamsmart.online_service import ALL_SCOPES, ANONYMOUS, ASK, RESULT, OnlineService
from xbridge_mocks import MockClock, MockWorld
from xbridge_mocks.iamsmart.refusal import MEANING

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
NAMES = (
    "accessToken", "openID", "businessID", "source", "redirectURI", "state", "lang", "profileFields", "eMEFields",
    "formName", "formNum", "formDesc", "callbackContentType",
)  # fmt: skip


@pytest.fixture(scope="module")
def asking(private_key) -> tuple[OnlineService, dict[str, object]]:
    """A service of its own world, and a lawful question to bend."""
    from tests.mocks.iamsmart.conftest import spki
    from tests.mocks.iamsmart.online_service import CALLBACK, NOTIFY

    world = MockWorld(MockClock(datetime(2025, 6, 2, 4, tzinfo=UTC)))
    credentials = world.iamsmart.register_client(
        name="Fuzz", redirect_uris=[CALLBACK, NOTIFY], kek_public_keys=[spki(private_key)]
    )
    service = OnlineService(world, credentials, private_key)
    return service, service.question("form", service.token(scope=ALL_SCOPES))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(bent=st.dictionaries(st.sampled_from(NAMES), ANYTHING, min_size=1, max_size=3))
@pytest.mark.parametrize("path", [*ASK.values(), ANONYMOUS, RESULT])
def test_any_parameter(asking, path, bent):
    """No value of any parameter makes the mock fail, and a refusal carries no content."""
    service, question = asking
    reply = service.call(path, {**question, **bent})
    assert reply["code"] in set(MEANING) - {"D20000"}
    assert ("content" in reply) is (reply["code"] == "D00000")


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(raw=st.binary(max_size=200))
@pytest.mark.parametrize("path", [ASK["form"], ANONYMOUS, RESULT])
def test_any_plaintext(asking, path, raw):
    """Bytes that are no JSON object are refused as an invalid parameter or for what they lack."""
    service, _ = asking
    body = service.seal(raw)
    reply = service.post(path, body)
    assert (reply.status_code, reply.get_json()["code"][:5]) == (200, "D2000")
