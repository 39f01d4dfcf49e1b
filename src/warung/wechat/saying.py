"""What happened at an account, in WeChat's words: the message that its program is sent."""

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from warung import official
from warung.kit.clock import SECOND
from warung.kit.db import Reader
from warung.kit.ids import BlobId
from warung.wechat import store

Fields = dict[str, Any]
INBOUND = "m_"  # begins the media id of what a follower sent; then come the blob and a proof that this account was sent it
ID_CHARS, PROOF_CHARS = 20, 24
PAGE_SCENE = 1  # where somebody was asked: every place here is a page


class Inbox(msgspec.Struct, frozen=True):
    """By which names an account's program may fetch what followers sent: the name itself is the permission."""

    appid: str
    key: bytes
    site: str

    def media_id(self, blob: str) -> str:
        """Return the media id of a blob that this account was sent."""
        return INBOUND + blob + self._proof(blob)

    def blob(self, media_id: str) -> BlobId | None:
        """Return the blob of a media id that was made for this account."""
        blob, proof = media_id[len(INBOUND) : len(INBOUND) + ID_CHARS], media_id[len(INBOUND) + ID_CHARS :]
        right = media_id.startswith(INBOUND) and bool(self.key) and hmac.compare_digest(proof.encode(), self._proof(blob).encode())
        return BlobId(blob) if right else None

    def url(self, media_id: str) -> str:
        """Return the address of a picture that a follower sent."""
        return f"{self.site}/mp/pictures/{self.appid}/{media_id}"

    def _proof(self, blob: str) -> str:
        made = hmac.new(self.key, f"inbox/{self.appid}/{blob}".encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(made).decode()[:PROOF_CHARS]


def inbox_of(reader: Reader, appid: str, site: str) -> Inbox:
    """Return the names of what an account was sent."""
    return Inbox(appid, store.key(reader) or b"", site)


def said(account: official.Official, happening: official.Happening, inbox: Inbox) -> Fields | None:
    """Return the fields of the message for one entry of the log, in order; None for what WeChat has no words for."""
    body: Mapping[str, Any] = msgspec.json.decode(happening.body)
    told = _MESSAGES.get(happening.kind)
    head = {"ToUserName": account.gh, "FromUserName": happening.openid or account.gh, "CreateTime": happening.at // SECOND}
    if told is not None:
        message = body.get("message", {})
        return {**head, **told(message, inbox), "MsgId": int(message["id"])}
    if happening.kind in _LINKED:
        return {**head, "MsgType": "event", **_LINKED[happening.kind](body, inbox.site)}
    happened = _EVENTS.get(happening.kind)
    if happened is None:
        return None
    return {**head, "MsgType": "event", **happened(body)}


def _text(message: Mapping[str, Any], inbox: Inbox) -> Fields:
    chosen = {"bizmsgmenuid": message["choice"]} if message.get("choice") else {}
    return {"MsgType": "text", "Content": message.get("text", ""), **chosen}


def _image(message: Mapping[str, Any], inbox: Inbox) -> Fields:
    if not message.get("blob"):
        return _text(message, inbox)
    media_id = inbox.media_id(message["blob"])
    return {"MsgType": "image", "PicUrl": inbox.url(media_id), "MediaId": media_id}


def _voice(message: Mapping[str, Any], inbox: Inbox) -> Fields:
    return {"MsgType": "voice", "MediaId": inbox.media_id(message.get("blob", "")), "Format": "mp4"}


def _video(message: Mapping[str, Any], inbox: Inbox) -> Fields:
    media_id = inbox.media_id(message.get("blob", ""))
    return {"MsgType": "video", "MediaId": media_id, "ThumbMediaId": media_id}


def _location(message: Mapping[str, Any], inbox: Inbox) -> Fields:
    label = message.get("address") or message.get("name") or ""
    return {"MsgType": "location", "Location_X": message["latitude"], "Location_Y": message["longitude"], "Scale": 16, "Label": label}


def _link(message: Mapping[str, Any], inbox: Inbox) -> Fields:
    title = message.get("title") or message.get("text", "")
    return {"MsgType": "link", "Title": title, "Description": message.get("description", ""), "Url": message.get("url", "")}


def _other(message: Mapping[str, Any], inbox: Inbox) -> Fields:
    return {"MsgType": "text", "Content": message.get("text") or message.get("name") or "[unsupported]"}


def _follow(body: Mapping[str, Any]) -> Fields:
    scene, ticket = body.get("scene", ""), body.get("ticket", "")
    if ticket:
        return {"Event": "subscribe", "EventKey": f"qrscene_{scene}", "Ticket": ticket}
    return {"Event": "subscribe", "EventKey": ""}


def _scan(body: Mapping[str, Any]) -> Fields:
    return {"Event": "SCAN", "EventKey": str(body.get("scene", "")), "Ticket": body.get("ticket", "")}


def _located(body: Mapping[str, Any]) -> Fields:
    precision = body.get("precision", body.get("accuracy", 0))
    return {"Event": "LOCATION", "Latitude": body["latitude"], "Longitude": body["longitude"], "Precision": precision}


def _pressed(event: str, field: str) -> Callable[[Mapping[str, Any]], Fields]:
    def tell(body: Mapping[str, Any]) -> Fields:
        menu = {"MenuId": str(body["menu"])} if event != "CLICK" and body.get("menu") else {}
        return {"Event": event, "EventKey": body.get(field, ""), **menu}

    return tell


def _scanned(event: str) -> Callable[[Mapping[str, Any]], Fields]:
    def tell(body: Mapping[str, Any]) -> Fields:
        scanned = body.get("scanned") or {}
        info = {"ScanType": scanned.get("type", "qrcode"), "ScanResult": scanned.get("result", "")}
        return {"Event": event, "EventKey": body.get("key", ""), "ScanCodeInfo": info}

    return tell


def _pictured(event: str) -> Callable[[Mapping[str, Any]], Fields]:
    def tell(body: Mapping[str, Any]) -> Fields:
        sums = body.get("pictures") or []
        pictures = {"Count": len(sums), "PicList": {"item": [{"PicMd5Sum": each} for each in sums]}}
        return {"Event": event, "EventKey": body.get("key", ""), "SendPicsInfo": pictures}

    return tell


def _placed(body: Mapping[str, Any]) -> Fields:
    place = body.get("place") or {}
    told = {
        "Location_X": str(place.get("latitude", "")),
        "Location_Y": str(place.get("longitude", "")),
        "Scale": str(place.get("scale", 16)),
        "Label": place.get("label", ""),
        "Poiname": place.get("name", ""),
    }
    return {"Event": "location_select", "EventKey": body.get("key", ""), "SendLocationInfo": told}


def _broadcast(body: Mapping[str, Any], site: str) -> Fields:
    sent, failed = body["sent"], body["failed"]
    urls = [{"ArticleIdx": at, "ArticleUrl": f"{site}/read/{each}"} for at, each in enumerate(body.get("articles", []), 1)]
    return {
        "Event": "MASSSENDJOBFINISH",
        "MsgID": int(body["number"]),
        "Status": "send success" if sent or not failed else "send fail",
        "TotalCount": body["total"],
        "FilterCount": sent + failed,
        "SentCount": sent,
        "ErrorCount": failed,
        "CopyrightCheckResult": {"Count": 0, "ResultList": "", "CheckState": 1},
        "ArticleUrlResult": {"Count": len(urls), "ResultList": {"item": urls} if urls else ""},
    }


def _template(body: Mapping[str, Any]) -> Fields:
    status = {"success": "success", "blocked": "failed:user block"}.get(body.get("status", "success"), "failed: system failed")
    return {"Event": "TEMPLATESENDJOBFINISH", "MsgID": int(body["number"]), "Status": status}


def article_items(site: str, article: str, items: int) -> Fields:
    """Return where each item of a published article is read."""
    listed = [{"idx": at + 1, "article_url": f"{site}/read/{article}/{at}"} for at in range(items)]
    return {"count": items, "item": listed}


def _published(body: Mapping[str, Any], site: str) -> Fields:
    info: Fields = {"publish_id": body["publishing"], "publish_status": 0 if body["status"] == "done" else 3}
    if body["article"]:
        info |= {"article_id": body["article"], "article_detail": article_items(site, body["article"], body["items"])}
    return {"Event": "PUBLISHJOBFINISH", "PublishEventInfo": info | ({"fail_idx": body["failed"]} if body["failed"] else {})}


def _subscriptions(event: str) -> Callable[[Mapping[str, Any]], Fields]:
    def tell(body: Mapping[str, Any]) -> Fields:
        one: Fields = {"TemplateId": body["template"]}
        if event == "subscribe_msg_sent_event":
            one |= {
                "MsgID": body["number"],
                "ErrorCode": 0 if body["status"] == "success" else 43019,
                "ErrorStatus": body["status"],
            }
        else:
            answered = "accept" if body["accepted"] else "reject"
            one |= {"SubscribeStatusString": answered} | ({"PopupScene": PAGE_SCENE} if event == "subscribe_msg_popup_event" else {})
        return {"Event": event, _CAMEL[event]: {"List": one}}

    return tell


_CAMEL = {
    "subscribe_msg_popup_event": "SubscribeMsgPopupEvent",
    "subscribe_msg_change_event": "SubscribeMsgChangeEvent",
    "subscribe_msg_sent_event": "SubscribeMsgSentEvent",
}


def _session(event: str) -> Callable[[Mapping[str, Any]], Fields]:
    def tell(body: Mapping[str, Any]) -> Fields:
        if event == "kf_switch_session":
            return {"Event": event, "FromKfAccount": body.get("from", ""), "ToKfAccount": body.get("to", "")}
        return {"Event": event, "KfAccount": body.get("kf", "")}

    return tell


def _order_received(body: Mapping[str, Any]) -> Fields:
    names = {"transaction_id": "transaction", "merchant_id": "mchid", "merchant_trade_no": "number"}
    told: Fields = {name: body[field] for name, field in names.items()}
    at = body["at"] // SECOND
    times = {"pay_time": body["paid_at"] // SECOND, "confirm_receive_method": 2, "confirm_receive_time": at, "settlement_time": at}
    return {"Event": "trade_manage_order_settlement", **told, **times}


_MESSAGES: dict[str, Callable[[Mapping[str, Any], Inbox], Fields]] = {
    "message.text": _text,
    "message.image": _image,
    "message.voice": _voice,
    "message.video": _video,
    "message.location": _location,
    "message.link": _link,
    "message.file": _other,
    "message.other": _other,
}
_LINKED: dict[str, Callable[[Mapping[str, Any], str], Fields]] = {"publish.finished": _published, "broadcast.finished": _broadcast}
_EVENTS: dict[str, Callable[[Mapping[str, Any]], Fields]] = {
    "follow": _follow,
    "unfollow": lambda body: {"Event": "unsubscribe", "EventKey": ""},
    "scan": _scan,
    "location": _located,
    "menu.click": _pressed("CLICK", "key"),
    "menu.view": _pressed("VIEW", "url"),
    "menu.app": _pressed("view_miniprogram", "path"),
    "menu.scan": _scanned("scancode_push"),
    "menu.scan_wait": _scanned("scancode_waitmsg"),
    "menu.photo": _pictured("pic_sysphoto"),
    "menu.photo_or_album": _pictured("pic_photo_or_album"),
    "menu.album": _pictured("pic_weixin"),
    "menu.location": _placed,
    "template.finished": _template,
    "subscription.answered": _subscriptions("subscribe_msg_popup_event"),
    "subscription.changed": _subscriptions("subscribe_msg_change_event"),
    "subscription.sent": _subscriptions("subscribe_msg_sent_event"),
    "order.received": _order_received,
    "desk.opened": _session("kf_create_session"),
    "desk.closed": _session("kf_close_session"),
    "desk.handed_over": _session("kf_switch_session"),
}
