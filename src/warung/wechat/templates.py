"""Template and subscription messages: to those who agreed to that very template."""

from typing import Any

from warung import official
from warung.kit.db import Reader, Tx
from warung.wechat import addressing
from warung.wechat.call import Answer, Call, Endpoint, number, text
from warung.wechat.codes import Wrong


def set_industry(tx: Tx, call: Call) -> Answer:
    """Say what the account works in."""
    first, second = (call.number(name, code=40102, least=1, most=100) for name in ("industry_id1", "industry_id2"))
    official.set_industry(tx, official=call.account, first=first, second=second)
    return None


def industry(reader: Reader, call: Call) -> Answer:
    """Return what the account works in."""
    found = official.industry(reader, official=call.account)
    pairs = {"primary_industry": found.first if found else 0, "secondary_industry": found.second if found else 0}
    told = {name: official.INDUSTRIES.get(id, ("", "")) for name, id in pairs.items()}
    return {name: {"first_class": pair[0], "second_class": pair[1]} for name, pair in told.items()}


def add(tx: Tx, call: Call) -> Answer:
    """Take a template of the library."""
    names = call.given("keyword_name_list")
    keywords = [text(each, most=64) for each in names[:20]] if isinstance(names, list) else []
    made = official.add_template(tx, official=call.account, short=call.text("template_id_short", code=40037, most=64), keywords=keywords)
    return {"errcode": 0, "errmsg": "ok", "template_id": made.id}


def listed(reader: Reader, call: Call) -> Answer:
    """Return the account's templates."""
    worked = official.industry(reader, official=call.account)
    first, second = (official.INDUSTRIES.get(id, ("", "")) for id in ((worked.first, worked.second) if worked else (0, 0)))
    return {
        "template_list": [
            {
                "template_id": each.id,
                "title": each.title,
                "primary_industry": first[0],
                "deputy_industry": second[0],
                "content": each.content,
                "example": each.example,
            }
            for each in official.templates(reader, official=call.account, kind="template")
        ]
    }


def delete(tx: Tx, call: Call) -> Answer:
    """Forget a template."""
    official.delete_template(tx, official=call.account, id=_template(call))
    return None


def send(tx: Tx, call: Call) -> Answer:
    """Notify a follower."""
    page = call.given("miniprogram")
    app = call.within(page) if isinstance(page, dict) else call.within({})
    client_id = call.text("client_msg_id", default="", most=200)
    sent = official.send_template(
        tx,
        official=call.account,
        openid=call.openid("touser"),
        template=_template(call),
        data=_data(call, call.given("data")),
        url=call.text("url", default="", most=2_048),
        appid=app.text("appid", default="", most=64),
        path=app.text("pagepath", default=app.text("path", default="", most=1_024), most=1_024),
        client_id=client_id or None,
    )
    return {"errcode": 0, "errmsg": "ok", "msgid": sent}


def send_once(tx: Tx, call: Call) -> Answer:
    """Send the one message that a follower agreed to on a page."""
    official.send_template(
        tx,
        official=call.account,
        openid=call.openid("touser"),
        template=_template(call),
        data=_data(call, call.given("data")),
        url=call.text("url", default="", most=2_048),
        scene=call.number("scene", most=10_000),
        title=call.text("title", code=47003, most=15),
    )
    return None


def subscription(tx: Tx, call: Call) -> Answer:
    """Send a subscription notice; a mini-app sends it through the official account it belongs to, to somebody who signed in to it."""
    account, openid = addressing.receiver(tx, call)
    page = call.given("miniprogram")
    app = call.within(page) if isinstance(page, dict) else call.within({})
    shown = call.text("page", default="", most=2_048)
    own = call.holder.app is not None
    sent = official.send_template(
        tx,
        official=account,
        openid=openid,
        template=_template(call),
        data=_data(call, call.given("data")),
        url="" if own else shown,
        appid=call.holder.appid if own and shown else app.text("appid", default="", most=64),
        path=shown if own else app.text("pagepath", default="", most=1_024),
    )
    return {"errcode": 0, "errmsg": "ok", "msgid": sent}


def uniform(tx: Tx, call: Call) -> Answer:
    """Notify through the account what a mini-app of the same owner has to say."""
    inner = call.within(call.part("mp_template_msg", code=47003))
    if inner.text("appid", code=40013, most=64) != call.holder.appid:
        raise Wrong(40013)
    official.send_template(
        tx,
        official=call.account,
        openid=call.openid("touser"),
        template=_template(inner),
        data=_data(inner, inner.given("data")),
        url=inner.text("url", default="", most=2_048),
    )
    return None


