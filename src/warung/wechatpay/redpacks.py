"""Red packets of a merchant: packets of pay, out of the shop's till, in the conversation of the official account with its follower.

What nobody opens for a day goes back to the till.
"""

import secrets
from typing import Any

import msgspec

from warung import chat, pay
from warung.kit.clock import DAY
from warung.kit.db import Reader, Tx
from warung.kit.ids import AccountId, ConversationId, Nonce, digest
from warung.wechatpay import people, store_merchants, store_moves, times
from warung.wechatpay.faults import Fault, not_this, wrong
from warung.wechatpay.model import Merchant, RedPack

A_DAY = 10  # packets of one merchant for one person
LEAST, MOST = 100, 20_000  # of one share, where no scene says more
GROUP = range(3, 21)
SCENES = {f"PRODUCT_{at}" for at in range(1, 9)}


class Asked(msgspec.Struct, frozen=True):
    """A red packet as version 2 asks for it. `group`: shares drawn by luck."""

    mch_billno: str
    appid: str
    openid: str
    total: int
    number: int
    wishing: str
    scene: str
    group: bool


def give(tx: Tx, merchant: Merchant, asked: Asked) -> RedPack:
    """Give a red packet; the same again is the same.

    Raises PARAM_ERROR, MONEY_LIMIT, SENDNUM_LIMIT, OPENID_ERROR, NOT_ENOUGH, INVALID_REQUEST (changed).
    """
    same = digest(msgspec.json.encode(asked).decode())
    known = store_moves.redpack(tx, merchant.mchid, asked.mch_billno)
    if known is not None:
        if known.digest != same:
            raise not_this("this mch_billno was used before, for another red packet")
        return known
    _check(tx, merchant, asked)
    where = people.conversation(tx, asked.appid, asked.openid)
    payee = people.account(tx, asked.appid, asked.openid)
    if payee is None:
        raise Fault(400, "OPENID_ERROR", "this openid is not of the appid")
    number = f"1000{secrets.randbelow(10**8):08}{times.compact(tx, tx.now)[:8]}{secrets.randbelow(10**12):012}"
    given = pay.give_from_shop(
        tx,
        shop=merchant.shop,
        sender=where[0] if where else merchant.owner,
        put=lambda card: _put(tx, card, where, payee),
        kind="lucky" if asked.group else "equal",
        total=asked.total,
        shares=asked.number,
        currency=merchant.currency,
        id=f"{merchant.shop}.{number}",
        message=asked.wishing[:60],
    )
    made = RedPack(
        mchid=merchant.mchid,
        mch_billno=asked.mch_billno,
        send_listid=number,
        packet=given.id,
        appid=asked.appid,
        openid=asked.openid,
        total=asked.total,
        number=asked.number,
        kind="GROUP" if asked.group else "NORMAL",
        digest=same,
        created_at=tx.now,
    )
    if not store_moves.insert_redpack(tx, made):
        raise not_this("this mch_billno is being used by another request")
    return made


def _check(reader: Reader, merchant: Merchant, asked: Asked) -> None:
    if asked.appid not in store_merchants.bound(reader, merchant.mchid):
        raise Fault(400, "APPID_MCHID_NOT_MATCH", "this appid is not bound to the merchant")
    if asked.number not in GROUP if asked.group else asked.number != 1:
        raise wrong("total_num is 1, in a group 3 to 20", "total_num", asked.number)
    if asked.scene and asked.scene not in SCENES:
        raise wrong("scene_id is PRODUCT_1 to PRODUCT_8", "scene_id", asked.scene)
    if not asked.scene and not LEAST * asked.number <= asked.total <= MOST * asked.number:
        raise Fault(400, "MONEY_LIMIT", "a share is 1.00 to 200.00 yuan, where no scene_id says more")
    if store_moves.redpacks_since(reader, merchant.mchid, asked.openid, times.today(reader)) >= A_DAY:
        raise Fault(400, "SENDNUM_LIMIT", "this person was given ten red packets today")


def _put(tx: Tx, card: pay.PacketCard, where: tuple[AccountId, ConversationId] | None, payee: AccountId) -> tuple[ConversationId, int]:
    """Lay the card into the account's conversation with its follower, or into the system's where there is none."""
    if where is None:
        system = chat.open_system(tx, account=payee)
        return system, chat.post(tx, to=system, card=card).seq
    nonce = Nonce(f"redpack-{secrets.token_hex(12)}")
    return where[1], chat.put(tx, by=where[0], to=where[1], card=card, nonce=nonce).seq


def told(tx: Tx, merchant: Merchant, mch_billno: str) -> dict[str, Any]:
    """Return what became of a red packet, as gethbinfo tells it. Raises RESOURCE_NOT_EXISTS."""
    row = store_moves.redpack(tx, merchant.mchid, mch_billno)
    if row is None:
        raise Fault(404, "NOT_FOUND", "there is no such red packet")
    packet, openings = pay.packet_opened(tx, row.packet)
    taken = sum(each.amount for each in openings)
    states = {"finished": "RECEIVED", "returned": "REFUND", "open": "RECEIVED" if openings else "SENT"}
    said: dict[str, Any] = {
        "mch_billno": row.mch_billno,
        "mch_id": row.mchid,
        "detail_id": row.send_listid,
        "status": states[packet.state],
        "send_type": "API",
        "hb_type": row.kind,
        "total_num": row.number,
        "total_amount": row.total,
        "send_time": times.plain(tx, row.created_at),
        "wishing": packet.message,
    }
    if packet.state == "returned":
        said |= {"refund_time": times.plain(tx, packet.ended_at or packet.at + DAY), "refund_amount": row.total - taken}
    if openings:
        said["hblist"] = [
            {"openid": people.openid(tx, row.appid, each.account), "amount": each.amount, "rcv_time": times.plain(tx, each.at)}
            for each in openings
        ]
    if row.kind == "NORMAL" and openings:
        said |= {"openid": row.openid, "amount": taken, "rcv_time": times.plain(tx, openings[0].at)}
    return said
