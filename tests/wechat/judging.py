"""Runs programs of others' libraries, unmodified, against a shop: over the gateway, or with a base address where they take one."""

import asyncio
import io
import json
import os
import re
from pathlib import Path
from typing import Any

from PIL import Image

from tests.environment import judge, missing
from tests.media.sending import filmed, recording
from tests.wechat.shop import Shop
from warung import apps, official, pay, wechat
from warung.kit.db import Tx
from warung.kit.ids import AccountId
from warung.kit.site import Site
from warung.wechat.codes import TEXTS
from warung.wechat.table import ENDPOINTS
from warung.wechatpay import combined, merchants, orders, paying, platform, store_merchants, verbs, wire
from warung.wechatpay.call import Call

SDKS = Path(__file__).parents[1] / "sdks"
PATIENCE_S = 120
PLACE = re.compile(r"\{\{(\w+)\.DATA\}\}")
PAGE = Path(__file__).parents[2] / "docs/wechat-sdks.md"
BEGIN, END = "<!-- proofs -->\n", "<!-- end -->\n"
ABSENT_BEGIN, ABSENT_END = "<!-- absent -->\n", "<!-- end absent -->\n"
ABSENT = re.compile(r"^\| `(GET|POST) (/\S+)` \| ([^|]+) \|", re.MULTILINE)
PAGES = ("/connect/oauth2/authorize", "/connect/qrconnect", "/mp/subscribemsg")  # where a program sends people
REFUSED = {"refused": [48001, TEXTS[48001]]}


def jpeg() -> bytes:
    """A picture."""
    made = io.BytesIO()
    Image.new("RGB", (64, 48), (120, 70, 20)).save(made, "JPEG")
    return made.getvalue()


async def given(shop: Shop) -> dict[str, Any]:
    """What a program gets to know: credentials, followers, files, and codes that a person's client would have made."""
    budi, siti = await shop.openid("budi"), await shop.openid("siti")
    await shop.says("budi", "halo")
    made = await shop.db.write(lambda tx: apps.register(tx, by=shop.owner, name="Pesan", official=shop.account.id))
    await shop.set_domains("kedai.example")
    code = (await shop.post("/sandbox/web_code", {"openid": budi}))["code"]
    mini = (await shop.post("/sandbox/mini_code", {"openid": budi, "appid": made.app.appid}))["code"]
    dewi = await shop.cast.person("dewi")
    await shop.cast.friends(shop.owner, dewi)
    await shop.db.write(lambda tx: official.set_staff(tx, by=shop.owner, official=shop.account.id, account=dewi, role="desk"))
    seat = await shop.db.write(lambda tx: official.sit(tx, by=shop.owner, official=shop.account.id, online=True))
    templates = await shop.db.write(lambda tx: _templates(tx, shop.account.id))
    phone = await shop.db.write(lambda tx: _phone(tx, made.app, shop.people["budi"]))
    signs = await platform.platform(shop.db, Site())
    paid, together = await shop.db.write(lambda tx: _paid(tx, signs, shop.owner, made.app, shop.people["budi"]))
    return templates | {
        "appid": shop.appid,
        "secret": shop.secret,
        "gh": shop.account.gh,
        "staff": "dewi",
        "openid": budi,
        "other": siti,
        "seat": seat.kf,
        "web_code": code,
        "paid": paid,
        "together": together,
        "phone_code": phone,
        "mini": {"appid": made.app.appid, "secret": made.secret, "code": mini},
        "files": {"jpeg": jpeg().hex(), "mp3": recording(1.0).hex(), "mp4": filmed(12, "libx264", "mp4").hex()},
        "parts": [],
        "base": "",
    }


def _phone(tx: Tx, app: apps.App, who: AccountId) -> str:
    """The code of a telephone number that somebody gave the app."""
    apps.session_of(tx, app=app, code=apps.sign_in(tx, by=who, appid=app.appid).code)
    return apps.give_phone(tx, by=who, appid=app.appid, number="+62 812-3456-7890")[0].code


def _paid(tx: Tx, signs: platform.Platform, owner: AccountId, app: apps.App, payer: AccountId) -> tuple[str, dict[str, Any]]:
    """The number of an order of a test merchant that somebody paid in the app, and two that they paid together."""
    shop = pay.open_shop(tx, by=owner, name="Kedai Kopi", city="Bandung")
    mchid = merchants.register(tx, by=owner, shop=shop.id, test=True).mchid
    merchants.bind(tx, by=owner, mchid=mchid, appid=app.appid)
    merchant, user = store_merchants.merchant(tx, mchid), apps.user_of(tx, app=app, account=payer)
    assert merchant is not None
    assert user is not None
    wanted = orders.Wanted("pesanan1001", app.appid, "NATIVE", "Kopi", 56, merchant.currency, "https://kedai.example/bayar")
    paid = verbs.sandbox_pay(tx, merchant, orders.create(tx, merchant, wanted), user.openid)
    parts = [wire.Part(mchid, f"bagian100{at}", "Kopi", wire.PartAmount(20, "CNY")) for at in range(2)]
    asked = wire.CombinedAsked(app.appid, mchid, "gabung1001", parts, wanted.notify_url)
    whole = combined.create(tx, Call(merchant, {}, "", "", "", signs, "", ""), asked, "NATIVE")
    paying.settle_together(tx, payer, whole, "bayar-gabungan", None)
    assert paid.transaction_id
    return paid.transaction_id, {"mchid": mchid, "whole": whole.out_trade_no, "parts": [each.out_trade_no for each in parts]}


