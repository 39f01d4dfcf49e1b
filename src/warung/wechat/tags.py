"""Tags of followers and the blacklist; and the groups that were there before tags, which are tags of which a follower has one."""

from warung import official
from warung.kit.db import Reader, Tx
from warung.wechat.call import Answer, Call, Endpoint
from warung.wechat.codes import Wrong
from warung.wechat.users import page

TAGGED, BLOCKED = 50, 20
PAGE = 10_000
TAGS = (1 << 31) - 1
SYSTEM = {0: "未分组", 1: "黑名单", 2: "星标组"}  # as programs know the three groups that are always there


def create(tx: Tx, call: Call) -> Answer:
    """Make a tag."""
    made = official.add_tag(tx, official=call.account, name=_name(call, "tag.name"))
    return {"tag": {"id": made.id, "name": made.name}}


def listed(reader: Reader, call: Call) -> Answer:
    """Return the tags."""
    found = official.tags(reader, official=call.account)
    return {"tags": [{"id": each.id, "name": each.name, "count": each.count} for each in found]}


def rename(tx: Tx, call: Call) -> Answer:
    """Call a tag something else."""
    official.rename_tag(tx, official=call.account, id=_id(call, "tag.id"), name=_name(call, "tag.name"))
    return None


def delete(tx: Tx, call: Call) -> Answer:
    """Forget a tag."""
    official.delete_tag(tx, official=call.account, id=_id(call, "tag.id"))
    return None


def members(reader: Reader, call: Call) -> Answer:
    """Return who has a tag."""
    after = call.text("next_openid", default="", most=64)
    return page(official.tagged(reader, official=call.account, id=_id(call, "tagid"), after=after, limit=PAGE))


def put(tx: Tx, call: Call) -> Answer:
    """Tag followers."""
    official.tag(tx, official=call.account, id=_id(call, "tagid"), openids=call.openids(most=TAGGED))
    return None


def take(tx: Tx, call: Call) -> Answer:
    """Take a tag from followers."""
    official.untag(tx, official=call.account, id=_id(call, "tagid"), openids=call.openids(most=TAGGED))
    return None


def of_one(reader: Reader, call: Call) -> Answer:
    """Return the tags of a follower."""
    return {"tagid_list": list(official.tags_of(reader, official=call.account, openid=call.openid()))}


def blacklist(reader: Reader, call: Call) -> Answer:
    """Return whom the account has blocked."""
    after = call.text("begin_openid", default="", most=64)
    found = official.blocked(reader, official=call.account, after=after, limit=PAGE)
    return page(found, official.count_blocked(reader, official=call.account))


def block(tx: Tx, call: Call) -> Answer:
    """Block followers."""
    official.block(tx, official=call.account, openids=call.openids(most=BLOCKED))
    return None


def unblock(tx: Tx, call: Call) -> Answer:
    """Hear them again."""
    official.unblock(tx, official=call.account, openids=call.openids(most=BLOCKED))
    return None


def create_group(tx: Tx, call: Call) -> Answer:
    """Make a group."""
    made = official.add_tag(tx, official=call.account, name=_name(call, "group.name", 40051))
    return {"group": {"id": made.id, "name": made.name}}


def groups(reader: Reader, call: Call) -> Answer:
    """Return the groups, those that are always there first."""
    found = official.tags(reader, official=call.account)
    grouped = sum(each.count for each in found)
    counts = {
        0: max(0, official.count_followers(reader, official=call.account) - grouped),
        1: official.count_blocked(reader, official=call.account),
    }
    system = [{"id": id, "name": name, "count": counts.get(id, 0)} for id, name in SYSTEM.items()]
    return {"groups": system + [{"id": each.id, "name": each.name, "count": each.count} for each in found if each.id not in SYSTEM]}


def group_of(reader: Reader, call: Call) -> Answer:
    """Return the group of a follower."""
    found = official.tags_of(reader, official=call.account, openid=call.openid())
    return {"groupid": found[0] if found else 0}


def rename_group(tx: Tx, call: Call) -> Answer:
    """Call a group something else."""
    official.rename_tag(tx, official=call.account, id=_id(call, "group.id", 40050), name=_name(call, "group.name", 40051))
    return None


def delete_group(tx: Tx, call: Call) -> Answer:
    """Forget a group."""
    official.delete_tag(tx, official=call.account, id=_id(call, "group.id", 40050))
    return None


def move(tx: Tx, call: Call) -> Answer:
    """Put a follower into a group, and out of every other one."""
    _moved(tx, call, [call.openid()])
    return None


def move_some(tx: Tx, call: Call) -> Answer:
    """The same with several."""
    _moved(tx, call, call.openids(most=TAGGED))
    return None


def _moved(tx: Tx, call: Call, openids: list[str]) -> None:
    to = _id(call, "to_groupid", 40050)
    for openid in openids:
        for other in official.tags_of(tx, official=call.account, openid=openid):
            official.untag(tx, official=call.account, id=other, openids=[openid])
    if to:
        official.tag(tx, official=call.account, id=to, openids=openids)


def _id(call: Call, name: str, code: int = 45159) -> int:
    return call.number(name, code=code, most=TAGS)


def _name(call: Call, name: str, code: int = 45157) -> str:
    found = call.text(name, code=code, most=1_000)
    if not found.strip():
        raise Wrong(code)
    return found


ENDPOINTS = [
    Endpoint("/cgi-bin/tags/create", ("POST",), writes=create, daily=1_000, body=True),
    Endpoint("/cgi-bin/tags/get", ("GET",), reads=listed, daily=1_000),
    Endpoint("/cgi-bin/tags/update", ("POST",), writes=rename, daily=1_000, body=True),
    Endpoint("/cgi-bin/tags/delete", ("POST",), writes=delete, daily=1_000, body=True),
    Endpoint("/cgi-bin/user/tag/get", ("GET", "POST"), reads=members, daily=100_000),
    Endpoint("/cgi-bin/tags/members/batchtagging", ("POST",), writes=put, daily=100_000, body=True),
    Endpoint("/cgi-bin/tags/members/batchuntagging", ("POST",), writes=take, daily=100_000, body=True),
    Endpoint("/cgi-bin/tags/getidlist", ("POST",), reads=of_one, daily=500_000, body=True),
    Endpoint("/cgi-bin/tags/members/getblacklist", ("POST",), reads=blacklist, daily=500, body=True),
    Endpoint("/cgi-bin/tags/members/batchblacklist", ("POST",), writes=block, daily=10_000, body=True),
    Endpoint("/cgi-bin/tags/members/batchunblacklist", ("POST",), writes=unblock, daily=10_000, body=True),
    Endpoint("/cgi-bin/groups/create", ("POST",), writes=create_group, daily=1_000, body=True),
    Endpoint("/cgi-bin/groups/get", ("GET",), reads=groups, daily=1_000),
    Endpoint("/cgi-bin/groups/getid", ("POST",), reads=group_of, daily=500_000, body=True),
    Endpoint("/cgi-bin/groups/update", ("POST",), writes=rename_group, daily=1_000, body=True),
    Endpoint("/cgi-bin/groups/delete", ("POST",), writes=delete_group, daily=1_000, body=True),
    Endpoint("/cgi-bin/groups/members/update", ("POST",), writes=move, daily=100_000, body=True),
    Endpoint("/cgi-bin/groups/members/batchupdate", ("POST",), writes=move_some, daily=100_000, body=True),
]
