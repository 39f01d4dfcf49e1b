"""WeChat Pay's SDKs as their registries have them, unmodified, against our face: every call of the reference by at least one of them."""

import asyncio
import contextlib
import json
import os
import re
import shutil
import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization

from tests.environment import judge, missing
from tests.served import ServeWorld
from tests.wechatpay.conftest import ROOMY
from tests.wechatpay.listener import Listener
from tests.wechatpay.market import Market
from tests.worlds import Hand
from warung import official, pay, wechat
from warung.kit.site import Site
from warung.pay import charges
from warung.wechatpay import merchants, platform, sandbox
from warung.wechatpay.door import UPLOAD
from warung.wechatpay.verbs import ENDPOINTS
from warung.wechatpay.verbs_older import ENDPOINTS as OLDER

HERE = Path(__file__).parent
PAGE = HERE.parents[2] / "docs/wechat-pay.md"
PROOF = re.compile(r"^\| (GET|POST) (/\S+) \| [^|]+ \| ([^|]+) \|", re.MULTILINE)
SDKS = ("wechatpayv3", "axios-plugin", "node-v3")
PICTURE = HERE.parents[2] / "web/public/icon-192.png"


@pytest.fixture
async def stage(serve_a_world: ServeWorld, hand: Hand) -> Market:
    """A market of a test merchant, which has a merchant that it acts for."""
    made = Market(await serve_a_world("", sections=ROOMY, outside_exempt="127.0.0.0/8"), hand)
    await made.opens(test=True)
    _, sub, _ = await made.sells(made.joko, "Toko Kedua", test=True)
    await made.do(merchants.allow, by=made.joko, mchid=sub.mchid, provider=made.merchant.mchid)
    made.second = sub.mchid
    return made


async def given(market: Market, folder: Path, notify_url: str) -> dict[str, Any]:
    """What a program is told of its merchant."""
    signs = await platform.platform(market.db, Site())
    program, day = market.program, time.strftime("%Y-%m-%d", time.gmtime(time.time() + 8 * 3600 - 86_400))
    private = program.private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    picture = folder / "toko.png"
    shutil.copy(PICTURE, picture)
    return {
        "url": market.place.url,
        "mchid": program.mchid,
        "sub_mchid": market.second,
        "appid": market.appid,
        "openid": market.openid,
        "serial": program.serial,
        "private_key": private.decode(),
        "certificate": program.certificate,
        "key_v3": program.key_v3,
        "key_v2": program.key_v2,
        "public_key": signs.public_key.public,
        "public_key_id": signs.public_key.serial,
        "certificates": {each.serial: each.certificate for each in signs.certificates},
        "notify_url": notify_url,
        "day": day,
        "folder": str(folder),
        "picture": str(picture),
    }


async def codes(market: Market, *handles: str) -> list[str]:
    """Codes of people who have test money, two of each."""
    found = []
    for handle in handles:
        who = await market.with_wallet(handle)
        await market.do(official.follow, by=who, official=market.official)
        await market.do(sandbox.fund, account=who, amount=1_000)
        found += [each.code for each in (await market.do(charges.my_codes, by=who))[:2]]
    return found


async def run(command: Sequence[str | Path], said: dict[str, Any], *proves: str, **more: str) -> dict[str, Any]:
    """Run a program beside us; return what it says. It has to have made every call that the page says is proved by these SDKs."""
    plain = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*map(str, command), stdin=pipe, stdout=pipe, stderr=pipe, env=plain | more, cwd=HERE)
    out, problem = await process.communicate(json.dumps(said).encode())
    assert process.returncode == 0, problem.decode()[-4_000:]
    told: dict[str, Any] = json.loads(out)
    called = told.pop("called")
    for method, path, by in PROOF.findall(PAGE.read_text()):
        if any(sdk in by for sdk in proves):
            pattern = re.compile(f"{method} {re.sub(r'{[^}]+}', '[^/]+', path)}")
            assert any(pattern.fullmatch(each) for each in called), f"{method} {path} is not called by {proves}"
    return told


def node_command(*options: str) -> list[str | Path]:
    """Return how the npm SDKs are run."""
    if not (HERE / "node_modules").is_dir():
        missing("The SDKs of npm", "them with: make judges")
    return [shutil.which("node") or missing("node", "nodejs"), *options, HERE / "program.js"]


@contextlib.asynccontextmanager
async def gateway(market: Market, folder: Path) -> AsyncIterator[tuple[wechat.Doors, Path]]:
    """Stand where WeChat's hosts are looked for."""
    files = wechat.certificates(folder / "gateway")
    async with wechat.gateway_opened(wechat.Gateway(files, market.place.url, tls_port=0, proxy_port=0)) as doors:
        yield doors, files.ca


