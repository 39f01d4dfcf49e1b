"""Menus in WeChat's words: one for everybody, others for some, and which one somebody would see."""

from typing import Any

import msgspec

from warung import accounts, official
from warung.kit.db import Reader, Tx
from warung.wechat.call import OPENID, Answer, Call, Endpoint, number, text
from warung.wechat.codes import Wrong

COLUMNS, ROWS = 3, 5
FIELDS = ("type", "key", "url", "media_id", "appid", "pagepath", "article_id")
RULE = ("sex", "country", "province", "city", "client_platform_type", "language")


def create(tx: Tx, call: Call) -> Answer:
    """Replace the menu for everybody."""
    official.set_menu(tx, official=call.account, menu=_menu(call))
    return None


def add_conditional(tx: Tx, call: Call) -> Answer:
    """Make a menu for some."""
    menu, given = _menu(call), call.part("matchrule", code=65304)
    tag = given.get("tag_id", given.get("group_id"))
    said: dict[str, Any] = {name: text(given[name], code=40097, most=64) for name in RULE if given.get(name) not in (None, "")}
    if said.get("sex", "") not in ("", "1", "2") or said.get("client_platform_type", "") not in ("", "1", "2", "3"):
        raise Wrong(40097)
    rule = official.MatchRule(tag_id=None if tag in (None, "") else number(tag, code=45159, most=(1 << 31) - 1), **said)
    return {"menuid": str(official.add_conditional(tx, official=call.account, menu=menu, rule=rule))}


def get(reader: Reader, call: Call) -> Answer:
    """Return all menus."""
    known = official.menus_of(reader, official=call.account)
    default = next((each for each in known if each.rule is None), None)
    if default is None:
        raise Wrong(46003)
    told: dict[str, Any] = {"menu": {"button": _buttons(default.menu), "menuid": default.id}}
    others = [{"button": _buttons(each.menu), "matchrule": _rule(each.rule), "menuid": each.id} for each in known if each.rule is not None]
    return told | ({"conditionalmenu": others} if others else {})


def delete(tx: Tx, call: Call) -> Answer:
    """Delete all menus."""
    official.delete_menu(tx, official=call.account)
    return None


def delete_conditional(tx: Tx, call: Call) -> Answer:
    """Delete a menu for some."""
    official.delete_conditional(tx, official=call.account, menu=call.number("menuid", code=65301))
    return None


def try_match(reader: Reader, call: Call) -> Answer:
    """Return the menu that somebody sees, by openid or by handle."""
    who = call.text("user_id", code=40132, most=64)
    if OPENID.match(who):
        known = official.follower(reader, official=call.account, openid=who)
        account = known.account if known else None
    else:
        profile = accounts.by_handle(reader, who)
        follows = official.follower_of(reader, official=call.account, account=profile.id) if profile else None
        account = profile.id if profile and follows and follows.follows else None
    if account is None:
        raise Wrong(46004)
    found = official.menu_for(reader, official=call.account, account=account)
    if found is None:
        raise Wrong(46003)
    return {"menu": {"button": _buttons(found.menu)}, "button": _buttons(found.menu)}


def current(reader: Reader, call: Call) -> Answer:
    """Return the menu as the account's own pages show it."""
    found = official.menu(reader, official=call.account)
    if found is None:
        return {"is_menu_open": 0, "selfmenu_info": {"button": []}}
    buttons = []
    for top in found.menu.buttons:
        if top.sub:
            buttons.append({"name": top.name, "sub_button": {"list": [_flat(each) for each in top.sub]}})
        else:
            buttons.append(_flat(top))
    return {"is_menu_open": 1, "selfmenu_info": {"button": buttons}}


def replies(reader: Reader, call: Call) -> Answer:
    """Return what the account answers by itself."""
    known = official.replies(reader, official=call.account)
    told: dict[str, Any] = {
        "is_add_friend_reply_open": int(known.on_follow is not None),
        "is_autoreply_open": int(bool(known.rules or known.default)),
    }
    if known.on_follow is not None:
        told["add_friend_autoreply_info"] = _answer(known.on_follow)
    if known.default is not None:
        told["message_default_autoreply_info"] = _answer(known.default)
    rules = [
        {
            "rule_name": rule.name,
            "create_time": rule.created_at // 1000,
            "reply_mode": "reply_all" if rule.every else "random_one",
            "keyword_list_info": [{"type": "text", "match_mode": each.match, "content": each.text} for each in rule.keywords],
            "reply_list_info": [_answer(each) for each in rule.answers],
        }
        for rule in known.rules
    ]
    return told | ({"keyword_autoreply_info": {"list": rules}} if rules else {})