def add_subscription(tx: Tx, call: Call) -> Answer:
    """Take a template of the library as a subscription."""
    listed = call.given("kidList")
    if isinstance(listed, str):
        listed = [part for part in listed.strip("[]").split(",") if part.strip()]
    if not isinstance(listed, list) or not listed:
        raise Wrong(40097)
    kids = [number(each, least=1, most=1_000) for each in listed[:20]]
    tid = call.number("tid", code=40037, most=1 << 31)
    made = official.add_subscription(tx, official=call.account, tid=tid, kids=kids, words=call.text("sceneDesc", default="", most=200))
    return {"errcode": 0, "errmsg": "ok", "priTmplId": made.id}


def delete_subscription(tx: Tx, call: Call) -> Answer:
    """Forget it."""
    official.delete_template(tx, official=call.account, id=call.text("priTmplId", code=40037, most=128))
    return None


def subscriptions(reader: Reader, call: Call) -> Answer:
    """Return the account's subscriptions."""
    told = [
        {"priTmplId": each.id, "title": each.title, "content": each.content, "example": each.example, "type": 2}
        for each in official.templates(reader, official=call.account, kind="subscription")
    ]
    return {"errcode": 0, "errmsg": "ok", "data": told}


def categories(reader: Reader, call: Call) -> Answer:
    """Return the kinds of the library's templates."""
    return {"errcode": 0, "errmsg": "ok", "data": [{"id": id, "name": name} for id, name in sorted(official.CATEGORIES.items())]}


def titles(reader: Reader, call: Call) -> Answer:
    """Return templates of the library."""
    ids = {int(part) for part in call.text("ids", default="", most=200).split(",") if part.strip().isdigit()}
    start, limit = call.number("start", default=0, most=1 << 31), call.number("limit", default=30, least=1, most=30)
    found = [each for each in official.LIBRARY if not ids or each.category in ids]
    told = [{"tid": each.tid, "title": each.title, "type": 2, "categoryId": str(each.category)} for each in found[start : start + limit]]
    return {"errcode": 0, "errmsg": "ok", "count": len(found), "data": told}


def keywords(reader: Reader, call: Call) -> Answer:
    """Return the places of a template of the library."""
    tid = call.number("tid", code=40037, most=1 << 31)
    found = next((each for each in official.LIBRARY if each.tid == tid), None)
    if found is None:
        raise Wrong(40037)
    told = [{"kid": each.kid, "name": each.name, "example": each.example, "rule": each.rule} for each in found.keywords]
    return {"errcode": 0, "errmsg": "ok", "count": len(told), "data": told}


def _template(call: Call) -> str:
    return call.text("template_id", code=40037, most=128)


def _data(call: Call, given: Any) -> dict[str, official.Value]:
    """Return the values of a message: each `{"value", "color"}`, or only the value."""
    if not isinstance(given, dict) or len(given) > 50:
        raise Wrong(47003)
    values = {}
    for name, each in given.items():
        value = each.get("value") if isinstance(each, dict) else each
        color = each.get("color") if isinstance(each, dict) else None
        if value is None:
            raise Wrong(47003, f"argument invalid! data.{name[:50]}.value is empty")
        values[text(name, code=47003, most=64)] = official.Value(
            text(value, code=47003, most=2_000), text(color or "", code=47003, most=16)
        )
    return values


ENDPOINTS = [
    Endpoint("/cgi-bin/template/api_set_industry", ("POST",), writes=set_industry, body=True),
    Endpoint("/cgi-bin/template/get_industry", ("GET",), reads=industry),
    Endpoint("/cgi-bin/template/api_add_template", ("POST",), writes=add, daily=1_000, body=True),
    Endpoint("/cgi-bin/template/get_all_private_template", ("GET",), reads=listed, daily=1_000),
    Endpoint("/cgi-bin/template/del_private_template", ("POST",), writes=delete, daily=1_000, body=True),
    Endpoint("/cgi-bin/message/template/send", ("POST",), writes=send, daily=100_000, body=True),
    Endpoint("/cgi-bin/message/template/subscribe", ("POST",), writes=send_once, daily=100_000, body=True),
    Endpoint("/cgi-bin/message/subscribe/bizsend", ("POST",), writes=subscription, daily=100_000, body=True),
    Endpoint("/cgi-bin/message/subscribe/send", ("POST",), writes=subscription, who="both", daily=100_000, body=True),
    Endpoint("/cgi-bin/message/wxopen/template/uniform_send", ("POST",), writes=uniform, daily=100_000, body=True),
    Endpoint("/wxaapi/newtmpl/addtemplate", ("POST",), writes=add_subscription, daily=1_000, body=True),
    Endpoint("/wxaapi/newtmpl/deltemplate", ("POST",), writes=delete_subscription, daily=1_000, body=True),
    Endpoint("/wxaapi/newtmpl/getcategory", ("GET",), reads=categories),
    Endpoint("/wxaapi/newtmpl/getpubtemplatetitles", ("GET",), reads=titles),
    Endpoint("/wxaapi/newtmpl/getpubtemplatekeywords", ("GET",), reads=keywords),
    Endpoint("/wxaapi/newtmpl/gettemplate", ("GET",), reads=subscriptions),
]
