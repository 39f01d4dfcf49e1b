"""Batches of transfers, of the older kind: accepted at once, given by a job, each for itself."""

import secrets
from typing import Any

import msgspec

from warung.kit.db import Reader, Tx
from warung.kit.errors import Refusal
from warung.kit.ids import digest
from warung.kit.job import Job
from warung.wechatpay import keys, notices, orders, store_merchants, store_moves, times, transfers
from warung.wechatpay.call import Call
from warung.wechatpay.faults import Fault, not_this, told, wrong
from warung.wechatpay.model import Batch, Merchant, TransferRow
from warung.wechatpay.wire import BatchAsked, Detail


class GiveBatch(Job, frozen=True, tag="wechatpay.batch"):
    """Give what a batch holds."""

    batch: str


class Waiting(msgspec.Struct, frozen=True):
    """One transfer of a batch that is still to be given; its name can be read."""

    number: str
    amount: int
    remark: str
    openid: str
    name: str


def ask(tx: Tx, call: Call, data: BatchAsked) -> dict[str, Any]:
    """Accept a batch; the same again is the same. Raises PARAM_ERROR where its sums are not those of its parts."""
    plain = msgspec.structs.replace(
        data, transfer_detail_list=[msgspec.structs.replace(each, user_name=None) for each in data.transfer_detail_list]
    )
    same = digest(msgspec.json.encode(plain).decode())
    known = store_moves.batch_by(tx, mchid=call.merchant.mchid, out_batch_no=data.out_batch_no)
    if known is not None:
        if known.digest != same:
            raise not_this("this out_batch_no was used before, for a batch with other parameters")
        return _begun(tx, known)
    details = data.transfer_detail_list
    if len(details) != data.total_num or sum(each.transfer_amount for each in details) != data.total_amount:
        raise wrong("total_num and total_amount are those of transfer_detail_list", "/total_amount", data.total_amount)
    if len({each.out_detail_no for each in details}) != len(details):
        raise wrong("every out_detail_no is used once", "/transfer_detail_list")
    if data.appid not in store_merchants.bound(tx, call.merchant.mchid):
        raise Fault(400, "APPID_MCHID_NOT_MATCH", "this appid is not bound to the merchant")
    made = Batch(
        id=f"1030{secrets.randbelow(10**8):08}{times.compact(tx, tx.now)[:8]}{secrets.randbelow(10**12):012}",
        mchid=call.merchant.mchid,
        out_batch_no=data.out_batch_no,
        appid=data.appid,
        name=data.batch_name,
        remark=data.batch_remark,
        scene=data.transfer_scene_id,
        total=data.total_amount,
        number=data.total_num,
        notify_url=orders.notify_url(tx, data.notify_url, needed=False),
        state="ACCEPTED",
        digest=same,
        body=msgspec.json.encode([_waiting(call, each) for each in details]).decode(),
        created_at=tx.now,
        changed_at=tx.now,
    )
    if not store_moves.insert_batch(tx, made):
        raise not_this("this out_batch_no is being used by another request")
    tx.enqueue(GiveBatch(made.id), key=f"wechatpay.batch/{made.id}")
    return _begun(tx, made)


def _waiting(call: Call, each: Detail) -> Waiting:
    name = transfers.revealed(call, each.user_name)
    return Waiting(each.out_detail_no, each.transfer_amount, each.transfer_remark, each.openid, name)


def give(tx: Tx, job: GiveBatch) -> None:
    """Give everything of a batch that can be given; what cannot says why."""
    batch = store_moves.batch_by(tx, id=job.batch)
    if batch is None or not store_moves.finish_batch(tx, batch.id):
        return
    merchant = store_merchants.merchant(tx, batch.mchid)
    assert merchant is not None
    sums = {"SUCCESS": [0, 0], "FAIL": [0, 0]}
    for each in msgspec.json.decode(batch.body, type=list[Waiting]):
        made = _given(tx, merchant, batch, each)
        store_moves.insert_transfer(tx, made)
        sums[made.state][0] += made.amount
        sums[made.state][1] += 1
    body = {
        "out_batch_no": batch.out_batch_no,
        "batch_id": batch.id,
        "batch_status": "FINISHED",
        "mchid": batch.mchid,
        "total_num": batch.number,
        "total_amount": batch.total,
        "success_amount": sums["SUCCESS"][0],
        "success_num": sums["SUCCESS"][1],
        "fail_amount": sums["FAIL"][0],
        "fail_num": sums["FAIL"][1],
        "update_time": times.written(tx, tx.now),
    }
    notices.tell(
        tx,
        merchant=merchant,
        url=batch.notify_url,
        event="MCHTRANSFER.BATCH.FINISHED",
        original="mch_payment",
        summary="商家转账批次完成通知",
        body=body,
    )


