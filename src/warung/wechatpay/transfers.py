"""Money from a merchant to a person. A bill waits in the ledger until the person takes it, for a day at most; a batch, and the transfer of
version 2, are given at once.
"""

import secrets
from typing import Any

import msgspec

from warung import accounts, chat, pay
from warung.kit.clock import DAY
from warung.kit.db import Reader, Tx
from warung.kit.ids import AccountId, digest
from warung.wechatpay import keys, notices, orders, people, store_merchants, store_moves, times
from warung.wechatpay.call import Call
from warung.wechatpay.cards import TransferCard, TransferChanged
from warung.wechatpay.faults import Fault, not_this, told, wrong
from warung.wechatpay.model import Merchant, TransferNotForYou, TransferOver, TransferRow, TransferState
from warung.wechatpay.wire import TransferAsked

CODE = "payout"


class AskedTransfer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How somebody came to money that waits: by a page, as its requestMerchantTransfer has it, or by the `id` on a card."""

    package: str = ""
    mch_id: str = msgspec.field(default="", name="mchId")
    app_id: str = msgspec.field(default="", name="appId")
    id: str = ""


class TransferView(msgspec.Struct, frozen=True):
    """Money that waits for somebody, as they see it."""

    id: str
    shop: str
    name: str
    remark: str
    amount: int
    currency: str
    state: TransferState
    ends_at: int


def ask(tx: Tx, call: Call, data: TransferAsked) -> dict[str, Any]:
    """Let money wait for a person, and tell them. The same bill again is the same; a changed one is refused.

    Raises NOT_ENOUGH and what `row` raises.
    """
    same = digest(msgspec.json.encode(msgspec.structs.replace(data, user_name=None)).decode())
    known = store_moves.transfer_numbered(tx, call.merchant.mchid, data.out_bill_no)
    if known is not None:
        if known.digest != same:
            raise not_this("this out_bill_no was used before, for a transfer with other parameters")
        return begun(tx, known)
    url = orders.notify_url(tx, data.notify_url, needed=False)
    name = revealed(call, data.user_name)
    made = row(
        tx,
        call.merchant,
        number=data.out_bill_no,
        appid=data.appid,
        openid=data.openid,
        amount=data.transfer_amount,
        remark=data.transfer_remark,
        scene=data.transfer_scene_id,
        name=name,
        url=url,
        same=same,
    )
    made = msgspec.structs.replace(
        made, package=secrets.token_urlsafe(48), state="WAIT_USER_CONFIRM", transfer=f"{call.merchant.shop}.{made.id}"
    )
    hold(tx, call.merchant, made, kind="pending")
    if not store_moves.insert_transfer(tx, made):
        raise not_this("this out_bill_no is being used by another request")
    card = TransferCard(made.id, call.merchant.name, made.amount, made.currency, made.remark, made.created_at + DAY)
    chat.post(tx, to=chat.open_system(tx, account=made.payee), card=card)
    return begun(tx, made)


def row(
    tx: Tx,
    merchant: Merchant,
    *,
    number: str,
    appid: str,
    openid: str,
    amount: int,
    remark: str,
    scene: str,
    name: str,
    url: str,
    same: str,
    batch: str | None = None,
) -> TransferRow:
    """Return a transfer that is not kept yet. Raises APPID_MCHID_NOT_MATCH, OPENID_MISMATCH, PARAM_ERROR (NAME_NOT_CORRECT)."""
    if appid not in store_merchants.bound(tx, merchant.mchid):
        raise Fault(400, "APPID_MCHID_NOT_MATCH", "this appid is not bound to the merchant")
    payee = people.account(tx, appid, openid)
    if payee is None:
        raise Fault(400, "OPENID_MISMATCH", "this openid is not of the appid")
    if name and accounts.profile(tx, payee).name.casefold().strip() != name.casefold().strip():
        raise Fault(400, "NAME_NOT_CORRECT", "this is not the name of the person")
    pay.checked(amount, merchant.currency, test=bool(merchant.is_test))
    id = f"133{secrets.randbelow(10**8):08}{times.compact(tx, tx.now)[:8]}{secrets.randbelow(10**12):012}"
    return TransferRow(
        id=id,
        mchid=merchant.mchid,
        out_bill_no=number,
        batch=batch,
        appid=appid,
        openid=openid,
        payee=payee,
        amount=amount,
        currency=merchant.currency,
        remark=remark,
        scene=scene,
        user_name=name,
        notify_url=url,
        package=None,
        state="SUCCESS",
        fail_reason="",
        transfer=f"{merchant.shop}.{id}",
        digest=same,
        created_at=tx.now,
        changed_at=tx.now,
    )


def hold(tx: Tx, merchant: Merchant, made: TransferRow, *, kind: str) -> None:
    """Take the money out of the till: at once to the person, or to wait for them. Raises the ledger's refusals."""
    till = pay.open_account(tx, kind="merchant", owner=merchant.shop, currency=made.currency)
    theirs = pay.wallet(tx, made.payee, made.currency)
    paid = pay.Transfer(made.transfer or "", till.id, theirs.id, made.amount, made.currency, CODE, made.remark)
    if kind == "pending":
        paid = msgspec.structs.replace(paid, kind="pending", timeout_ms=DAY)
    pay.demand(pay.apply(tx, [paid]))


