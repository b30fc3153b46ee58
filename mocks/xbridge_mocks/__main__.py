"""``python -m xbridge_mocks``: the mocks on loopback until interrupted.

For trying a service by hand. It stores nothing: keys, secrets and clients live as long as the process.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
from collections.abc import Sequence

from xbridge_mocks.server import RunningMocks, serve
from xbridge_mocks.text import LANGUAGES, Language, Text
from xbridge_mocks.world import MockWorld

__all__ = ["main"]

_MOCKS = ("iamsmart", "guangdong", "corpid", "zwrz", "tif", "gjzwfw", "office_app")
_READY: dict[str, Text] = {
    "banner": Text(
        "Mock servers – not the real services, invented people only.",
        "模擬伺服器──並非真正的服務，人物全屬虛構。",
        "模拟服务器——并非真实服务，人物均为虚构。",
    ),
    "iamsmart": Text("iAM Smart (mock):  {url}", "智方便（模擬）：  {url}", "智方便（模拟）：  {url}"),
    "guangdong": Text(
        "Guangdong (mock):  {url}", "廣東統一身份認證平台（模擬）：  {url}", "广东省统一身份认证平台（模拟）：  {url}"
    ),
    "corpid": Text(
        "CorpID (mock):  {url}", "數碼企業身份 CorpID（模擬）：  {url}", "数码企业身份 CorpID（模拟）：  {url}"
    ),
    "zwrz": Text(
        "Civil servants' sign-in (mock):  {url}",
        "公務人員登入平台（模擬）：  {url}",
        "公务人员登录平台（模拟）：  {url}",
    ),
    "tif": Text("TIF gateway (mock):  {url}", "TIF 閘道（模擬）：  {url}", "TIF 网关（模拟）：  {url}"),
    "gjzwfw": Text(
        "National data-sharing gateway (mock):  {url}",
        "國家政務數據共享閘道（模擬）：  {url}",
        "国家政务数据共享网关（模拟）：  {url}",
    ),
    "office_app": Text(
        "Office app behind the gateway (mock):  {url}",
        "閘道後的「粵政易」（模擬）：  {url}",
        "网关后的“粤政易”（模拟）：  {url}",
    ),
    "secret": Text(
        "Control API secret (header X-Mock-Secret):  {secret}",
        "控制介面密鑰（標頭 X-Mock-Secret）：  {secret}",
        "控制接口密钥（请求头 X-Mock-Secret）：  {secret}",
    ),
    "stop": Text("Press Ctrl-C to stop.", "按 Ctrl-C 停止。", "按 Ctrl-C 停止。"),
    "seeded": Text(
        "A seed was given: every secret of this run can be guessed. For tests only.",
        "已指定種子值：本次運行的所有密鑰均可推算，只供測試。",
        "已指定种子值：本次运行的所有密钥均可推算，仅供测试。",
    ),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Serve the mocks until SIGINT or SIGTERM. Returns the exit code; 1 when an address is taken."""
    wish = _parser().parse_args(argv)
    world = MockWorld(seed=wish.seed)
    try:
        ports = {f"{mock}_port": getattr(wish, f"{mock}_port") for mock in _MOCKS}
        running = serve(world, wish.host, **ports)
    except OSError as exc:
        print(f"xbridge_mocks: {exc.strerror or exc}", file=sys.stderr)
        return 1
    over = threading.Event()
    before = {number: signal.signal(number, lambda *_: over.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    with running:
        print(_announce(running, wish.lang, as_json=wish.json, seeded=wish.seed is not None), flush=True)
        over.wait()
    for number, handler in before.items():
        signal.signal(number, handler)
    return 0


def _announce(running: RunningMocks, lang: Language, *, as_json: bool, seeded: bool) -> str:
    if as_json:
        return json.dumps(
            {
                **{f"{mock}_url": getattr(running, f"{mock}_url") for mock in _MOCKS},
                "control_secret": running.control_secret,
                "mock": True,
            }
        )
    keys = ["banner", *(["seeded"] if seeded else []), *_MOCKS, "secret", "stop"]
    urls = {name: getattr(running, f"{name}_url") for name in _MOCKS}
    return "\n".join(
        _READY[key].in_language(lang).format(url=urls.get(key, ""), secret=running.control_secret) for key in keys
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m xbridge_mocks", description="Mock servers of iAM Smart, CorpID, Guangdong and the gateways."
    )
    for mock in _MOCKS:
        parser.add_argument(
            f"--{mock.replace('_', '-')}-port", type=int, default=0, help="0 takes a free port (default)"
        )
    parser.add_argument("--host", default="127.0.0.1", help="default: 127.0.0.1; think before you choose another")
    parser.add_argument("--json", action="store_true", help="announce the addresses as one line of JSON")
    parser.add_argument("--seed", help="FOR TESTS ONLY: repeat every drawn value")
    parser.add_argument("--lang", choices=LANGUAGES, default="en")
    return parser


if __name__ == "__main__":
    sys.exit(main())
