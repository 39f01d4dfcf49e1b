"""Drafts, publishing and comments in WeChat's words."""

from collections.abc import Sequence
from typing import Any

from warung import official
from warung.kit.clock import SECOND
from warung.kit.db import Reader, Tx
from warung.wechat.call import Answer, Call, Endpoint, number, text
from warung.wechat.codes import Wrong
from warung.wechat.saying import article_items, inbox_of

PAGE, COMMENTS = 20, 50
STATUS = {"done": 0, "running": 1, "failed": 3, "deleted": 5}
CONTENT = 2_000_000
WHICH: tuple[official.CommentKind, ...] = ("all", "normal", "elected")


def writings(call: Call, given: Sequence[dict[str, Any]]) -> list[official.Writing]:
    """Return articles as the account hands them in."""
    return [writing(call.within(each)) for each in given]


def writing(one: Call) -> official.Writing:
    """Return one article."""
    kind = one.text("article_type", default="news", most=16)
    if kind not in ("news", "newspic"):
        raise Wrong(40097)
    pictures: list[str] = []
    if kind == "newspic":
        listed = one.given("image_info.image_list")
        if not isinstance(listed, list) or not listed or not all(isinstance(each, dict) for each in listed):
            raise Wrong(40007)
        pictures = [text(each.get("image_media_id"), code=40007, most=128) for each in listed]
    return official.Writing(
        title=one.text("title", code=45003, most=1_000),
        content=one.text("content", default="", most=CONTENT, code=45002),
        kind="newspic" if kind == "newspic" else "news",
        author=one.text("author", default="", most=1_000),
        digest=one.text("digest", default="", most=1_000, code=45004),
        source_url=one.text("content_source_url", default="", most=2_048, code=45005),
        cover=one.text("thumb_media_id", default="", most=128, code=40007),
        show_cover=one.flag("show_cover_pic"),
        pictures=tuple(pictures),
        comments=one.flag("need_open_comment"),
        followers_only=one.flag("only_fans_can_comment"),
    )


def news_items(
    reader: Reader, call: Call, items: Sequence[official.Item], *, article: str = "", content: bool = True
) -> list[dict[str, Any]]:
    """Return articles as programs read them."""
    names = inbox_of(reader, call.holder.appid, call.url(""))
    site = call.tools.services.site.url
    told = []
    for at, item in enumerate(items):
        one: dict[str, Any] = {
            "article_type": item.kind,
            "title": item.title,
            "author": item.author,
            "digest": item.digest,
            "content": item.content if content else "",
            "content_source_url": item.source_url,
            "thumb_media_id": item.cover.media_id if item.cover else "",
            "thumb_url": names.url(names.media_id(item.cover.blob)) if item.cover else "",
            "show_cover_pic": int(item.show_cover),
            "url": f"{site}/read/{article}/{at}" if article else "",
            "need_open_comment": int(item.comments),
            "only_fans_can_comment": int(item.followers_only),
        }
        if item.kind == "newspic":
            one["image_info"] = {"image_list": [{"image_media_id": each.media_id} for each in item.pictures]}
        told.append(one | ({"is_deleted": item.deleted} if article else {}))
    return told


def add(tx: Tx, call: Call) -> Answer:
    """Keep articles as a draft."""
    kept = official.add_draft(tx, official=call.account, items=writings(call, call.items("articles", code=44003)))
    return {"media_id": kept.media_id}