def _given(tx: Tx, merchant: Merchant, batch: Batch, each: Waiting) -> TransferRow:
    said = {"number": each.number, "appid": batch.appid, "openid": each.openid, "amount": each.amount, "remark": each.remark}
    said |= {"scene": batch.scene, "name": each.name, "url": "", "same": "", "batch": batch.id}
    try:
        return transfers.at_once(tx, merchant, transfers.row(tx, merchant, **said))  # type: ignore[arg-type]
    except (Fault, Refusal) as refused:
        why = refused.code if isinstance(refused, Fault) else told(refused).code
    id = f"133{secrets.randbelow(10**8):08}{times.compact(tx, tx.now)[:8]}{secrets.randbelow(10**12):012}"
    return TransferRow(
        id=id,
        mchid=batch.mchid,
        out_bill_no=each.number,
        batch=batch.id,
        appid=batch.appid,
        openid=each.openid,
        payee=merchant.owner,
        amount=each.amount,
        currency=merchant.currency,
        remark=each.remark,
        scene=batch.scene,
        user_name="",
        notify_url="",
        package=None,
        state="FAIL",
        fail_reason=why,
        transfer=None,
        digest="",
        created_at=tx.now,
        changed_at=tx.now,
    )


def _begun(reader: Reader, batch: Batch) -> dict[str, Any]:
    at = times.written(reader, batch.created_at)
    return {"out_batch_no": batch.out_batch_no, "batch_id": batch.id, "create_time": at, "batch_status": batch.state}


def find(reader: Reader, call: Call, **by: str) -> Batch:
    """Return a batch of the caller's by `id` or `out_batch_no`. Raises NOT_FOUND."""
    found = store_moves.batch_by(reader, mchid=call.merchant.mchid, **by)
    if found is None:
        raise Fault(404, "NOT_FOUND", "there is no such batch")
    return found


def whole(reader: Reader, call: Call, batch: Batch) -> dict[str, Any]:
    """Return a batch as WeChat writes it, with a page of its transfers where the query wants it."""
    rows = store_moves.transfers_of(reader, batch.id)
    done, lost = ([each for each in rows if each.state == state] for state in ("SUCCESS", "FAIL"))
    said: dict[str, Any] = {
        "transfer_batch": {
            "mchid": batch.mchid,
            "out_batch_no": batch.out_batch_no,
            "batch_id": batch.id,
            "appid": batch.appid,
            "batch_status": batch.state,
            "batch_type": "API",
            "batch_name": batch.name,
            "batch_remark": batch.remark,
            "total_amount": batch.total,
            "total_num": batch.number,
            "create_time": times.written(reader, batch.created_at),
            "update_time": times.written(reader, batch.changed_at),
            "success_amount": sum(each.amount for each in done),
            "success_num": len(done),
            "fail_amount": sum(each.amount for each in lost),
            "fail_num": len(lost),
            "transfer_scene_id": batch.scene,
        }
    }
    if call.query.get("need_query_detail", "").lower() == "true":
        wanted = {"ALL": rows, "SUCCESS": done, "FAIL": lost}.get(call.query.get("detail_status", "ALL"), [])
        offset, limit = (_number(call, name, usual) for name, usual in (("offset", 0), ("limit", 20)))
        page = wanted[offset : offset + min(limit, 100)]
        listed = [{"detail_id": each.id, "out_detail_no": each.out_bill_no, "detail_status": each.state} for each in page]
        said |= {"transfer_detail_list": listed, "offset": offset, "limit": limit}
    return said


def _number(call: Call, name: str, usual: int) -> int:
    text = call.query.get(name, str(usual))
    if not text.isdecimal() or not text.isascii() or len(text) > 6:
        raise Fault(400, "PARAM_ERROR", f"{name} is a number", {"location": "query", "field": name, "issue": "no number"})
    return int(text)


def detail(reader: Reader, call: Call, batch: Batch, *, id: str | None = None, number: str | None = None) -> dict[str, Any]:
    """Return one transfer of a batch by either number. Raises NOT_FOUND."""
    rows = store_moves.transfers_of(reader, batch.id)
    found = next((each for each in rows if each.id == id or each.out_bill_no == number), None)
    if found is None:
        raise Fault(404, "NOT_FOUND", "there is no such transfer in this batch")
    said = {
        "mchid": found.mchid,
        "out_batch_no": batch.out_batch_no,
        "batch_id": batch.id,
        "appid": found.appid,
        "out_detail_no": found.out_bill_no,
        "detail_id": found.id,
        "detail_status": found.state,
        "transfer_amount": found.amount,
        "transfer_remark": found.remark,
        "openid": found.openid,
        "initiate_time": times.written(reader, found.created_at),
        "update_time": times.written(reader, found.changed_at),
    }
    said |= {"fail_reason": found.fail_reason} if found.fail_reason else {}
    return said | ({"user_name": keys.hide(call.public, found.user_name)} if found.user_name else {})
