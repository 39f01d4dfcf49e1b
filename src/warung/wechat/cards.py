"""From a program's words to a card: the one place where a message of WeChat's kinds becomes one of ours."""

from collections.abc import Mapping
from typing import Any

from warung import media, official
from warung.kit.card import BrokenCard
from warung.kit.db import Reader, Tx
from warung.kit.ids import AccountId
from warung.wechat.call import text
from warung.wechat.codes import Wrong
from warung.wechat.saying import INBOUND, inbox_of

TEXT_BYTES, TITLE_BYTES, DIGEST_BYTES, URL_BYTES = 2_048, 512, 1_024, 2_048
ARTICLES = 8
Fields = Mapping[str, Any]


def card(tx: Tx, account: AccountId, kind: str, fields: Fields, *, why: str = "") -> official.OfficialCard:
    """Return the card of a message. Raises `Wrong`: 40008 for an unknown kind, and for each field what it deserves."""
    make = _MAKERS.get(kind)
    if make is None:
        raise Wrong(40008)
    made: official.OfficialCard = make(tx, account, fields, why)
    try:
        made.check()
    except BrokenCard:
        raise Wrong(44004 if kind == "text" else 40097) from None
    return made


def blob(reader: Reader, account: AccountId, media_id: str, *kinds: str, own: Tx | None = None) -> media.Blob:
    """Return what a media id names: a material of the account, or something that a follower sent it. Raises `Wrong` 40007.

    In a transaction that writes, what a follower sent becomes the account's own, so that it can be sent on.
    """
    if media_id.startswith(INBOUND):
        sent = inbox_of(reader, official.official(reader, account).appid, "").blob(media_id)
        found = media.described(reader, [sent]) if sent else {}
        if not found:
            raise Wrong(40007)
        known = next(iter(found.values()))
        if own is not None:
            known = media.again(own, by=account, blob=known.id)
    else:
        material = official.material(reader, official=account, media_id=media_id)
        known = media.described(reader, [material.blob])[material.blob]
    if kinds and known.kind not in kinds:
        raise Wrong(40004)
    return known


def _text(tx: Tx, account: AccountId, fields: Fields, why: str) -> official.OfficialCard:
    words = _field(fields, "content", 44004, TEXT_BYTES, 45002)
    if not words.strip():
        raise Wrong(44004)
    return official.Words(words=words, why=why)


def _image(tx: Tx, account: AccountId, fields: Fields, why: str) -> official.OfficialCard:
    named = fields.get("media_ids")
    ids = named if isinstance(named, list) and named else [fields.get("media_id")]
    shots = [blob(tx, account, _media_id(each), "picture", own=tx) for each in ids[:20]]
    shown = tuple(official.OfficialPhoto(each.id, each.width, each.height, each.placeholder) for each in shots)
    return official.OfficialPicture(photos=shown, caption=_field(fields, "recommend", 0, 600, 45004), why=why)


def _voice(tx: Tx, account: AccountId, fields: Fields, why: str) -> official.OfficialCard:
    found = blob(tx, account, _media_id(fields.get("media_id")), "voice", own=tx)
    return official.OfficialVoice(blob=found.id, duration_ms=found.duration_ms, waveform=found.waveform or "", why=why)


def _video(tx: Tx, account: AccountId, fields: Fields, why: str) -> official.OfficialCard:
    found = blob(tx, account, _media_id(fields.get("media_id")), "video", own=tx)
    return official.OfficialVideo(
        blob=found.id,
        width=found.width,
        height=found.height,
        duration_ms=found.duration_ms,
        size=found.size,
        title=_field(fields, "title", 0, TITLE_BYTES, 45003),
        description=_field(fields, "description", 0, DIGEST_BYTES, 45004),
        placeholder=found.placeholder,
        why=why,
    )


