"""The page of an order that somebody paid with WeChat Pay: what is on its way, and the button that says that it has come."""

import html
from typing import Any

from litestar import Request, Response, get, post

from warung import apps, official, wechatpay
from warung.kit.db import Db, Reader, Tx
from warung.kit.errors import Refusal
from warung.kit.ids import AccountId, Identity
from warung.kit.site import Site
from warung.wechat import pages
from warung.wechat.oauth import PageError
from warung.wechat.words import WORDS, language

NOT_YOURS = PageError(10_020, "There is no such order of yours.")


@get("/mp/orders/{number:str}", include_in_schema=False)
async def order(request: Request[Any, Any, Any], db: Db, number: str) -> Response[str]:
    """Show somebody an order of theirs."""
    tongue = language(request.headers.get("accept-language", ""))
    me = await pages.whoever(request, db)
    return pages.enter(request, tongue) if me is None else await _shown(db, me, number)


@post("/mp/orders/{number:str}", include_in_schema=False, status_code=200)
async def received(request: Request[Any, Any, Any], db: Db, site: Site, number: str) -> Response[str]:
    """Somebody says that it has come."""
    tongue = language(request.headers.get("accept-language", ""))
    me = await pages.whoever(request, db)
    if me is None or not pages.from_here(request, site):
        return pages.refused(PageError(10_016, "This form did not come from here."), tongue)
    try:
        await db.write(lambda tx: _receive(tx, me.account, number))
    except Refusal:
        return pages.refused(NOT_YOURS, language("", me.language))
    return await _shown(db, me, number)


def _receive(tx: Tx, by: AccountId, number: str) -> None:
    if not wechatpay.receive(tx, by=by, transaction_id=number):
        return
    paid, _ = wechatpay.mine(tx, by=by, transaction_id=number)
    account = _account(tx, paid.appid)
    if account is not None:
        openid = official.openid(tx, official=account, account=by)
        told: dict[str, Any] = {"transaction": number, "mchid": paid.mchid, "number": paid.out_trade_no, "paid_at": paid.paid_at}
        official.happen(tx, official=account, kind="order.received", openid=openid, **told)


def _account(reader: Reader, appid: str) -> AccountId | None:
    """Return whose program is told: the account that took the order, or that of the app."""
    found, app = official.by_appid(reader, appid), apps.by_appid(reader, appid)
    return found.id if found else app.official if app else None


async def _shown(db: Db, me: Identity, number: str) -> Response[str]:
    tongue = language("", me.language)

    def find(reader: Reader) -> tuple[wechatpay.Order, wechatpay.Shipping | None, str]:
        paid, sent = wechatpay.mine(reader, by=me.account, transaction_id=number)
        return paid, sent, wechatpay.seller(reader, order=paid)

    try:
        paid, sent, name = await db.read(find)
    except wechatpay.OrderNotHere:
        return pages.refused(NOT_YOURS, tongue)
    words = WORDS[tongue]
    lines = [f"<p><b>{html.escape(paid.description)}</b></p>"]
    for each in sent.parcels if sent else ():
        brought = " ".join(filter(None, (each.company, each.number)))
        lines.append(f"<p>{html.escape(each.goods)}" + (f"<br><bdi>{html.escape(brought)}</bdi>" if brought else "") + "</p>")
    state = wechatpay.state(paid, sent)
    if sent is None:
        lines.append(f"<p>{html.escape(words['order_unsent'])}</p>")
    elif state == "received":
        lines.append(f"<p>{html.escape(words['order_received'])}</p>")
    elif state == "sent" and sent.done:
        lines.append(
            f'<form method=post action="/mp/orders/{html.escape(number)}"><button>{html.escape(words["order_receive"])}</button></form>'
        )
    return pages.page(words["order_of"].format(name=name), "".join(lines), tongue=tongue)


HANDLERS: list[Any] = [order, received]