def every(told: dict[str, Any], status: int = 200, *, but: dict[str, int] | None = None) -> None:
    """Every call was answered with this, but for some."""
    wrong = {name: answer for name, answer in told.items() if isinstance(answer, list) and answer[0] != (but or {}).get(name, status)}
    assert wrong == {}


BY_PYTHON = {"close": 204, "combined close": 204, "abnormal refund": 400}
BY_NODE = {"wrong": 400, "partner close": 204, "node close": 204, "node combined close": 204, "batch detail": 404, "v2 unsigned": 0}


async def test_wechatpayv3_calls_everything_by_its_base_address_and_untouched_through_the_gateway(stage: Market, tmp_path: Path) -> None:
    program = [judge("python"), HERE / "program.py"]
    async with Listener() as listener, gateway(stage, tmp_path) as (doors, ca):
        said = await given(stage, tmp_path, listener.url) | {"codes": await codes(stage, "ayu", "rina")}
        await stage.do(sandbox.fund, shop=stage.shop, amount=10_000)
        told = await run(program, said | {"modes": [True]}, "wechatpayv3")
        every(told, but=BY_PYTHON)
        assert json.loads(told["query by number"][1])["trade_state"] == "SUCCESS"
        assert json.loads(told["transfer cancel"][1])["state"] == "CANCELLED"
        proxy = {"HTTPS_PROXY": f"http://127.0.0.1:{doors.proxy}", "REQUESTS_CA_BUNDLE": str(ca)}
        stock = said | {"url": "", "certificates": {}, "folder": str(tmp_path / "fetched"), "codes": said["codes"][2:]}
        every(await run(program, stock | {"modes": [False]}, "wechatpayv3", **proxy), but=BY_PYTHON)
        await stage.world.settle()
        for public in (False, True):
            await stage.do(merchants.change, by=stage.joko, mchid=stage.merchant.mchid, mode="public_key" if public else "certificate")
            listener.heard.clear()
            number = f"lagi{public:d}0001"
            await stage.ordered(number, notify_url=listener.url)
            await stage.program.call("POST", f"/v3/sandbox/orders/{number}/pay", {})
            await stage.world.settle()
            heard = [[listener.headers(at), body.decode()] for at, (_, body) in enumerate(listener.heard)]
            told = await run(program, said | {"heard": heard, "modes": [public]})
            notice = told.pop("notice 0")
            assert (notice["resource"]["out_trade_no"], notice["resource"]["amount"]["total"]) == (number, 56)
            refused = {"late", "redated", "renamed", "unsigned", "signed by others", "tampered", "replayed"}
            assert told == {f"{name} 0": None for name in refused}
    assert (await stage.ask(pay.audit_books)).findings == []


async def test_the_sdks_of_npm_call_everything_of_both_versions_by_their_options_and_untouched(stage: Market, tmp_path: Path) -> None:
    async with Listener() as listener, gateway(stage, tmp_path) as (doors, ca):
        listener.answers = [(200, b"<xml><return_code>SUCCESS</return_code></xml>")]
        said = await given(stage, tmp_path, listener.url) | {"mark": ""}
        await stage.do(sandbox.fund, shop=stage.shop, amount=10_000)
        trusting = {"NODE_EXTRA_CA_CERTS": str(ca), "GATEWAY_TLS": str(doors.tls), "GATEWAY_PROXY": str(doors.proxy)}
        here = said | {"codes": await codes(stage, "ayu")}
        there = said | {"codes": await codes(stage, "rina"), "url": "https://api.mch.weixin.qq.com", "mark": "g"}
        for told, options, env in ((here, [], {}), (there, ["--require", "../hosts.cjs"], trusting)):
            for sdk, parts in (("axios-plugin", ["newer", "older"]), ("node-v3", ["node"])):
                every(await run(node_command(*options), told | {"parts": parts}, sdk, **env), but=BY_NODE)
        await stage.world.settle()
        heard = [[headers, body.decode()] for headers, body in listener.heard if b"encrypt-resource" in body]
        read = await run(node_command(), said | {"heard": heard, "parts": ["heard"]})
        assert read["notice"][:2] == [True, False]
        assert read["notice"][2] == read["node"]
    assert (await stage.ask(pay.audit_books)).findings == []


def test_every_call_of_the_table_is_in_the_documentation_with_the_sdk_that_makes_it() -> None:
    listed = {
        (method, re.sub(r"\{\w+\}", "{}", path)) for method, path, by in PROOF.findall(PAGE.read_text()) if any(sdk in by for sdk in SDKS)
    }
    wanted = {(each.method, re.sub(r"\{\w+\}", "{}", each.path)) for each in ENDPOINTS} | {("POST", UPLOAD)}
    wanted |= {("POST", each.path) for each in OLDER}
    assert wanted - listed == set()
