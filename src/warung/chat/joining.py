"""Ways into a group from outside: its link (also as a QR code), with or without the admins' approval; and the newcomer's arrival."""

import msgspec

from warung import accounts, contacts
from warung.chat import store_links, store_members
from warung.chat.groups import enter
from warung.chat.model import (
    AdminsOnly,
    Changed,
    GroupFull,
    GroupOnly,
    Notice,
    Settings,
)
from warung.chat.rooms import Room, room, rooms
from warung.chat.store_links import Link
from warung.kit.clock import DAY, SECOND
from warung.kit.db import Reader, Tx
from warung.kit.errors import BadRequest, NotFound
from warung.kit.ids import AccountId, BlobId, ConversationId, new_id, secret
from warung.kit.site import Site

MOST_USES = 10_000
LONGEST_S = 366 * DAY // SECOND


class GroupLinkNotValid(NotFound):
    """This link does not work any more. Ask for a new one."""


class GroupLinkNotPossible(BadRequest):
    """A group's link is good for 1 to 10,000 people and for at most a year."""


class NoSuchJoinRequest(NotFound):
    """This request to join is no longer open."""


class Door(msgspec.Struct, frozen=True):
    """What whoever holds a group's link sees before joining."""

    name: str | None
    avatar: BlobId | None
    member_count: int


class Look(msgspec.Struct, frozen=True):
    """A group's link, looked at."""

    conversation: Door
    approval: bool
    joined: bool


def make_link(tx: Tx, *, by: AccountId, id: ConversationId, expires_in_s: int | None, uses: int | None) -> Link:
    """Make the group's link; the one before stops working. For admins, or members where they may invite."""
    group = _inviting(tx, by, id)
    if not 1 <= (1 if uses is None else uses) <= MOST_USES or not 1 <= (1 if expires_in_s is None else expires_in_s) <= LONGEST_S:
        raise GroupLinkNotPossible
    store_links.end(tx, group.id)
    expires_at = tx.now + expires_in_s * SECOND if expires_in_s is not None else None
    link = Link(new_id(tx.now), id, secret(), by, uses, expires_at, tx.now)
    store_links.add(tx, link)
    return link


def end_link(tx: Tx, *, by: AccountId, id: ConversationId) -> None:
    """Make the group's link stop working."""
    _inviting(tx, by, id)
    store_links.end(tx, id)


def look(reader: Reader, *, by: AccountId, token: str) -> Look:
    """Return what a link leads to. Raises `GroupLinkNotValid`."""
    link = _working(reader, token)
    kept = store_members.conversations(reader, [link.conversation])[link.conversation]
    members = store_members.members(reader, [link.conversation])
    return Look(Door(kept.name, kept.avatar, len(members)), bool(kept.approval), any(member.account == by for member in members))


def join(tx: Tx, *, by: AccountId, token: str) -> ConversationId | None:
    """Join by a link; None when the admins are asked first. Who is a member already just gets the conversation."""
    link = _working(tx, token)
    group = rooms(tx).enter(tx, [link.conversation])[link.conversation]
    if by in group.members:
        return group.id
    if store_members.conversations(tx, [group.id])[group.id].approval:
        store_links.ask(tx, group.id, [by])
        tx.emit(Changed(group.id), [account for account, standing in group.members.items() if standing.role != "member"])
        return None
    if not store_links.use(tx, link.id):
        raise GroupLinkNotValid
    enter(tx, group, [by], Notice(key="member_joined", actor=by, people=(by,)))
    return group.id


def decide(tx: Tx, *, by: AccountId, id: ConversationId, request: str, accept: bool) -> None:
    """Let somebody in who asked to join, or not. For admins."""
    group = room(tx, id, by)
    if group.members[by].role == "member":
        raise AdminsOnly
    account = store_links.asked_by(tx, id, request)
    if account is None:
        raise NoSuchJoinRequest
    store_links.answered(tx, id, [account])
    if accept and account not in group.members:
        enter(tx, group, [account], Notice(key="member_joined", actor=by, people=(account,)))
    else:
        tx.emit(Changed(id), [by])


def requests(reader: Reader, *, by: AccountId, id: ConversationId) -> list[store_links.Asked]:
    """Return who asks to join; nothing for those who cannot decide."""
    mine = store_members.member(reader, id, by)
    return store_links.open_requests(reader, id) if mine is not None and mine.role != "member" else []


class Newcomer(msgspec.Struct, frozen=True):
    """Who signs up: what they call themselves, and the tokens they came with."""

    handle: str
    name: str
    device: str
    address: str
    language: str
    region: str | None
    invite: str | None
    operator: str | None


def arrive(tx: Tx, *, newcomer: Newcomer, credentials: accounts.Credentials, site: Site) -> tuple[accounts.SignedUp, ConversationId | None]:
    """Sign a newcomer up, make the inviter a contact and open their conversation, all or nothing; into the invite's group too.

    Returns the conversation to land in: the group or the one with the inviter, or None for whoever came alone.
    """
    done = accounts.sign_up(tx, credentials=credentials, site=site, **msgspec.structs.asdict(newcomer))
    if done.invite is None:
        return done, None
    me, inviter = done.opened.account, done.invite.inviter
    landing = contacts.befriend(tx, a=inviter, b=me)
    group = rooms(tx).enter(tx, [done.invite.conversation]).get(done.invite.conversation) if done.invite.conversation else None
    full = group is None or len(group.members) >= tx.settings(Settings).group_members
    if group is not None and not full and may_invite(tx, group, inviter):
        enter(tx, group, [me], Notice(key="member_joined", actor=inviter, people=(me,)))
        landing = group.id
    return done, landing


def may_invite(tx: Tx, group: Room, by: AccountId) -> bool:
    """May `by` bring people in without asking: an admin, or a member where members may invite and nobody has to approve?"""
    standing = group.members.get(by)
    if standing is None or standing.role != "member":
        return standing is not None
    kept = store_members.conversations(tx, [group.id])[group.id]
    return bool(kept.members_can_invite) and not kept.approval


def _working(reader: Reader, token: str) -> Link:
    link = store_links.by_token(reader, token)
    if link is None or link.uses_left == 0 or (link.expires_at is not None and link.expires_at <= reader.now):
        raise GroupLinkNotValid
    return link


def _inviting(tx: Tx, by: AccountId, id: ConversationId) -> Room:
    group = room(tx, id, by)
    if group.kind != "group":
        raise GroupOnly
    if group.members[by].role == "member" and not store_members.conversations(tx, [id])[id].members_can_invite:
        raise AdminsOnly  # where admins approve, a member's link only asks them
    if len(group.members) >= tx.settings(Settings).group_members:
        raise GroupFull(limit=tx.settings(Settings).group_members)
    return group
