"""What one person's money between people is made of, and what a stranger would try with it when every id of it has leaked."""

from collections.abc import Callable
from typing import Any

import msgspec

from warung.kit.db import Tx
from warung.kit.ids import AccountId, ConversationId, new_id
from warung.pay import store_bills, store_codes, store_handovers, store_packets
from warung.pay.store_bills import Bill, Share
from warung.pay.store_codes import Charge, Sale
from warung.pay.store_handovers import Handover
from warung.pay.store_packets import Opening, Packet


class Between(msgspec.Struct, frozen=True):
    """The ids of what somebody handed over, of their packet and bill, and of a charge and a code for one payment."""

    handover: str = "x"
    packet: str = "x"
    bill: str = "x"
    charge: str = "x"
    sale: str = "x"


def own_between(tx: Tx, me: AccountId, shop: str, secret: Callable[[str], str]) -> Between:
    """Give somebody money on its way, a packet, a bill and a charge; `secret` makes words that only they may read."""
    id, now = f"{me}.{new_id(tx.now)}", tx.now
    nowhere, end = ConversationId(f"tempat-{id}"), tx.now + 86_400_000
    store_handovers.insert(tx, Handover(id, me, me, nowhere, 1, 10, "PTS", secret("titipan"), "waiting", now, end, None))
    packet = Packet(id, me, nowhere, 1, 0, "lucky", secret("angpau"), "PTS", 10, 2, 1, "open", now, end, None)
    store_packets.insert(tx, packet, [6, 4])
    store_packets.insert_opening(tx, id, Opening(me, 1, 6, now))
    bill = Bill(id, me, nowhere, 1, secret("tagihan"), "PTS", 10, "open", now, None, 0)
    store_bills.insert(tx, bill, [Share(me, 10, "open", None, None)])
    store_codes.insert_charge(tx, Charge(id, shop, me, 10, "PTS", secret("meja"), "waiting", None, now, end))
    store_codes.insert_sale(tx, Sale(id, shop, 10, "PTS", secret("kursi"), end, None, None))
    return Between(id, id, id, id, id)


def with_between(who: AccountId, shop: str, has: Between) -> dict[str, list[Any]]:
    """Return (path, body, params) to try with each route."""
    packet, bill, charge = f"/packets/{has.packet}", f"/bills/{has.bill}", f"/charges/{has.charge}"
    give = {"id": "curi-0011", "to": who, "amount": 5, "currency": "PTS"}
    put = {"conversation": f"tempat-{has.packet}", "kind": "lucky", "total": 5, "shares": 1, "currency": "PTS"}
    ask = {"conversation": f"tempat-{has.bill}", "title": "x", "currency": "PTS", "owed": [{"account": who, "amount": 5}]}
    code = {"id": "curi-0014", "amount": 5, "currency": "PTS"}
    return {
        "POST /handovers": [("/handovers", give), ("/handovers", give | {"approval": "x" * 32})],
        "GET /handovers/{id}": [(f"/handovers/{has.handover}",)],
        "POST /handovers/{id}/accept": [(f"/handovers/{has.handover}/accept",)],
        "POST /handovers/{id}/decline": [(f"/handovers/{has.handover}/decline",)],
        "GET /wallet/preferences": [("/wallet/preferences",)],
        "PUT /wallet/preferences": [("/wallet/preferences", {"instant": True})],
        "POST /packets": [("/packets", put | {"id": "curi-0012"})],
        "GET /packets/{id}": [(packet,)],
        "POST /packets/{id}/open": [(f"{packet}/open",)],
        "POST /bills": [("/bills", ask | {"id": "curi-0013"})],
        "GET /bills": [("/bills",)],
        "GET /bills/{id}": [(bill,)],
        "POST /bills/{id}/pay": [(f"{bill}/pay", {"id": "curi-0015"})],
        "POST /bills/{id}/decline": [(f"{bill}/decline",)],
        "POST /bills/{id}/remind": [(f"{bill}/remind",)],
        "POST /bills/{id}/close": [(f"{bill}/close",)],
        "GET /amount": [("/amount", None, {"text": "5.000"})],
        "POST /wallet/codes": [("/wallet/codes",)],
        "GET /merchants/{id}/code": [(f"/merchants/{shop}/code",)],
        "POST /merchants/{id}/codes": [(f"/merchants/{shop}/codes", {"amount": 5, "currency": "PTS"})],
        "POST /codes/scan": [("/codes/scan", {"text": has.sale})],
        "POST /codes/pay": [("/codes/pay", code | {"text": has.sale})],
        "POST /merchants/{id}/charges": [(f"/merchants/{shop}/charges", code | {"code": "62" + "0" * 16})],
        "GET /charges/{id}": [(charge,)],
        "POST /charges/{id}/pay": [(f"{charge}/pay", {"id": "curi-0016"})],
        "POST /charges/{id}/decline": [(f"{charge}/decline",)],
    }