def get(reader: Reader, call: Call) -> Answer:
    """Return a draft."""
    found = official.draft(reader, official=call.account, media_id=_media_id(call))
    times = {"create_time": found.created_at // SECOND, "update_time": found.changed_at // SECOND}
    return {"news_item": news_items(reader, call, found.items), **times}


def update(tx: Tx, call: Call) -> Answer:
    """Replace one article of a draft."""
    given = call.given("articles")
    if isinstance(given, list) and len(given) == 1:
        given = given[0]
    if not isinstance(given, dict):
        raise Wrong(44003)
    index = call.number("index", code=40060, default=0, most=7)
    official.change_draft(tx, official=call.account, media_id=_media_id(call), items=[writing(call.within(given))], index=index)
    return None


def delete(tx: Tx, call: Call) -> Answer:
    """Forget a draft."""
    official.delete_draft(tx, official=call.account, media_id=_media_id(call))
    return None


def count(reader: Reader, call: Call) -> Answer:
    """Say how many drafts there are."""
    return {"total_count": official.count_drafts(reader, official=call.account)}


def listed(reader: Reader, call: Call) -> Answer:
    """Return some drafts."""
    offset, limit, content = _page(call)
    page = official.drafts(reader, official=call.account, offset=offset, limit=limit)
    items = [
        {
            "media_id": each.media_id,
            "content": {
                "news_item": news_items(reader, call, each.items, content=content),
                "create_time": each.created_at // SECOND,
                "update_time": each.changed_at // SECOND,
            },
            "update_time": each.changed_at // SECOND,
        }
        for each in page.drafts
    ]
    return {"total_count": page.total, "item_count": len(items), "item": items}


def submit(tx: Tx, call: Call) -> Answer:
    """Have a draft become public."""
    begun = official.publish(tx, official=call.account, media_id=_media_id(call))
    return {"errcode": 0, "errmsg": "ok", "publish_id": str(begun.id), "msg_data_id": str(begun.number)}


def published(reader: Reader, call: Call) -> Answer:
    """Say how far the publishing is."""
    found = official.publishing_of(reader, official=call.account, id=call.number("publish_id", code=53502))
    told: dict[str, Any] = {"publish_id": str(found.id), "publish_status": STATUS[found.status]}
    if found.article and found.status == "done":
        article = official.article(reader, official=call.account, id=found.article)
        told |= {"article_id": article.id, "article_detail": article_items(call.tools.services.site.url, article.id, len(article.items))}
    return told | {"fail_idx": list(found.failed)}


def unpublish(tx: Tx, call: Call) -> Answer:
    """Take an article away, or one item of it."""
    index = call.number("index", code=40060, default=0, most=8)
    official.delete_article(tx, official=call.account, id=_article_id(call), item=index - 1 if index else None)
    return None


def article(reader: Reader, call: Call) -> Answer:
    """Return what was published."""
    found = official.article(reader, official=call.account, id=_article_id(call))
    times = {"create_time": found.published_at // SECOND, "update_time": found.changed_at // SECOND}
    return {"news_item": news_items(reader, call, found.items, article=found.id), **times}


def articles(reader: Reader, call: Call) -> Answer:
    """Return some of what was published."""
    offset, limit, content = _page(call)
    page = official.articles(reader, official=call.account, offset=offset, limit=limit)
    items = [
        {
            "article_id": each.id,
            "content": {
                "news_item": news_items(reader, call, each.items, article=each.id, content=content),
                "create_time": each.published_at // SECOND,
                "update_time": each.changed_at // SECOND,
            },
            "update_time": each.changed_at // SECOND,
        }
        for each in page.articles
    ]
    return {"total_count": page.total, "item_count": len(items), "item": items}


def open_comments(tx: Tx, call: Call) -> Answer:
    """Let readers write under an article."""
    official.set_comments(tx, official=call.account, **_place(call), open=True)
    return None


def close_comments(tx: Tx, call: Call) -> Answer:
    """Let them write no more."""
    official.set_comments(tx, official=call.account, **_place(call), open=False)
    return None


def comments(reader: Reader, call: Call) -> Answer:
    """Return what readers wrote."""
    kind = WHICH[call.number("type", default=0, most=2)]
    offset, limit = call.number("begin", default=0, most=1 << 31), call.number("count", default=COMMENTS - 1, least=1, most=COMMENTS)
    page = official.comments(reader, official=call.account, **_place(call), kind=kind, offset=offset, limit=limit)
    told = [
        {
            "user_comment_id": each.id,
            "openid": each.openid,
            "create_time": each.at // SECOND,
            "content": each.words,
            "comment_type": int(each.elected),
        }
        | ({"reply": {"content": each.reply, "create_time": (each.replied_at or each.at) // SECOND}} if each.reply is not None else {})
        for each in page.comments
    ]
    return {"errcode": 0, "errmsg": "ok", "total": page.total, "comment": told}


def elect(tx: Tx, call: Call) -> Answer:
    """Show a comment to every reader."""
    official.elect(tx, official=call.account, id=_comment(call), elected=True)
    return None


def unelect(tx: Tx, call: Call) -> Answer:
    """Show it to its writer only."""
    official.elect(tx, official=call.account, id=_comment(call), elected=False)
    return None


def delete_comment(tx: Tx, call: Call) -> Answer:
    """Take a comment away."""
    official.delete_comment(tx, official=call.account, id=_comment(call))
    return None


def reply(tx: Tx, call: Call) -> Answer:
    """Answer a comment."""
    official.reply_comment(tx, official=call.account, id=_comment(call), words=call.text("content", code=44004, most=2_000))
    return None


def delete_reply(tx: Tx, call: Call) -> Answer:
    """Take the answer back."""
    official.reply_comment(tx, official=call.account, id=_comment(call), words=None)
    return None


def _place(call: Call) -> dict[str, int]:
    return {"number": call.number("msg_data_id", code=40097), "item": call.number("index", code=40060, default=0, most=7)}


def _comment(call: Call) -> int:
    return number(call.given("user_comment_id"), code=40097)


def _media_id(call: Call) -> str:
    return call.text("media_id", code=40007, missing=41006, most=128)


def _article_id(call: Call) -> str:
    return call.text("article_id", code=53600, most=128)


def _page(call: Call) -> tuple[int, int, bool]:
    limit = call.number("count", least=1, most=PAGE, default=PAGE)
    return call.number("offset", default=0, most=1 << 31), limit, not call.flag("no_content")


ENDPOINTS = [
    Endpoint("/cgi-bin/draft/add", ("POST",), writes=add, daily=1_000, body=True),
    Endpoint("/cgi-bin/draft/get", ("POST",), reads=get, daily=500, body=True),
    Endpoint("/cgi-bin/draft/update", ("POST",), writes=update, daily=1_000, body=True),
    Endpoint("/cgi-bin/material/update_news", ("POST",), writes=update, daily=1_000, body=True),
    Endpoint("/cgi-bin/draft/delete", ("POST",), writes=delete, daily=1_000, body=True),
    Endpoint("/cgi-bin/draft/count", ("GET",), reads=count, daily=1_000),
    Endpoint("/cgi-bin/draft/batchget", ("POST",), reads=listed, daily=1_000, body=True),
    Endpoint("/cgi-bin/freepublish/submit", ("POST",), writes=submit, daily=100, body=True),
    Endpoint("/cgi-bin/freepublish/get", ("POST",), reads=published, daily=10_000, body=True),
    Endpoint("/cgi-bin/freepublish/delete", ("POST",), writes=unpublish, daily=1_000, body=True),
    Endpoint("/cgi-bin/freepublish/getarticle", ("POST",), reads=article, daily=10_000, body=True),
    Endpoint("/cgi-bin/freepublish/batchget", ("POST",), reads=articles, daily=10_000, body=True),
    Endpoint("/cgi-bin/comment/open", ("POST",), writes=open_comments, body=True),
    Endpoint("/cgi-bin/comment/close", ("POST",), writes=close_comments, body=True),
    Endpoint("/cgi-bin/comment/list", ("POST",), reads=comments, body=True),
    Endpoint("/cgi-bin/comment/markelect", ("POST",), writes=elect, body=True),
    Endpoint("/cgi-bin/comment/unmarkelect", ("POST",), writes=unelect, body=True),
    Endpoint("/cgi-bin/comment/delete", ("POST",), writes=delete_comment, body=True),
    Endpoint("/cgi-bin/comment/reply/add", ("POST",), writes=reply, body=True),
    Endpoint("/cgi-bin/comment/reply/delete", ("POST",), writes=delete_reply, body=True),
]
