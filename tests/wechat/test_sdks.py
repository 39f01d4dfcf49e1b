"""Libraries of others, unmodified from their registries, in processes of their own: over the gateway and with a base address."""

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.environment import missing
from tests.served import ServeWorld
from tests.wechat import judging
from tests.wechat.shop import Bot, Shop
from warung import official, wechat
from warung.wechat.gateway import Gateway
from warung.wechat.table import ENDPOINTS


async def test_unmodified_libraries_call_every_endpoint_through_the_gateway(serve_a_world: ServeWorld, tmp_path: Path, bot: Bot) -> None:
    shop = Shop(await serve_a_world("", outside_exempt="127.0.0.0/8", sections={official.Settings: official.Settings(replies=1_000)}))
    await shop.open("budi", "siti")
    await shop.set_callback(bot)
    files = wechat.certificates(tmp_path / "gateway")
    proofs: dict[str, list[dict[str, Any]]] = {}
    async with wechat.gateway_opened(Gateway(files, shop.url, tls_port=0, proxy_port=0)) as doors:
        told = await judging.given(shop)
        proofs["wechatpy"] = await judging.python("wechatpy_calls.py", told=told, doors=doors, ca=files.ca)
        missed = await judging.python("absent_calls.py", told=told | {"absent": judging.absent()}, doors=doors, ca=files.ca)
        proofs["WeRoBot"] = await judging.python("werobot_calls.py", told=told, doors=doors, ca=files.ca)
        code = (await shop.post("/sandbox/mini_code", {"openid": told["openid"], "appid": told["mini"]["appid"]}))["code"]
        day = (datetime.now(UTC) - timedelta(days=2)).strftime("%Y-%m-%d")
        more = {"mini": told["mini"] | {"code": code}, "day": day}
        proofs["co-wechat-api"] = await judging.node("co_wechat_api.cjs", told=told | more, doors=doors, ca=files.ca)
    await shop.close()
    called = {path for several in proofs.values() for each in several for path in each["paths"]}
    wanted = {path for path in (*ENDPOINTS, *judging.PAGES) if not path.startswith("/sandbox/")}
    assert not wanted - called, sorted(wanted - called)
    assert not wanted & {path for _, path, _ in judging.absent()}
    refused = {"wechatpy": missed, "co-wechat-api": [each for each in proofs["co-wechat-api"] if "refused" in (each["answer"] or {})]}
    assert [each for several in refused.values() for each in several if each["answer"] != judging.REFUSED] == []
    _same_shapes(proofs["wechatpy"])
    _written(judging.BEGIN, judging.table(proofs), judging.END)
    _written(judging.ABSENT_BEGIN, judging.absent_table(refused), judging.ABSENT_END)


async def test_the_base_address_of_a_library_moves_its_calls(serve_a_world: ServeWorld) -> None:
    shop = Shop(await serve_a_world(""))
    await shop.open("budi", "siti")
    told = (await judging.given(shop)) | {"base": shop.url}
    parts = {"parts": ["menus", "people", "codes", "web"]}
    await judging.python("wechatpy_calls.py", told=told | parts, doors=None, ca=None)
    await judging.python("werobot_calls.py", told=told, doors=None, ca=None)
    await judging.node("co_wechat_api.cjs", told=told | {"day": ""}, doors=None, ca=None)
    await shop.close()


def _same_shapes(proofs: list[dict[str, Any]]) -> None:
    """Hold what came back to the answers that the library's own tests are published with: the same fields, of the same kinds."""
    homes = [up / "shared/data/official-accounts/api-replies" for up in Path(__file__).parents]
    folder = next((home for home in homes if home.is_dir()), None)
    if folder is None:
        missing("the published answers", "them beside the project: shared/data")
    answers: dict[str, Any] = {}
    for each in proofs:
        answers = {path: answer for path, answer in each["raw"].items() if not answer.get("errcode")} | answers  # the first of each
    compared = 0
    for path, answer in answers.items():
        name = path.removeprefix("/cgi-bin").strip("/").replace("/", "_")
        if (folder / f"{name}.json").exists():
            _held(json.loads((folder / f"{name}.json").read_text()), answer, path)
            compared += 1
    assert compared >= 25


# Fields that the published answers have and ours have in another form, each with its reason.
OTHERWISE = {
    "/cgi-bin/get_current_autoreply_info": {"*"},  # that account answers by itself, this one does not
    "/sns/jscode2session": {"expires_in"},  # of old: a session key has no time
    "/cgi-bin/menu/create": {"*"},
    "/cgi-bin/changeopenid": {"new_openid"},
}


def _held(published: Any, ours: Any, path: str) -> None:
    otherwise = OTHERWISE.get(path, set())
    if "*" in otherwise:
        return
    if isinstance(published, dict):
        assert isinstance(ours, dict), (path, ours)
        for name, value in published.items():
            if name in otherwise or (name in ("errcode", "errmsg") and name not in ours):
                continue
            assert name in ours, (path, name, ours)
            _held(value, ours[name], path)
    elif isinstance(published, list):
        assert isinstance(ours, list), (path, ours)
        if published and ours:
            _held(published[0], ours[0], path)
    else:
        assert isinstance(ours, type(published)) or ours is None or {type(ours), type(published)} == {int, str}, (path, published, ours)


def _written(begin: str, table: str, end: str) -> None:
    """Hold a part of the documentation to what was proved; WARUNG_WRITE=1 writes it."""
    before, _, rest = judging.PAGE.read_text().partition(begin)
    kept, _, after = rest.partition(end)
    if os.environ.get("WARUNG_WRITE") == "1":
        judging.PAGE.write_text(before + begin + table + end + after)
    else:
        assert kept == table, "docs/wechat-sdks.md is not what was proved: run this test with WARUNG_WRITE=1"
