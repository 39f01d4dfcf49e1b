"""The face towards people, over HTTP: paying what a program asks for, taking its money; and a shop's owner, who sets its merchant up."""

from typing import Annotated, Any

import msgspec
from litestar import Response, Router, delete, get, post, put
from litestar.params import Parameter

from warung import pay
from warung.kit.db import Db
from warung.kit.domain import Priority
from warung.kit.ids import Identity
from warung.kit.site import Site
from warung.wechatpay import counter, keys, merchants, notices, paying, platform, transfers
from warung.wechatpay.counter import ShopOrder, ShopOrders
from warung.wechatpay.merchants import KeyPair, MerchantNumber
from warung.wechatpay.model import Mode
from warung.wechatpay.notices import NoticeView
from warung.wechatpay.paying import AskedOrder, OrderView
from warung.wechatpay.transfers import AskedTransfer, TransferView

Id = Annotated[str, Parameter(max_length=100)]


class PayOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Pay an order. `id` is made by the client and names the payment; the confirmation is for payee `payee` of the order's view."""

    id: str
    order: AskedOrder
    approval: str | None = None


class RegisterMerchant(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A WeChat Pay merchant number for a shop. `currency` is what the API's CNY means; a `test` merchant moves test money only."""

    shop: str
    currency: str = pay.CREDITS
    test: bool = False


class ChangeMerchant(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is to change of a merchant; what is left out stays. An empty key makes a new one."""

    mode: Mode | None = None
    key_v3: str | None = None
    key_v2: str | None = None


class AddKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A certificate or a public key in PEM; without one this place makes a key pair and tells the private half once."""

    pem: str | None = None


class GiveOrderBack(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Give an order back, or a part of it; `id` is made by the client and names the refund."""

    id: str
    amount: int


class PlatformCertificate(msgspec.Struct, frozen=True):
    """A certificate of this place, in PEM."""

    serial: str
    certificate: str


class PlatformKeys(msgspec.Struct, frozen=True):
    """What this place signs with, in both modes; PEM."""

    public_key_id: str
    public_key: str
    certificates: list[PlatformCertificate]


@post("/wechatpay/orders/look", status_code=200)
async def look(db: Db, me: Identity, data: AskedOrder) -> OrderView:
    """What a scanned code, a link or a page asks you to pay."""
    return await db.read(lambda reader: paying.look(reader, by=me.account, asked=data))


@post("/wechatpay/orders/pay", status_code=200, opt={"priority": Priority.FIRST})
async def settle(db: Db, me: Identity, data: PayOrder) -> OrderView:
    """Pay it."""
    return await pay.decided(db, lambda tx: paying.settle(tx, by=me.account, asked=data.order, nonce=data.id, approval=data.approval))


@post("/wechatpay/transfers/look", status_code=200)
async def look_transfer(db: Db, me: Identity, data: AskedTransfer) -> TransferView:
    """Money of a merchant that waits for you."""
    return await db.read(lambda reader: transfers.look(reader, by=me.account, asked=data))


@post("/wechatpay/transfers/take", status_code=200, opt={"priority": Priority.FIRST})
async def take_transfer(db: Db, me: Identity, data: AskedTransfer) -> TransferView:
    """Take it."""
    return await db.write(lambda tx: transfers.take(tx, by=me.account, asked=data))


@get("/wechatpay/merchants")
async def my_merchants(db: Db, me: Identity) -> list[MerchantNumber]:
    """Your shops' merchant numbers."""
    return await db.read(lambda reader: merchants.mine(reader, by=me.account))


@post("/wechatpay/merchants", status_code=200)
async def register(db: Db, me: Identity, data: RegisterMerchant) -> MerchantNumber:
    """Give your shop a merchant number, or open its closed one again. Its two keys are shown now."""
    return await db.write(lambda tx: merchants.register(tx, by=me.account, shop=data.shop, currency=data.currency, test=data.test))


@get("/wechatpay/merchants/{mchid:str}")
async def my_merchant(db: Db, me: Identity, mchid: Id) -> MerchantNumber:
    """One of your shops' merchant numbers."""
    return await db.read(lambda reader: merchants.look(reader, by=me.account, mchid=mchid))


@put("/wechatpay/merchants/{mchid:str}")
async def change(db: Db, me: Identity, mchid: Id, data: ChangeMerchant) -> MerchantNumber:
    """Set how a merchant's notices are signed, and its keys."""
    return await db.write(
        lambda tx: merchants.change(tx, by=me.account, mchid=mchid, mode=data.mode, key_v3=data.key_v3, key_v2=data.key_v2)
    )


@delete("/wechatpay/merchants/{mchid:str}")
async def close(db: Db, me: Identity, mchid: Id) -> None:
    """Let no program act for this merchant any more."""
    await db.write(lambda tx: merchants.close(tx, by=me.account, mchid=mchid))


@post("/wechatpay/merchants/{mchid:str}/keys", status_code=200)
async def add_key(db: Db, me: Identity, site: Site, mchid: Id, data: AddKey) -> KeyPair:
    """Let your programs sign with a key."""
    if data.pem is not None:
        pem = data.pem
        return await db.write(lambda tx: merchants.add_key(tx, by=me.account, mchid=mchid, pem=pem))
    now = await db.read(lambda reader: (merchants.own(reader, me.account, mchid), reader.now)[1])
    made = keys.make(mchid, now)
    return await db.write(lambda tx: merchants.make_key(tx, by=me.account, mchid=mchid, made=made))


@delete("/wechatpay/merchants/{mchid:str}/keys/{serial:str}")
async def revoke_key(db: Db, me: Identity, mchid: Id, serial: Id) -> None:
    """Let a key sign no more."""
    await db.write(lambda tx: merchants.revoke_key(tx, by=me.account, mchid=mchid, serial=serial))


@put("/wechatpay/merchants/{mchid:str}/apps/{appid:str}", status_code=204)
async def bind(db: Db, me: Identity, mchid: Id, appid: Id) -> None:
    """Let an account or app of yours take money for this merchant."""
    await db.write(lambda tx: merchants.bind(tx, by=me.account, mchid=mchid, appid=appid))


@delete("/wechatpay/merchants/{mchid:str}/apps/{appid:str}")
async def unbind(db: Db, me: Identity, mchid: Id, appid: Id) -> None:
    """Let it take no more."""
    await db.write(lambda tx: merchants.unbind(tx, by=me.account, mchid=mchid, appid=appid))


@put("/wechatpay/merchants/{mchid:str}/providers/{provider:str}", status_code=204)
async def allow(db: Db, me: Identity, mchid: Id, provider: Id) -> None:
    """Let another merchant make orders and refunds for yours."""
    await db.write(lambda tx: merchants.allow(tx, by=me.account, mchid=mchid, provider=provider))


@delete("/wechatpay/merchants/{mchid:str}/providers/{provider:str}")
async def disallow(db: Db, me: Identity, mchid: Id, provider: Id) -> None:
    """Let it act no more."""
    await db.write(lambda tx: merchants.disallow(tx, by=me.account, mchid=mchid, provider=provider))


@get("/wechatpay/merchants/{mchid:str}/notices")
async def sent(db: Db, me: Identity, mchid: Id) -> list[NoticeView]:
    """What your programs were told lately, and whether they took it."""
    return await db.read(lambda reader: notices.sent(reader, by=me.account, mchid=mchid))


@post("/wechatpay/merchants/{mchid:str}/notices/{id:str}/send", status_code=204)
async def send_again(db: Db, me: Identity, mchid: Id, id: Id) -> None:
    """Tell it again."""
    await db.write(lambda tx: notices.send_again(tx, by=me.account, mchid=mchid, id=id))


@get("/wechatpay/merchants/{mchid:str}/orders")
async def shop_orders(db: Db, me: Identity, mchid: Id, before: Id | None = None) -> ShopOrders:
    """What was asked of people for your merchant, and what of it is paid, newest first."""
    return await db.read(lambda reader: counter.listed(reader, by=me.account, mchid=mchid, before=before))


@post("/wechatpay/merchants/{mchid:str}/orders/{id:str}/refunds", status_code=200, opt={"priority": Priority.FIRST})
async def give_back(db: Db, me: Identity, mchid: Id, id: Id, data: GiveOrderBack) -> ShopOrder:
    """Give an order back by hand, or a part of it."""
    return await pay.decided(db, lambda tx: counter.give_back(tx, by=me.account, mchid=mchid, order=id, amount=data.amount, nonce=data.id))


@get("/wechatpay/merchants/{mchid:str}/bills/{day:str}", media_type="text/csv")
async def day_bill(db: Db, me: Identity, mchid: Id, day: Id) -> Response[bytes]:
    """The bill of a day (YYYY-MM-DD) that is over, as CSV."""
    body = await db.read(lambda reader: counter.bill(reader, by=me.account, mchid=mchid, day=day))
    headers = {"content-disposition": f'attachment; filename="{mchid}-{day}.csv"'}
    return Response(body, media_type="text/csv; charset=utf-8", headers=headers)


@get("/wechatpay/platform")
async def platform_keys(db: Db, me: Identity, site: Site) -> PlatformKeys:
    """What this place signs its answers and notices with: to be put into your programs."""
    found = await platform.platform(db, site)
    certificates = [PlatformCertificate(each.serial, each.certificate) for each in found.certificates]
    return PlatformKeys(found.public_key.serial, found.public_key.public, certificates)


HANDLERS = [
    platform_keys,
    look,
    settle,
    look_transfer,
    take_transfer,
    my_merchants,
    my_merchant,
    register,
    change,
    add_key,
    revoke_key,
    bind,
    unbind,
    allow,
]
HANDLERS += [close, disallow, sent, send_again, shop_orders, give_back, day_bill]
ROUTES: list[Any] = [Router(path="/", route_handlers=HANDLERS, tags=["wechat pay"])]
