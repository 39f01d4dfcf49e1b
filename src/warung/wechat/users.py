"""Followers, as programs see them: who follows and since when, and what the account calls them."""

from collections.abc import Mapping, Sequence

from warung import accounts, official
from warung.kit.clock import SECOND
from warung.kit.db import Reader, Tx
from warung.kit.ids import AccountId
from warung.wechat.call import Answer, Call, Endpoint
from warung.wechat.codes import Wrong

PAGE, AT_ONCE, MIGRATED = 10_000, 100, 100
LANGUAGES = {"zh_CN", "zh_TW", "en", ""}


def info(reader: Reader, call: Call) -> Answer:
    """Tell of one person the account knows. Name, place and picture are the person's own and stay empty, as they do in WeChat."""
    if call.text("lang", default="") not in LANGUAGES:
        raise Wrong(40097)
    return _told(reader, call, [call.openid()])[0]


def infos(reader: Reader, call: Call) -> Answer:
    """Tell of up to a hundred, in the order in which they were named."""
    wanted = [call.within(each).openid() for each in call.items("user_list", code=40031)]
    if len(wanted) > AT_ONCE:
        raise Wrong(40032)
    return {"user_info_list": _told(reader, call, wanted)}


def _told(reader: Reader, call: Call, openids: Sequence[str]) -> list[dict[str, object]]:
    account = call.official
    known = {each.openid: each for each in official.followers_by(reader, official=account.id, openids=list(dict.fromkeys(openids)))}
    if any(openid not in known for openid in openids):
        raise Wrong(40003)
    spoken = accounts.languages(reader, [each.account for each in known.values()])
    return [_one(reader, account, known[openid], spoken) for openid in openids]


def _one(reader: Reader, account: official.Official, known: official.Follow, spoken: Mapping[AccountId, str]) -> dict[str, object]:
    union = official.union_id(reader, owner=account.owner, account=known.account)
    if not known.follows or known.followed_at is None:
        return {"subscribe": 0, "openid": known.openid, "unionid": union}
    language = spoken.get(known.account, "")
    return {
        "subscribe": 1,
        "openid": known.openid,
        "nickname": "",
        "sex": 0,
        "language": "zh_CN" if language == "zh" else language,
        "city": "",
        "province": "",
        "country": "",
        "headimgurl": "",
        "subscribe_time": known.followed_at // SECOND,
        "unionid": union,
        "remark": known.remark,
        "groupid": known.tags[0] if known.tags else 0,
        "tagid_list": list(known.tags),
        "subscribe_scene": known.source,
        "qr_scene": int(known.scene) if known.scene.isascii() and known.scene.isdigit() and len(known.scene) < 11 else 0,
        "qr_scene_str": "" if known.scene.isascii() and known.scene.isdigit() else known.scene,
    }


def followers(reader: Reader, call: Call) -> Answer:
    """Return a page of openids. The page after the last one has none, and so ends a program's loop."""
    after = call.text("next_openid", default="", most=64)
    found = official.followers(reader, official=call.account, after=after, limit=PAGE)
    return page(found, official.count_followers(reader, official=call.account))


def page(openids: Sequence[str], total: int | None = None) -> dict[str, object]:
    """Return a page of openids in the form that all lists have."""
    told: dict[str, object] = {} if total is None else {"total": total}
    told |= {"count": len(openids)}
    if openids:
        told["data"] = {"openid": list(openids)}
    return told | {"next_openid": openids[-1] if openids else ""}


def remark(tx: Tx, call: Call) -> Answer:
    """Note what the account calls a follower."""
    official.set_remark(tx, official=call.account, openid=call.openid(), remark=call.text("remark", default="", most=200))
    return None


def migrated(reader: Reader, call: Call) -> Answer:
    """Translate openids of another account of the same owner."""
    source = official.by_appid(reader, call.text("from_appid", code=40013))
    if source is None or source.owner != call.official.owner:
        raise Wrong(40013)
    results: list[dict[str, str]] = []
    for openid in call.openids(most=MIGRATED):
        known = official.follower(reader, official=source.id, openid=openid)
        here = official.follower_of(reader, official=call.account, account=known.account) if known else None
        if here is None:
            results.append({"ori_openid": openid, "err_msg": "ori_openid error"})
        else:
            results.append({"ori_openid": openid, "new_openid": here.openid, "err_msg": "ok"})
    return {"errcode": 0, "errmsg": "ok", "result_list": results}


ENDPOINTS = [
    Endpoint("/cgi-bin/user/info", ("GET",), reads=info, daily=500_000),
    Endpoint("/cgi-bin/user/info/batchget", ("POST",), reads=infos, daily=500_000, body=True),
    Endpoint("/cgi-bin/user/get", ("GET",), reads=followers, daily=500),
    Endpoint("/cgi-bin/user/info/updateremark", ("POST",), writes=remark, daily=10_000, body=True),
    Endpoint("/cgi-bin/changeopenid", ("POST",), reads=migrated, body=True),
]
