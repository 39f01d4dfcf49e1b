"""Customer-service messages: what a program says to a follower who wrote or did something lately."""

from warung import official
from warung.kit.clock import SECOND
from warung.kit.db import Tx
from warung.kit.ids import Nonce, new_id
from warung.wechat import addressing, cards, store
from warung.wechat.call import Answer, Call, Endpoint
from warung.wechat.codes import Wrong

COMMANDS = ("Typing", "CancelTyping")
MINI = ("text", "image", "link", "miniprogrampage")  # what a mini-app says
TYPING_MS = 15 * SECOND


def send(tx: Tx, call: Call) -> Answer:
    """Say something to a follower within the window; a mini-app does it in the conversation of the account that it belongs to."""
    (account, to), kind = addressing.receiver(tx, call), call.text("msgtype", code=40008, most=64)
    if kind not in (MINI if call.holder.app else (*cards.KINDS, "mpnews", "wxcard")):
        raise Wrong(40008)
    if kind == "mpnews":
        media_id = call.text("mpnews.media_id", code=40007, missing=41006, most=128)
        draft = official.draft(tx, official=account, media_id=media_id)
        items = (
            official.NewsItem(title=item.title, digest=item.digest, cover=item.cover.blob if item.cover else None) for item in draft.items
        )
        card: official.OfficialCard = official.News(items=tuple(items))
    elif kind == "wxcard":
        card = official.coupon_card(official.coupon(tx, official=account, id=call.text("wxcard.card_id", code=40097, most=128)))
    else:
        own = {"appid": call.holder.appid} if call.holder.app else {}  # a page of its own
        card = cards.card(tx, account, kind, call.part(kind) | own)
    kf = call.text("customservice.kf_account", default="", most=128)
    official.answer(tx, official=account, to=to, card=card, nonce=Nonce(f"api-{new_id(tx.now)}"), kf=kf or None)
    store.end_typing(tx, to)
    return None


def typing(tx: Tx, call: Call) -> Answer:
    """Show a follower that somebody writes to them; that lasts until a message, a cancelling, or some seconds later."""
    command = call.text("command", code=45072, most=32)
    if command not in COMMANDS:
        raise Wrong(45072)
    account, to = addressing.receiver(tx, call)
    if official.follower(tx, official=account, openid=to) is None:
        raise Wrong(40003)
    if command == "CancelTyping":
        if not store.end_typing(tx, to):
            raise Wrong(45081)
        return None
    official.typing(tx, official=account, to=to)
    if not store.begin_typing(tx, to, tx.now + TYPING_MS):
        raise Wrong(45080)
    return None


ENDPOINTS = [
    Endpoint("/cgi-bin/message/custom/send", ("POST",), writes=send, who="both", daily=500_000, body=True),
    Endpoint("/cgi-bin/message/custom/typing", ("POST",), writes=typing, who="both", daily=500_000, body=True),
]