def _answer(answer: official.AutoAnswer) -> dict[str, str]:
    if answer.text:
        return {"type": "text", "content": answer.text}
    return {"type": "news" if answer.article else "img", "content": answer.media_id or answer.article}


def _menu(call: Call) -> official.Menu:
    given = call.given("button")
    if not isinstance(given, list) or not 1 <= len(given) <= COLUMNS:
        raise Wrong(40016)
    return official.Menu(tuple(_button(each, top=True) for each in given))


def _button(given: Any, *, top: bool) -> official.Button:
    """Return a button. A wrong one of the second row has codes of its own."""
    if not isinstance(given, dict):
        raise Wrong(40017 if top else 40024)
    name = text(given.get("name"), code=40018 if top else 40025, most=200)
    if not name.strip() or len(name.encode()) > (16 if top else 60):
        raise Wrong(40018 if top else 40025)
    below = given.get("sub_button") or []
    if not isinstance(below, list) or len(below) > ROWS or (below and not top):
        raise Wrong(40023)
    if below:
        return official.Button(name=name, sub=tuple(_button(each, top=False) for each in below))
    known = {field: text(given[field], code=40017 if top else 40024, most=2_048) for field in FIELDS if given.get(field) not in (None, "")}
    kind = known.get("type", "")
    if "key" in known and len(known["key"].encode()) > 128:
        raise Wrong(40019 if top else 40026)
    if kind in ("view", "miniprogram") and not known.get("url", "").startswith(("http://", "https://")):
        raise Wrong(40054 if top else 40055)
    if kind == "view" and len(known.get("url", "").encode()) > 1_024:
        raise Wrong(40020 if top else 40027)
    return msgspec.convert({"name": name, **known}, official.Button)


def _buttons(menu: official.Menu) -> list[dict[str, Any]]:
    return [_shown(each) for each in menu.buttons]


def _shown(button: official.Button) -> dict[str, Any]:
    told: dict[str, Any] = {field: getattr(button, field) for field in FIELDS if getattr(button, field)}
    return told | {"name": button.name, "sub_button": [_shown(each) for each in button.sub]}


def _flat(button: official.Button) -> dict[str, Any]:
    if button.answer is not None:  # as WeChat tells of buttons that were made without a program
        said = _answer(button.answer)
        return {"type": said["type"], "value": said["content"], "name": button.name}
    told: dict[str, Any] = {field: getattr(button, field) for field in FIELDS if getattr(button, field)}
    value = {"value": button.media_id} if button.media_id else {}
    return told | value | {"name": button.name}


def _rule(rule: official.MatchRule) -> dict[str, str]:
    told = {name: str(getattr(rule, name)) for name in RULE if getattr(rule, name)}
    return told | ({} if rule.tag_id is None else {"tag_id": str(rule.tag_id), "group_id": str(rule.tag_id)})


ENDPOINTS = [
    Endpoint("/cgi-bin/menu/create", ("POST",), writes=create, daily=1_000, body=True),
    Endpoint("/cgi-bin/menu/get", ("GET",), reads=get, daily=10_000),
    Endpoint("/cgi-bin/menu/delete", ("GET",), writes=delete, daily=1_000),
    Endpoint("/cgi-bin/menu/addconditional", ("POST",), writes=add_conditional, daily=2_000, body=True),
    Endpoint("/cgi-bin/menu/delconditional", ("POST",), writes=delete_conditional, daily=2_000, body=True),
    Endpoint("/cgi-bin/menu/trymatch", ("POST",), reads=try_match, daily=20_000, body=True),
    Endpoint("/cgi-bin/get_current_selfmenu_info", ("GET",), reads=current, daily=10_000),
    Endpoint("/cgi-bin/get_current_autoreply_info", ("GET",), reads=replies, daily=10_000),
]
