"""The mock over true HTTP on loopback, and under many logins at once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from werkzeug.serving import make_server

from tests.mocks.guangdong.relying_service import BASE, account_of, callback_values
from xbridge_mocks.persona import POPULATION


@pytest.fixture
def url(mock):
    """The mock behind a threaded server on a free port of 127.0.0.1."""
    server = make_server("127.0.0.1", 0, mock, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_login_over_http(service, url):
    """The whole way over a socket, with a browser and a service that are only HTTP clients."""
    with httpx.Client(base_url=url, trust_env=False) as browser:
        page = browser.get(f"{BASE}/authorize", params=service.authorize_params(), follow_redirects=True)
        mark = page.text.partition('name="form_mark" value="')[2].partition('"')[0]
        back = browser.post(page.url, data={"form_mark": mark, "persona": "chan-tai-man"})
        assert back.status_code == 302
        code = callback_values(back.headers["Location"])["code"][0]
    with httpx.Client(base_url=url, trust_env=False) as client:
        token = client.get(f"{BASE}/access_token", params=service.token_params(code)).json()["access_token"]
        reply = client.get(f"{BASE}/tokeninfo", params={"access_token": token})
    assert reply.headers["X-Xbridge-Mock"] == "guangdong"
    assert reply.json()["userobj"]["uid"] == "chan_tai_man"


@pytest.mark.slow
def test_many_logins_at_once_do_not_mix(service):
    """Lesson B11: two hundred logins in parallel all succeed, and everybody gets their own account."""
    holders = [person.key for person in POPULATION if person.guangdong]
    people = (holders * 200)[:200]
    with ThreadPoolExecutor(8) as pool:
        documents = list(pool.map(service.log_in, people))
    assert [document["userobj"]["useridcode"] for document in documents] == [
        account_of(key).useridcode for key in people
    ]
