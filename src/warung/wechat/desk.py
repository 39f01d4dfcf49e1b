"""The customer-service desk in WeChat's words: who answers there, whom they serve, who waits, what was said."""

from warung import accounts, media, official
from warung.kit.clock import DAY, SECOND
from warung.kit.db import Reader, Tx
from warung.wechat.call import Answer, Call, Endpoint
from warung.wechat.codes import Wrong
from warung.wechat.saying import inbox_of

RECORDS = 10_000
SENT, RECEIVED = 2002, 2003


def add(tx: Tx, call: Call) -> Answer:
    """Make a name at the desk; the password that old programs send is nobody's."""
    official.add_kf(tx, official=call.account, kf=_kf(call), nick=_nick(call))
    return None


def change(tx: Tx, call: Call) -> Answer:
    """Show followers another name."""
    official.change_kf(tx, official=call.account, kf=_kf(call), nick=_nick(call))
    return None


def delete(tx: Tx, call: Call) -> Answer:
    """Take a name away from the desk."""
    official.delete_kf(tx, official=call.account, kf=_kf(call))
    return None


async def picture(call: Call) -> Answer:
    """Keep the picture of somebody at the desk."""
    kf, services = _kf(call), call.tools.services
    blob = await media.store_picture(services.db, services.blobs, call.tools.pictures, by=call.account, data=call.file("media").data)
    await services.db.write(lambda tx: official.set_kf_avatar(tx, official=call.account, kf=kf, avatar=blob.id))
    return None


def invite(tx: Tx, call: Call) -> Answer:
    """Let a member of the staff, named by handle, sit at a desk."""
    profile = accounts.by_handle(tx, call.text("invite_wx", code=40132, most=64))
    if profile is None:
        raise Wrong(40132)
    official.bind_kf(tx, official=call.account, kf=_kf(call), account=profile.id)
    return None


def listed(reader: Reader, call: Call) -> Answer:
    """Return who answers at the desk."""
    found = official.kfs(reader, official=call.account)
    profiles = accounts.profiles(reader, [each.account for each in found if each.account is not None])
    names = inbox_of(reader, call.holder.appid, call.url(""))
    return {
        "kf_list": [
            {
                "kf_account": each.kf,
                "kf_nick": each.nick,
                "kf_id": str(each.number),
                "kf_headimg": names.url(names.media_id(each.avatar)) if each.avatar else "",
                "kf_wx": profiles[each.account].handle if each.account in profiles else "",
            }
            for each in found
        ]
    }


def online(reader: Reader, call: Call) -> Answer:
    """Return who sits there now, and how many they serve."""
    serving = [each.kf for each in official.sessions(reader, official=call.account)]
    return {
        "kf_online_list": [
            {
                "kf_account": each.kf,
                "status": 1,
                "kf_id": str(each.number),
                "auto_accept": each.takes,
                "accepted_case": serving.count(each.kf),
            }
            for each in official.kfs(reader, official=call.account)
            if each.online
        ]
    }


def open_session(tx: Tx, call: Call) -> Answer:
    """Bring a follower to somebody at the desk."""
    official.open_session(tx, official=call.account, openid=call.openid(), kf=_kf(call))
    return None


def close_session(tx: Tx, call: Call) -> Answer:
    """End a case."""
    official.close_session(tx, official=call.account, openid=call.openid(), kf=_kf(call))
    return None


def session(reader: Reader, call: Call) -> Answer:
    """Say who serves a follower, if anybody does."""
    found = official.session(reader, official=call.account, openid=call.openid())
    if found is None or found.kf is None:
        return {"kf_account": "", "createtime": 0}
    return {"kf_account": found.kf, "createtime": found.opened_at // SECOND}


def sessions(reader: Reader, call: Call) -> Answer:
    """Return whom somebody serves."""
    kf = _kf(call)
    found = [each for each in official.sessions(reader, official=call.account) if each.kf == kf]
    return {"sessionlist": [{"openid": each.openid, "createtime": each.opened_at // SECOND} for each in found]}


def waiting(reader: Reader, call: Call) -> Answer:
    """Return who waits, a hundred at most."""
    found = [each for each in official.sessions(reader, official=call.account) if each.kf is None]
    told = [
        {"openid": each.openid, "kf_account": "", "createtime": each.opened_at // SECOND, "latest_time": each.latest_at // SECOND}
        for each in found[:100]
    ]
    return {"count": len(found), "waitcaselist": told}


def records(reader: Reader, call: Call) -> Answer:
    """Return what was said at the desk within a day."""
    since, until = (call.number(name, code=65416) * SECOND for name in ("starttime", "endtime"))
    if not since < until <= since + DAY:
        raise Wrong(65416)
    after = max(0, call.number("msgid", code=65416, default=1) - 1)
    limit = call.number("number", code=65416, least=1, most=RECORDS, default=RECORDS)
    found = official.records(reader, official=call.account, since=since, until=until, after=after, limit=limit)
    told = [
        {
            "worker": each.kf,
            "openid": each.openid,
            "opercode": SENT if each.sent else RECEIVED,
            "time": each.at // SECOND,
            "text": each.text,
        }
        for each in found
    ]
    return {"recordlist": told, "number": len(told), "msgid": found[-1].id + 1 if found else after + 1}


def _kf(call: Call) -> str:
    return call.text("kf_account", code=61452, most=128)


def _nick(call: Call) -> str:
    return call.text("nickname", code=65403, most=64)


ENDPOINTS = [
    Endpoint("/customservice/kfaccount/add", ("POST",), writes=add, body=True),
    Endpoint("/customservice/kfaccount/update", ("POST",), writes=change, body=True),
    Endpoint("/customservice/kfaccount/del", ("GET", "POST"), writes=delete),
    Endpoint("/customservice/kfaccount/uploadheadimg", ("POST",), asks=picture, body=True),
    Endpoint("/customservice/kfaccount/inviteworker", ("POST",), writes=invite, body=True),
    Endpoint("/cgi-bin/customservice/getkflist", ("GET",), reads=listed),
    Endpoint("/customservice/getkflist", ("GET",), reads=listed),
    Endpoint("/cgi-bin/customservice/getonlinekflist", ("GET",), reads=online),
    Endpoint("/customservice/getonlinekflist", ("GET",), reads=online),
    Endpoint("/customservice/kfsession/create", ("POST",), writes=open_session, body=True),
    Endpoint("/customservice/kfsession/close", ("POST",), writes=close_session, body=True),
    Endpoint("/customservice/kfsession/getsession", ("GET",), reads=session),
    Endpoint("/customservice/kfsession/getsessionlist", ("GET",), reads=sessions),
    Endpoint("/customservice/kfsession/getwaitcase", ("GET",), reads=waiting),
    Endpoint("/customservice/msgrecord/getmsglist", ("POST",), reads=records, body=True),
]
