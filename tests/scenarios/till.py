"""What somebody's shop has of WeChat Pay, and what a stranger would try with it when every id of it has leaked."""

from collections.abc import Callable
from typing import Any

import msgspec

from warung.kit.clock import DAY
from warung.kit.db import Tx
from warung.kit.ids import AccountId, new_id
from warung.wechatpay import merchants, notices, store_merchants, store_moves, store_orders
from warung.wechatpay.model import Merchant, Order, TransferRow

APPID = "wx0123456789abcdef"


class Till(msgspec.Struct, frozen=True):
    """The ids: a merchant number, a notice of it, an account that is bound to it, an order."""

    mchid: str = "x"
    notice: str = "x"
    appid: str = APPID
    order: str = "x"


def own_till(tx: Tx, me: AccountId, shop: str, secret: Callable[[str], str]) -> Till:
    """Give somebody's shop a merchant number, a notice and money that waits for them; `secret` makes words that only they may read."""
    mchid = merchants.register(tx, by=me, shop=shop).mchid
    merchant = store_merchants.merchant(tx, mchid)
    assert merchant is not None
    notices.tell(
        tx, merchant=merchant, url=f"https://127.0.0.1/{secret('lonceng')}", event="x", original="x", summary="x", body=secret("isi")
    )
    notice = notices.sent(tx, by=me, mchid=mchid)[0].id
    row = TransferRow(
        id=f"t{mchid}",
        mchid=mchid,
        out_bill_no="gaji1",
        batch=None,
        appid=APPID,
        openid="o",
        payee=me,
        amount=5,
        currency="PTS",
        remark=secret("upah"),
        scene="1005",
        user_name="",
        notify_url="",
        package=secret("amplop"),
        state="WAIT_USER_CONFIRM",
        fail_reason="",
        transfer=None,
        digest="",
        created_at=tx.now,
        changed_at=tx.now,
    )
    store_moves.insert_transfer(tx, row)
    order = order_of(tx, merchant, secret("order"))
    return Till(mchid, notice, order=order)


def order_of(tx: Tx, merchant: Merchant, description: str) -> str:
    """Keep an order of the shop; return its id."""
    order = Order(
        id=new_id(tx.now),
        mchid=merchant.mchid,
        out_trade_no="pesanan1001",
        sp_mchid=None,
        combined=None,
        place=0,
        version=3,
        appid=APPID,
        trade_type="NATIVE",
        description=description,
        attach="",
        total=5,
        currency="PTS",
        payer=None,
        openid=None,
        digest="",
        notify_url="",
        more="{}",
        token=None,
        token_ends=tx.now,
        state="NOTPAY",
        charge=None,
        payment=None,
        transaction_id=None,
        refunded=0,
        refunds=0,
        created_at=tx.now,
        expires_at=tx.now + DAY,
        paid_at=None,
    )
    store_orders.insert_order(tx, order)
    return order.id


def with_till(shop: str, has: Till) -> dict[str, list[Any]]:
    """Return (path, body, params) to try with each route."""
    here, waiting = f"/wechatpay/merchants/{has.mchid}", {"package": "x" * 64, "mchId": has.mchid, "appId": has.appid}
    page = {"appId": has.appid, "timeStamp": "1", "nonceStr": "x", "package": "prepay_id=x", "signType": "RSA", "paySign": "AAAA"}
    return {
        "GET /wechatpay/platform": [("/wechatpay/platform",)],
        "POST /wechatpay/orders/look": [("/wechatpay/orders/look", {"page": page}), ("/wechatpay/orders/look", {"link": has.mchid})],
        "POST /wechatpay/orders/pay": [("/wechatpay/orders/pay", {"id": "curi-0021", "order": {"code": has.mchid}})],
        "POST /wechatpay/transfers/look": [("/wechatpay/transfers/look", waiting), ("/wechatpay/transfers/look", {"id": f"t{has.mchid}"})],
        "POST /wechatpay/transfers/take": [("/wechatpay/transfers/take", waiting), ("/wechatpay/transfers/take", {"id": f"t{has.mchid}"})],
        "GET /wechatpay/merchants": [("/wechatpay/merchants",)],
        "POST /wechatpay/merchants": [("/wechatpay/merchants", {"shop": shop})],
        "GET /wechatpay/merchants/{mchid}": [(here,)],
        "PUT /wechatpay/merchants/{mchid}": [(here, {"key_v3": ""})],
        "DELETE /wechatpay/merchants/{mchid}": [(here,)],
        "POST /wechatpay/merchants/{mchid}/keys": [(f"{here}/keys", {}), (f"{here}/keys", {"pem": "x"})],
        "DELETE /wechatpay/merchants/{mchid}/keys/{serial}": [(f"{here}/keys/AB",)],
        "PUT /wechatpay/merchants/{mchid}/apps/{appid}": [(f"{here}/apps/{has.appid}",)],
        "DELETE /wechatpay/merchants/{mchid}/apps/{appid}": [(f"{here}/apps/{has.appid}",)],
        "PUT /wechatpay/merchants/{mchid}/providers/{provider}": [(f"{here}/providers/{has.mchid}",)],
        "DELETE /wechatpay/merchants/{mchid}/providers/{provider}": [(f"{here}/providers/{has.mchid}",)],
        "GET /wechatpay/merchants/{mchid}/orders": [(f"{here}/orders",)],
        "POST /wechatpay/merchants/{mchid}/orders/{id}/refunds": [(f"{here}/orders/{has.order}/refunds", {"id": "curi-0022", "amount": 1})],
        "GET /wechatpay/merchants/{mchid}/bills/{day}": [(f"{here}/bills/2020-01-02",)],
        "GET /wechatpay/merchants/{mchid}/notices": [(f"{here}/notices",)],
        "POST /wechatpay/merchants/{mchid}/notices/{id}/send": [(f"{here}/notices/{has.notice}/send",)],
    }
