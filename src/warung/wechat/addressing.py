"""Whose voice a program has, and whom it means: a mini-app speaks through the official account that it belongs to."""

from warung import apps, official
from warung.kit.db import Reader, Tx
from warung.kit.ids import AccountId
from warung.wechat.call import Call
from warung.wechat.codes import Wrong


def speaker(reader: Reader, call: Call) -> AccountId:
    """Return the official account in whose name a program says and keeps something. Raises `Wrong` 48001 for an app without one."""
    if call.holder.app is None:
        return call.account
    try:
        return official.official(reader, call.app.official or AccountId("")).id
    except official.OfficialNotFound:
        raise Wrong(48001) from None


def receiver(tx: Tx, call: Call) -> tuple[AccountId, str]:
    """Return who speaks, and by which openid it knows whom the program names. Raises `Wrong` and `NoSuchUser`."""
    account, openid = speaker(tx, call), call.openid("touser")
    if call.holder.app is None:
        return account, openid
    user = apps.user(tx, app=call.app, openid=openid)
    return account, official.openid(tx, official=account, account=user.account)