def _music(tx: Tx, account: AccountId, fields: Fields, why: str) -> official.OfficialCard:
    cover = fields.get("thumb_media_id")
    found = blob(tx, account, _media_id(cover), "picture", own=tx) if cover else None
    return official.Music(
        title=_field(fields, "title", 0, TITLE_BYTES, 45003),
        description=_field(fields, "description", 0, DIGEST_BYTES, 45004),
        url=_url(fields, "musicurl"),
        hq_url=_url(fields, "hqmusicurl"),
        cover=found.id if found else None,
        why=why,
    )


def _news(tx: Tx, account: AccountId, fields: Fields, why: str) -> official.OfficialCard:
    articles = fields.get("articles")
    if not isinstance(articles, list) or not articles or not all(isinstance(each, dict) for each in articles):
        raise Wrong(44003)
    if len(articles) > ARTICLES:
        raise Wrong(45008)
    return official.News(
        items=tuple(
            official.NewsItem(
                title=_field(each, "title", 0, TITLE_BYTES, 45003),
                digest=_field(each, "description", 0, DIGEST_BYTES, 45004),
                picture=_url(each, "picurl", 45006),
                url=_url(each, "url"),
            )
            for each in articles
        ),
        why=why,
    )


def _article(tx: Tx, account: AccountId, fields: Fields, why: str) -> official.OfficialCard:
    id = _field(fields, "article_id", 53600, 128, 53600)
    return official.news_of(official.article(tx, official=account, id=id), why=why)


def _choices(tx: Tx, account: AccountId, fields: Fields, why: str) -> official.OfficialCard:
    listed = fields.get("list")
    if not isinstance(listed, list) or not listed or not all(isinstance(each, dict) for each in listed):
        raise Wrong(40097)
    items = tuple(official.Option(_field(each, "id", 40097, 128, 40097), _field(each, "content", 44004, 600, 45002)) for each in listed)
    head, tail = (_field(fields, name, 0, TEXT_BYTES, 45002) for name in ("head_content", "tail_content"))
    return official.Choices(head=head, items=items, tail=tail, why=why)


def _app(tx: Tx, account: AccountId, fields: Fields, why: str) -> official.OfficialCard:
    cover = fields.get("thumb_media_id")
    found = blob(tx, account, _media_id(cover), "picture", own=tx) if cover else None
    return official.AppCard(
        appid=_field(fields, "appid", 40013, 64, 40013),
        path=_field(fields, "pagepath", 0, 1_024, 40159),
        title=_field(fields, "title", 0, TITLE_BYTES, 45003),
        cover=found.id if found else None,
        why=why,
    )


def _link(tx: Tx, account: AccountId, fields: Fields, why: str) -> official.OfficialCard:
    item = official.NewsItem(
        title=_field(fields, "title", 45003, TITLE_BYTES, 45003),
        digest=_field(fields, "description", 0, DIGEST_BYTES, 45004),
        picture=_url(fields, "thumb_url", 45006),
        url=_url(fields, "url"),
    )
    return official.News(items=(item,), why=why)


def _media_id(value: Any) -> str:
    if value is None or value == "":
        raise Wrong(41006)
    return text(value, code=40007, most=128)


def _field(fields: Fields, name: str, missing: int, most: int, longer: int) -> str:
    """Return a text of at most so many bytes; `missing` 0 lets it be empty."""
    value = fields.get(name)
    if value is None or value == "":
        if missing:
            raise Wrong(missing)
        return ""
    found = text(value, code=missing or 40097)
    if len(found.encode()) > most:
        raise Wrong(longer)
    return found


def _url(fields: Fields, name: str, longer: int = 45005) -> str:
    found = _field(fields, name, 0, URL_BYTES, longer)
    if found and not found.lower().startswith(("http://", "https://", "weixin://")):
        raise Wrong(40048)
    return found


_MAKERS: dict[str, Any] = {
    "text": _text,
    "image": _image,
    "images": _image,
    "voice": _voice,
    "video": _video,
    "mpvideo": _video,
    "music": _music,
    "news": _news,
    "mpnewsarticle": _article,
    "msgmenu": _choices,
    "miniprogrampage": _app,
    "link": _link,
}
KINDS = frozenset(_MAKERS)