def _templates(tx: Tx, account: AccountId) -> dict[str, Any]:
    """What the library's first template wants to be filled in, as a notification and as a subscription."""
    entry = official.LIBRARY[0]
    made = official.add_template(tx, official=account, short=entry.short)
    own = official.add_subscription(tx, official=account, tid=entry.tid, kids=[each.kid for each in entry.keywords])
    names = PLACE.findall(own.content)
    values = {name: each.example for name, each in zip(names, entry.keywords, strict=True)}
    for each in (made, own):
        official.delete_template(tx, official=account, id=each.id)
    subscription = {"tid": entry.tid, "kids": [each.kid for each in entry.keywords], "values": values}
    return {"template_short": entry.short, "template_places": PLACE.findall(made.content), "subscription": subscription}


async def run(program: Path | str, *arguments: str, told: dict[str, Any], env: dict[str, str]) -> list[dict[str, Any]]:
    """Run a program with what it is told on its standard input; return its proofs."""
    clean = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy") and name != "REQUESTS_CA_BUNDLE"}
    process = await asyncio.create_subprocess_exec(
        str(program),
        *arguments,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=clean | env,
        cwd=SDKS,
    )
    out, err = await asyncio.wait_for(process.communicate(json.dumps(told).encode()), PATIENCE_S)
    assert process.returncode == 0, err.decode()[-3000:]
    proofs: list[dict[str, Any]] = json.loads(out)
    failed = [f"{each['call']}: {each['failed']}" for each in proofs if "failed" in each]
    assert not failed, "\n".join(failed)
    return proofs


async def python(script: str, *, told: dict[str, Any], doors: wechat.Doors | None, ca: Path | None) -> list[dict[str, Any]]:
    """Run a program in the judges' Python: with a proxy and a certificate to trust, as its documentation says."""
    env = {"HTTPS_PROXY": f"http://127.0.0.1:{doors.proxy}", "HTTP_PROXY": f"http://127.0.0.1:{doors.proxy}"} if doors else {}
    return await run(judge("python"), script, told=told, env=env | ({"REQUESTS_CA_BUNDLE": str(ca)} if ca else {}))


async def node(script: str, *, told: dict[str, Any], doors: wechat.Doors | None, ca: Path | None) -> list[dict[str, Any]]:
    """Run a program in node: with a hosts entry and a certificate to trust."""
    if not (SDKS / "node_modules").is_dir():
        missing("the node libraries", "them with: make judges")
    env = {"GATEWAY_TLS": str(doors.tls), "GATEWAY_PROXY": str(doors.proxy)} if doors else {}
    hook = ["--require", "./hosts.cjs"] if doors else []
    return await run("node", *hook, script, told=told, env=env | ({"NODE_EXTRA_CA_CERTS": str(ca)} if ca else {}))


def table(proofs: dict[str, list[dict[str, Any]]]) -> str:
    """Return the table of the documentation: each endpoint, and the calls that prove it."""
    by_path: dict[str, list[str]] = {path: [] for path in sorted([*ENDPOINTS, *PAGES])}
    for sdk, several in proofs.items():
        for each in several:
            for path in dict.fromkeys(each["paths"]):
                if path in by_path:
                    by_path[path].append(f"{sdk}: `{each['call']}`")
    lines = ["| endpoint | for | proved by |", "|---|---|---|"]
    for path, calls in by_path.items():
        shown = "; ".join(dict.fromkeys(calls[:3])) or "the sandbox"
        methods, who = (["GET"], "people") if path in PAGES else (ENDPOINTS[path].methods, ENDPOINTS[path].who)
        lines.append(f"| `{' '.join(methods)} {path}` | {who} | {shown} |")
    return "\n".join(lines) + "\n"


def absent() -> list[tuple[str, str, str]]:
    """Return what the documentation says is not here: method, path, why."""
    return ABSENT.findall(PAGE.read_text().partition(ABSENT_BEGIN)[2].partition(ABSENT_END)[0])


def absent_table(proofs: dict[str, list[dict[str, Any]]]) -> str:
    """Return the table of what is not here with the calls that were refused; every one of it has to have been called and refused."""
    lines = ["| endpoint | why | refused to |", "|---|---|---|"]
    for method, path, why in absent():
        calls = [f"{sdk}: `{each['call']}`" for sdk, several in proofs.items() for each in several if each["paths"] == [path]]
        assert calls, f"{path} is called by nobody"
        lines.append(f"| `{method} {path}` | {why} | {'; '.join(calls)} |")
    return "\n".join(lines) + "\n"
