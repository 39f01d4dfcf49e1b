"""Mass messages: to everybody, to a tag, to a list; within the account's quota, whatever the number of calls at once."""

from typing import Any

from warung import accounts, official
from warung.kit.db import Reader, Tx
from warung.kit.ids import Nonce, new_id
from warung.wechat import cards, store
from warung.wechat.call import OPENID, Answer, Call, Endpoint
from warung.wechat.codes import Wrong

LEAST, MOST = 2, 10_000
SPEEDS = {0: 80, 1: 60, 2: 45, 3: 30, 4: 10}  # ten thousand messages a minute, as programs know them
STATES = {"scheduled": "SENDING", "sending": "SENDING", "sent": "SEND_SUCCESS", "cancelled": "DELETE", "withdrawn": "DELETE"}
KINDS = ("text", "image", "images", "voice", "mpvideo", "video", "music")


def to_all(tx: Tx, call: Call) -> Answer:
    """Send to everybody, or to a tag."""
    given = call.part("filter", code=40097)
    if given.get("is_to_all") in (True, 1, "1", "true"):
        return _sent(tx, call, official.All())
    tag = given.get("tag_id", given.get("group_id"))
    one = call.within({"tag": tag})
    return _sent(tx, call, official.Tagged(one.number("tag", code=45159, most=(1 << 31) - 1)))


def to_some(tx: Tx, call: Call) -> Answer:
    """Send to those who are listed."""
    openids = call.openids("touser", most=MOST)
    if len(openids) < LEAST:
        raise Wrong(40031)
    return _sent(tx, call, official.Openids(tuple(openids)))


def _sent(tx: Tx, call: Call, to: official.To) -> Answer:
    kind = call.text("msgtype", code=40008, most=32)
    client_id = call.text("clientmsgid", default="", most=1_000)
    if len(client_id.encode()) > 64:
        raise Wrong(45067)
    told = {"errcode": 0, "errmsg": "send job submission success"}
    try:
        if kind == "mpnews":
            media_id = call.text("mpnews.media_id", code=40007, missing=41006, most=128)
            made, article = official.broadcast_draft(tx, official=call.account, to=to, media_id=media_id, client_id=client_id or None)
            return told | {"msg_id": made.number, "msg_data_id": article}
        made = official.broadcast(tx, official=call.account, to=to, card=_card(tx, call, kind), client_id=client_id or None)
    except official.BroadcastRepeated as repeated:
        raise Wrong(45065, "clientmsgid exist", msg_id=int(repeated.details["number"])) from None
    return told | {"msg_id": made.number, "msg_data_id": made.number}


def _card(tx: Tx, call: Call, kind: str) -> official.OfficialCard:
    if kind == "wxcard":
        return official.coupon_card(official.coupon(tx, official=call.account, id=call.text("wxcard.card_id", code=40097, most=128)))
    if kind not in KINDS:
        raise Wrong(40008)
    given: Any = call.given(kind)
    if not isinstance(given, dict):
        raise Wrong(40097)
    return cards.card(tx, call.account, kind, given)


def preview(tx: Tx, call: Call) -> Answer:
    """Show one follower, named by openid or by handle, what would be sent."""
    to = call.text("touser", default="", most=64)
    if not to:
        profile = accounts.by_handle(tx, call.text("towxname", code=40003, most=64))
        known = official.follower_of(tx, official=call.account, account=profile.id) if profile else None
        to = known.openid if known else ""
    if not OPENID.match(to):
        raise Wrong(40003)
    kind = call.text("msgtype", code=40008, most=32)
    if kind == "mpnews":
        media_id = call.text("mpnews.media_id", code=40007, missing=41006, most=128)
        official.preview_draft(tx, official=call.account, openid=to, media_id=media_id)
    else:
        official.count_preview(tx, official=call.account)
        card = _card(tx, call, kind)
        official.say(tx, official=call.account, to=to, card=card, nonce=Nonce(f"preview-{new_id(tx.now)}"))
    return {"errcode": 0, "errmsg": "preview success", "msg_id": tx.now}


def state(reader: Reader, call: Call) -> Answer:
    """Say how far it is."""
    found = official.broadcast_numbered(reader, official=call.account, number=call.number("msg_id", code=40097))
    return {"msg_id": found.number, "msg_status": STATES[found.state]}


def delete(tx: Tx, call: Call) -> Answer:
    """Stop it, and take back what it said."""
    found = official.broadcast_numbered(tx, official=call.account, number=call.number("msg_id", code=40097))
    if found.state in ("scheduled", "sending"):
        official.cancel_broadcast(tx, official=call.account, id=found.id)
    if found.state in ("sending", "sent"):
        official.withdraw_broadcast(tx, official=call.account, id=found.id)
    return None


def speed(reader: Reader, call: Call) -> Answer:
    """Say how fast it goes: the server takes its own time between other commits; the number is kept for the program."""
    held = store.present(reader, call.holder.appid, "speed")
    level = held.serial if held else 0
    return {"speed": level, "realspeed": SPEEDS[level]}


def set_speed(tx: Tx, call: Call) -> Answer:
    """Keep the number."""
    level = call.number("speed", code=45083, most=4)
    store.set_present(tx, call.holder.appid, "speed", store.Present(level, 0))
    return None


ENDPOINTS = [
    Endpoint("/cgi-bin/message/mass/sendall", ("POST",), writes=to_all, daily=100, body=True),
    Endpoint("/cgi-bin/message/mass/send", ("POST",), writes=to_some, daily=100, body=True),
    Endpoint("/cgi-bin/message/mass/preview", ("POST",), writes=preview, daily=100, body=True),
    Endpoint("/cgi-bin/message/mass/get", ("POST",), reads=state, daily=10_000, body=True),
    Endpoint("/cgi-bin/message/mass/delete", ("POST",), writes=delete, daily=10, body=True),
    Endpoint("/cgi-bin/message/mass/speed/get", ("GET", "POST"), reads=speed),
    Endpoint("/cgi-bin/message/mass/speed/set", ("POST",), writes=set_speed, body=True),
]
