"""The example of a shop's assistant with WeRoBot: a program in an environment of its own, which reaches us by the gateway."""

import asyncio
import contextlib
import os
from pathlib import Path

from tests.environment import judge
from tests.served import ServeWorld, free_port
from tests.wechat.shop import Shop
from warung import wechat
from warung.kit.errors import Refusal
from warung.wechat import service
from warung.wechat.gateway import Gateway
from warung.wechat.model import Callback

PATIENCE_S = 30
SHOP = Path(__file__).parents[2] / "examples/werobot_shop.py"


async def test_the_assistant_greets_shows_its_goods_and_takes_orders(serve_a_world: ServeWorld, tmp_path: Path) -> None:
    shop = Shop(await serve_a_world("", outside_exempt="127.0.0.0/8"))
    await shop.open("budi")
    files, port = wechat.certificates(tmp_path / "gateway"), free_port()
    async with wechat.gateway_opened(Gateway(files, shop.url, tls_port=0, proxy_port=0)) as doors:
        env = os.environ | {
            "HTTPS_PROXY": f"http://127.0.0.1:{doors.proxy}",
            "REQUESTS_CA_BUNDLE": str(files.ca),
            "WECHAT_APPID": shop.appid,
            "WECHAT_SECRET": shop.secret,
            "WECHAT_TOKEN": "kopitubruk",
            "PORT": str(port),
        }
        program = await asyncio.create_subprocess_exec(
            str(judge("python")), str(SHOP), env=env, cwd=tmp_path, stdin=asyncio.subprocess.DEVNULL
        )
        try:
            await _talk(shop, port)
        finally:
            program.kill()
            await program.wait()
    await shop.close()


async def _talk(shop: Shop, port: int) -> None:
    wanted = Callback(f"http://127.0.0.1:{port}/", "kopitubruk")
    deadline = asyncio.get_running_loop().time() + PATIENCE_S
    ready = False
    while not ready:
        assert asyncio.get_running_loop().time() < deadline
        with contextlib.suppress(Refusal):
            await service.set_callback(shop.services, by=shop.owner, account=shop.account.id, wanted=wanted)
            ready = "menu" in await shop.get("/cgi-bin/menu/get")
        await asyncio.sleep(0.1)
    await shop.follows("siti")
    await shop.world.settle()
    assert (await shop.hears("siti"))[0]["text"].startswith("Selamat datang!")
    await shop.says("budi", "klepon dan lapis")
    assert [card["text"] for card in await shop.hears("budi")] == ["Dicatat: lapis, klepon."]
    for path in ("0", "1"):
        await shop.post("/sandbox/event", {"openid": await shop.openid("budi"), "event": "press", "path": path})
        await shop.world.settle()
    _, goods, order = await shop.hears("budi")
    assert goods["items"][0]["title"] == "Dadar gulung, Rp3,000"
    assert order["text"].endswith("Rp6,500")