def revealed(call: Call, hidden: str | None) -> str:
    """Return a name that was encrypted to this place. Raises PARAM_ERROR where it cannot be read."""
    if not hidden:
        return ""
    private = call.platform.private(call.serial)
    name = keys.reveal(private, hidden) if private else None
    if name is None:
        raise wrong("user_name is encrypted with the platform's key that Wechatpay-Serial names", "/user_name")
    return name


def begun(reader: Reader, row: TransferRow) -> dict[str, Any]:
    """Return what the answer to a new bill says."""
    said = {"out_bill_no": row.out_bill_no, "transfer_bill_no": row.id, "create_time": times.written(reader, row.created_at)}
    return said | {"state": row.state} | ({"package_info": row.package} if row.state == "WAIT_USER_CONFIRM" else {})


def find(reader: Reader, call: Call, *, number: str | None = None, id: str | None = None) -> TransferRow:
    """Return a merchant's bill by either number. Raises NOT_FOUND."""
    mchid = call.merchant.mchid
    found = store_moves.transfer_numbered(reader, mchid, number) if number else store_moves.transfer_by(reader, id=id or "", mchid=mchid)
    if found is None:
        raise Fault(404, "NOT_FOUND", "there is no such transfer")
    return found


def whole(reader: Reader, call: Call, row: TransferRow) -> dict[str, Any]:
    """Return a bill as WeChat writes it; the name encrypted to the caller."""
    said = {
        "mch_id": row.mchid,
        "out_bill_no": row.out_bill_no,
        "transfer_bill_no": row.id,
        "appid": row.appid,
        "state": row.state,
        "transfer_amount": row.amount,
        "transfer_remark": row.remark,
        "openid": row.openid,
        "create_time": times.written(reader, row.created_at),
        "update_time": times.written(reader, row.changed_at),
    }
    said |= {"fail_reason": row.fail_reason} if row.fail_reason else {}
    return said | ({"user_name": keys.hide(call.public, row.user_name)} if row.user_name else {})


def cancel(tx: Tx, call: Call, number: str) -> dict[str, Any]:
    """Take back what nobody has taken. Again is the same as once. Raises NOT_FOUND, INVALID_REQUEST."""
    found = find(tx, call, number=number)
    if found.state != "CANCELLED":
        if not _settled(tx, found, "CANCELLED", ""):
            raise not_this("this money is not waiting any more")
        pay.demand(pay.apply(tx, [pay.Transfer(f"{found.transfer}/void", kind="void", pending=found.transfer)]))
    found = find(tx, call, number=number)
    at = times.written(tx, found.changed_at)
    return {"out_bill_no": found.out_bill_no, "transfer_bill_no": found.id, "state": found.state, "update_time": at}


