"""Groups: making them, who is in them, what their owner and admins may do. And what a member keeps for oneself."""

import re
from collections.abc import Iterable, Sequence

from warung import contacts
from warung.chat import store_links, store_members
from warung.chat.messages import post
from warung.chat.model import (
    AdminsOnly,
    Changed,
    ContactsOnly,
    GroupFull,
    GroupOnly,
    NotAMember,
    Notice,
    OwnerCannotLeave,
    OwnerOnly,
    Role,
    Settings,
    TooManyGroups,
)
from warung.chat.rooms import Room, room, rooms
from warung.chat.store_members import Kept
from warung.kit.clock import DAY
from warung.kit.db import Reader, Tx
from warung.kit.errors import BadRequest
from warung.kit.ids import AccountId, ConversationId, new_id
from warung.kit.text import bounded

WALLPAPER = re.compile(r"([a-z]{2,16}|#[0-9a-f]{6})\Z")


class NoSuchWallpaper(BadRequest):
    """A wallpaper is the name of one, or a colour."""


def create(tx: Tx, *, by: AccountId, name: str, members: Sequence[AccountId]) -> ConversationId:
    """Make a group of oneself and some contacts. Raises `ContactsOnly`, `GroupFull`, `TooManyGroups`."""
    limits = tx.settings(Settings)
    bounded(name, limit=limits.name_chars, empty=False)
    others = _contacts_only(tx, by, members)
    if 1 + len(others) > limits.group_members:
        raise GroupFull(limit=limits.group_members)
    if store_members.made_since(tx, by, tx.now - DAY) >= limits.groups_made_per_day:
        raise TooManyGroups
    id = ConversationId(new_id(tx.now))
    store_members.add_conversation(tx, Kept(id, "group", None, name, None, None, 0, 1, 0, tx.now, tx.now))
    store_members.add_members(tx, id, [by], role="owner", from_seq=0)
    store_members.add_members(tx, id, others, role="member", from_seq=0)
    post(tx, to=id, card=Notice(key="group_created", actor=by, people=tuple(others), words=name))
    return id


def add(tx: Tx, *, by: AccountId, id: ConversationId, accounts: Sequence[AccountId]) -> None:
    """Bring contacts into a group; where admins approve and `by` is none, they are asked first. Members already are left alone."""
    group, kept = _group(tx, id, by)
    admin = group.members[by].role != "member"
    if not admin and not kept.members_can_invite:
        raise AdminsOnly
    fresh = _contacts_only(tx, by, [account for account in accounts if account not in group.members])
    if kept.approval and not admin:
        store_links.ask(tx, id, fresh)
        _tell_admins(tx, group)
    elif fresh:
        enter(tx, group, fresh, Notice(key="member_joined", actor=by, people=tuple(fresh)))


def enter(tx: Tx, group: Room, fresh: Sequence[AccountId], notice: Notice) -> None:
    """Put newcomers into a group; they see the log from here on, beginning with the notice of their coming."""
    limit = tx.settings(Settings).group_members
    if len(group.members) + len(fresh) > limit:
        raise GroupFull(limit=limit)
    store_members.add_members(tx, group.id, fresh, role="member", from_seq=group.last_seq)
    store_links.answered(tx, group.id, fresh)
    _changed(tx, group.id, fresh)
    post(tx, to=group.id, card=notice)


def remove(tx: Tx, *, by: AccountId, id: ConversationId, account: AccountId) -> None:
    """Take a member out, or leave. Admins may remove members, the owner anyone; the owner hands over before leaving."""
    group, _ = _group(tx, id, by)
    whose = group.members.get(account)
    if whose is None:
        raise NotAMember
    if account == by:
        if whose.role == "owner" and len(group.members) > 1:
            raise OwnerCannotLeave
    elif group.members[by].role == "member":
        raise AdminsOnly
    elif whose.role != "member" and group.members[by].role != "owner":
        raise OwnerOnly
    store_members.remove_member(tx, id, account)
    _changed(tx, id, [account])
    left = account == by
    post(tx, to=id, card=Notice(key="member_left" if left else "member_removed", actor=by, people=() if left else (account,)))


def change(
    tx: Tx,
    *,
    by: AccountId,
    id: ConversationId,
    name: str | None = None,
    notice: str | None = None,
    approval: bool | None = None,
    members_can_invite: bool | None = None,
) -> None:
    """Rename a group, write its notice, decide how people get in. For admins."""
    group, kept = _group(tx, id, by)
    limits = tx.settings(Settings)
    _admin(group, by)
    if name is not None and name != kept.name:
        store_members.change(tx, id, name=bounded(name, limit=limits.name_chars, empty=False))
        post(tx, to=id, card=Notice(key="group_renamed", actor=by, words=name))
    if notice is not None and notice != (kept.notice or ""):
        store_members.change(tx, id, notice=bounded(notice, limit=limits.notice_chars) or None)
        post(tx, to=id, card=Notice(key="notice_changed", actor=by, words=notice))
    if approval is not None or members_can_invite is not None:
        flags = {"approval": approval, "members_can_invite": members_can_invite}
        store_members.change(tx, id, **{key: int(value) for key, value in flags.items() if value is not None})
    _changed(tx, id)


