"""What a program answers within its five seconds: it becomes a card in the follower's conversation, once for each entry of the log."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from warung import accounts, official
from warung.kit.db import Tx
from warung.kit.ids import Nonce
from warung.wechat import cards
from warung.wechat.codes import Wrong
from warung.wechat.words import WORDS

Reply = Mapping[str, Any]


def answer(tx: Tx, *, account: official.Official, entry: official.Happening, reply: Reply) -> None:
    """Give a follower what a program answered. Raises `Wrong` and refusals for what cannot be given."""
    if reply.get("ToUserName", entry.openid) != entry.openid or reply.get("FromUserName", account.gh) != account.gh:
        raise Wrong(40003)  # an answer to somebody else, perhaps one that was heard before
    kind = str(reply.get("MsgType", "")).strip().lower()
    if kind == "transfer_customer_service":
        named = reply.get("TransInfo")
        kf = named.get("KfAccount") if isinstance(named, dict) else None
        try:
            official.open_session(tx, official=account.id, openid=entry.openid, kf=str(kf) if kf else None)
        except (official.KfOffline, official.NoSuchKf, official.InSession):
            official.open_session(tx, official=account.id, openid=entry.openid)
        return
    read = _READERS.get(kind)
    if read is None:
        raise Wrong(40008)
    card = cards.card(tx, account.id, kind, read(reply), why="reply")
    official.say(tx, official=account.id, to=entry.openid, card=card, nonce=Nonce(f"callback-{entry.id}"))


def away(tx: Tx, *, account: official.Official, entry: official.Happening) -> None:
    """Tell a follower that nobody answers, in their language."""
    known = official.follower(tx, official=account.id, openid=entry.openid)
    if known is None:
        return
    tongue = accounts.languages(tx, [known.account]).get(known.account, "en")
    card = official.Words(words=WORDS.get(tongue, WORDS["en"])["away"], why="reply")
    official.say(tx, official=account.id, to=entry.openid, card=card, nonce=Nonce(f"away-{entry.id}"))


def _text(reply: Reply) -> Reply:
    return {"content": reply.get("Content", "")}


def _named(element: str) -> Callable[[Reply], Reply]:
    def read(reply: Reply) -> Reply:
        inner = reply.get(element)
        if not isinstance(inner, dict):
            raise Wrong(40097)
        return {_NAMES.get(name, name.lower()): value for name, value in inner.items() if isinstance(value, str)}

    return read


def _news(reply: Reply) -> Reply:
    articles = reply.get("Articles")
    items: Any = articles.get("item") if isinstance(articles, dict) else None
    listed: Sequence[Any] = items if isinstance(items, list) else [items]
    if not all(isinstance(each, dict) for each in listed):
        raise Wrong(44003)
    return {"articles": [{name.lower(): value for name, value in each.items() if isinstance(value, str)} for each in listed]}


_NAMES = {"MediaId": "media_id", "ThumbMediaId": "thumb_media_id", "MusicUrl": "musicurl", "HQMusicUrl": "hqmusicurl"}
_READERS: dict[str, Callable[[Reply], Reply]] = {
    "text": _text,
    "image": _named("Image"),
    "voice": _named("Voice"),
    "video": _named("Video"),
    "music": _named("Music"),
    "news": _news,
}