def look(reader: Reader, *, by: AccountId, asked: AskedTransfer) -> TransferView:
    """Return money that waits for `by`. Raises `TransferNotForYou`."""
    found, merchant = _mine(reader, by, asked)
    ends = found.created_at + DAY
    return TransferView(found.id, merchant.shop, merchant.name, found.remark, found.amount, found.currency, found.state, ends)


def take(tx: Tx, *, by: AccountId, asked: AskedTransfer) -> TransferView:
    """Take the money. Again is the same as once. Raises `TransferNotForYou`, `TransferOver`."""
    found, merchant = _mine(tx, by, asked)
    if found.state != "SUCCESS":
        if not _settled(tx, found, "SUCCESS", ""):
            raise TransferOver(state=found.state.lower())
        pay.demand(pay.apply(tx, [pay.Transfer(f"{found.transfer}/post", kind="post", pending=found.transfer)]))
        receive(tx, merchant, found)
    return look(tx, by=by, asked=asked)


def receive(tx: Tx, merchant: Merchant, row: TransferRow) -> None:
    """Tell a person that money of a merchant is theirs."""
    pay.give_receipt(
        tx,
        to=row.payee,
        code=CODE,
        amount=row.amount,
        currency=row.currency,
        transfer=row.transfer or row.id,
        other=merchant.name,
        about=row.remark,
    )


def on_expired(tx: Tx, event: pay.PendingExpired) -> None:
    """Nobody took the money for a day: it is back in the till."""
    found = store_moves.transfer_by(tx, transfer=event.transfer) if event.code == CODE else None
    if found is not None:
        _settled(tx, found, "FAIL", "OVERDUE_CLOSE")


def _settled(tx: Tx, row: TransferRow, state: TransferState, reason: str) -> bool:
    if not store_moves.settle_transfer(tx, row.id, state=state, fail_reason=reason):
        return False
    tx.emit(TransferChanged(row.id), [row.payee])
    merchant = store_merchants.merchant(tx, row.mchid)
    assert merchant is not None
    body = {
        "out_bill_no": row.out_bill_no,
        "transfer_bill_no": row.id,
        "state": state,
        "mch_id": row.mchid,
        "transfer_amount": row.amount,
        "openid": row.openid,
        "create_time": times.written(tx, row.created_at),
        "update_time": times.written(tx, tx.now),
    } | ({"fail_reason": reason} if reason else {})
    notices.tell(
        tx,
        merchant=merchant,
        url=row.notify_url,
        event="MCHTRANSFER.BILL.FINISHED",
        original="mch_payment",
        summary="商家转账单据终态通知",
        body=body,
    )
    return True


def _mine(reader: Reader, by: AccountId, asked: AskedTransfer) -> tuple[TransferRow, Merchant]:
    """Return money that somebody may take: a page names merchant and app too, and both have to be those of the bill."""
    found = store_moves.transfer_by(reader, id=asked.id) if asked.id else store_moves.transfer_by(reader, package=asked.package)
    if found is None or found.payee != by or (not asked.id and (found.mchid, found.appid) != (asked.mch_id, asked.app_id)):
        raise TransferNotForYou
    merchant = store_merchants.merchant(reader, found.mchid)
    assert merchant is not None
    return found, merchant


def at_once(tx: Tx, merchant: Merchant, made: TransferRow) -> TransferRow:
    """Give money at once; the row says whether it went, and why not."""
    try:
        hold(tx, merchant, made, kind="single")
    except pay.LedgerRefusal as refusal:
        return msgspec.structs.replace(made, state="FAIL", fail_reason=told(refusal).code, transfer=None)
    receive(tx, merchant, made)
    return made