def set_role(tx: Tx, *, by: AccountId, id: ConversationId, account: AccountId, role: Role) -> None:
    """Make a member an admin, or an admin a member. For the owner."""
    group, _ = _group(tx, id, by)
    if group.members[by].role != "owner" or role == "owner" or account == by:
        raise OwnerOnly
    _member(group, account)
    if group.members[account].role != role:
        store_members.change_member(tx, id, account, role=role)
        _changed(tx, id)
        post(tx, to=id, card=Notice(key="admin_added" if role == "admin" else "admin_removed", actor=by, people=(account,)))


def silence(tx: Tx, *, by: AccountId, id: ConversationId, account: AccountId, for_s: int) -> None:
    """Keep a member from writing for some seconds; 0 ends it. Admins may silence members, the owner admins too."""
    group, _ = _group(tx, id, by)
    _admin(group, by)
    _member(group, account)
    if account == by or group.members[account].role == "owner":
        raise OwnerOnly
    if group.members[account].role == "admin" and group.members[by].role != "owner":
        raise OwnerOnly
    until = tx.now + min(for_s, 10 * 365 * 24 * 3600) * 1000 if for_s > 0 else 0
    store_members.change_member(tx, id, account, silenced_until=until)
    _changed(tx, id)
    post(tx, to=id, card=Notice(key="member_muted" if until else "member_unmuted", actor=by, people=(account,)))


def hand_over(tx: Tx, *, by: AccountId, id: ConversationId, account: AccountId) -> None:
    """Make another member the owner; the old one stays as an admin."""
    group, _ = _group(tx, id, by)
    if group.members[by].role != "owner":
        raise OwnerOnly
    _member(group, account)
    if account != by:
        store_members.change_member(tx, id, by, role="admin")
        store_members.change_member(tx, id, account, role="owner")
        _changed(tx, id)
        post(tx, to=id, card=Notice(key="owner_changed", actor=by, people=(account,)))


def keep(tx: Tx, *, by: AccountId, id: ConversationId, **fields: int | str | None) -> None:
    """Pin, mute, archive or mark a conversation in one's own list; choose what is told of it and what stands behind it."""
    if "notify" in fields:
        fields["muted"] = fields["notify"] == "nothing"
    elif "muted" in fields:
        fields["notify"] = "nothing" if fields["muted"] else "all"
    if "wallpaper" in fields:
        fields["wallpaper"] = fields["wallpaper"] or None
        if fields["wallpaper"] is not None and not WALLPAPER.match(str(fields["wallpaper"])):
            raise NoSuchWallpaper
    store_members.change_member(tx, id, by, **{name: int(value) if isinstance(value, bool) else value for name, value in fields.items()})
    tx.emit(Changed(id), [by])


def clear(tx: Tx, *, by: AccountId, id: ConversationId) -> None:
    """Empty one's own copy: what was before is not there any more."""
    mine = room(tx, id, by)
    at = mine.last_seq
    store_members.change_member(tx, id, by, from_seq=at, read_seq=at, delivered_seq=at, marked_unread=0)
    rooms(tx).forget(id)
    tx.emit(Changed(id), [by])


def person(reader: Reader, *, by: AccountId, id: AccountId) -> contacts.Person:
    """Return somebody `by` knows: a contact, a request's other side, a fellow member. Raises `PersonNotFound`."""
    if store_members.share_a_group(reader, by, [id]):
        return contacts.people(reader, by, [id])[id]
    return contacts.person(reader, by=by, id=id)


def _contacts_only(tx: Tx, by: AccountId, accounts: Iterable[AccountId]) -> list[AccountId]:
    others = list(dict.fromkeys(account for account in accounts if account != by))
    strangers = [account for account in others if not contacts.are_contacts(tx, by, account)]
    if strangers:
        raise ContactsOnly(accounts=strangers)
    return others


def _group(tx: Tx, id: ConversationId, by: AccountId) -> tuple[Room, Kept]:
    found = room(tx, id, by)
    if found.kind != "group":
        raise GroupOnly
    return found, store_members.conversations(tx, [id])[id]


def _admin(group: Room, by: AccountId) -> None:
    if group.members[by].role == "member":
        raise AdminsOnly


def _member(group: Room, account: AccountId) -> None:
    if account not in group.members:
        raise NotAMember


def _tell_admins(tx: Tx, group: Room) -> None:
    tx.emit(Changed(group.id), [account for account, standing in group.members.items() if standing.role != "member"])


def _changed(tx: Tx, id: ConversationId, more: Iterable[AccountId] = ()) -> None:
    """Its members or settings differ: forget the room, let devices that are away and those that are here know."""
    rooms(tx).forget(id)
    store_members.change(tx, id, kind="group")
    tx.emit(Changed(id), dict.fromkeys([*(member.account for member in store_members.members(tx, [id])), *more]))
